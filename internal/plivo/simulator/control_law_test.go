package simulator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestControlledRules has rules, chaos and fates come and go while the simulator runs.
func TestControlledRules(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Fate: "sent"})
	yaml := func(r *http.Request) { r.Header.Set("Content-Type", "application/yaml") }
	becomes := func(want string) {
		t.Helper()
		uuid := b.send(b.draft("+4915123456789"), "")[0]
		b.advance(time.Minute)
		if _, m := b.control("GET", "messages/"+uuid, ""); m["status"] != want {
			t.Errorf("the message is %v, want %s", m["status"], want)
		}
	}
	becomes("sent")
	status, v := b.control("PUT", "rules", "rules:\n  - name: germany\n    to: +49*\n    fate: undelivered:30\n", yaml)
	if status != 200 || at(v, "rules", 0, "name") != "germany" {
		t.Errorf("the rules are %d %v", status, v)
	}
	becomes("undelivered")
	_, rules := b.control("GET", "rules", "")
	if status, v := b.control("PUT", "fate", `{"fate":"failed:300","next":1}`); status != 200 || v["fate"] != "sent" || at(v, "next", "messages") != 1.0 {
		t.Errorf("the fate is %d %v", status, v)
	}
	becomes("failed")
	becomes("undelivered")
	b.control("DELETE", "rules", "")
	b.control("PUT", "fate", `{"fate":"delivered"}`)
	becomes("delivered")
	if _, v := b.control("GET", "state", ""); v["rules"] != 0.0 || at(v, "fate", "fate") != "delivered" || at(v, "fate", "next") != nil {
		t.Errorf("the state is %v", v)
	}
	if at(rules, "rules", 0, "to") != "+49*" {
		t.Errorf("the rules were %v", rules)
	}
	if status, v := b.control("PUT", "chaos", `{"callbacks":{"lost":"100%"}}`); status != 200 || at(v, "callbacks", "lost") == nil {
		t.Errorf("the chaos is %d %v", status, v)
	}
	came := len(b.receiver.all())
	becomes("delivered")
	if n := len(b.receiver.all()); n != came {
		t.Errorf("%d callbacks came, though all are lost", n-came)
	}
	b.reset()
	if _, v := b.control("GET", "state", ""); at(v, "fate", "fate") != "sent" || at(v, "chaos", "callbacks") != nil {
		t.Errorf("after the reset the state is %v", v)
	}
	for _, c := range []struct{ path, body, words string }{
		{"rules", "rules:\n  - to: +49*\n", "line 2"},
		{"rules", "", "body is empty"},
		{"chaos", `{"callbacks":{"losst":"1%"}}`, "column 15"},
		{"chaos", `lost=5%`, "not valid JSON"},
		{"fate", `{"fate":"gone"}`, "it is not known; use delivered"},
		{"fate", `{}`, "the fate is missing"},
		{"fate", `{"fate":"sent","next":-1}`, "give a number from 1"},
	} {
		change := func(*http.Request) {}
		if c.path == "rules" {
			change = yaml
		}
		if status, v := b.control("PUT", c.path, c.body, change); status != 400 || !strings.Contains(v["error"].(string), c.words) {
			t.Errorf("PUT %s %q gives %d %v", c.path, c.body, status, v)
		}
	}
}

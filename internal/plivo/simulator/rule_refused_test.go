package simulator_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestRefusedSendsUseNoFate: what is refused is not one of the messages that a fate was for.
func TestRefusedSendsUseNoFate(t *testing.T) {
	t.Parallel()
	const file = "rules: [{to: +49*, refuse: 403}, {to: +1*, nth: 1, fate: 'failed:450'}]"
	for name, refused := range map[string]struct {
		body   string
		status int
		make   func(*bench)
	}{
		"by a magic number": {`{"src":"14155550100","dst":"14155550121<15005559400","text":"x"}`, http.StatusBadRequest, func(*bench) {}},
		"for want of room":  {`{"src":"14155550100","dst":"14155550121","text":"x","url":"http://127.0.0.1:1/"}`, http.StatusTooManyRequests, func(b *bench) { b.LimitPending(0) }},
	} {
		for _, next := range []bool{true, false} {
			b := newBench(t, simulator.Options{Rules: rulesOf(t, file)})
			want := []string{"2 failed 450", "3 delivered 000"}
			if next {
				if err := b.FateNext(1, "undelivered:80"); err != nil {
					t.Fatal(err)
				}
				want = []string{"3 undelivered 80", "2 failed 450"}
			}
			refused.make(b)
			if status, _, body := b.call("POST", "Message/", refused.body, nil); status != refused.status {
				t.Fatalf("%s: it is answered %d %s", name, status, body)
			}
			b.LimitPending(100)
			d := b.draft("+14155550123")
			if diff := cmp.Diff(want, b.outcomes(d, d)); diff != "" {
				t.Errorf("%s, next %t: what became of the others (-want +got):\n%s", name, next, diff)
			}
		}
	}
	// A rule that refuses has counted, else it would refuse for ever; FateNext is for messages that are accepted.
	b := newBench(t, simulator.Options{Rules: rulesOf(t, "rules: [{to: +49*, first: 1, refuse: 403}]")})
	if err := b.FateNext(1, "undelivered:80"); err != nil {
		t.Fatal(err)
	}
	const two = `{"src":"14155550100","dst":"14155550121<4915123456789","text":"x"}`
	if status, _, body := b.call("POST", "Message/", two, nil); status != http.StatusForbidden {
		t.Fatalf("it is answered %d %s", status, body)
	}
	if fate, left := b.NextFate(); fate != "undelivered:80" || left != 1 {
		t.Errorf("after a refusal the next is %q for %d", fate, left)
	}
	if status, _, body := b.call("POST", "Message/", two, nil); status != http.StatusAccepted {
		t.Errorf("the second time it is answered %d %s", status, body)
	}
}

// TestAFateThatLeavesNothing: a scenario of WhatsApp reports alone is no fate of an SMS.
func TestAFateThatLeavesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, simulator.Options{})
	const fate = `"fate":{"messages":{"m":{"type":"whatsapp"}},"steps":[{"status":"read"}]}`
	status, v := b.control("PUT", "rules", `{"rules":[{`+fate+`}]}`)
	if words, _ := v["error"].(string); status != http.StatusBadRequest || !strings.Contains(words, "sms") {
		t.Fatalf("the rules are answered %d %v", status, v)
	}
	if status, v = b.control("PUT", "rules", `{"rules":[{"type":"whatsapp",`+fate+`}]}`); status != http.StatusOK {
		t.Fatalf("the rules are answered %d %v", status, v)
	}
	d := b.draft("+14155550123")
	uuid := b.send(d, "")[0]
	d.Type = "whatsapp"
	read := b.send(d, "")[0]
	for uuid, want := range map[string]string{uuid: "sms", read: "whatsapp"} {
		if status, v := b.control("GET", "messages/"+uuid, ""); status != http.StatusOK || v["type"] != want {
			t.Errorf("it is told as %d %v", status, v)
		}
	}
}

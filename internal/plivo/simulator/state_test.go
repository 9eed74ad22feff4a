package simulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// end gives the final state of a message and its code, as the API tells them.
func (b *bench) end(uuid string) string {
	b.t.Helper()
	r := b.get("Message/" + uuid + "/")
	return strings.TrimSuffix(fmt.Sprint(r["message_state"], " ", r["error_code"]), " <nil>")
}

func TestMoneyRunsOut(t *testing.T) {
	b := newBench(t, simulator.Options{Stopped: true, Speed: 1, Balance: "0.02000"})
	d := b.draft("+14155550121")
	b.send(d, "failed:300") // costs nothing
	d.Text = strings.Repeat("x", 161)
	b.send(d, "")
	if credits := b.get("")["cash_credits"]; credits != "0.00900" { // two units at 0.0055
		t.Errorf("after a message the balance is %v", credits)
	}
	if got := b.end(b.send(b.draft("+15005550000"), "")[0]); got != "queued" {
		t.Errorf("a magic number is %s", got)
	}
	uuid := b.send(b.draft("+14155550122"), "")[0]
	b.advance(time.Second)
	if got := b.end(uuid); got != "failed 900" {
		t.Errorf("a message that there is no money for is %s", got)
	}
	refused := func(want int) {
		t.Helper()
		status, _, body := b.call("POST", "Message/", `{"src":"14155550100","dst":"14155550123","text":"x"}`, nil)
		if status != want || want == 400 && !strings.Contains(body, `"error":"Insufficient Credit"`) {
			t.Errorf("a send is answered %d %s, want %d", status, body, want)
		}
	}
	refused(400)
	b.advance(2*time.Minute - 2*time.Second)
	refused(400)
	b.advance(2 * time.Second)
	refused(202)
	if credits := b.get("")["cash_credits"]; credits != "0.00350" {
		t.Errorf("in the end the balance is %v", credits)
	}
	if err := b.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if refused(202); b.get("")["cash_credits"] != "0.01450" {
		t.Errorf("after a reset and a message the balance is %v", b.get("")["cash_credits"])
	}
}

func TestGeoPermissions(t *testing.T) {
	early := newBench(t, simulator.Options{GeoBlocked: []string{"de", "CA"}})
	for to, want := range map[string]int{"4915123456789": 400, "14155550123<16135550104": 400, "14155550123<447400123456": 202, "15005550000": 202} {
		status, _, body := early.call("POST", "Message/", `{"src":"14155550100","dst":"`+to+`","text":"x"}`, nil)
		if status != want || status == 400 && !strings.Contains(body, "geo-permission") {
			t.Errorf("%s is answered %d %s, want %d", to, status, body, want)
		}
	}
	late := newBench(t, simulator.Options{GeoBlocked: []string{"DE"}, GeoLate: true})
	uuids := late.send(late.draft("+4915123456789", "+14155550123"), "")
	late.settle()
	if got := late.end(uuids[0]) + ", " + late.end(uuids[1]); got != "failed 450, delivered 000" {
		t.Errorf("they end %s", got)
	}
	if got := late.get("Message/" + uuids[0] + "/")["total_amount"]; got != "0.00000" {
		t.Errorf("the failed one costs %v", got)
	}
}

func TestDisabledLate(t *testing.T) {
	b := newBench(t, simulator.Options{Disabled: true, DisabledLate: true})
	uuid := b.send(b.draft("+14155550123"), "")[0]
	b.settle()
	if got := b.end(uuid); got != "failed 910" || b.receiver.of(uuid)[1].get("ErrorCode") != "910" {
		t.Errorf("the message is %s", got)
	}
}

// says has a phone send a text to a number.
func (b *bench) says(phone, number, text string) {
	b.t.Helper()
	if _, err := b.Inbound(b.t.Context(), simulator.InboundMessage{From: phone, To: number, Text: text}); err != nil {
		b.t.Fatal(err)
	}
}

func TestOptOut(t *testing.T) {
	b := newBench(t, simulator.Options{
		InboundURL: "/in", Limits: simulator.Limits{Lists: -1},
		MoreNumbers: []simulator.Number{
			{Number: "14155550111"},
			{Number: "14155550112"},
			{Number: "14155550113", TenDLC: "COMPLETED", Campaign: "C1"},
			{Number: "14155550114", TenDLC: "COMPLETED", Campaign: "C1"},
			{Number: "12345", Type: "shortcode"},
			{Number: "447400123456"},
		},
		Powerpacks: []simulator.Powerpack{{UUID: "3f2b0c1e-5b40-4a28-bfc7-9d06726c558b", Numbers: []string{"14155550111", "14155550112"}}},
	})
	const phone = "+14155550123"
	ends := func(from, want string) {
		t.Helper()
		d := b.draft(phone)
		d.From = from
		uuid := b.send(d, "")[0]
		b.settle()
		if got := b.end(uuid); got != want {
			t.Errorf("from %s it is %s, want %s", from, got, want)
		}
	}
	const out, in = "failed 200", "delivered 000"
	for _, word := range []string{"STOP", " stop\n", "End", "quit", "cancel", "UNSUBSCRIBE", "unsub", "Stop  All"} {
		b.says(phone, "14155550100", word)
		ends("+14155550100", out)
		b.says(phone, "14155550100", "start")
		ends("+14155550100", in)
	}
	for _, word := range []string{"please stop", "STOP.", "stopp", ""} {
		b.says(phone, "14155550100", word)
		ends("+14155550100", in)
	}
	for _, word := range []string{"YES", "Resume", "unstop", "GO"} {
		b.says(phone, "14155550100", "STOP")
		b.says(phone, "14155550100", word)
		ends("+14155550100", in)
	}
	b.says(phone, "14155550111", "STOP") // of the Powerpack's pool
	ends("14155550112", out)
	ends("14155550100", in)
	b.says(phone, "14155550113", "STOP") // of a 10DLC campaign
	ends("14155550114", out)
	b.says(phone, "12345", "STOP")
	ends("12345", in)
	b.says(phone, "447400123456", "STOP")
	ends("447400123456", in)

	const answers = "Message/?message_state=delivered&to_number=14155550123&from_number=14155550113"
	b.says(phone, "14155550113", "Help") // is answered also to who opted out
	wait(t, func() bool { return values(b.get(answers), "message_state") == "delivered" })
}

func TestOptOutEverywhere(t *testing.T) {
	b := newBench(t, simulator.Options{InboundURL: "/in", OptOutEverywhere: true, MoreNumbers: []simulator.Number{{Number: "447400123456"}}})
	b.says("+4915123456789", "447400123456", "STOP")
	d := b.draft("+4915123456789")
	d.From = "447400123456"
	uuid := b.send(d, "")[0]
	b.settle()
	if got := b.end(uuid); got != "failed 200" {
		t.Errorf("it is %s", got)
	}
}

// TestStickySender has each destination get all its messages from one number of the pool.
func TestStickySender(t *testing.T) {
	const pack = "3f2b0c1e-5b40-4a28-bfc7-9d06726c558b"
	b := newBench(t, simulator.Options{
		MoreNumbers: []simulator.Number{{Number: "14155550111"}, {Number: "14155550112"}, {Number: "14155550113", NoSMS: true}},
		Powerpacks:  []simulator.Powerpack{{UUID: pack, Numbers: []string{"14155550111", "14155550112", "14155550113"}}, {UUID: "mute", Numbers: []string{"14155550113"}}},
	})
	senders := map[string]map[string]bool{}
	for range 3 {
		d := b.draft(numbers(20)...)
		d.From, d.Powerpack = "", pack
		for _, uuid := range b.send(d, "none") {
			r := b.get("Message/" + uuid + "/")
			to, from := r["to_number"].(string), r["from_number"].(string)
			if senders[to] == nil {
				senders[to] = map[string]bool{}
			}
			senders[to][from] = true
			if r["powerpack_id"] != pack {
				t.Fatalf("its Powerpack is %v", r["powerpack_id"])
			}
		}
	}
	used := map[string]int{}
	for to, from := range senders {
		if len(from) != 1 {
			t.Errorf("%s has its messages from %v", to, from)
		}
		for n := range from {
			used[n]++
		}
	}
	if used["14155550111"]+used["14155550112"] != 20 || used["14155550111"] == 0 || used["14155550112"] == 0 {
		t.Errorf("the senders are %v", used)
	}
	if got := b.get("Message/?limit=1&powerpack_id=" + pack)["objects"].([]any); len(got) != 1 {
		t.Errorf("by Powerpack there are %d messages", len(got))
	}
	if status, _, body := b.call("POST", "Message/", `{"powerpack_uuid":"mute","dst":"14155550123","text":"x"}`, nil); status != 400 || !strings.Contains(body, "without a number") {
		t.Errorf("a Powerpack that cannot send is answered %d %s", status, body)
	}
}

// TestRulesLookAtTheSenderOfAPool has a rule fit by the number that a Powerpack chose for each destination.
func TestRulesLookAtTheSenderOfAPool(t *testing.T) {
	rules, err := scenario.ParseRules([]byte("rules:\n  - from: \"+14155550112\"\n    fate: failed:50\n"), "rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const pack = "3f2b0c1e-5b40-4a28-bfc7-9d06726c558b"
	b := newBench(t, simulator.Options{
		Rules: rules, MoreNumbers: []simulator.Number{{Number: "14155550111"}, {Number: "14155550112"}},
		Powerpacks: []simulator.Powerpack{{UUID: pack, Numbers: []string{"14155550111", "14155550112"}}},
	})
	d := b.draft(numbers(20)...)
	d.From, d.Powerpack = "", pack
	uuids := b.send(d, "")
	b.settle()
	ended := map[string]int{}
	for _, uuid := range uuids {
		ended[fmt.Sprint(b.get("Message/" + uuid + "/")["from_number"], " ", b.end(uuid))]++
	}
	if len(ended) != 2 || ended["14155550111 delivered 000"] == 0 || ended["14155550112 failed 50"] == 0 {
		t.Errorf("they ended %v", ended)
	}
}

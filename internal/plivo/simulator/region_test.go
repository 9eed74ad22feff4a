package simulator_test

import (
	"net/http"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestCountriesOfOne: the US, Canada, Jamaica and others share the calling code 1, and are not one country.
func TestCountriesOfOne(t *testing.T) {
	t.Parallel()
	const us, canada, jamaica = "14155550123", "16135550104", "18765550123"
	b := newBench(t, simulator.Options{InboundURL: "/in", Numbers: []string{us, canada, jamaica}, Powerpacks: []simulator.Powerpack{{UUID: "pool", Numbers: []string{canada}}}})
	for number, want := range map[string]string{us: "US", canada: "CA", jamaica: "JM"} {
		if got := b.get("Number/" + number + "/")["country"]; got != want {
			t.Errorf("the country of %s is %v, want %s", number, got, want)
		}
		d := b.draft("+" + number)
		d.From = "+14155550199"
		r := b.get("Message/" + b.send(d, "")[0] + "/")
		if r["destination_country_iso2"] != want || r["is_domestic"] != (want == "US") {
			t.Errorf("of a message to %s: %v, domestic %v", number, r["destination_country_iso2"], r["is_domestic"])
		}
	}
	if got := at(b.get("NumberPool/pool/Number/"), "objects", 0, "country_iso2"); got != "CA" {
		t.Errorf("the country of a number of a Powerpack is %v", got)
	}
	for to, want := range map[string]int{canada: http.StatusAccepted, jamaica: http.StatusBadRequest} {
		status, _, body := b.call("POST", "Message/", `{"src":"`+us+`","dst":"`+to+`","text":"x","type":"mms"}`, nil)
		if status != want {
			t.Errorf("an MMS to %s is answered %d %s", to, status, body)
		}
	}
	for to, want := range map[string]string{canada: "failed 200", jamaica: "delivered 000"} {
		if _, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+" + us, To: to, Text: "STOP"}); err != nil {
			t.Fatal(err)
		}
		d := b.draft("+" + us)
		d.From = "+" + to
		uuid := b.send(d, "")[0]
		b.settle()
		if got := b.end(uuid); got != want {
			t.Errorf("after STOP to %s a message from there is %s, want %s", to, got, want)
		}
	}
}

// TestNumbersOfWhatsApp may have the prefix that other APIs want.
func TestNumbersOfWhatsApp(t *testing.T) {
	t.Parallel()
	b := newBench(t, simulator.Options{})
	const body = `{"src":"whatsapp:+14155550100","dst":"whatsapp:+14155550123<whatsapp:+14155550124","text":"x","type":"`
	status, _, answer := b.call("POST", "Message/", body+`whatsapp"}`, nil)
	if status != http.StatusAccepted || strings.Contains(answer, "invalid_number") {
		t.Fatalf("it is answered %d %s", status, answer)
	}
	r := at(b.get("Message/"), "objects", 0)
	if at(r, "from_number") != "14155550100" || at(r, "to_number") != "14155550124" {
		t.Errorf("the message is %v", r)
	}
	if status, _, answer := b.call("POST", "Message/", body+`sms"}`, nil); status != http.StatusBadRequest {
		t.Errorf("as an SMS it is answered %d %s", status, answer)
	}
}

// TestMMSFromNumbersThatSendThem: a number that sends no MMS says so, and sends none.
func TestMMSFromNumbersThatSendThem(t *testing.T) {
	t.Parallel()
	b := newBench(t, simulator.Options{
		Numbers: []string{"14155550100", "447400123456"}, MoreNumbers: []simulator.Number{{Number: "14155550111"}},
		Powerpacks: []simulator.Powerpack{{UUID: "pool", Numbers: []string{"14155550111", "14155550100"}}, {UUID: "none", Numbers: []string{"14155550111"}}},
	})
	for number, want := range map[string]bool{"14155550100": true, "447400123456": false, "14155550111": false} {
		if got := b.get("Number/" + number + "/")["mms_enabled"]; got != want {
			t.Errorf("mms_enabled of %s is %v", number, got)
		}
	}
	for sender, want := range map[string]int{
		`"src":"14155550100"`: 202, `"src":"14155550111"`: 400, `"src":"14155550199"`: 202, `"powerpack_uuid":"pool"`: 202, `"powerpack_uuid":"none"`: 400,
	} {
		status, _, body := b.call("POST", "Message/", `{`+sender+`,"dst":"14155550123","text":"x","type":"mms"}`, nil)
		if status != want || want == 400 && !strings.Contains(body, "not enabled for MMS") && !strings.Contains(body, "without a number that is enabled for MMS") {
			t.Errorf("an MMS with %s is answered %d %s", sender, status, body)
		}
	}
	if status, _, body := b.call("GET", "Message/?powerpack_id=pool", "", nil); status != 200 || !strings.Contains(body, `"from_number":"14155550100"`) {
		t.Errorf("the MMS of the Powerpack is %s", body)
	}
}

// TestInboundParties: a message comes from a phone, to a number of the account.
func TestInboundParties(t *testing.T) {
	t.Parallel()
	b := newBench(t, simulator.Options{InboundURL: "/in"})
	for _, in := range []simulator.InboundMessage{
		{From: "hello", Text: "x"},
		{From: "12", Text: "x"},
		{From: "+123456789012345", Text: "x"},
		{From: "+1415555x0123", Text: "x"},
		{From: "+14155550123", To: "+19998887777", Text: "x"},
		{From: "+14155550123", To: "+19998887777", Text: "x", URL: b.receiver.url},
		{From: "+14155550123", To: "hello", Text: "x"},
	} {
		if uuid, err := b.Inbound(t.Context(), in); uuid != "" || err == nil || !strings.Contains(err.Error(), "+1415555") {
			t.Errorf("from %s to %s it is posted as %q (%v)", in.From, in.To, uuid, err)
		}
	}
	for _, from := range []string{"+1 (415) 555-0123", "12345", "+4915123456789"} {
		if _, err := b.Inbound(t.Context(), simulator.InboundMessage{From: from, To: "+14155550100", Text: "x"}); err != nil {
			t.Error(err)
		}
	}
}

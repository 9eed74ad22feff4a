package simulator_test

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestRead has a WhatsApp message read after it was delivered, within its conversation; no other message is read.
func TestRead(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{plivo.SMS, plivo.MMS, plivo.WhatsApp} {
		b := newBench(t, simulator.Options{Fate: "read", Start: start, Stopped: true, Speed: 1})
		d := b.draft("+14155550123")
		d.Type = kind
		uuid := b.send(d, "")[0]
		b.advance(time.Minute)
		got := b.receiver.of(uuid)
		want := 3
		if kind == plivo.WhatsApp {
			want = 4
		}
		if len(got) != want {
			t.Fatalf("%s: the callbacks are %q", kind, statuses(got))
		}
		if r, err := b.client.Message(t.Context(), uuid); err != nil || string(r.Status) != got[want-1].get("Status") {
			t.Errorf("%s: the API says %s (%v)", kind, r.Status, err)
		}
		for i, c := range got {
			if c.get("Type") != kind {
				t.Errorf("the type is %q, want %s", c.get("Type"), kind)
			}
			id, there := c.report.Get("ConversationID")
			origin, expires := c.get("ConversationOrigin"), c.get("ConversationExpirationTimestamp")
			switch {
			case kind != plivo.WhatsApp && there:
				t.Errorf("%s has a conversation", kind)
			case kind != plivo.WhatsApp:
			case i == 0 && (!there || id != "" || origin != "" || expires != ""):
				t.Errorf("before it is sent the conversation is %q %q %q", id, origin, expires)
			case i > 0 && (len(id) != 32 || origin != "service" || expires != strconv.FormatInt(start.Add(24*time.Hour).Unix(), 10)):
				t.Errorf("the conversation is %q %q %q", id, origin, expires)
			}
		}
	}
	// A request may ask for it of an SMS too.
	b := newBench(t, simulator.Options{})
	if _, err := b.client.Send(t.Context(), b.draft("+14155550123"), http.Header{simulator.FateHeader: {"read"}}); err != nil {
		t.Error(err)
	}
}

package simulator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// states are what GET tells of messages, one letter each: q(ueued), s(ent), d(elivered), f(ailed).
func (b *bench) states(uuids []string) string {
	b.t.Helper()
	var out strings.Builder
	for _, uuid := range uuids {
		out.WriteString(b.get("Message/" + uuid + "/")["message_state"].(string)[:1])
	}
	return out.String()
}

func TestQueueOfASource(t *testing.T) {
	b := newBench(t, simulator.Options{Stopped: true, Speed: 1, MPS: 1})
	uuids := b.send(b.draft("+14155550121", "+14155550122", "+14155550123"), "")
	other := b.draft("+14155550121")
	other.From = "+14155550199"
	uuids = append(uuids, b.send(other, "")...)
	for _, step := range []struct {
		after time.Duration
		want  string
	}{{0, "qqqq"}, {200 * time.Millisecond, "sqqs"}, {time.Second, "dsqd"}, {time.Second, "ddsd"}, {time.Second, "dddd"}} {
		if b.advance(step.after); b.states(uuids) != step.want {
			t.Errorf("%s later they are %s, want %s", step.after, b.states(uuids), step.want)
		}
	}
	b.settle()
	got := b.receiver.of(uuids[2])
	if diff := cmp.Diff(deliveredCourse, statuses(got)); diff != "" {
		t.Errorf("the callbacks of the third (-want +got):\n%s", diff)
	}
	const layout = "2006-01-02 15:04:05.000000"
	queued, _ := time.Parse(layout, got[2].get("QueuedTime"))
	sent, _ := time.Parse(layout, got[2].get("SentTime"))
	if sent.Sub(queued) != 2200*time.Millisecond {
		t.Errorf("the third was queued at %s and sent at %s", queued, sent)
	}
	late := b.send(b.draft("+14155550121"), "")
	if b.advance(200 * time.Millisecond); b.states(late) != "s" {
		t.Errorf("after a pause the next one waits: %s", b.states(late))
	}
}

// TestQueueExpires lets messages wait for longer than they may; those that expire hold nobody up.
func TestQueueExpires(t *testing.T) {
	b := newBench(t, simulator.Options{Stopped: true, Speed: 60, MPS: 0.1, Balance: "1"})
	d := b.draft("+14155550121", "+14155550122", "+14155550123")
	d.Expiry = 15
	uuids := b.send(d, "")
	d.Expiry, d.To = 0, []string{"+14155550124"}
	uuids = append(uuids, b.send(d, "")...)
	b.advance(time.Minute)
	if got := b.states(uuids); got != "ddfd" {
		t.Fatalf("after a minute they are %s", got)
	}
	r := b.get("Message/" + uuids[2] + "/")
	if r["error_code"] != "420" || r["total_amount"] != "0.00000" {
		t.Errorf("the expired one has code %v and costs %v", r["error_code"], r["total_amount"])
	}
	got := b.receiver.of(uuids[2])
	if diff := cmp.Diff([]string{"1 queued", "2 failed 420"}, statuses(got)); diff != "" {
		t.Errorf("its callbacks (-want +got):\n%s", diff)
	}
	if credits := b.get("")["cash_credits"]; credits != "0.98350" { // three at 0.0055
		t.Errorf("the balance is %v", credits)
	}
}

func TestThreeHoursInTheQueue(t *testing.T) {
	b := newBench(t, simulator.Options{Stopped: true, Speed: 1, MPS: 0.001})
	to := make([]string, 13)
	for i := range to {
		to[i] = fmt.Sprintf("+141555501%02d", i+10)
	}
	uuids := b.send(b.draft(to...), "none") // the tenth waits 9,000 s, the twelfth 11,000
	b.advance(3*time.Hour + time.Second)
	if got := b.states(uuids); got != "dddddddddddff" {
		t.Errorf("after three hours they are %s", got)
	}
}

// TestMPSByType waits between two messages from numbers of each type.
func TestMPSByType(t *testing.T) {
	b := newBench(t, simulator.Options{Stopped: true, Speed: 1, MPS: simulator.MPSByType, MoreNumbers: []simulator.Number{
		{Number: "+14155550101", TenDLC: "COMPLETED"},
		{Number: "+18005550102", Type: "tollfree", TollFree: "verified"},
		{Number: "12345", Type: "shortcode"},
		{Number: "+16135550104"},
		{Number: "+447400123456", Type: "mobile"},
		{Number: "+14155550106", MPS: 8, MMS: true},
		{Number: "+14155550107", MMS: true},
	}})
	for from, want := range map[string]time.Duration{
		"+14155550100": time.Second, "+14155550101": time.Second * 4 / 15, "+18005550102": time.Second / 25, "12345": time.Second / 100,
		"+16135550104": 4 * time.Second, "+447400123456": time.Second / 5, "Shop": time.Second / 5, "+14155550106": time.Second / 8,
	} {
		d := b.draft("+14155550121", "+14155550122")
		if d.From = from; from == "Shop" {
			d.To = []string{"+447400123451", "+447400123452"}
		}
		b.waits(d, want)
	}
	d := b.draft("+14155550121", "+14155550122")
	d.From, d.Type = "+14155550107", plivo.MMS
	b.waits(d, 4*time.Second)
}

// waits checks how much later the second of two messages is sent.
func (b *bench) waits(d plivo.Draft, want time.Duration) {
	b.t.Helper()
	uuids := b.send(d, "")
	b.advance(time.Minute)
	at := make([]time.Time, 2)
	for i, uuid := range uuids {
		r, err := b.client.Message(b.t.Context(), uuid)
		if err != nil {
			b.t.Fatal(err)
		}
		at[i] = r.SentAt
	}
	if got := at[1].Sub(at[0]).Round(10 * time.Microsecond); got != want.Round(10*time.Microsecond) {
		b.t.Errorf("from %s (%s) the second is sent %s later, want %s", d.From, d.Kind(), got, want)
	}
}

func TestQueuesThatCannotBe(t *testing.T) {
	for _, o := range []simulator.Options{{MPS: -2}, {MPS: 1e-9}, {MoreNumbers: []simulator.Number{{Number: "14155550111", MPS: -1}}}, {GeoBlocked: []string{"Germany"}}} {
		if _, err := simulator.New(o); err == nil {
			t.Errorf("no error with %+v", o)
		}
	}
}

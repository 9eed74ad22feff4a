package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// group adds messages of one send, and gives the ID of the first.
func (d *driver) group(ends ...plivo.Message) int64 {
	first := int64(len(d.core.messages)) + 1
	for i, m := range ends {
		m.Direction, m.From, m.To, m.Text = plivo.Outbound, "+14155550100", fmt.Sprintf("+1415555012%d", i), "hello all"
		m.CreatedAt, m.UpdatedAt, m.SentWith, m.UUID = d.now, d.now, first, fmt.Sprintf("%d-%d", first, i)
		d.core.add(m)
	}
	d.wake()
	return first
}

func fourEnds() []plivo.Message {
	return []plivo.Message{{Status: plivo.Delivered, ErrorCode: "000"}, {Status: plivo.Failed, ErrorCode: "50"}, {Status: plivo.Sent}, {Status: plivo.Delivered}}
}

// TestSentTogether marks the destinations of one send in the list, lists them in the detail, and goes to one.
func TestSentTogether(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	first := d.group(fourEnds()...)
	lines := strings.Split(d.screen(), "\n")
	for i, sign := range []string{"┌", "│", "│", "└", "↑"} {
		if l := lines[d.m.messages.lay.list.y+i]; !strings.Contains(l, " "+sign+" +14155550100") {
			t.Errorf("row %d has no %s: %s", i, sign, l)
		}
	}
	d.expect("sent with  3 others; all 4: 2 delivered, 1 failed 50, 1 sent", "› +14155550123", "  +14155550121", "✗ failed       50 bad destination", "t goes to one of them")

	// A destination that comes to its end elsewhere is seen here.
	d.now = d.now.Add(time.Second)
	d.change(plivo.Undelivered, first+2)
	d.expect("sent with  3 others; all 4: 2 delivered, 1 failed 50, 1 undelivered")
	d.change(plivo.Delivered, first+2) // seen at once, with its row of the list
	d.expect("3 delivered, 1 failed 50")

	d.keys("t")
	d.expect("Sent together: 3 delivered, 1 failed 50", "enter go to it")
	d.keys("up", "k", "up", "up", "up", "j", "enter")
	if d.selected() != first+1 {
		t.Errorf("selected %d, want %d", d.selected(), first+1)
	}
	d.expect("› +14155550121")
	if d.m.messages.grid.Following() {
		t.Error("it still follows the newest")
	}

	// One that the filter hides is shown all the same.
	d.keys("/", "status:failed", "enter", "t", "pgdown", "enter")
	if d.selected() != first+3 || !d.m.messages.applied.Empty() {
		t.Errorf("selected %d under %q, want %d", d.selected(), d.m.messages.applied, first+3)
	}
	d.expect("All messages are shown again")

	// Those that were sent alone have nothing of it.
	d.keys("j", "j", "j", "j", "t")
	d.absent("sent with")
	d.expect("No other destinations: this message was not sent from here")
	d.core.add(plivo.Message{Direction: plivo.Inbound, From: "+14155550161", To: "+14155550100", Status: plivo.Received, CreatedAt: d.now, UpdatedAt: d.now})
	d.wake()
	d.keys("g", "t")
	d.expect("No other destinations: this message came in.")
}

// TestSentTogetherFar goes to a destination that is not among the rows at hand, of a send of many.
func TestSentTogetherFar(t *testing.T) {
	core := newFakeCore()
	d := newDriver(t, core, 80, 24)
	first := d.group(make([]plivo.Message, 400)...)
	d.keys("enter", "end")
	d.expect("t lists all 400 and goes to one of them")
	d.keys("t")
	for range 60 {
		d.keys("pgup")
	}
	d.keys("enter")
	if d.selected() != first {
		t.Errorf("selected %d, want %d", d.selected(), first)
	}
	d.expect("› ")
}

// TestSentTogetherIsAskedOnce asks for a send's destinations once at a time, and for those of the present one.
func TestSentTogetherIsAskedOnce(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	d.group(fourEnds()...)
	d.group(plivo.Message{Status: plivo.Queued}, plivo.Message{Status: plivo.Read})
	d.expect("1 other; all 2: 1 queued, 1 read")
	d.hold = true
	d.now = d.now.Add(time.Second)
	d.keys("j", "j")
	d.expect("others: reading …")
	d.release()
	d.expect("3 others; all 4: 2 delivered")

	d.core.mu.Lock()
	d.core.failReads = fmt.Errorf("the disk is gone")
	d.core.mu.Unlock()
	d.now = d.now.Add(time.Second)
	d.keys("j", "k")
	d.expect("cannot be read: the disk is gone")
	d.core.mu.Lock()
	d.core.failReads = nil
	d.core.mu.Unlock()
	d.second()
	d.expect("3 others; all 4: 2 delivered")
}

// TestSentTogetherOfARealHistory follows a send to three through its answer and callbacks.
func TestSentTogetherOfARealHistory(t *testing.T) {
	ctx := t.Context()
	st, err := store.Open(ctx, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	core := newFakeCore()
	d := newDriver(t, core, 120, 36)
	d.m.env.core = storeCore{core, st}
	begin := func(n int) []int64 {
		ids, err := st.BeginSend(ctx, queued(n))
		if err != nil {
			t.Fatal(err)
		}
		return ids
	}
	begin(1)
	ids := begin(3)
	begin(1)
	d.wake()
	rows := func() (signs string) {
		lines := strings.Split(d.screen(), "\n")
		for y := range 5 {
			signs += string([]rune(lines[d.m.messages.lay.list.y+y])[12])
		}
		return signs
	}
	if got := rows(); got != "↑┌│└↑" {
		t.Errorf("the rows are joined as %s:\n%s", got, d.screen())
	}
	d.absent("sent with")
	d.keys("j", "j")
	d.expect("sent with  2 others; all 3: 3 sending")
	if err := st.FinishSend(ctx, []store.SendOutcome{{ID: ids[0], UUID: "a"}, {ID: ids[1], UUID: "b"}, {ID: ids[2], Refusal: "Not a number."}}); err != nil {
		t.Fatal(err)
	}
	cb := callbackOf(plivo.Message{UUID: "a", Signature: valid}, plivo.Delivered)[0]
	cb.Method, cb.Header, cb.ReceivedAt = "POST", map[string][]string{"Content-Type": {formType}}, testNow
	cb.Body = formOf(cb.Report.Params)
	if err := st.Record(ctx, &cb); err != nil {
		t.Fatal(err)
	}
	d.second()
	d.wake()
	d.expect("sent with  2 others; all 3: 1 delivered, 1 queued, 1 refused")
}

// TestSentTogetherIsMasked hides the numbers of a send's destinations, and shows them again.
func TestSentTogetherIsMasked(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	d.group(fourEnds()...)
	d.expect("  +14155550121")
	d.keys("M")
	d.absent("+14155550121")
	d.now = d.now.Add(time.Second)
	d.wake()
	d.keys("t")
	d.absent("+14155550121")
	d.expect("Sent together: 2 delivered", "3 others")
	d.keys("esc", "M")
	d.expect("  +14155550121")
}

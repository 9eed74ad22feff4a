package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// change lets messages come or change: each has an ID of those that are there, or 0 for a new one.
func (d *driver) change(to plivo.Status, ids ...int64) {
	d.t.Helper()
	d.now = d.now.Add(10 * time.Millisecond)
	for _, id := range ids {
		if id == 0 {
			d.core.add(plivo.Message{
				UUID: fmt.Sprint("new-", d.now.UnixNano()), Direction: plivo.Outbound, From: "+14155550100", To: "+14155550199",
				Status: to, CreatedAt: d.now, UpdatedAt: d.now, Signature: valid,
			})
			continue
		}
		d.core.mu.Lock()
		d.core.messages[id-1].Status, d.core.messages[id-1].UpdatedAt = to, d.now
		d.core.mu.Unlock()
	}
	d.wake()
}

// second lets one second go by.
func (d *driver) second() {
	d.t.Helper()
	d.now = d.now.Add(time.Second)
	d.send(tickMsg{})
}

// news is which visible rows of the list have the sign of a new message, by their lines, and what the
// title says.
func (d *driver) news() (rows []int, title string) {
	d.t.Helper()
	lines := strings.Split(d.screen(), "\n")
	l := d.m.messages.lay
	for y := l.list.y; y < l.list.y+l.list.h; y++ {
		if r := []rune(lines[y]); r[1] == '•' {
			rows = append(rows, y-l.list.y)
		}
	}
	_, title, _ = strings.Cut(lines[l.title.y], "·")
	title, _, _ = strings.Cut(title, "─")
	return rows, strings.TrimSpace(title)
}

func (d *driver) expectNews(title string, rows ...int) {
	d.t.Helper()
	got, words := d.news()
	if fmt.Sprint(got) != fmt.Sprint(rows) || words != title {
		d.t.Fatalf("new are rows %v, the title says %q; want %v and %q:\n%s", got, words, rows, title, d.screen())
	}
}

// TestUnread goes through what makes a message unread and read.
func TestUnread(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	d.expectNews("") // what was there is read
	d.keys("j", "j")
	d.second()
	d.change(plivo.Delivered, 0, 4)
	d.expectNews("2 new", 0, 8) // a new one, and one that changed

	// Passing a row is not reading it, resting on it is.
	d.keys("k", "k", "k", "j", "j", "j")
	d.expectNews("2 new", 0, 8)
	d.keys("k", "k", "k")
	d.second()
	d.expectNews("1 new", 8)

	// What changes while it is selected is seen to change; what changed before is not.
	d.change(plivo.Read, 12)
	d.expectNews("1 new", 8)
	d.keys("j")
	d.change(plivo.Delivered, 12)
	d.expectNews("2 new", 0, 8)

	// Opening it reads at once.
	d.keys("k", "enter")
	d.expectNews("1 new", 8)
	d.keys("esc")

	// Nobody reads on another screen, nor while the terminal has lost the focus.
	d.keys("2")
	d.change(plivo.Sent, 12)
	d.second()
	d.keys("1")
	d.expectNews("2 new", 0, 8)
	d.second()
	d.expectNews("1 new", 8)
	d.send(tea.BlurMsg{})
	d.change(plivo.Delivered, 12)
	d.second()
	d.expectNews("2 new", 0, 8)
	d.send(tea.FocusMsg{})
	d.second()
	d.second()
	d.expectNews("1 new", 8)

	// A key reads all.
	d.change(plivo.Queued, 0, 0, 1)
	d.keys("A")
	d.expectNews("")
	d.change(plivo.Sent, 13)
	d.expectNews("1 new", 1)
	d.keys(":", "as read", "enter")
	d.expectNews("")
	d.keys("A")
	d.expect("Every message counts as read already.")
}

// TestUnreadElsewhere tells of new messages that the rows at hand do not show, and of none that are gone.
func TestUnreadElsewhere(t *testing.T) {
	core := newFakeCore()
	core.add(queued(300)...)
	d := newDriver(t, core, 80, 24)
	d.keys("G")
	d.second()
	d.change(plivo.Queued, 0)
	d.expectNews("new ones")
	d.change(plivo.Sent, 2)
	d.keys("g")
	d.expectNews("2 new", 0)

	// More than a page at once: those in between were never at hand.
	d.keys("A")
	d.change(plivo.Queued, make([]int64, 200)...)
	if _, title := d.news(); !strings.HasSuffix(title, "+ new") {
		t.Errorf("of 200 the title says %q", title)
	}
	d.keys("A")
	d.expectNews("")

	// A message that is gone, as when it is merged with its send, is not new.
	d.change(plivo.Queued, 0, 0)
	d.expectNews("2 new", 0, 1)
	core.mu.Lock()
	core.gone = map[int64]bool{int64(len(core.messages)): true}
	core.mu.Unlock()
	d.wake()
	d.expectNews("1 new", 0)

	// With a filter the others are new ones, whatever they are.
	d.keys("A", "/", "status:delivered", "enter")
	d.change(plivo.Queued, 0)
	if _, title := d.news(); !strings.HasSuffix(title, "new ones") {
		t.Errorf("with a filter the title says %q", title)
	}
}

// TestUnreadIsBounded reads more messages than are remembered, the oldest change first.
func TestUnreadIsBounded(t *testing.T) {
	u := newUnread(testNow)
	at := func(i int) plivo.Message {
		return plivo.Message{ID: int64(i), UpdatedAt: testNow.Add(time.Duration(i) * time.Second)}
	}
	var rows []plivo.Message
	for i := lookedMost + 50; i > 0; i-- {
		rows = append(rows, at(i))
	}
	u.take(rows, true, true, true, int64(len(rows)))
	if len(u.found) != unreadMost || u.words(int64(len(rows))) != "1,000+ new" {
		t.Errorf("%d are remembered as unread: %s", len(u.found), u.words(0))
	}
	for i := range lookedMost + 40 {
		u.look(at(i + 1))
	}
	if len(u.looked) > lookedMost {
		t.Errorf("%d are remembered as read", len(u.looked))
	}
	for i := range lookedMost + 50 {
		if got, want := u.is(at(i+1)), i >= lookedMost+40; got != want {
			t.Fatalf("message %d is unread: %v", i+1, got)
		}
	}
}

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
	d.expect("sent with  3 others: 2 delivered, 1 failed 50, 1 sent", "› +14155550123", "  +14155550121", "✗ failed       50 bad destination", "t goes to one of them")

	// A destination that comes to its end elsewhere is seen here.
	d.now = d.now.Add(time.Second)
	d.change(plivo.Undelivered, first+2)
	d.expect("sent with  3 others: 2 delivered, 1 failed 50, 1 undelivered")
	d.change(plivo.Delivered, first+2) // too early to ask again
	d.expect("1 undelivered")
	d.second()
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
	d.expect("This message was sent alone")
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
	d.expect("1 other: 1 queued, 1 read")
	d.hold = true
	d.now = d.now.Add(time.Second)
	d.keys("j", "j")
	d.expect("others: reading …")
	d.release()
	d.expect("3 others: 2 delivered")

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
	d.expect("3 others: 2 delivered")
}

// TestOddities shows what is odd about a message's callbacks by signs, and explains each.
func TestOddities(t *testing.T) {
	d := newDriver(t, newFakeCore(), 120, 50)
	all := plivo.Arrival{Duplicate: true, OutOfOrder: true, AfterTerminal: true}
	for i, m := range []plivo.Message{
		{Anomalies: []plivo.Anomaly{plivo.Contradiction}},
		{Anomalies: []plivo.Anomaly{plivo.Unsigned, plivo.UnknownStatus}, Arrival: all},
		{Arrival: plivo.Arrival{OutOfOrder: true, Duplicate: true}},
		{},
	} {
		m.UUID, m.Direction, m.From, m.To, m.Status, m.Text = fmt.Sprint(i), plivo.Outbound, "+14155550100", "+14155550123", plivo.Delivered, "odd"
		m.CreatedAt, m.UpdatedAt = testNow, testNow
		d.core.add(m)
	}
	d.wake()
	lines := strings.Split(d.screen(), "\n")
	head := []rune(lines[d.m.messages.lay.list.y-1])
	at := strings.Index(string(head), " ! ") + 1
	for i, want := range []string{"  ", "⇅=", "?+", "≠ "} {
		if got := string([]rune(lines[d.m.messages.lay.list.y+i])[at : at+2]); got != want {
			t.Errorf("row %d has %q, want %q", i, got, want)
		}
	}
	d.absent("beware")
	d.keys("j")
	d.expect("beware     ⇅ A callback came after one that Plivo made later.", "order callbacks by their Sequence", "= A callback came twice")
	d.keys("j")
	d.expect("beware     ? A callback gives a status", "– A callback came without a signature", "» A callback came after the final status", "= A callback came twice")
	d.keys("j")
	d.expect("beware     ≠ Two callbacks give different final statuses")
	d.keys("?")
	for _, o := range oddities {
		d.expect(o.short)
	}
	d.expect("Signs in the list", "new, or changed since")
}

// TestBilledUnits sets what we count beside what Plivo billed.
func TestBilledUnits(t *testing.T) {
	d := newDriver(t, newFakeCore(), 120, 36)
	curly := strings.Repeat("“curly” ", 12)
	for i, c := range []struct {
		text, kind string
		units      int
		status     plivo.Status
		cell       string
		says       []string
	}{
		{"hello", "sms", 1, plivo.Delivered, " 1", []string{"we count 1 segment (GSM-7), Plivo billed 1 unit"}},
		{"hello", "sms", 0, plivo.Queued, " 1", []string{"we count 1 segment (GSM-7), Plivo has not said yet what it bills"}},
		{curly, "sms", 1, plivo.Delivered, "≠1", []string{"≠ we count 2 segments (UCS-2), Plivo billed 1 unit", "curly quotes by those of GSM-7"}},
		{"hello", "sms", 3, plivo.Delivered, "≠3", []string{"≠ we count 1 segment (GSM-7), Plivo billed 3 units", "may have become longer", "message logs"}},
		{strings.Repeat("a", 200), "sms", 1, plivo.Delivered, "≠1", []string{"≠ we count 2 segments (GSM-7), Plivo billed 1 unit", "may have been changed"}},
		{"a picture", "mms", 3, plivo.Delivered, " 3", []string{"segments   Plivo billed 3 units"}},
		{"hello", "sms", 1, plivo.Failed, " 1", []string{"Plivo counts 1 unit, and bills none of a message that failed"}},
		{"", "", 2, plivo.Delivered, " 2", []string{"segments   Plivo billed 2 units"}},
	} {
		d.core.add(plivo.Message{
			UUID: fmt.Sprint(i), Direction: plivo.Outbound, From: "+14155550100", To: "+14155550123", Text: c.text, Type: c.kind,
			Units: c.units, Status: c.status, CreatedAt: testNow, UpdatedAt: testNow, Callbacks: 1,
		})
		d.wake()
		d.expect(c.says...)
		lines := strings.Split(d.screen(), "\n")
		y := d.m.messages.lay.list.y
		at := strings.Index(lines[y-1], "SEG") + 1 // of three cells the last two
		if got := string([]rune(lines[y])[at : at+2]); got != c.cell {
			t.Errorf("%q billed %d has %q in the list, want %q", c.text, c.units, got, c.cell)
		}
	}
}

// TestFooterOfARefusedMessage names no key for what it does not have.
func TestFooterOfARefusedMessage(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	footer := func() string { return d.screen()[strings.LastIndex(d.screen(), "\n"):] }
	for _, open := range []string{"", "enter"} {
		d.keys("g")
		if open != "" {
			d.keys(open)
		}
		if s := footer(); strings.Contains(s, "signature") || strings.Contains(s, "callbacks") || !strings.Contains(s, "copy") {
			t.Errorf("of a message that was refused: %s", s)
		}
	}
	d.keys("esc", "end")
	if s := footer(); !strings.Contains(s, "s signature") {
		t.Errorf("of one with callbacks: %s", s)
	}
	d.keys("enter")
	if s := footer(); !strings.Contains(s, "s signature") || !strings.Contains(s, "its callbacks") {
		t.Errorf("of one with callbacks: %s", s)
	}
}

// TestPaletteNamesEachOnce finds what is done with a row, and the screen, by different words.
func TestPaletteNamesEachOnce(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	d.keys("end", ":")
	seen := map[string]int{}
	for _, i := range d.m.env.sheet.(*paletteSheet).all {
		seen[i.words]++
	}
	for words, n := range seen {
		if n > 1 {
			t.Errorf("%q is there %d times", words, n)
		}
	}
	if seen["signature"] != 1 || seen["go to signature"] != 1 {
		t.Errorf("of signatures there are %v", seen)
	}
}

// TestEachStatusIsExplained opens a message of each status and finds its life, its meaning and what to do.
func TestEachStatusIsExplained(t *testing.T) {
	for status, c := range map[plivo.Status]struct {
		code string
		says []string
	}{
		plivo.Sending:     {"", []string{"sending 12:03:", "no final report yet"}},
		plivo.Queued:      {"", []string{"queued 12:03:", "no final report yet"}},
		plivo.Sent:        {"", []string{"sent 12:03:", "no final report yet"}},
		plivo.Delivered:   {"000", []string{"✓ delivered 12:03:", "took"}},
		plivo.Read:        {"", []string{"✓ read 12:03:", "took"}},
		plivo.Undelivered: {"30", []string{"✗ undelivered 12:03:", "error 30", "spam filter", "The fault is the carrier's.", "Sending it again", "→ "}},
		plivo.Failed:      {"200", []string{"✗ failed 12:03:", "error 200", "fault", "Sending it again", "→ "}},
		plivo.Rejected:    {"999", []string{"✗ rejected 12:03:", "error 999", "do not explain this code"}},
		"strange":         {"", []string{"! strange 12:03:", "no status that Plivo documents"}},
	} {
		for i, size := range [][2]int{{120, 36}, {80, 24}, {60, 15}, {80, 24}} {
			d := newDriver(t, newFakeCore(), size[0], size[1])
			at := testNow.Add(-20 * time.Second)
			m := plivo.Message{
				UUID: "u", Direction: plivo.Outbound, From: "+14155550100", To: "+14155550123", Text: "hello", Type: "sms", Status: status,
				ErrorCode: c.code, CreatedAt: at, UpdatedAt: at, Signature: valid, CallbackURL: "http://127.0.0.1:4141/sms/delivery-report",
			}
			if status.Terminal() {
				m.FinalAt = at.Add(time.Second)
			}
			if status != plivo.Sending && i < 3 { // once the callbacks are kept no more
				cb := callbackOf(m, status)[0]
				cb.ID, cb.ReceivedAt, cb.Verdict = 1, at.Add(time.Second), signature.Result{Outcome: signature.Valid, Scheme: signature.V3}
				d.core.callbacks["u"], m.Callbacks = []webhook.Callback{cb}, 1
			}
			d.core.add(m)
			d.wake()
			d.keys("enter")
			all := ""
			for range 12 {
				all += d.screen() + "\n"
				d.keys("j", "j")
			}
			all = strings.Join(strings.Fields(all), " ")
			for _, want := range c.says {
				if !strings.Contains(all, want) {
					t.Errorf("%s at %dx%d does not say %q:\n%s", status, size[0], size[1], want, d.screen())
				}
			}
		}
	}
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
	d.expect("sent with  2 others: 3 sending")
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
	d.expect("sent with  2 others: 1 delivered, 1 queued, 1 refused")
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

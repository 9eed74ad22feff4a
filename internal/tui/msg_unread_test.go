package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/plivo"
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

	// With a filter those count that it lets through.
	d.keys("A", "/", "status:delivered", "enter")
	d.change(plivo.Queued, 0)
	d.change(plivo.Queued, 0)
	if _, title := d.news(); strings.Contains(title, "new") {
		t.Errorf("of what the filter hides the title says %q", title)
	}
	d.change(plivo.Delivered, 0)
	if _, title := d.news(); title != "1 new" {
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

// TestASilenceIsNew marks a message of which no callback came, once, and not one that was silent before.
func TestASilenceIsNew(t *testing.T) {
	u := newUnread(testNow)
	silent := func(id int64, at time.Time) plivo.Message {
		return plivo.Message{ID: id, Status: plivo.Queued, UpdatedAt: testNow.Add(-time.Hour), Silence: plivo.Silence{Cause: plivo.UnknownSilence, At: at}}
	}
	old, waits := silent(1, testNow.Add(-time.Minute)), silent(2, time.Time{})
	waits.Silence = plivo.Silence{}
	take := func(ms ...plivo.Message) { u.take(ms, true, true, true, 2) }
	take(waits, old)
	if u.words(2) != "" {
		t.Fatalf("%s at the start", u.words(2))
	}
	again, missed := silent(1, testNow.Add(time.Minute)), silent(2, testNow.Add(time.Minute))
	take(missed, again) // the old one was judged again
	if !u.is(missed) || u.is(again) || u.words(2) != "1 new" {
		t.Errorf("the new silence %v, the old one %v: %s", u.is(missed), u.is(again), u.words(2))
	}
	u.look(missed)
	missed.Silence.At = testNow.Add(time.Hour)
	take(missed, again)
	if u.words(2) != "" {
		t.Errorf("%s after it was looked at", u.words(2))
	}
	missed.Provider.Status = plivo.Delivered
	take(missed, again)
	if u.words(2) != "1 new" {
		t.Errorf("%q as the API knows the end", u.words(2))
	}
	u.lookAll(testNow, 2)
	take(missed, again)
	if u.words(2) != "" {
		t.Errorf("%s after all were looked at", u.words(2))
	}
}

// TestASignOfLifeIsNotNew has a send wait for its answer, which says so again and again: that is nothing new of it, and
// its answer is.
func TestASignOfLifeIsNotNew(t *testing.T) {
	at := func(s int) time.Time { return testNow.Add(time.Duration(s) * time.Second) }
	u := newUnread(testNow)
	old := plivo.Message{ID: 1, Status: plivo.Sending, CreatedAt: at(-60), UpdatedAt: at(-60)}
	m := plivo.Message{ID: 2, Status: plivo.Sending, CreatedAt: at(1), UpdatedAt: at(1)}
	take := func(want string) {
		t.Helper()
		u.take([]plivo.Message{m, old}, true, true, true, 2)
		if got := u.words(2); got != want {
			t.Errorf("the title says %q, want %q", got, want)
		}
	}
	take("1 new")
	u.look(m)
	m.UpdatedAt, old.UpdatedAt = at(30), at(30)
	take("")
	u.lookAll(at(31), 2)
	m.UpdatedAt, old.UpdatedAt = at(60), at(60)
	take("")
	m.Status, m.UpdatedAt = plivo.Queued, at(61)
	take("1 new")
	u.look(m)
	old.Unclear, old.UpdatedAt = true, at(62)
	take("1 new")
}

package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook"
)

// attemptsShown bounds the attempts of a callback that are listed.
const attemptsShown = 1000

// attempts are those of the open callback: a list with marks, of which one can be opened.
type attempts struct {
	list    []webhook.Attempt // newest first; large ones without bodies
	tried   store.Tried       // as of the list
	known   bool
	failure error
	asking  bool // one question at a time
	again   bool // something changed since the question
	rows    []int
	marks   []int64 // identities, in the order of marking

	opened webhook.Attempt // with ID 0 for none
	wanted int64           // the one that is read to be opened, 0 for none
}

type (
	// attemptsMsg brings the attempts of a callback, where there are others than before.
	attemptsMsg struct {
		of      int64
		changed bool
		tried   store.Tried
		list    []webhook.Attempt
		err     error
	}
	// attemptMsg brings an attempt whole.
	attemptMsg struct {
		id  int64
		at  webhook.Attempt
		err error
	}
)

// pullAttempts asks whether the open callback was sent again since, and for its attempts where it was.
func (s *inspector) pullAttempts() tea.Cmd {
	if s.tries.asking {
		s.tries.again = true
		return nil
	}
	s.tries.asking, s.tries.again = true, false
	ctx, core, id := s.env.ctx, s.env.core, s.cb.ID
	had, known := s.tries.tried, s.tries.known
	return func() tea.Msg {
		tried, err := core.Tried(ctx, []int64{id})
		msg := attemptsMsg{of: id, tried: tried[id], err: err}
		if msg.changed = err == nil && (!known || msg.tried != had); msg.changed && msg.tried.Count > 0 {
			msg.list, msg.err = core.AttemptsOf(ctx, id, attemptsShown)
		}
		return msg
	}
}

// answerAttempts takes them, unless another callback is open by now.
func (s *inspector) answerAttempts(msg attemptsMsg) tea.Cmd {
	if msg.of != s.cb.ID {
		return nil
	}
	t := &s.tries
	t.asking = false
	switch {
	case errors.Is(msg.err, context.Canceled):
		return nil
	case msg.err != nil:
		t.failure = msg.err
		s.writeAttempts()
	case msg.changed || t.failure != nil:
		at := t.selected(s.cursor)
		if msg.changed {
			t.list, t.tried = msg.list, msg.tried
		}
		t.known, t.failure = true, nil
		t.marks = slices.DeleteFunc(t.marks, func(id int64) bool {
			return !slices.ContainsFunc(t.list, func(a webhook.Attempt) bool { return a.ID == id })
		})
		s.writeAttempts()
		s.onAttempt(at)
	}
	if t.again {
		return s.pullAttempts()
	}
	return nil
}

// writeAttempts renders the list anew where it is shown.
func (s *inspector) writeAttempts() {
	if s.at == partAttempts && s.tries.opened.ID == 0 {
		s.write(true)
	}
}

// selected is the identity of the attempt on a row of the list, or of the nearest, 0 for none.
func (t *attempts) selected(row int) int64 {
	if len(t.rows) == 0 || len(t.rows) != len(t.list) {
		return 0
	}
	i := sort.SearchInts(t.rows, row+1) - 1
	return t.list[max(i, 0)].ID
}

// onAttempt puts the cursor of the list on an attempt, or on the newest.
func (s *inspector) onAttempt(id int64) {
	t := &s.tries
	if s.at != partAttempts || t.opened.ID != 0 || len(t.rows) == 0 {
		return
	}
	i := max(slices.IndexFunc(t.list, func(a webhook.Attempt) bool { return a.ID == id }), 0)
	s.cursor = t.rows[i]
	s.settle()
}

// here is the attempt that is opened, or that the cursor is on.
func (s *inspector) here() (webhook.Attempt, bool) {
	t := &s.tries
	if s.at != partAttempts {
		return webhook.Attempt{}, false
	}
	if t.opened.ID != 0 {
		return t.opened, true
	}
	id := t.selected(s.cursor)
	i := slices.IndexFunc(t.list, func(a webhook.Attempt) bool { return a.ID == id })
	if i < 0 {
		return webhook.Attempt{}, false
	}
	return t.list[i], true
}

// openAttempt opens the attempt that the cursor is on, once it was read.
func (s *inspector) openAttempt(id int64) tea.Cmd {
	if id == 0 {
		s.env.notify(app.Info, "There is no attempt to open: this callback was not sent again.")
		return nil
	}
	s.tries.wanted = id
	ctx, core := s.env.ctx, s.env.core
	return func() tea.Msg {
		at, err := readAttempt(ctx, core, id)
		return attemptMsg{id, at, err}
	}
}

// readAttempt reads one attempt of the history.
func readAttempt(ctx context.Context, core Core, id int64) (webhook.Attempt, error) {
	a, found, err := core.Attempt(ctx, id)
	if err == nil && !found {
		err = fmt.Errorf("attempt %d is not in the history any more", id)
	}
	return a, err
}

// answerAttempt opens an attempt, unless the user went elsewhere.
func (s *inspector) answerAttempt(msg attemptMsg) {
	t := &s.tries
	if msg.id != t.wanted {
		return
	}
	t.wanted = 0
	switch {
	case errors.Is(msg.err, context.Canceled) || s.at != partAttempts:
	case msg.err != nil:
		s.env.notify(app.Failure, fmt.Sprintf("Open the attempt: %v; press enter again to retry.", msg.err))
	default:
		t.opened = msg.at
		s.top, s.cursor = 0, 0
		s.write(false)
	}
}

// closeAttempt goes back to the list, and reports whether an attempt was open.
func (s *inspector) closeAttempt() bool {
	id := s.tries.opened.ID
	if s.at != partAttempts || id == 0 {
		return false
	}
	s.tries.opened = webhook.Attempt{}
	s.top, s.cursor = 0, 0
	s.write(false)
	s.onAttempt(id)
	return true
}

// stepAttempt opens the next attempt of the list, older where n is positive.
func (s *inspector) stepAttempt(n int) tea.Cmd {
	t := &s.tries
	i := slices.IndexFunc(t.list, func(a webhook.Attempt) bool { return a.ID == t.opened.ID })
	if i < 0 {
		i = len(t.list) // so many came that it is listed no more
	}
	switch i += n; {
	case i >= len(t.list):
		s.env.notify(app.Info, "This is the oldest attempt of the list.")
	case i < 0:
		s.env.notify(app.Info, "This is the newest attempt of the list.")
	default:
		return s.openAttempt(t.list[i].ID)
	}
	return nil
}

// toggleAttempt marks the attempt that the cursor is on, or takes its mark away, and goes on to the next.
func (s *inspector) toggleAttempt() {
	t := &s.tries
	id := t.selected(s.cursor)
	if id == 0 {
		return
	}
	if i := slices.Index(t.marks, id); i >= 0 {
		t.marks = slices.Delete(t.marks, i, i+1)
	} else {
		t.marks = append(t.marks, id)
	}
	s.write(true)
	s.onAttempt(id)
	s.cursor++
	s.settle()
}

// writeList lists the attempts, one a row; again is the key that sends the callback.
func (t *attempts) writeList(d *doc, again string, now time.Time) {
	th := d.th
	t.rows = t.rows[:0]
	switch {
	case t.failure != nil:
		d.hang(th.bad, "✗", escape.Line(head(t.failure.Error(), noticeBytes)))
		return
	case !t.known:
		d.say(th.muted, "Reading …")
		return
	case len(t.list) == 0:
		d.say(th.text, "This callback was not sent again.")
		d.say(th.muted, again+" sends it to your app, and so do \"plivoscope replay\" and --forward-to; what was sent is kept here, with the answers.")
		return
	}
	words := plural(t.tried.Count, "attempt") + ", newest first"
	if t.tried.Count > len(t.list) {
		words = fmt.Sprintf("%s, the newest %d", plural(t.tried.Count, "attempt"), len(t.list))
	}
	if n := len(t.marks); n > 0 {
		words += fmt.Sprintf(" · %d marked", n)
	}
	d.say(th.muted, words)
	const when, how, took = 10, 20, 9
	answered := 15
	target := func(string) string { return "" }
	title := ""
	if d.w >= 70 { // else only what one opens has it
		answered = 25
		title, target = "  TARGET", func(url string) string { return "  " + brief(targetWords(url)) }
	}
	d.put(docRow{spans: []span{{th.muted, "   " + grid.Fit("TIME", when, false) + grid.Fit("HOW", how, false) + grid.Fit("ANSWER", answered, false) + grid.Fit("TOTAL", took, true) + title}}})
	for _, a := range t.list {
		t.rows = append(t.rows, len(d.rows))
		mark := "   "
		if slices.Contains(t.marks, a.ID) {
			mark = " ● "
		}
		paint, answer := answeredWords(th, a)
		d.about("URL", a.URL, func() {
			d.put(docRow{spans: []span{
				{th.accent, mark},
				{th.muted, grid.Fit(clock(a.At, now), when, false)},
				{th.text, grid.Fit(howWords(a), how-1, false) + " "},
				{paint, grid.Fit(answer, answered-1, false) + " "},
				{th.text, grid.Fit(tookWords(a.Timings.Total), took, true)},
				{th.muted, target(a.URL)},
			}})
		})
	}
}

// targetWords are a URL without the scheme that most have.
func targetWords(url string) string {
	const http = "http://"
	if len(url) > len(http) && url[:len(http)] == http {
		return url[len(http):]
	}
	return url
}

// attemptKey handles the keys that mark in the list, and reports whether it was one.
func (s *inspector) attemptKey(k tea.KeyMsg) bool {
	switch km := s.env.keys; {
	case s.tries.opened.ID != 0:
		return false
	case key.Matches(k, km.mark):
		s.toggleAttempt()
	case key.Matches(k, km.unmark):
		s.tries.marks = nil
		s.writeAttempts()
	default:
		return false
	}
	return true
}

// hasBody reports whether what is shown has a body that can be seen in several ways.
func (s *inspector) hasBody() bool {
	return s.at == partBody || s.at == partAttempts && s.tries.opened.ID != 0
}

// bodyShown is what the body belongs to: of an attempt the answer, where that has one.
func (s *inspector) bodyShown() webhook.Callback {
	if s.at != partAttempts {
		return s.cb
	}
	if answer := answerOfAttempt(s.tries.opened); len(answer.Body) > 0 {
		return answer
	}
	return requestOfAttempt(s.tries.opened)
}

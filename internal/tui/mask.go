package tui

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

// Masking is of data, and happens where answers of the core come in: all that shows, copies or opens a row
// has it masked already. What is needed as it is, the forms and what they were filled from, stays real and
// is masked where it is drawn. Everything asks env.mask, which is nil while nothing is masked.

// maskedCallbacks bounds the callbacks that are kept masked: a list asks for the same ones again and again.
const maskedCallbacks = 1000

// maskedKey tells a callback with its body from one without.
type maskedKey struct {
	id   int64
	body int
}

// hidden masks what a message brings to be shown.
func (e *env) hidden(msg tea.Msg) tea.Msg {
	if e.mask == nil {
		return msg
	}
	switch msg := msg.(type) {
	case pageMsg[plivo.Message]:
		msg.page.Rows = each(msg.page.Rows, e.mask.Message)
		return msg
	case pageMsg[webhook.Callback]:
		msg.page.Rows = each(msg.page.Rows, e.hiddenCallback)
		return msg
	case callbacksMsg:
		msg.callbacks = each(msg.callbacks, e.hiddenCallback)
		return msg
	case togetherMsg:
		msg.rows = each(msg.rows, e.mask.Message)
		return msg
	case causeMsg:
		msg.exam, msg.err = msg.exam.Masked(e.mask), e.hiddenError(msg.err)
		return msg
	case inspectedMsg:
		msg.exam, msg.err = msg.exam.Masked(e.mask), e.hiddenError(msg.err)
		return msg
	case wholeMsg:
		msg.cb = e.hiddenCallback(msg.cb)
		return msg
	case attemptsMsg:
		msg.list = each(msg.list, e.mask.Attempt)
		return msg
	case attemptMsg:
		msg.at = e.mask.Attempt(msg.at)
		return msg
	case comparedAttemptsMsg:
		msg.both = [2]webhook.Attempt{e.mask.Attempt(msg.both[0]), e.mask.Attempt(msg.both[1])}
		return msg
	case triedMsg:
		msg.last = e.mask.Attempt(msg.last)
		return msg
	case comparedMsg:
		msg.a, msg.b = e.hiddenCallback(msg.a), e.hiddenCallback(msg.b)
		return msg
	}
	return msg
}

// hiddenError masks the sentence of an error that is shown beside the data.
func (e *env) hiddenError(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return errors.New(e.mask.Sentence(err.Error()))
}

func each[T any](rows []T, shown func(T) T) []T {
	rows = slices.Clone(rows)
	for i := range rows {
		rows[i] = shown(rows[i])
	}
	return rows
}

// hiddenCallback masks a callback. Nothing of it changes later but what was found out about it.
func (e *env) hiddenCallback(c webhook.Callback) webhook.Callback {
	if e.mask == nil {
		return c
	}
	key := maskedKey{c.ID, len(c.Body)}
	shown, ok := e.masked[key]
	if !ok {
		if len(e.masked) >= maskedCallbacks {
			clear(e.masked)
		}
		shown = e.mask.Callback(c)
		e.masked[key] = shown
	}
	shown.Cause, shown.Verdict, shown.Arrival, shown.Answer = c.Cause, c.Verdict, c.Arrival, c.Answer
	return shown
}

// toggleMask begins or ends masking. What is at hand is masked at once; unmasked it is read again.
func (m *Model) toggleMask() tea.Cmd {
	e := m.env
	if e.mask != nil {
		e.mask = nil
		clear(e.masked)
		e.notify(app.Info, "Numbers and texts are shown as they are.")
		cmd := m.readAgain()
		m.redrawMasked()
		return cmd
	}
	e.mask = e.o.Masker
	for i := range e.told {
		e.told[i].Text = beforeMasking(e.told[i].Text)
	}
	e.own.Text = beforeMasking(e.own.Text)
	m.messages.grid.Change(e.mask.Message)
	m.requests.grid.Change(e.hiddenCallback)
	m.requests.whole.cb = e.hiddenCallback(m.requests.whole.cb)
	d := m.messages.detail
	d.message = e.mask.Message(d.message)
	d.callbacks = each(d.callbacks, e.hiddenCallback)
	d.together.rows = each(d.together.rows, e.mask.Message)
	d.tried.last = e.mask.Attempt(d.tried.last)
	d.cause.of, d.cause.exam = e.hiddenCallback(d.cause.of), d.cause.exam.Masked(e.mask)
	if o := m.requests.open; o != nil {
		o.cb, o.exam = e.hiddenCallback(o.cb), o.exam.Masked(e.mask)
		o.tries.list, o.tries.opened = each(o.tries.list, e.mask.Attempt), e.mask.Attempt(o.tries.opened)
	}
	if c := m.requests.compared; c != nil {
		c.a, c.b = e.hiddenCallback(c.a), e.hiddenCallback(c.b)
		c.attempts = [2]webhook.Attempt{e.mask.Attempt(c.attempts[0]), e.mask.Attempt(c.attempts[1])}
	}
	e.notify(app.Info, "Numbers and texts are masked, also in what is copied; "+e.keys.mask.Help().Key+" shows them again.")
	m.redrawMasked()
	return nil
}

// beforeMasking is what is left of a notice that may hold a text.
func beforeMasking(text string) string {
	if strings.HasPrefix(text, "Copied: ") {
		return "Copied something before masking began."
	}
	return text
}

// redrawMasked draws what was drawn of the rows before.
func (m *Model) redrawMasked() {
	m.messages.detail.refresh()
	m.requests.preview.w = -1 // of no width: it is drawn anew
	if o := m.requests.open; o != nil {
		o.write(true)
	}
	if c := m.requests.compared; c != nil {
		c.write(true)
	}
	m.compose.refresh()
	m.replay.redraw()
	m.sig.refresh()
	m.sig.explain()
	for _, s := range m.screens {
		if a, ok := s.(*activity); ok {
			a.refresh()
		}
	}
}

// reopenedMsg brings what is open as it is, after masking.
type reopenedMsg struct {
	open, a, b webhook.Callback
	exam       app.Examination
	known      bool
	attempts   map[int64]webhook.Attempt
	err        error
}

// readAgain asks for all that is at hand.
func (m *Model) readAgain() tea.Cmd {
	d := m.messages.detail
	d.loaded, d.together, d.tried = detailKey{}, sentWith{}, triedOf{}
	d.forgetCause()
	cmds := []tea.Cmd{m.messages.wake(), d.pull(), d.pullTogether()}
	m.requests.whole = wholeCallback{}
	if m.requests.shown {
		cmds = append(cmds, m.requests.listing.wake())
	}
	var open, a, b int64
	var attempts []int64
	if o := m.requests.open; o != nil {
		open = o.cb.ID
		attempts = append(attempts, o.tries.opened.ID)
		o.tries.known = false // the list is read again
		cmds = append(cmds, o.pullAttempts())
	}
	if c := m.requests.compared; c != nil {
		a, b = c.a.ID, c.b.ID
		attempts = append(attempts, c.attempts[0].ID, c.attempts[1].ID)
	}
	if open == 0 && a == 0 {
		return tea.Batch(cmds...)
	}
	ctx, core := m.env.ctx, m.env.core
	return tea.Batch(append(cmds, func() tea.Msg { return reopen(ctx, core, open, a, b, attempts) })...)
}

func reopen(ctx context.Context, core Core, open, a, b int64, attempts []int64) (msg reopenedMsg) {
	msg.attempts = map[int64]webhook.Attempt{}
	for _, id := range attempts {
		if id == 0 {
			continue
		}
		a, found, err := core.Attempt(ctx, id)
		if err != nil {
			msg.err = err
			return msg
		}
		if found { // else it stays as it is
			msg.attempts[id] = a
		}
	}
	for id, to := range map[int64]*webhook.Callback{open: &msg.open, a: &msg.a, b: &msg.b} {
		if id == 0 {
			continue
		}
		if *to, msg.err = readCallback(ctx, core, id); msg.err != nil {
			return msg
		}
	}
	if open != 0 {
		var err error
		msg.exam, err = core.ExamineCallback(ctx, open)
		msg.known = err == nil
	}
	return msg
}

// reopened takes it, unless something else is open by now, or masked again.
func (m *Model) reopened(msg reopenedMsg) {
	if msg.err != nil || m.env.mask != nil {
		return
	}
	if o := m.requests.open; o != nil && o.cb.ID == msg.open.ID {
		o.cb = msg.open
		if msg.known {
			o.exam, o.known, o.failure = msg.exam, true, nil
		}
		if a, ok := msg.attempts[o.tries.opened.ID]; ok {
			o.tries.opened = a
		}
		o.write(true)
	}
	if c := m.requests.compared; c != nil && c.a.ID == msg.a.ID && c.b.ID == msg.b.ID {
		c.a, c.b = msg.a, msg.b
		for i := range c.attempts {
			if a, ok := msg.attempts[c.attempts[i].ID]; ok {
				c.attempts[i] = a
			}
		}
		c.write(true)
	}
}

// hiddenFilter is a filter as a title shows it: without the words that are looked for in texts.
func (e *env) hiddenFilter(filter string) string {
	if e.mask == nil {
		return filter
	}
	var out []string
	for _, w := range filterWords(filter) {
		key, _, ok := strings.Cut(strings.TrimPrefix(w, "-"), ":")
		switch {
		case ok && key != "text" && strings.Trim(key, "abcdefghijklmnopqrstuvwxyz") == "":
			out = append(out, hiddenValues(e, w, key))
		case strings.HasPrefix(w, "-"):
			out = append(out, "-▒▒▒")
		default:
			out = append(out, "▒▒▒")
		}
	}
	return strings.Join(out, " ")
}

// hiddenValues masks the values of a word of a filter.
func hiddenValues(e *env, w, key string) string {
	if key != "from" && key != "to" {
		return e.mask.Sentence(w)
	}
	head, values, _ := strings.Cut(w, ":")
	return head + ":" + strings.Join(e.mask.Numbers(strings.Split(values, ",")), ",")
}

// filterWords are the words of a filter, in quotes what belongs together.
func filterWords(filter string) []string {
	quoted, escaped := false, false
	return strings.FieldsFunc(filter, func(r rune) bool {
		switch {
		case escaped:
			escaped = false
		case r == '\\' && quoted:
			escaped = true
		case r == '"':
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
}

// problemWords say what is wrong with a draft.
func (e *env) problemWords(p plivo.Problem) string { return e.mask.Problem(p).Text }

// realFilter puts the numbers in place of pseudonyms that were shown. One that was not is left, and is no
// number.
func (e *env) realFilter(text string) string {
	if real, err := e.mask.Real(text); err == nil {
		return real
	}
	return text
}

// ownMasker makes pseudonyms that mean nothing in another run.
func ownMasker() *mask.Masker {
	key := make([]byte, mask.KeySize)
	_, _ = rand.Read(key) // never fails; see crypto/rand
	return mask.New(key)
}

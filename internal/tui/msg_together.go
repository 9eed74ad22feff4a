package tui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/tui/grid"
)

const (
	// togetherShown is how many of them the detail lists, statesShown how many different ends it counts.
	togetherShown = 8
	statesShown   = 5
)

// sentWith is what one send to several destinations made.
type sentWith struct {
	of     int64           // the ID of its first message; 0 for none
	rows   []plivo.Message // in the order of the destinations
	asking bool            // one question at a time
	due    bool            // something may have changed since the present question
	err    error
}

// togetherMsg answers the question for them.
type togetherMsg struct {
	of   int64
	rows []plivo.Message
	err  error
}

// sentTogether reports whether one send made two messages.
func sentTogether(a, b plivo.Message) bool { return a.SentWith > 0 && a.SentWith == b.SentWith }

// bracket is the direction of a message with others of its send beside it: they are all outbound.
func bracket(kin grid.Kin) string {
	switch {
	case kin.Above && kin.Below:
		return "│"
	case kin.Above:
		return "└"
	}
	return "┌"
}

// pullTogether asks for the messages of the shown one's send, where it has several and that is due.
func (d *detail) pullTogether() tea.Cmd {
	t := &d.together
	if of := d.message.SentWith; !d.shown || t.of != of {
		*t = sentWith{asking: t.asking}
		if d.shown {
			t.of = of
		}
	}
	if t.of == 0 {
		return nil
	}
	t.due = true
	if t.asking {
		return nil
	}
	t.asking, t.due = true, false
	ctx, core, of := d.env.ctx, d.env.core, t.of
	return func() tea.Msg {
		rows, err := core.SentTogether(ctx, of)
		return togetherMsg{of, rows, err}
	}
}

// answerTogether takes them, and asks again where the selection has gone on to another send.
func (d *detail) answerTogether(msg togetherMsg) tea.Cmd {
	t := &d.together
	t.asking = false
	if msg.of != t.of {
		return d.pullTogether()
	}
	if !errors.Is(msg.err, context.Canceled) {
		t.err = msg.err
	}
	if msg.err == nil {
		t.rows = msg.rows
	}
	d.refresh()
	if t.due {
		return d.pullTogether()
	}
	return nil
}

// tickTogether asks again after a failure.
func (d *detail) tickTogether() tea.Cmd {
	if d.together.err != nil {
		return d.pullTogether()
	}
	return nil
}

// endWords are a message's status with its code: what a send came to there.
func endWords(m plivo.Message) string {
	switch {
	case m.Unclear:
		return "unclear"
	case m.Refusal != "" && m.UUID == "":
		return refusedWord(m)
	case m.Status == "":
		return "without a status"
	case plivo.HasError(m.ErrorCode):
		return brief(string(m.Status)) + " " + brief(m.ErrorCode)
	}
	return brief(string(m.Status))
}

// sumWords count how the destinations of a send came out, the most frequent first.
func sumWords(rows []plivo.Message) string {
	n := map[string]int{}
	for _, m := range rows {
		n[endWords(m)]++
	}
	ends := make([]string, 0, len(n))
	for words := range n {
		ends = append(ends, words)
	}
	slices.SortFunc(ends, func(a, b string) int { return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b)) })
	var out []string
	for i, words := range ends {
		if i == statesShown {
			rest := 0
			for _, w := range ends[i:] {
				rest += n[w]
			}
			out = append(out, fmt.Sprintf("%s otherwise", count(int64(rest))))
			break
		}
		out = append(out, count(int64(n[words]))+" "+words)
	}
	return strings.Join(out, ", ")
}

// togetherWords say how many others a message was sent with, and how it and they came out.
func togetherWords(rows []plivo.Message) string {
	return fmt.Sprintf("%s; all %s: %s", plural(len(rows)-1, "other"), count(int64(len(rows))), sumWords(rows))
}

// writeTogether lists the destinations of the message's send.
func (p *page) writeTogether(t sentWith, m plivo.Message, all string) {
	switch {
	case m.SentWith == 0:
		return
	case t.err != nil:
		p.field("sent with", p.th.bad, "✗ its other destinations cannot be read: "+readable(t.err.Error())+"; trying again each second")
		return
	case len(t.rows) == 0:
		p.field("sent with", p.th.muted, "others: reading …")
		return
	}
	others := len(t.rows) - 1
	if others == 0 {
		p.field("sent with", p.th.muted, "others, which the history keeps no more")
		return
	}
	p.field("sent with", p.th.text, togetherWords(t.rows))
	at := max(slices.IndexFunc(t.rows, func(r plivo.Message) bool { return r.ID == m.ID }), 0)
	from := max(min(at-togetherShown/2, len(t.rows)-togetherShown), 0)
	for _, r := range t.rows[from:min(from+togetherShown, len(t.rows))] {
		p.add(append([]span{{p.th.text, blank(labelWidth - 1)}}, p.th.destination(r, r.ID == m.ID, p.w)...)...)
	}
	words := " goes to one of them"
	if len(t.rows) > togetherShown {
		words = fmt.Sprintf(" lists all %s and goes to one of them", count(int64(len(t.rows))))
	}
	p.add(span{p.th.text, blank(labelWidth + 1)}, span{p.th.key, all}, span{p.th.muted, words})
}

// destination is a line about one destination of a send, in w cells at most.
func (t *theme) destination(m plivo.Message, here bool, w int) []span {
	mark, to := span{t.text, "  "}, t.text
	if here {
		mark, to = span{t.accent, "› "}, t.strong
	}
	paint := t.status(m.Status)
	if m.Unverified {
		paint = t.warn
	}
	return []span{
		mark,
		{to, grid.Fit(brief(m.To), 17, false) + " "},
		{paint, grid.Fit(statusWords(m), 15, false)},
		{paint, codeWords(m, w-labelWidth-34)},
	}
}

// togetherKnown reports whether there is nothing to wait for before the other destinations can be told.
func (d *detail) togetherKnown() bool {
	return d.message.SentWith == 0 || len(d.together.rows) > 0 || d.together.err != nil
}

// speakTogether tells the destinations of the shown message's send.
func (d *detail) speakTogether() []string {
	var s speech
	t := d.together
	switch {
	case d.message.SentWith == 0:
	case t.err != nil:
		s.add("Its send had other destinations, which cannot be read: %s", head(t.err.Error(), noticeBytes))
	case len(t.rows) > 1:
		s.add("Sent together with %s.", togetherWords(t.rows))
		for i, m := range t.rows[:min(len(t.rows), saidEntries)] {
			s.add("Destination %d: %s, %s", i+1, readable(m.To), endWords(m))
		}
		s.rest(len(t.rows), "destination")
	}
	return s
}

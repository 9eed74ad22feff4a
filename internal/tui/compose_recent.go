package tui

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook"
)

// recentMost is how many earlier messages are offered.
const recentMost = 50

// recentSheet offers the messages that were sent lately, to write the next one after them.
type recentSheet struct {
	picking
	form *compose

	reading bool
	err     error
	all     []recentItem
	found   []recentItem
}

// recentItem is a draft that can be taken.
type recentItem struct {
	form    form
	kept    bool      // one that another took the place of: it was not sent
	at      time.Time // when it was sent
	to      []string
	unasked string // the callback URL that it was sent with, where the present one takes its place
	find    string // what is searched in it
}

// recentMsg answers the question for what was sent.
type recentMsg struct {
	sheet  *recentSheet
	drafts []store.SentDraft
	err    error
}

// openRecent opens the sheet and asks for its messages.
func (c *compose) openRecent() tea.Cmd {
	s := &recentSheet{picking: newPicking(c.env, "any part of a text or number"), form: c, reading: true}
	s.list(nil)
	c.env.sheet = s
	ctx, core := c.env.ctx, c.env.core
	return func() tea.Msg {
		drafts, err := core.SentDrafts(ctx, recentMost)
		return recentMsg{s, drafts, err}
	}
}

// list makes the items: the kept drafts, then what was sent.
func (s *recentSheet) list(drafts []store.SentDraft) {
	s.all = nil
	for _, f := range s.form.kept {
		s.all = append(s.all, recentItem{form: f, kept: true, to: destinations(f.to)})
	}
	for _, d := range drafts {
		i := recentItem{at: d.At, to: d.To, form: form{text: d.Text, to: strings.Join(d.To, ", "), from: d.From, url: d.CallbackURL, more: optionFormOf(d.Options, d.Method)}}
		if own, other := s.ownURL(d.CallbackURL); own {
			i.form.url = ""
			if other {
				i.unasked = d.CallbackURL
			}
		}
		s.all = append(s.all, i)
	}
	for i := range s.all {
		f := &s.all[i].form
		s.all[i].find = strings.ToLower(f.text + "\n" + f.to + "\n" + f.from)
	}
	s.search()
}

// ownURL reports whether a callback URL is this server's, or was an earlier one's with another address: one
// that is gone gets no reports any more.
func (s *recentSheet) ownURL(raw string) (own, other bool) {
	if raw == "" || raw == s.env.status.CallbackURL {
		return true, false
	}
	u, err := url.Parse(raw)
	own = err == nil && u.Path == webhook.DeliveryReportPath && u.RawQuery == ""
	return own, own
}

func (s *recentSheet) search() {
	words := strings.Fields(strings.ToLower(s.input.Value()))
	s.found, s.at, s.top = s.found[:0], 0, 0
next:
	for _, i := range s.all {
		for _, w := range words {
			if !strings.Contains(i.find, w) {
				continue next
			}
		}
		s.found = append(s.found, i)
	}
}

func (s *recentSheet) heading() string { return "Recent messages" }

// detailFrom is the room below the rule from which the sheet says more of what is selected.
const detailFrom = 8

// setSize gives the sheet its room in the body.
func (s *recentSheet) setSize(w, h int) {
	room := h - 1
	if h >= detailFrom {
		room = h - 4
	}
	s.picking.setSize(w, room, len(s.found))
}

func (s *recentSheet) key(k tea.KeyMsg) (tea.Cmd, bool) {
	return s.picking.key(k, len(s.found), func(at int) { s.form.take(s.found[at]) }, s.other)
}

// other takes the answer to the question, and gives the input what is its.
func (s *recentSheet) other(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(recentMsg); ok {
		if m.sheet == s {
			s.reading, s.err = false, m.err
			s.list(m.drafts)
		}
		return nil
	}
	return s.typed(msg, s.search)
}

func (s *recentSheet) lines(w, h int) []string {
	th := s.env.th
	out := []string{th.accent.Wrap(" / ") + typed(s.input.View(), max(w-3, 0))}
	for y := range s.h {
		switch n := s.top + y; {
		case n < len(s.found):
			out = append(out, s.row(w, s.found[n], n == s.at))
		case n == len(s.found) && (n == 0 || s.err != nil):
			paint, words := s.nothing()
			out = append(out, line(w, span{paint, "   " + words}))
		default:
			out = append(out, line(w))
		}
	}
	if h >= detailFrom {
		out = append(out, line(w))
		out = append(out, s.more(w)...)
	}
	return out[:min(h, len(out))]
}

// nothing says why there is nothing to choose from.
func (s *recentSheet) nothing() (grid.Paint, string) {
	th := s.env.th
	switch {
	case s.err != nil:
		return th.bad, "✗ Earlier messages cannot be read: " + escape.Line(head(s.err.Error(), noticeBytes))
	case s.reading:
		return th.muted, "reading the history …"
	case len(s.all) > 0:
		return th.muted, "No message has all these words in its text or numbers."
	default:
		return th.muted, "Nothing was sent yet: what you send comes here."
	}
}

// row is one message: when, to whom, and its text.
func (s *recentSheet) row(w int, i recentItem, on bool) string {
	th := s.env.th
	mark, text := span{th.text, "   "}, th.text
	if on {
		mark, text = span{th.accent, " › "}, th.strong
	}
	when := clock(i.at, s.env.at)
	if i.kept {
		when = "not sent"
	}
	to := ""
	i.to = s.env.mask.Numbers(i.to)
	switch len(i.to) {
	case 0:
	case 1:
		to = brief(i.to[0])
	default:
		to = fmt.Sprintf("%s +%d", brief(i.to[0]), len(i.to)-1)
	}
	return line(w, mark, span{th.muted, grid.Fit(when, 8, false) + "  "}, span{text, grid.Fit(to, 18, false) + "  "}, span{text, brief(s.env.mask.Text(i.form.text))})
}

// more are two lines about the selected message.
func (s *recentSheet) more(w int) []string {
	if s.at >= len(s.found) {
		return []string{line(w), line(w)}
	}
	i, th := s.found[s.at], s.env.th
	g := plural(len(i.to), "destination")
	if set, _ := i.form.more.options(); !set.Zero() {
		g += " · " + s.env.mask.Sentence(strings.Join(optionWords(set), " · "))
	}
	if i.form.from != "" {
		g = "from " + brief(s.env.mask.Number(i.form.from)) + " · " + g
	}
	where := "callbacks to this server"
	switch {
	case i.form.url != "":
		where = "callbacks to " + brief(s.env.mask.URL(i.form.url))
	case i.unasked != "":
		where = "callbacks to this server, no more to " + brief(s.env.mask.URL(i.unasked))
	case s.env.status.CallbackURL == "":
		where = "no callbacks"
	}
	return []string{line(w, span{th.muted, "   " + g}), line(w, span{th.muted, "   " + where})}
}

// blank reports whether nothing was typed that would be missed: the sender stands there by itself.
func (f form) blank() bool {
	return strings.TrimSpace(f.text+f.to+f.fate+f.url) == "" && !f.more.ofMessage() && f.untaken == (untaken{})
}

// begin shows the first page of a draft that was just filled in, or emptied.
func (c *compose) begin() {
	c.more, c.elsewhere = false, fieldKind
	c.setFocus(fieldText)
	c.strict = false
	c.changed()
}

// keep sets a draft aside whose place another one takes, before those of earlier.
func (c *compose) keep(f form) {
	if f.blank() {
		return
	}
	c.forgetKept(f)
	c.kept = slices.Insert(c.kept, 0, f)
}

// forgetKept takes a draft from those that were set aside.
func (c *compose) forgetKept(f form) {
	f.untaken = untaken{} // it may have come since
	c.kept = slices.DeleteFunc(c.kept, func(k form) bool {
		k.untaken = untaken{}
		return k == f
	})
}

// take fills the form with another draft. One that stood there is kept, for the same sheet.
func (c *compose) take(i recentItem) {
	kept := c.form
	if i.kept {
		c.forgetKept(i.form)
	}
	c.keep(kept)
	c.text.SetValue(i.form.text)
	for f, v := range map[field]string{fieldTo: i.form.to, fieldFrom: i.form.from, fieldFate: i.form.fate, fieldURL: i.form.url} {
		c.inputs[f].SetValue(v)
		c.inputs[f].CursorStart()
	}
	c.fillOptions(i.form.more)
	c.form.untaken = i.form.untaken
	c.begin()
	words := "Filled in what was sent at " + clock(i.at, c.env.at)
	if i.kept {
		words = "Filled in the draft that was kept"
	}
	if !kept.blank() {
		words += "; the draft that stood here is kept under " + c.env.keys.earlier.Help().Key
	}
	c.env.notify(app.Info, words+".")
}

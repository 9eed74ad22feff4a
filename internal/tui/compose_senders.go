package tui

import (
	"cmp"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/tui/grid"
)

// sendersSheet offers what the account can send from: its numbers and Powerpacks.
type sendersSheet struct {
	picking
	form *compose

	reading bool
	err     error
	all     []app.Sender
	found   []app.Sender
}

// sendersMsg answers the question for the senders.
type sendersMsg struct {
	sheet   *sendersSheet
	senders []app.Sender
	err     error
}

// openSenders opens the sheet and asks for what it lists.
func (c *compose) openSenders() tea.Cmd {
	s := &sendersSheet{picking: newPicking(c.env, "any part of a number or name"), form: c, reading: true}
	c.env.sheet = s
	ctx, core := c.env.ctx, c.env.core
	return func() tea.Msg {
		all, err := core.Senders(ctx)
		return sendersMsg{s, all, err}
	}
}

// learn takes the answer, with what the draft has now selected.
func (s *sendersSheet) learn(msg sendersMsg) {
	s.reading, s.err, s.all = false, msg.err, msg.senders
	s.search()
	for i, o := range s.found {
		if d := s.form.draft; o.Powerpack != "" && o.Powerpack == d.Powerpack || o.From != "" && o.From == d.From {
			s.at = i
			break
		}
	}
	s.reveal(len(s.found))
}

func (s *sendersSheet) search() {
	words := strings.Fields(strings.ToLower(s.input.Value()))
	s.found, s.at, s.top = s.found[:0], 0, 0
next:
	for _, o := range s.all {
		find := strings.ToLower(strings.Join([]string{o.From, o.Powerpack, o.Name, senderKind(o), registrationWords(o)}, "\n"))
		for _, w := range words {
			if !strings.Contains(find, w) {
				continue next
			}
		}
		s.found = append(s.found, o)
	}
}

func (s *sendersSheet) heading() string { return "What this account can send from" }

// setSize gives the sheet its room in the body.
func (s *sendersSheet) setSize(w, h int) {
	room := h - 1
	if s.stale() {
		room--
	}
	s.picking.setSize(w, room, len(s.found))
}

// stale reports whether what is listed was read earlier, because it could not be read now.
func (s *sendersSheet) stale() bool { return s.err != nil && len(s.all) > 0 }

func (s *sendersSheet) key(k tea.KeyMsg) (tea.Cmd, bool) {
	return s.picking.key(k, len(s.found), func(at int) { s.form.sendFrom(s.found[at]) }, s.other)
}

// other gives the input what is its.
func (s *sendersSheet) other(msg tea.Msg) tea.Cmd {
	return s.typed(msg, s.search)
}

func (s *sendersSheet) lines(w, h int) []string {
	th := s.env.th
	out := []string{th.accent.Wrap(" / ") + typed(s.input.View(), max(w-3, 0))}
	if s.stale() {
		out = append(out, line(w, span{th.warn, "   ! " + s.staleWords()}))
	}
	for y := range s.h {
		switch n := s.top + y; {
		case n < len(s.found):
			out = append(out, s.row(w, s.found[n], n == s.at))
		case n == 0:
			paint, words := s.nothing()
			for _, l := range wrap(words, w-4) {
				out = append(out, line(w, span{paint, "   " + l}))
			}
		default:
			out = append(out, line(w))
		}
	}
	return out[:min(h, len(out))]
}

// nothing says why there is nothing to choose from.
func (s *sendersSheet) nothing() (grid.Paint, string) {
	th := s.env.th
	switch {
	case len(s.all) > 0:
		return th.muted, "No sender has all these words."
	case s.err != nil:
		return th.bad, "✗ " + capital(s.problem())
	case s.reading:
		return th.muted, "asking Plivo for the numbers and Powerpacks …"
	default:
		return th.muted, "The account has no number that sends SMS or MMS, and no Powerpack; rent a number in Plivo's console."
	}
}

func (s *sendersSheet) staleWords() string { return "Known from before: " + s.problem() }

func (s *sendersSheet) problem() string {
	return escape.Line(head(s.env.mask.Sentence(s.err.Error()), noticeBytes))
}

// senderKind is what a sender is, in a word.
func senderKind(o app.Sender) string {
	switch {
	case o.Powerpack != "":
		return "Powerpack"
	case o.Type == "tollfree":
		return "toll-free"
	}
	return cmp.Or(o.Type, "number")
}

// servicesWords say what a number sends; a Powerpack chooses one that does.
func servicesWords(o app.Sender) string {
	switch {
	case o.Powerpack != "":
		return ""
	case o.SMS && o.MMS:
		return "SMS MMS"
	case o.SMS:
		return "SMS"
	}
	return "MMS alone"
}

// registrationWords say whether a sender is registered, and whether it is the default.
func registrationWords(o app.Sender) string {
	switch {
	case o.Default && o.Registration != "":
		return "default · " + o.Registration
	case o.Default:
		return "default"
	}
	return o.Registration
}

// row is one sender: what it is, what it sends, whether it is registered.
func (s *sendersSheet) row(w int, o app.Sender, on bool) string {
	th, m := s.env.th, s.env.mask
	mark, text := span{th.text, "   "}, th.text
	if on {
		mark, text = span{th.accent, " › "}, th.strong
	}
	services := span{th.muted, grid.Fit(servicesWords(o), 11, false)}
	if o.Powerpack == "" && !o.SMS {
		services.paint = th.warn
	}
	name, more := brief(m.Number(o.From)), m.Sentence(brief(o.Name))
	if o.Powerpack != "" {
		name, more = m.Sentence(brief(o.Name)), brief(o.Powerpack)
	}
	words := []string{}
	for _, part := range []string{registrationWords(o), more} {
		if part != "" {
			words = append(words, brief(part))
		}
	}
	wide := 17 // a number, and the beginning of a Powerpack's name
	if w >= 100 {
		wide = 30
	}
	return line(w, mark, span{text, grid.Fit(name, wide, false) + "  "}, span{th.muted, grid.Fit(brief(senderKind(o)), 11, false)}, services, span{th.muted, strings.Join(words, " · ")})
}

// sendFrom makes a sender that of the draft: a number, or a Powerpack, which chooses one.
func (c *compose) sendFrom(o app.Sender) {
	c.setValue(fieldFrom, o.From)
	c.setValue(fieldPowerpack, o.Powerpack)
	if c.focus == fieldFrom {
		c.step(1)
	}
	c.changed()
	if o.Powerpack == "" && !o.SMS && c.gauge.segmented() {
		c.env.notifyAbout(aboutDraft, app.Warning, "Plivo says that "+brief(c.env.mask.Number(o.From))+" sends MMS alone; choose another sender, or the type mms.")
	}
}

package tui

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/plivo"
)

// composeKeys are those of the compose screen, which has no form here: a draft is asked for by questions.
func composeKeys(km keyMap) []key.Binding {
	write := km.open
	write.SetHelp(write.Help().Key, "write the message")
	return []key.Binding{write, km.send, km.options, km.senders, km.earlier, km.plain, km.undo, km.code, km.keep}
}

func (p *plainUI) composeKey(k tea.KeyMsg) (tea.Cmd, bool) {
	c, km := p.m.compose, p.m.env.keys
	switch {
	case key.Matches(k, km.open, km.fresh):
		return p.askDraft(), true
	case key.Matches(k, km.send):
		return p.askSend(), true
	case key.Matches(k, km.options):
		p.listOptions()
		return nil, true
	case key.Matches(k, km.senders):
		return p.askSenders(), true
	case key.Matches(k, km.earlier, km.code, km.plain, km.undo, km.keep):
		cmd, _ := c.key(k)
		c.setFocus(fieldSend)
		if p.m.env.sheet == nil && key.Matches(k, km.plain, km.undo) {
			p.sayDraft()
		}
		if _, recent := p.m.env.sheet.(*recentSheet); recent {
			p.m.env.sheet = nil // its answer is recentOffered by a question
		}
		return cmd, true
	}
	return nil, false
}

func (p *plainUI) composeSummary() []string {
	c, km := p.m.compose, p.m.env.keys
	if c.form.blank() {
		return []string{"Compose. There is no draft. " + spokenKeys(km.open.Help().Key) + " writes one, " + spokenKeys(km.earlier.Help().Key) + " offers recent messages."}
	}
	return append([]string{"Compose."}, p.draftWords()...)
}

// sayDraft says the draft as it would be sent.
func (p *plainUI) sayDraft() { p.out.say(join(p.draftWords())) }

func (p *plainUI) draftWords() []string {
	c, e := p.m.compose, p.m.env
	var s speech
	to := "nobody yet"
	if len(c.draft.To) > 0 {
		to = brief(inShort(e.mask.Numbers(c.draft.To)))
	}
	from := brief(orNone(e.mask.Number(c.draft.From)))
	if c.draft.Powerpack != "" && c.draft.From == "" {
		from = "the Powerpack " + brief(c.draft.Powerpack)
	}
	s.add("From %s to %s. Text: %s", from, to, readable(e.mask.Text(c.form.text)))
	if set := c.set(); len(set) > 0 {
		s.add("Options: %s.", readable(e.mask.Sentence(strings.Join(set, ", "))))
	}
	if words := c.to.words(); words != "" {
		s.add("%s.", strings.ReplaceAll(words, " · ", ", "))
	}
	s = append(s, c.gauge.sentences(e.keys)...)
	for _, problem := range c.problems {
		if problem.Text != "" && (problem.Warning || c.strict) {
			s.add("%s", e.problemWords(problem))
		}
	}
	return s
}

// sentences say how the text is going to be sent, and what forced it to be UCS-2.
func (g gauge) sentences(km keyMap) []string {
	var s speech
	if !g.segmented() {
		words, _ := g.unsegmented()
		return []string{strings.ReplaceAll(words, " · ", ", ") + "."}
	}
	if g.Segments == 0 {
		return nil
	}
	s.add("%s, %s in %s, %s, %s left in the last.", g.Encoding, plural(g.chars.Count, "character"), plural(g.Length, lengthUnit(g.Encoding)),
		plural(g.Segments, "segment"), count(int64(g.Left)))
	if n := g.over(); n > 0 {
		s.add("It is %s over the limit of %s.", count(int64(n)), count(int64(g.Limit())))
	}
	switch {
	case len(g.chars.Forcing) > 0:
		s.add("UCS-2, because %s.", g.forcedWords())
		if words := g.plainWords(spokenKeys(km.plain.Help().Key) + " on the compose screen"); words != "" {
			s.add("%s.", words)
		}
	default:
		if words := g.doubleWords(); words != "" {
			s.add("%s.", words)
		}
	}
	return s
}

// askDraft asks for a message field by field; what was typed is kept whenever one leaves.
func (p *plainUI) askDraft() tea.Cmd {
	p.askField("From", fieldFrom, "from", nil, false, func() tea.Cmd {
		p.askField("To, several with commas", fieldTo, "to", oneLine, false, func() tea.Cmd {
			p.askField("Text", fieldText, "text", nil, false, p.askSend)
			return nil
		})
		return nil
	})
	return nil
}

// askField asks for a field of the draft until what is typed can be sent.
func (p *plainUI) askField(label string, f field, problems string, flat func(string) string, again bool, next func() tea.Cmd) {
	c, km := p.m.compose, p.m.env.keys
	text := c.value(f)
	// A number is replaced more often than changed; a text, or what was wrong, is written on.
	offer := f != fieldText && text != "" && !again
	p.put(&question{label: label, text: []rune(text), offer: offer, lines: f == fieldText, flat: flat, hide: func(text string) string { return c.hiddenField(f, text) }, accept: km.newline, leave: km.keep, done: func(text string) tea.Cmd {
		p.fillField(f, text)
		wrong := false
		for _, problem := range only(append([]plivo.Problem(nil), c.problems...), problems) {
			p.out.say(p.m.env.problemWords(problem))
			wrong = wrong || !problem.Warning
		}
		if wrong {
			p.askField(label, f, problems, flat, true, next)
			return nil
		}
		return next()
	}, left: func() tea.Cmd {
		if c.unsent() {
			p.out.say("The draft is kept.")
		}
		return nil
	}})
}

// fillField puts an answer into the form.
func (p *plainUI) fillField(f field, text string) {
	c := p.m.compose
	c.setValue(f, text)
	c.check()
}

// sendWord is the answer that sends, here and where it costs money.
const sendWord = "send"

// askSend says the draft and asks whether to send it; where that costs money, the form asks how much.
func (p *plainUI) askSend() tea.Cmd {
	c, e := p.m.compose, p.m.env
	c.strict = true
	c.check()
	if _, wrong := c.firstError(); wrong {
		return c.send() // says what is wrong
	}
	p.sayDraft()
	if e.status.Spends {
		return c.send()
	}
	// The answer before was deliberate: this question needs no pause before its own.
	e.sheet = &confirmSheet{env: e, title: "Send", question: fmt.Sprintf("Send %s?", c.costWords()), word: sendWord, yes: c.send}
	return nil
}

// recentOffered is how many recent messages are offered.
const recentOffered = 9

// offerRecent lists the messages that were sent lately, to be taken by their number.
func (p *plainUI) offerRecent(msg recentMsg) tea.Cmd {
	msg.sheet.other(msg)
	s, km := msg.sheet, p.m.env.keys
	if p.elsewhere() {
		return nil
	}
	if len(s.found) == 0 {
		_, words := s.nothing()
		p.out.say(unsigned(words))
		return nil
	}
	mask := p.m.env.mask
	found := s.found[:min(len(s.found), recentOffered)]
	for i, r := range found {
		when := "sent " + whenSpoken(r.at, p.m.env.at)
		if r.kept {
			when = "not sent"
		}
		to := "nobody"
		if len(r.to) > 0 {
			to = brief(inShort(mask.Numbers(r.to)))
		}
		p.out.say(fmt.Sprintf("%d: %s, to %s: %s", i+1, when, to, brief(mask.Text(r.form.text))))
	}
	p.put(&question{label: "Number", accept: km.fill, leave: km.cancel, done: func(text string) tea.Cmd {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > len(found) {
			p.out.say("There is no message of that number.")
			return nil
		}
		p.m.compose.take(found[n-1])
		return p.askDraft()
	}})
	return nil
}

package tui

import (
	"regexp"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// panelSaid is what was said of the simulator panel: of that only what is new is said again.
type panelSaid struct {
	due      bool // something was changed, or the panel opened: it is said with the state that comes
	part     int
	lines    map[string]bool
	selected string
	typed    *simInput // what was typed last, to ask for it again where it fails
}

// panelSpoken is how many cells a line that is said has: nothing of it is cut.
const panelSpoken = 4 << 10

// columns are apart by more than a space.
var columns = regexp.MustCompile(`  +`)

// panelLines are the lines of the panel without what only a screen needs, and the selected one among them. What stands in
// columns is set apart by commas, from a title by a colon.
func (p *plainUI) panelLines(s *simPanel) (lines []string, selected string) {
	bare := strings.NewReplacer("━", "", "●", "", "─", "", "■", "", "‹ ", "", " ›", "", "│", "", "→", "to", "×", " times")
	for i, l := range s.lines(panelSpoken, p.m.frame.body.h-1) {
		l = ansi.Strip(l)
		parts := columns.Split(strings.TrimSpace(bare.Replace(l)), -1)
		text := strings.Join(parts, ", ")
		if titled := !strings.HasPrefix(l, "   ") && !strings.HasPrefix(l, " › "); titled && len(parts) > 1 {
			text = strings.TrimSuffix(parts[0], ":") + ": " + strings.Join(parts[1:], ", ")
		}
		switch {
		case i == 0 || i == simTabs || text == "":
		case strings.HasPrefix(l, " › "):
			selected = text
			lines = append(lines, text)
		default:
			lines = append(lines, text)
		}
	}
	return lines, selected
}

// sayPanel says what is new in the panel, and with all the clock.
func (p *plainUI) sayPanel(s *simPanel, all bool) {
	said := &p.panel
	lines, selected := p.panelLines(s)
	if all && s.known {
		p.out.say(s.clockSentence())
	}
	if said.lines == nil || said.part != s.on {
		p.out.say(s.placeWords() + ".")
		said.lines, said.selected = nil, ""
	}
	now := map[string]bool{}
	for _, l := range lines {
		now[l] = true
		switch {
		case l == selected && l != said.selected:
			p.out.say("Selected: " + l + s.placeOfSelected())
		case !said.lines[l] && l != selected:
			p.out.say(l)
		}
	}
	said.part, said.lines, said.selected = s.on, now, selected
}

// openedPanel says that the panel was opened, and its keys; the rest comes with the state.
func (p *plainUI) openedPanel(s *simPanel) {
	p.panel = panelSaid{due: true, typed: p.panel.typed}
	p.out.say(s.heading() + ".")
	for _, b := range s.spokenKeys() {
		p.out.say(s.env.keys.panelSentence(b))
	}
}

// panelWords say what some keys of the panel do, of which the screen has room for less.
func (km keyMap) panelWords() map[string]string {
	return map[string]string{
		km.stopClock.Help().Desc:   "stop the clock, or start it again",
		km.nextDue.Help().Desc:     "move the clock on to what is due next",
		km.oneMinute.Help().Desc:   "move the clock on by a minute",
		km.advanceBy.Help().Desc:   "move the clock on by a time, which is asked for",
		km.faster.Help().Desc:      "let the clock run faster",
		km.slower.Help().Desc:      "let the clock run slower",
		km.fateNext.Help().Desc:    "give this fate to the next messages",
		km.fateDefault.Help().Desc: "give this fate to all other messages",
		km.dropFate.Help().Desc:    "drop the fate of the next messages",
	}
}

// panelSentence says what a key of the panel does.
func (km keyMap) panelSentence(b key.Binding) string {
	if words := km.panelWords()[b.Help().Desc]; words != "" {
		b.SetHelp(b.Help().Key, words)
	}
	return keySentence(b)
}

// heardPanel takes what the simulator answered, and says what came of it.
func (p *plainUI) heardPanel(msg tea.Msg) tea.Cmd {
	cmd := p.m.update(msg)
	s := p.m.env.sim
	if p.m.env.sheet != sheet(s) {
		return cmd
	}
	switch done := msg.(type) {
	case simStateMsg:
		if p.panel.due && p.ask == nil {
			p.panel.due = false
			p.sayPanel(s, true)
		}
	case simDoneMsg:
		p.panel.due = true
		if t := p.panel.typed; t != nil && t.of == done.of {
			if p.panel.typed = nil; s.wrong != "" && p.ask == nil {
				p.out.say(s.wrong)
				s.wrong = ""
				p.askSimValue(t)
			}
		}
	case simReceiptMsg:
		for _, a := range s.parts[simInboundAt].(*simInbound).answer() {
			p.out.say(a.text)
		}
	}
	return cmd
}

// panelKey gives a key to the panel; what it would have typed on the screen is asked for.
func (p *plainUI) panelKey(s *simPanel, k tea.KeyMsg) tea.Cmd {
	if km := p.m.env.keys; !k.Paste {
		switch {
		case key.Matches(k, km.help, km.helpTyped):
			for _, sec := range append(s.help(), km.spokenSection(p.m.everywhere(true))) {
				p.out.say(sec.title + ".")
				for _, b := range sec.keys {
					if b.Enabled() {
						p.out.say(km.panelSentence(b))
					}
				}
			}
			return nil
		case key.Matches(k, km.redraw):
			p.panel.lines = nil
			p.sayPanel(s, true)
			return nil
		// What is told of the others is heard outside of the panel.
		case global(km, k) || key.Matches(k, km.paletteTyped, km.fresh):
			p.m.env.sheet = nil
			p.out.say("Left.")
			if key.Matches(k, km.simulator) {
				return nil
			}
			return p.key(k)
		}
	}
	p.m.env.sheet = nil // before the key: its answer may open another one
	cmd, done := s.key(k)
	if done {
		if p.m.env.sheet == nil {
			p.out.say("Left.")
		}
		return cmd
	}
	p.m.env.sheet = s
	form := s.parts[simInboundAt].(*simInbound)
	switch {
	case s.typed != nil:
		t := s.typed
		s.typed = nil
		p.askSimValue(t)
	case form.writing:
		form.write(false)
		p.askInboundField(form, 0)
	case s.wrong != "" && len(s.doing) > 0: // the lines are said once that is done
		p.out.say(s.wrong)
		s.wrong = ""
	case len(s.doing) == 0:
		p.m.arrange()
		p.sayPanel(s, false)
	}
	return cmd
}

// askSimValue asks for a value that the panel takes.
func (p *plainUI) askSimValue(t *simInput) {
	km, s := p.m.env.keys, p.m.env.sim
	text := t.in.Value()
	p.put(&question{label: t.label + ", " + t.in.Placeholder, text: []rune(text), offer: text != "", accept: km.setValue, leave: km.cancel, done: func(text string) tea.Cmd {
		cmd, problem := t.done(strings.TrimSpace(text))
		if problem != "" {
			p.out.say(problem)
			p.askSimValue(t) // with the value that was good
			return nil
		}
		t.of = s.doing[len(s.doing)-1]
		p.panel.typed = t
		return cmd
	}})
}

// askInboundField asks for the parts of an inbound message, one after the other, and posts it.
func (p *plainUI) askInboundField(f *simInbound, i int) {
	km, m := p.m.env.keys, p.m.env.mask
	hide := []func(string) string{m.Number, m.Number, m.Text, m.Text}[i]
	text, label := f.inputs[i].Value(), inboundFields[i]
	if text == "" {
		hint := f.inputs[i].Placeholder
		if hint == proposedText { // the media are asked for after it
			hint = inboundText + ", if neither text nor media is typed"
		}
		label += ", " + hint
	}
	p.put(&question{label: label, text: []rune(text), offer: text != "", hide: hide, accept: km.deliver, leave: km.cancel, done: func(text string) tea.Cmd {
		f.inputs[i].SetValue(text)
		f.inputs[2].Placeholder = f.textHint()
		if i+1 < len(f.inputs) {
			p.askInboundField(f, i+1)
			return nil
		}
		cmd := f.deliver()
		if f.panel.wrong != "" {
			p.out.say(f.panel.wrong)
		}
		return cmd
	}})
}

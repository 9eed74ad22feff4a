package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/tui/grid"
)

// paletteItem is something that can be done now, unless it is idle: then what it acts on is not there.
type paletteItem struct {
	words   string // what it does
	name    string // of the action
	keys    string // that do it now; empty where they would be typed
	section string
	idle    bool
	run     func() tea.Cmd
}

// paletteSheet finds an action by its name and does it.
type paletteSheet struct {
	env   *env
	input textinput.Model
	all   []paletteItem
	idle  []paletteItem // found by their name alone
	found []paletteItem
	at    int
	top   int // of the items that are shown
	h     int // lines for items
}

// toScreens is the section of what goes to another screen.
const toScreens = "Screens"

// paletteLines is how many actions are shown at once where there is room.
const paletteLines = 12

func newPalette(e *env) *paletteSheet {
	return &paletteSheet{env: e, input: e.th.input("what to do: type a part of its name")}
}

// add offers an action, or keeps it to be found by its name where it cannot be done now. here tells whether its key acts
// where one is.
func (s *paletteSheet) add(section string, b key.Binding, here bool, run func() tea.Cmd) {
	i := paletteItem{words: b.Help().Desc, name: s.env.keys.actionOf(b).name, keys: b.Help().Key, section: section, run: run}
	if !here {
		i.keys = ""
	}
	if section == toScreens {
		i.words = "go to " + i.words // some are called as what is done with a row
	}
	if b.Enabled() {
		s.all = append(s.all, i)
		return
	}
	if i.name == "" {
		return // a sign that the help explains
	}
	i.idle = true
	i.run = func() tea.Cmd {
		s.env.notify(app.Info, "“"+i.words+"” has nothing to act on here: "+i.section+".")
		return nil
	}
	s.idle = append(s.idle, i)
}

// openPalette lists what can be done now: with the present screen, then the screens, then everywhere. An
// action is done by its key, so that both do the same.
func (m *Model) openPalette() {
	s, typing := newPalette(m.env), m.typing()
	add := s.add
	for _, moving := range []bool{false, true} { // what only moves comes last: it has its keys under the fingers
		for _, sec := range m.screen().help() {
			for _, b := range sec.keys {
				if g := m.env.keys.actionOf(b).group; moving == (g == gMoving || g == gLists || g == gDetail) {
					add(sec.title, b, true, func() tea.Cmd { return m.key(pressKey(b)) })
				}
			}
		}
	}
	km := m.env.keys
	for _, t := range tabs(km) {
		if t.screen != m.at {
			add(toScreens, t.key, !typing, func() tea.Cmd { return m.globalKey(pressKey(t.key)) })
		}
	}
	if !slices.ContainsFunc(s.all, func(i paletteItem) bool { return i.name == km.actionOf(km.fresh).name }) && m.at != onCompose {
		add("Everywhere", km.fresh, m.writes(), func() tea.Cmd { return m.globalKey(pressKey(km.fresh)) })
	}
	for _, b := range m.paletteEverywhere() {
		k := pressKey(b)
		add("Everywhere", b, !typing || !isText(k), func() tea.Cmd {
			if cmd, done := m.alwaysKey(k); done {
				return cmd
			}
			return m.globalKey(k)
		})
	}
	m.openPaletteOf(s)
}

func (m *Model) openPaletteOf(s *paletteSheet) {
	s.input.Focus()
	s.search()
	m.env.sheet = s
}

// openPanelPalette lists what can be done now in the simulator panel and from there.
func (m *Model) openPanelPalette(p *simPanel) {
	s, km := newPalette(m.env), m.env.keys
	add := func(section string, keys ...key.Binding) {
		for _, b := range keys {
			s.add(section, b, true, func() tea.Cmd {
				m.env.sheet, m.env.under = p, nil
				return m.key(pressKey(b))
			})
		}
	}
	for _, sec := range p.help() {
		if sec.title == simClockTitle || sec.title == p.part().name() {
			add(sec.title, sec.keys...)
		}
	}
	for _, t := range tabs(km) {
		add(toScreens, t.key)
	}
	add("Everywhere", append([]key.Binding{km.fresh}, m.paletteEverywhere()...)...)
	m.openPaletteOf(s)
}

// paletteEverywhere are the keys of every screen that the palette offers.
func (m *Model) paletteEverywhere() []key.Binding {
	km := m.env.keys
	return []key.Binding{km.help, km.mask, km.forwarding, km.doctor, when(m.env.status.Attachment.State != "", km.attach), m.replyKey(), when(m.env.controllable(), km.simulator), km.suspend, km.redraw, km.quit, km.forceQuit}
}

func (s *paletteSheet) heading() string { return "All actions" }

// setSize gives the sheet its room in the body, of which h lines are below the rule.
func (s *paletteSheet) setSize(w, h int) {
	s.input.Width = max(w-5, 1)
	s.input.SetCursor(s.input.Position())
	s.h = max(min(h-1, paletteLines), 0)
	s.reveal()
}

func (s *paletteSheet) reveal() { s.top = max(min(s.top, s.at, len(s.found)-s.h), s.at-s.h+1, 0) }

func (s *paletteSheet) key(k tea.KeyMsg) (tea.Cmd, bool) {
	switch km := s.env.keys; {
	case k.Paste:
		return s.other(k), false
	case key.Matches(k, km.cancel):
		return nil, true
	case key.Matches(k, km.pick):
		if s.at < len(s.found) {
			return s.found[s.at].run(), true
		}
	case key.Matches(k, km.itemUp):
		s.step(-1)
	case key.Matches(k, km.itemDown, km.paletteTyped):
		s.step(1)
	default:
		return s.other(k), false
	}
	return nil, false
}

// step moves to another item, from the last one on to the first.
func (s *paletteSheet) step(n int) {
	if len(s.found) > 0 {
		s.at = (s.at + n + len(s.found)) % len(s.found)
	}
	s.reveal()
}

func (s *paletteSheet) other(msg tea.Msg) tea.Cmd {
	before := s.input.Value()
	var cmd tea.Cmd
	s.input, cmd = s.input.Update(msg)
	if s.input.Value() != before {
		s.search()
	}
	return cmd
}

// search lists the items of which each typed word finds a part, the closest first.
func (s *paletteSheet) search() {
	s.at, s.top = 0, 0
	s.found = s.found[:0]
	type hit struct {
		item paletteItem
		far  int
	}
	var hits []hit
	words := strings.Fields(strings.ToLower(s.input.Value()))
	for _, i := range s.all {
		if far, ok := distance(words, i); ok {
			hits = append(hits, hit{i, far})
		}
	}
	for _, i := range s.idle {
		far, ok := distance(words, i)
		known := slices.ContainsFunc(s.all, func(o paletteItem) bool { return o.name == i.name })
		if ok && len(words) > 0 && far < scattered && !known {
			hits = append(hits, hit{i, far + idling})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return a.far - b.far })
	for _, h := range hits {
		s.found = append(s.found, h.item)
	}
	s.reveal()
}

// How far is further than all that was found otherwise: what cannot be done now, and letters that may be there by chance.
const (
	idling    = 1000
	scattered = 2 * idling
)

// alsoCalled are other words for actions, which one may look for.
var alsoCalled = map[string]string{
	"new-message": "send write compose", "filter": "search find", "quit": "exit leave", "mask": "hide",
}

// distance is how far typed words are from an item: each has to begin one of its words, to be another one for it, to
// stand within it, or to have its letters there in their order.
func distance(words []string, i paletteItem) (far int, ok bool) {
	text := strings.ToLower(i.words)
	more := strings.ToLower(i.name + " " + i.section)
	for _, w := range words {
		switch {
		case strings.HasPrefix(text, w):
		case strings.Contains(" "+text, " "+w):
			far++
		case strings.Contains(" "+alsoCalled[i.name], " "+w):
			far += 2
		case strings.Contains(text, w):
			far += 3
		case strings.Contains(more, w):
			far += 4
		case inOrder(w, text):
			far += scattered
		default:
			return 0, false
		}
	}
	return far, true
}

// inOrder reports whether text has all characters of w in their order.
func inOrder(w, text string) bool {
	for _, r := range w {
		i := strings.IndexRune(text, r)
		if i < 0 {
			return false
		}
		text = text[i+len(string(r)):]
	}
	return true
}

func (s *paletteSheet) lines(w, h int) []string {
	th := s.env.th
	out := []string{th.accent.Wrap(" : ") + typed(s.input.View(), max(w-3, 0))}
	for y := range s.h {
		n := s.top + y
		switch {
		case n < len(s.found):
			i := s.found[n]
			more := i.section + " · " + i.name
			if i.idle {
				more = "not for what is here now"
			}
			out = append(out, pickLine(th, w, n == s.at, i.keys, i.words, more))
		case n == 0:
			out = append(out, line(w, span{th.muted, "   Nothing that can be done now is called so."}))
		default:
			out = append(out, line(w))
		}
	}
	return out[:min(h, len(out))]
}

// pickLine is a line of something to choose from: its key, what it is, and more where there is room.
func pickLine(th *theme, w int, on bool, sign, words, more string) string {
	mark, text := span{th.text, "   "}, th.text
	if on {
		mark, text = span{th.accent, " › "}, th.strong
	}
	left := []span{mark, {th.key, grid.Fit(sign, 9, false)}, {th.text, " "}, {text, words}}
	return sides(w, left, []span{{th.muted, more + " "}})
}

func (s *paletteSheet) footer() []key.Binding {
	km := s.env.keys
	return []key.Binding{km.pick, km.itemDown, km.itemUp, km.cancel}
}

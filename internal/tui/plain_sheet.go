package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// saySheet says what was opened over the screen.
func (p *plainUI) saySheet(s sheet) {
	km := p.m.env.keys
	switch s := s.(type) {
	case *confirmSheet:
		p.out.say(strings.NewReplacer(" × ", " times ", " = ", ", which makes ").Replace(s.question) + " " + firstKey(km.yes) + ": " + s.word + ". " + firstKey(km.no) + " or " + firstKey(km.take) + ": go back.")
	case *copySheet:
		p.out.say("Copy what? " + keySentence(km.cancel))
		for i, it := range s.items {
			p.out.say(s.letters[i] + ": " + brief(it.name) + ", " + brief(it.text))
		}
	case *simPanel:
		p.openedPanel(s)
	default:
		p.out.say(s.heading() + ".")
		p.out.say(join(p.sheetLines(s)))
	}
}

// sheetLines are the lines of a sheet without what only a screen needs.
func (p *plainUI) sheetLines(s sheet) []string {
	var out []string
	if code, ok := s.(*codeSheet); ok {
		out = append(out, code.snippets[code.at].Name+":")
		out = append(out, strings.Split(strings.TrimSpace(code.snippets[code.at].Code), "\n")...)
		if code.warn != "" {
			out = append(out, "Not to be sent as it is: "+code.warn)
		}
	} else {
		for _, l := range s.lines(p.m.frame.body.w, p.m.frame.body.h-1) {
			if l = strings.Trim(ansi.Strip(l), " ›│"); l != "" {
				out = append(out, l)
			}
		}
	}
	for _, b := range s.footer() {
		out = append(out, keySentence(b))
	}
	return out
}

// declined reports whether a key that ended a question was not its yes.
func (s *confirmSheet) declined(k tea.KeyMsg) bool {
	km := s.env.keys
	return key.Matches(k, km.cancel) || !key.Matches(k, km.yes) && (key.Matches(k, km.no) || !s.onYes)
}

// firstKey is the first key of a binding.
func firstKey(b key.Binding) string { return spokenKeys(strings.Fields(b.Help().Key)[0]) }

// sheetKey gives a key to what is open over the screen.
func (p *plainUI) sheetKey(k tea.KeyMsg) tea.Cmd {
	e := p.m.env
	s, km := e.sheet, e.keys
	var before []string
	switch s.(type) {
	case *confirmSheet, *copySheet:
	default:
		before = p.sheetLines(s)
	}
	if s, ok := s.(*simPanel); ok {
		return p.panelKey(s, k)
	}
	e.sheet = nil // before the key: its answer may open another one
	cmd, done := s.key(k)
	if done {
		if e.sheet == nil && e.under != nil {
			e.sheet, e.under = e.under, nil
			return cmd
		}
		switch q, asked := s.(*confirmSheet); {
		case asked && q.declined(k) && q.word == sendWord:
			p.out.say("Not sent; the draft is kept.")
		case asked && q.declined(k), key.Matches(k, km.cancel):
			p.out.say("Left.")
		}
		return cmd
	}
	e.sheet = s
	switch s := s.(type) {
	case *confirmSheet:
		words := "Not answered. "
		if key.Matches(k, km.choice) {
			words = ""
		}
		choice := "go back"
		if s.onYes {
			choice = s.word
		}
		p.out.say(words + firstKey(km.yes) + ": " + s.word + ". " + firstKey(km.no) + ": go back. " + firstKey(km.take) + ": " + choice + ".")
	case *copySheet:
		it := s.items[s.at]
		p.out.say(s.letters[s.at] + ": " + brief(it.name) + ", " + brief(it.text))
	default:
		p.m.arrange()
		if now := p.sheetLines(s); !slices.Equal(now, before) {
			p.out.say(join(now))
		}
	}
	return cmd
}

// sayKeys lists the keys of the present context, from the bindings themselves.
func (p *plainUI) sayKeys() {
	for _, sec := range p.m.plainKeys() {
		p.out.say(sec.title + ".")
		for _, b := range sec.keys {
			if b.Enabled() {
				p.out.say(keySentence(b))
			}
		}
	}
}

// spokenSection has the keys of a section by what they do where nothing is drawn.
func (km keyMap) spokenSection(sec section) section {
	sec.keys = slices.Clone(sec.keys)
	for i, b := range sec.keys {
		if slices.Equal(b.Keys(), km.redraw.Keys()) {
			sec.keys[i].SetHelp(b.Help().Key, "say where one is")
		}
	}
	return sec
}

// plainKeys are the keys that act where one is.
func (m *Model) plainKeys() []section {
	km := m.env.keys
	all := m.helpSections()
	everywhere := km.spokenSection(all[len(all)-1])
	pause := km.follow
	pause.SetHelp(pause.Help().Key, "pause the log, or go on with it")
	part := km.focus
	part.SetHelp(part.Help().Key, "say its next part")
	moving := []key.Binding{km.down, km.up, km.pageDown, km.pageUp, km.newest, km.oldest, pause}
	rows := []key.Binding{km.open, km.signature, km.again, km.copyID, km.edit, km.page, km.filter, km.unfilter}
	var here []section
	switch m.at {
	case onMessages:
		here = []section{{"The list", moving}, {"Messages", append(rows, km.fresh, km.callbacks, km.destinations, km.markRead, km.giveMissed, km.answer, when(m.env.simulated(), km.inbound))}}
	case onCallbacks:
		here = []section{{"The list", moving}, {"Callbacks", append(rows, part, km.older, km.newer, km.mark, km.unmark, km.compare)}}
	case onCompose:
		here = []section{{"Compose", composeKeys(km)}}
	case onReplay:
		here = []section{{"Replay", replayKeys(km, m.replay)}}
	case onSignature:
		here = []section{{"Signature", signatureKeys(km, m.sig)}}
	case onActivity:
		here = []section{{"Activity", []key.Binding{again(km), pause}}}
	}
	return append(here, everywhere)
}

// listedActions bounds the actions that are named at once.
const listedActions = 12

// askAction asks for an action by its name, and does what its key would do.
func (p *plainUI) askAction() {
	km := p.m.env.keys
	p.put(&question{label: "Action", accept: km.pick, leave: km.cancel, done: func(text string) tea.Cmd {
		found := p.actions(text)
		switch {
		case len(found) == 0:
			p.out.say("Nothing that can be done now is called so. An empty name lists all.")
			p.askAction()
		case found[0].called(text) && (len(found) == 1 || found[0].name == strings.TrimSpace(text)):
			return p.key(found[0].key)
		default:
			for i, f := range found {
				if i == listedActions && strings.TrimSpace(text) != "" {
					p.out.say("And " + plural(len(found)-i, "more action") + ": type more of the name.")
					break
				}
				p.out.say(f.name + ": " + f.words + ", " + f.keys + ".")
			}
			p.askAction()
		}
		return nil
	}})
}

// namedAction is something that can be done now.
type namedAction struct {
	name, words, keys string
	key               tea.KeyMsg
}

// called reports whether text is a part of what an action is called: letters of it alone might be chance.
func (a namedAction) called(text string) bool {
	return strings.Contains(strings.ToLower(a.name+" "+a.words), strings.ToLower(strings.TrimSpace(text)))
}

// actions are those of which each typed word finds a part, the closest first.
func (p *plainUI) actions(text string) []namedAction {
	km := p.m.env.keys
	search := &paletteSheet{env: p.m.env, input: p.m.env.th.input("")}
	byName := map[string]namedAction{}
	for _, sec := range p.m.plainKeys() {
		for _, b := range sec.keys {
			a := km.plainAction(b)
			if _, again := byName[a.name]; !b.Enabled() || len(b.Keys()) == 0 || a.name == "" || a.name == "palette" || again {
				continue
			}
			byName[a.name] = namedAction{a.name, b.Help().Desc, spokenKeys(b.Help().Key), pressKey(b)}
			search.all = append(search.all, paletteItem{words: b.Help().Desc, name: a.name, section: sec.title})
		}
	}
	search.input.SetValue(text)
	search.search()
	out := make([]namedAction, len(search.found))
	for i, f := range search.found {
		out[i] = byName[f.name]
	}
	return out
}

// plainAction is the action of a binding, whose words may be others here.
func (km *keyMap) plainAction(b key.Binding) action {
	if a := km.actionOf(b); a.name != "" {
		return a
	}
	for _, a := range km.actions() {
		if slices.Equal(a.keys(), b.Keys()) {
			return a
		}
	}
	return action{}
}

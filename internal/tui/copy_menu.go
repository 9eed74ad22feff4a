package tui

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/tui/grid"
)

// copier is a screen with a selected thing of which something can be copied, the most wanted first.
type copier interface{ copies() []copyItem }

// copySheet offers what can be copied of the selected thing: each by a letter, the first also by the key
// that opened the sheet.
type copySheet struct {
	env     *env
	items   []copyItem
	letters []string
	at, top int
	h       int
}

// copierKey handles the keys that copy or open what is selected, and reports whether it was one of them.
func (m *Model) copierKey(k tea.KeyMsg) (cmd tea.Cmd, done bool) {
	s, ok := m.screen().(copier)
	if !ok || k.Paste || m.typing() {
		return nil, false
	}
	km := m.env.keys
	switch {
	case key.Matches(k, km.copyID):
		m.openCopies(s.copies())
	case key.Matches(k, km.edit, km.page):
		it, ok := opened(s.copies())
		switch {
		case !ok:
			m.env.notify(app.Warning, "There is nothing to open: select a row first.")
		case key.Matches(k, km.edit):
			return m.env.edit(it), true
		default:
			return m.env.page(it), true
		}
	default:
		return nil, false
	}
	return nil, true
}

// openCopies asks what to copy of what is selected.
func (m *Model) openCopies(items []copyItem) {
	if len(items) == 0 {
		m.env.notify(app.Warning, "There is nothing to copy: select a row first.")
		return
	}
	m.env.sheet = &copySheet{env: m.env, items: items, letters: copyLetters(items, m.env.keys.copyID.Keys())}
}

// copyLetters gives each item a letter of its name, or the first that is free; the first one has the key
// of the menu itself, where that is a character.
func copyLetters(items []copyItem, menu []string) []string {
	out := make([]string, len(items))
	used := slices.Clone(menu)
	for i, it := range items {
		if i == 0 && utf8.RuneCountInString(menu[0]) == 1 {
			out[0] = menu[0]
			continue
		}
		for _, r := range strings.ToLower(it.name) + "abcdefghijklmnopqrstuvwxyz0123456789" {
			if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) && !slices.Contains(used, string(r)) {
				out[i] = string(r)
				used = append(used, string(r))
				break
			}
		}
	}
	return out
}

func (s *copySheet) heading() string {
	if s.env.mask != nil {
		return "Copy, with numbers and texts masked"
	}
	return "Copy"
}

func (s *copySheet) setSize(h int) {
	s.h = max(min(h, len(s.items)), 0)
	s.reveal()
}

func (s *copySheet) reveal() { s.top = max(min(s.top, s.at, len(s.items)-s.h), s.at-s.h+1, 0) }

func (s *copySheet) key(k tea.KeyMsg) (tea.Cmd, bool) {
	km := s.env.keys
	switch {
	case k.Paste:
		return nil, false
	case key.Matches(k, km.cancel):
		return nil, true
	case key.Matches(k, km.copyID):
		return s.env.copy(s.items[0]), true
	case key.Matches(k, km.pick):
		return s.env.copy(s.items[s.at]), true
	case key.Matches(k, km.editItem):
		return s.env.edit(s.items[s.at]), true
	case key.Matches(k, km.pageItem):
		return s.env.page(s.items[s.at]), true
	case key.Matches(k, km.itemUp):
		s.at = (s.at + len(s.items) - 1) % len(s.items)
	case key.Matches(k, km.itemDown):
		s.at = (s.at + 1) % len(s.items)
	default:
		if i := slices.Index(s.letters, k.String()); i >= 0 && isText(k) {
			return s.env.copy(s.items[i]), true
		}
	}
	s.reveal()
	return nil, false
}

func (s *copySheet) other(tea.Msg) tea.Cmd { return nil }

func (s *copySheet) lines(w, h int) []string {
	th := s.env.th
	names := 0
	for _, it := range s.items {
		names = max(names, ansi.StringWidth(brief(it.name)))
	}
	names = min(names, 24)
	var out []string
	for n := s.top; n < min(s.top+s.h, len(s.items)); n++ {
		it := s.items[n]
		mark, text := span{th.text, "   "}, th.text
		if n == s.at {
			mark, text = span{th.accent, " › "}, th.strong
		}
		out = append(out, line(w, mark, span{th.key, grid.Fit(s.letters[n], 3, false)}, span{text, grid.Fit(brief(it.name), names, false)},
			span{th.muted, "  " + brief(it.text)}))
	}
	return out[:min(h, len(out))]
}

func (s *copySheet) footer() []key.Binding {
	km := s.env.keys
	return []key.Binding{km.copyIt, km.itemDown, km.itemUp, km.editItem, km.pageItem, km.cancel}
}

// copy puts an item on the clipboard and says what was copied.
func (e *env) copy(it copyItem) tea.Cmd {
	put := e.o.Clipboard
	return func() tea.Msg {
		text, escaped := pasteable(it)
		name := brief(it.name)
		if err := put(text); err != nil {
			return noticeMsg{app.Failure, fmt.Sprintf("Copy %q: %v; select it with the mouse while holding shift instead.", name, err)}
		}
		words := "Copied: " + name
		switch {
		case text == "":
			words += ", which is empty"
		case len(text) <= 60 && !strings.Contains(text, "\n"):
			words += " " + brief(text)
		default:
			words += ", " + plural(len(text), "byte")
		}
		words += actingWords(escaped)
		return noticeMsg{app.Info, words + "."}
	}
}

// actingWords says of a copy how many characters were escaped in it; nothing where there are none.
func actingWords(escaped int) string {
	if escaped == 0 {
		return ""
	}
	return fmt.Sprintf("; %s that would act where it is pasted %s written out, as \\x1b", plural(escaped, "character"), isAre(escaped))
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// severalLines reports whether an item is one of which line ends are a part, unlike a number or a URL, of
// which a shell would take what follows for a command. A parameter's name may be anything: it has to be one
// of these.
func severalLines(name string) bool {
	return slices.Contains([]string{"text", "Text", "body", answerBody, requestBody, jsonLine, "headers", "answer headers", "curl", "curl command", "Go", "Node", "Python"}, name) ||
		slices.ContainsFunc(exported, func(as exportedAs) bool { return as.name == name })
}

// pasteable is the text of an item with what would act on a terminal where it is pasted, written as on the
// screen, and how many characters that were. Letters of any script, joiners and marks stay.
func pasteable(it copyItem) (text string, escaped int) {
	several := severalLines(it.name)
	var b strings.Builder
	s := it.text
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		c := s[i : i+n]
		i += n
		switch {
		case r == utf8.RuneError && n == 1:
		case several && r == '\r' && strings.HasPrefix(s[i:], "\n"):
			continue // the line end follows
		case several && (r == '\n' || r == '\t'), !unicode.IsControl(r) && !turnsRound(r):
			b.WriteString(c)
			continue
		}
		b.WriteString(escape.Line(c))
		escaped++
	}
	return b.String(), escaped
}

// turnsRound reports whether a character makes a line read otherwise than it runs.
func turnsRound(r rune) bool { return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' }

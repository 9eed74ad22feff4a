package tui

import (
	"cmp"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// keyTypes are the keys that have a name, by it.
var keyTypes = func() map[string]tea.KeyType {
	all := map[string]tea.KeyType{}
	for t := tea.KeyF20; t <= tea.KeyBackspace; t++ {
		if name := t.String(); name != "" && t != tea.KeyRunes {
			all[name] = t
		}
	}
	// As people write them, and what a terminal cannot tell apart.
	for name, t := range map[string]tea.KeyType{
		"space": tea.KeySpace, "escape": tea.KeyEsc, "return": tea.KeyEnter, "pgdn": tea.KeyPgDown, "pageup": tea.KeyPgUp,
		"pagedown": tea.KeyPgDown, "del": tea.KeyDelete, "ctrl+i": tea.KeyTab, "ctrl+m": tea.KeyEnter, "ctrl+[": tea.KeyEsc,
	} {
		all[name] = t
	}
	return all
}()

// parseKey is the key of a name: a character, or "ctrl+f", "alt+x", "f5", "space".
func parseKey(name string) (tea.KeyMsg, bool) {
	rest, alt := strings.CutPrefix(name, "alt+")
	if t, named := keyTypes[strings.ToLower(rest)]; named && utf8.RuneCountInString(rest) > 1 || rest == " " {
		if rest == " " {
			t = tea.KeySpace
		}
		k := tea.KeyMsg{Type: t, Alt: alt}
		if t == tea.KeySpace {
			k.Runes = []rune{' '}
		}
		return k, true
	}
	r, n := utf8.DecodeRuneInString(rest)
	if n == 0 || n < len(rest) || r <= ' ' || r == utf8.RuneError || readable(rest) != rest {
		return tea.KeyMsg{}, false
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: alt}, true
}

// pressKey is the key of a binding, as if it had been pressed.
func pressKey(b key.Binding) tea.KeyMsg {
	k, _ := parseKey(b.Keys()[0])
	return k
}

// isText reports whether a key types a character where an input has the focus.
func isText(k tea.KeyMsg) bool { return (k.Type == tea.KeyRunes || k.Type == tea.KeySpace) && !k.Alt }

var keySigns = map[string]string{" ": "space", "up": "↑", "down": "↓", "left": "←", "right": "→", "pgdown": "pgdn"}

// keySign is a key's name as it is shown.
func keySign(name string) string { return cmp.Or(keySigns[name], name) }

// keyWords are the keys of a binding as help and footer name them: two, where both are short.
func keyWords(names []string) string {
	words := keySign(names[0])
	if len(names) > 1 {
		if both := words + " " + keySign(names[1]); utf8.RuneCountInString(both) <= 8 {
			return both
		}
	}
	return words
}

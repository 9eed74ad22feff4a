package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// Setting is what the user chose for one name: the keys of an action, or the colour of a part.
type Setting struct {
	Name   string
	Values []string
}

// SettingError says what is wrong with a setting.
type SettingError struct {
	Theme bool // of the colours, else of the keys
	Name  string
	Text  string
}

func (e *SettingError) Error() string { return e.Text }

// Check says whether the keys and colours can be used; its error is a *SettingError.
func (o Options) Check() error {
	km := newKeyMap()
	if err := km.remap(o.Keys); err != nil {
		return err
	}
	_, err := ownColors(o.Colors)
	return err
}

// remap gives actions other keys. The map is not to be used after an error.
func (km *keyMap) remap(own []Setting) error {
	all := km.actions()
	for _, s := range own {
		wrong := func(format string, args ...any) error {
			return &SettingError{Name: s.Name, Text: fmt.Sprintf(format, args...)}
		}
		i := slices.IndexFunc(all, func(a action) bool { return a.name == s.Name })
		if i < 0 {
			names := make([]string, len(all))
			for i, a := range all {
				names[i] = a.name
			}
			return wrong("there is no action %q%s; the palette and docs/keys.md name them", s.Name, meant(s.Name, names))
		}
		if len(s.Values) == 0 {
			return wrong("keys.%s has no key: give one, or several in brackets", s.Name)
		}
		var keys []string
		for _, v := range s.Values {
			k, ok := parseKey(v)
			if !ok {
				return wrong("keys.%s: %q is no key; write a character, or as in ctrl+f, alt+x, f5, shift+tab, enter, space, pgup", s.Name, v)
			}
			keys = append(keys, k.String())
		}
		all[i].setKeys(keys)
	}
	yield(all, own)
	for _, s := range own {
		if err := km.clash(all, s.Name); err != nil {
			return err
		}
	}
	return nil
}

// yield takes the keys that the user gave to an action from those of others that have more.
func yield(all []action, own []Setting) {
	chosen := func(a action) bool {
		return slices.ContainsFunc(own, func(s Setting) bool { return s.Name == a.name })
	}
	for _, a := range all {
		for _, b := range all {
			if !chosen(a) || chosen(b) || !together(a.group, b.group) {
				continue
			}
			rest := slices.DeleteFunc(slices.Clone(b.keys()), func(k string) bool { return slices.Contains(a.keys(), k) })
			if len(rest) > 0 && len(rest) < len(b.keys()) {
				b.setKeys(rest)
			}
		}
	}
}

// together reports whether the keys of two groups act at once somewhere.
func together(a, b group) bool {
	return slices.ContainsFunc(situations, func(s situation) bool { return slices.Contains(s.groups, a) && slices.Contains(s.groups, b) })
}

// clash finds what stands in the way of the keys of an action where it acts.
func (km *keyMap) clash(all []action, name string) error {
	a := all[slices.IndexFunc(all, func(a action) bool { return a.name == name })]
	for _, k := range a.keys() {
		for _, s := range situations {
			if !slices.Contains(s.groups, a.group) {
				continue
			}
			if msg, _ := parseKey(k); s.typing && isText(msg) {
				return &SettingError{Name: name, Text: fmt.Sprintf("keys.%s: %q is a character to type in %s; give a key such as ctrl+s or f5", name, keySign(k), s.name)}
			}
			for _, b := range all {
				if b.name != name && slices.Contains(s.groups, b.group) && slices.Contains(b.keys(), k) {
					return &SettingError{Name: name, Text: fmt.Sprintf("keys.%s: %q is the key of %q too in %s; give one of the two another key", name, keySign(k), b.name, s.name)}
				}
			}
		}
	}
	return nil
}

// ownColors reads the user's colours by the names of the palette.
func ownColors(own []Setting) (map[string]lipgloss.TerminalColor, error) {
	out := map[string]lipgloss.TerminalColor{}
	for _, s := range own {
		i := slices.IndexFunc(palette, func(r role) bool { return r.name == s.Name })
		if i < 0 {
			names := make([]string, len(palette))
			for i, r := range palette {
				names[i] = r.name
			}
			return nil, &SettingError{true, s.Name, fmt.Sprintf("the theme has no %q%s; its parts are %s", s.Name, meant(s.Name, names), strings.Join(names, ", "))}
		}
		if len(s.Values) != 1 || !isColor(s.Values[0]) {
			return nil, &SettingError{true, s.Name, fmt.Sprintf("theme.%s: %q is no colour; write one as #6cc3d5, or as a number from 0 to 255 of the terminal's own", s.Name, strings.Join(s.Values, ", "))}
		}
		out[s.Name] = lipgloss.Color(s.Values[0])
	}
	return out, nil
}

func isColor(s string) bool {
	if hex, ok := strings.CutPrefix(s, "#"); ok {
		_, err := strconv.ParseUint(hex, 16, 32)
		return err == nil && (len(hex) == 6 || len(hex) == 3)
	}
	_, err := strconv.ParseUint(s, 10, 8)
	return err == nil
}

// meant guesses the name that was misspelt, in words; empty where none is near.
func meant(s string, names []string) string {
	best, least := "", 3
	for _, n := range names {
		if d := edits(s, n); d < least {
			best, least = n, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(", did you mean %q", best)
}

// edits counts the letters to put in, take out or change to make a into b.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			same := corner
			if a[i] != b[j] {
				same++
			}
			corner = row[j+1]
			row[j+1] = min(same, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

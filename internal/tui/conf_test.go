package tui

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"dev.internal/plivoscope/internal/docstest"
)

func keySettings(pairs ...string) []Setting {
	var out []Setting
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, Setting{pairs[i], strings.Split(pairs[i+1], " ")})
	}
	return out
}

func TestOtherKeys(t *testing.T) {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.Ascii)
	o := Options{Renderer: r, Keys: keySettings("filter", "ctrl+f F2", "quit", "Q", "send", "f5", "copy", "c", "follow", "T", "its-callbacks", "C")}
	if err := o.Check(); err != nil {
		t.Fatal(err)
	}
	d := newDriverOn(t, newStocked(), 120, 36, o)
	d.expect("ctrl+f filter", "c copy")
	if got := d.m.env.keys.pageDown.Keys(); !slices.Equal(got, []string{"pgdown", "ctrl+d", " "}) {
		t.Errorf("a page down is %q: it has other keys than ctrl+f", got)
	}
	d.keys("/", "q")
	if d.quit || d.m.messages.filter.editing {
		t.Error("the old keys still act")
	}
	d.keys("j", "c")
	d.expect("› c  UUID")
	d.keys("esc")
	d.expect("T follows the newest")
	d.send(tea.KeyMsg{Type: tea.KeyF2})
	if !d.m.messages.filter.editing {
		t.Error("f2 does not filter")
	}
	d.keys("status:read", "enter")
	d.expect("ctrl+f changes it")
	d.keys("?")
	d.expect("Q          quit", "ctrl+f     filter")
	d.keys("esc")
	// The hints are made of the same keys: a click on one is it.
	row := d.m.frame.tabs.y
	x := strings.Index(strings.Split(d.screen(), "\n")[row], "ctrl+f filter")
	d.send(click(x+1, row))
	if !d.m.messages.filter.editing {
		t.Error("a click on ctrl+f does not filter")
	}
	d.keys("esc", "Q")
	if !d.quit {
		t.Error("Q does not quit")
	}
}

func TestWrongSettings(t *testing.T) {
	for _, c := range []struct {
		keys, colors []Setting
		want         string
	}{
		{keySettings("fliter", "x"), nil, `there is no action "fliter", did you mean "filter"; the palette and docs/keys.md name them`},
		{keySettings("something", "x"), nil, `there is no action "something"; the palette`},
		{keySettings("filter", "crtl+f"), nil, `keys.filter: "crtl+f" is no key; write a character, or as in ctrl+f`},
		{[]Setting{{"filter", nil}}, nil, "keys.filter has no key: give one"},
		{keySettings("filter", "q"), nil, `keys.filter: "q" is the key of "quit" too in the lists; give one of the two another key`},
		{keySettings("quit", "x", "filter", "x"), nil, `keys.quit: "x" is the key of "filter" too`},
		{keySettings("redraw", "enter"), nil, `keys.redraw: "enter" is the key of `},
		{keySettings("send", "s"), nil, `keys.send: "s" is a character to type in Compose; give a key such as ctrl+s or f5`},
		{keySettings("cancel", "space"), nil, `keys.cancel: "space" is a character to type in`},
		{nil, keySettings("acent", "#fff"), `the theme has no "acent", did you mean "accent"; its parts are accent, good,`},
		{nil, keySettings("accent", "red"), `theme.accent: "red" is no colour; write one as #6cc3d5`},
		{nil, keySettings("accent", "#12345"), `theme.accent: "#12345" is no colour`},
		{nil, keySettings("accent", "256"), `theme.accent: "256" is no colour`},
		{nil, keySettings("accent", "1 2"), `theme.accent: "1, 2" is no colour`},
	} {
		err := Options{Keys: c.keys, Colors: c.colors}.Check()
		var wrong *SettingError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v %v: %v, want %s", c.keys, c.colors, err, c.want)
			continue
		}
		if err := Run(t.Context(), newFakeCore(), Options{Keys: c.keys, Colors: c.colors}); err == nil {
			t.Errorf("%v %v: it runs all the same", c.keys, c.colors)
		}
	}
	// Two may change their keys with each other.
	if err := (Options{Keys: keySettings("quit", "?", "help", "q")}).Check(); err != nil {
		t.Error(err)
	}
}

func TestOwnColors(t *testing.T) {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.TrueColor)
	r.SetHasDarkBackground(true)
	o := Options{Renderer: r, Colors: keySettings("accent", "#ff00ff", "faint", "99")}
	d := newDriverOn(t, newStocked(), 80, 24, o)
	for _, seq := range []string{"38;2;255;0;255", "38;5;99"} {
		if !strings.Contains(d.m.View(), seq) {
			t.Errorf("no colour %s on the screen", seq)
		}
	}
	r.SetColorProfile(termenv.ANSI)
	o.mono = true
	if view := newDriverOn(t, newStocked(), 80, 24, o).m.View(); strings.Contains(view, "[38;") || strings.Contains(view, "[95") {
		t.Error("a colour of one's own beats NO_COLOR")
	}
}

// TestTheFocusIsSeen holds that a terminal without the focus has a quieter head, the words the same.
func TestTheFocusIsSeen(t *testing.T) {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.TrueColor)
	d := staged(t, true, false, 80, 24, r)
	words, view := d.screen(), d.m.View()
	d.send(tea.BlurMsg{})
	if d.screen() != words || d.m.View() == view {
		t.Error("losing the focus changes the words, or nothing")
	}
	d.send(tea.FocusMsg{})
	if d.m.View() != view {
		t.Error("the focus does not come back")
	}
}

// TestKeyTable holds docs/keys.md to the keys of the code; -update writes it.
func TestKeyTable(t *testing.T) {
	docstest.Page(t, "../../docs/keys.md", keyTable())
}

// keyTable is what docs/keys.md says.
func keyTable() string {
	var b strings.Builder
	b.WriteString(`# Keys and colours

` + "`?` lists the keys of what is on the screen, `:` or `ctrl+p` finds an action by its name and does it." + `
Both, the footer and this table are made from the same list.
What is open over a screen (a question, a menu, the help, the palette, the doctor, a form) has the keys for itself
until it is left, all but those to quit at once and to redraw; the simulator panel has those of the screens, too.

` + "`--plain`" + ` has the same keys: it says in lines what the screens show, and asks for what is typed into forms.
Nothing stands side by side there: on Signature and Replay ` + "`tab`" + ` asks for what the forms hold, ` + "`z`" + ` tells what is selected, as ` + "`enter`" + ` does, ` + "`tab`" + ` tells a callback part by part.

Other keys and colours go into ` + "`plivoscope/config.json`" + ` in your folder for configuration: on Linux that
is ` + "`~/.config`" + ` or ` + "`$XDG_CONFIG_HOME`" + `, on macOS ` + "`~/Library/Application Support`" + `, on Windows ` + "`%AppData%`" + `.
` + "`--config FILE`" + ` names another file. It is checked at the start; what is wrong is told with its line.

` + "```json" + `
{
  "keys": { "filter": "ctrl+f", "quit": ["q", "Q"] },
  "theme": { "accent": "#6cc3d5", "good": 114 },
  "mouse": false
}
` + "```" + `

A key is a character (` + "`g`, `G`, `/`" + `), or one as in ` + "`ctrl+f`, `alt+x`, `shift+tab`, `f5`, `enter`, `esc`, `tab`, `space`, `up`, `pgup`, `home`, `backspace`, `delete`" + `.
A key that you give to an action is taken from others that have more. Otherwise no two actions may have one
key where both act, and where text is typed no character can be a key.

## Keys

`)
	km := newKeyMap()
	code := func(keys []string) string {
		var out []string
		for _, k := range keys {
			if k == " " {
				k = "space"
			}
			out = append(out, "`"+strings.ReplaceAll(k, "|", `\|`)+"`")
		}
		return strings.Join(out, " ")
	}
	var last group
	for _, a := range km.actions() {
		if a.group != last {
			fmt.Fprintf(&b, "\n### %s\n\n| action | keys | does |\n|---|---|---|\n", strings.ToUpper(string(a.group[:1]))+string(a.group[1:]))
		}
		last = a.group
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", a.name, code(a.keys()), a.words())
	}
	b.WriteString("\n## Colours\n\nA colour is `#6cc3d5` or a number from 0 to 255 of the terminal's own. `NO_COLOR` has none of them.\n\n| part | is | light | dark |\n|---|---|---|---|\n")
	for _, r := range palette {
		fmt.Fprintf(&b, "| `%s` | %s | `%s` | `%s` |\n", r.name, r.words, r.color.Light.TrueColor, r.color.Dark.TrueColor)
	}
	return strings.ReplaceAll(b.String(), "\n\n\n", "\n\n")
}

package tui

import (
	"reflect"
	"strings"
	"testing"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/mask"
)

// TestEveryBindingIsAnAction holds that each key of the UI has a name for the palette, the settings file
// and the table of keys, and that no two have the same.
func TestEveryBindingIsAnAction(t *testing.T) {
	km := newKeyMap()
	named := map[uintptr]bool{reflect.ValueOf(&km.pasted).Pointer(): true}
	names := map[string]bool{}
	groups := map[group]bool{}
	for _, s := range situations {
		for _, g := range s.groups {
			groups[g] = true
		}
	}
	for _, a := range km.actions() {
		if names[a.name] {
			t.Errorf("two actions are called %s", a.name)
		}
		names[a.name] = true
		if !groups[a.group] {
			t.Errorf("%s acts in %q, which is in no situation", a.name, a.group)
		}
		for _, b := range a.bindings {
			named[reflect.ValueOf(b).Pointer()] = true
			if h := b.Help(); len(b.Keys()) == 0 || h.Key == "" || h.Desc == "" {
				t.Errorf("%s has the keys %q, which the help calls %q, for %q", a.name, b.Keys(), h.Key, h.Desc)
			}
			for _, k := range b.Keys() {
				if msg, ok := parseKey(k); !ok || msg.String() != k {
					t.Errorf("the key %q of %s reads as %q", k, a.name, msg)
				}
			}
		}
	}
	v := reflect.ValueOf(&km).Elem()
	for i := range v.NumField() {
		if !named[v.Field(i).Addr().Pointer()] {
			t.Errorf("the binding %s has no name: give it one in keyMap.actions", v.Type().Field(i).Name)
		}
	}
}

func TestParseKey(t *testing.T) {
	for name, want := range map[string]string{
		"a": "a", "G": "G", "/": "/", "é": "é", "space": " ", " ": " ", "ctrl+f": "ctrl+f", "Ctrl+F": "ctrl+f", "alt+x": "alt+x",
		"alt+enter": "alt+enter", "f12": "f12", "pgdn": "pgdown", "escape": "esc", "ctrl+i": "tab", "shift+tab": "shift+tab", "alt+space": "alt+ ",
	} {
		if k, ok := parseKey(name); !ok || k.String() != want {
			t.Errorf("%q is the key %q (%v), not %q", name, k, ok, want)
		}
	}
	for _, name := range []string{"", "crtl+f", "ab", "alt+", "runes", "\x1b", "\u202e", "\xff", "shift+g", "f21"} {
		if k, ok := parseKey(name); ok {
			t.Errorf("%q is the key %q", name, k)
		}
	}
}

func TestPaletteFindsAndActs(t *testing.T) {
	d := staged(t, false, false, 100, 30, nil)
	d.keys(":")
	d.expect("All actions", "filter", "into the detail")
	d.keys("new mes")
	d.expect("› n         new message")
	d.keys("enter")
	if d.m.at != onCompose {
		t.Fatalf("new message led to screen %d", d.m.at)
	}
	// While typing it opens with another key, and goes where the key would be text.
	d.keys("a text", "ctrl+p", "signature", "enter")
	if d.m.at != onSignature {
		t.Fatalf("signature led to screen %d", d.m.at)
	}
	if got := d.m.compose.text.Value(); got != "a text" {
		t.Errorf("the text became %q", got)
	}
	d.keys("ctrl+p", "messages", "enter", ":", "nothing of this name")
	d.expect("Nothing that can be done now")
	d.keys("enter", "esc")
	if d.m.env.sheet != nil || d.m.at != onMessages {
		t.Errorf("on screen %d with %v open", d.m.at, d.m.env.sheet)
	}
	d.keys(":", "fltr", "enter") // letters in their order
	if !d.m.messages.filter.editing {
		t.Error("the filter is not open")
	}
}

// TestPaletteDoesAsTheKey does each action of the lists by the palette and by its key.
func TestPaletteDoesAsTheKey(t *testing.T) {
	begin := func() *driver {
		d := staged(t, false, false, 100, 30, nil)
		d.m.env.o.Masker = mask.New(make([]byte, mask.KeySize)) // both give the same pseudonyms
		d.keys("j", "j")
		return d
	}
	d := begin()
	d.keys(":")
	for _, i := range d.m.env.sheet.(*paletteSheet).all {
		if i.name == "redraw" || i.name == "suspend" {
			continue // they change nothing on the screen
		}
		byKey, byName := begin(), begin()
		byName.keys(":")
		p := byName.m.env.sheet.(*paletteSheet)
		for n, own := range p.all {
			if own.name == i.name {
				p.at = n
			}
		}
		byName.keys("enter")
		for _, a := range byKey.m.env.keys.actions() {
			if a.name == i.name {
				byKey.send(pressKey(*a.bindings[0]))
			}
		}
		if byKey.screen() != byName.screen() || byKey.quit != byName.quit {
			t.Errorf("%s:\n%s\nby its key:\n%s", i.name, byName.screen(), byKey.screen())
		}
	}
}

// TestPaletteListsWhatCanBeDone holds that what has nothing to act on is not offered.
func TestPaletteListsWhatCanBeDone(t *testing.T) {
	d := newDriver(t, newFakeCore(), 100, 30)
	d.keys(":")
	offered := ""
	for _, i := range d.m.env.sheet.(*paletteSheet).all {
		offered += " " + i.name
	}
	for _, name := range []string{" open", " copy", " signature", " clear-filter"} {
		if strings.Contains(offered+" ", name+" ") {
			t.Errorf("%s is offered without a message:%s", name, offered)
		}
	}
	if !strings.Contains(offered, " new-message") || !strings.Contains(offered, " quit") {
		t.Errorf("offered:%s", offered)
	}
}

// TestPaletteOffersWhatTheHelpNames holds that each key which can act now is found by its name, but the one
// that opens the palette.
func TestPaletteOffersWhatTheHelpNames(t *testing.T) {
	for _, keys := range [][]string{nil, {"j"}, {"enter"}, {"2"}, {"3"}, {"4"}, {"5"}, {"6"}, {"/"}} {
		d := staged80(t)
		d.keys(keys...)
		km := d.m.env.keys
		named := map[string]bool{km.actionOf(km.palette).name: true, km.actionOf(km.paletteTyped).name: true, km.actionOf(km.helpTyped).name: true}
		for _, tab := range tabs(km) {
			if tab.screen == d.m.at {
				named[km.actionOf(tab.key).name] = true
			}
		}
		helped := d.m.helpSections()
		d.keys("ctrl+p")
		for _, i := range d.m.env.sheet.(*paletteSheet).all {
			named[i.name] = true
		}
		for _, s := range helped {
			for _, b := range s.keys {
				if a := km.actionOf(b); b.Enabled() && !named[a.name] {
					t.Errorf("%v: the palette does not offer %q (%s)", keys, b.Help().Desc, a.name)
				}
			}
		}
	}
}

func TestPaletteScrolls(t *testing.T) {
	d := staged(t, false, false, 60, 15, nil)
	d.keys(":", "up")
	d.expect("› ctrl+c    quit at once")
	d.send(tea.KeyMsg{Type: tea.KeyCtrlN})
	d.expect("› enter     open")
	for range 30 {
		d.keys("down")
		checkFrame(t, "palette", d.m.View(), 60, 15)
	}
	d.send(tea.WindowSizeMsg{Width: 200, Height: 60})
	d.expect(" › ")
	if !key.Matches(tea.KeyMsg{Type: tea.KeyCtrlP}, d.m.env.keys.paletteTyped) {
		t.Error("ctrl+p is not the palette's")
	}
}

// TestPaletteFindsByOtherWords finds actions by what else they may be called, and letters that may be there by chance
// last.
func TestPaletteFindsByOtherWords(t *testing.T) {
	for _, word := range []string{"send", "write", "new message"} {
		d := staged80(t)
		d.keys(":", word)
		d.expect("› n         new message")
	}
	d := staged80(t)
	d.keys("j", ":", "send") // on an inbound message
	d.expect("› a         answer by a send")
	s := d.screen()
	for _, after := range []string{"new message", "send the missed callback", "suspend"} {
		at := strings.Index(s, after)
		if at < 0 {
			t.Fatalf("%q is not found, or not in this order:\n%s", after, d.screen())
		}
		s = s[at:]
	}
	d.absent("one send") // a sign of the list
	// What has nothing to act on is named, and says so.
	d.keys("down", "down")
	d.expect("› m         send the missed callback", "not for what is here now")
	d.keys("enter")
	d.expect("“send the missed callback” has nothing to act on here")
}

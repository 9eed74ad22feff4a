package tui

import (
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// untyped are places in which no text is typed: every screen, what is opened of its rows, and every part of the
// simulator panel.
var untyped = []string{
	"messages", "detail", "empty", "filtered", "callbacks", "callbacks of a message", "callback overview", "callback parameters", "callback answer",
	"callback attempts", "attempt", "attempts compared", "callbacks compared", "signature match", "replay done", "activity busy",
	"simulator schedule", "simulator schedule empty", "simulator stopped", "simulator fates", "simulator chaos", "simulator rules", "simulator inbound", "simulator account",
}

// TestKeysOfEveryScreen holds that the keys which are said to act on every screen do on each, and in each part of the
// simulator panel, to which one comes back from what they open.
func TestKeysOfEveryScreen(t *testing.T) {
	became := map[string]func(d *driver) bool{
		"quit":             func(d *driver) bool { return d.quit || strings.Contains(d.screen(), "── Quit ─") },
		"help":             func(d *driver) bool { _, ok := d.m.env.sheet.(*helpSheet); return ok },
		"palette":          func(d *driver) bool { _, ok := d.m.env.sheet.(*paletteSheet); return ok },
		"suspend":          nil, // what leaves the screen is counted
		"mask":             func(d *driver) bool { return d.m.env.mask != nil },
		"pause-forwarding": func(d *driver) bool { return strings.Contains(d.screen(), "Nothing is forwarded") },
		"doctor":           func(d *driver) bool { _, ok := d.m.env.sheet.(*doctorSheet); return ok },
		"attach":           func(d *driver) bool { return strings.Contains(d.screen(), "No application is attached") },
		"reply":            func(d *driver) bool { _, ok := d.m.env.sheet.(*replySheet); return ok },
		"simulator":        nil, // it closes the panel, too
		"messages":         func(d *driver) bool { return d.m.at == onMessages && d.m.env.sheet == nil },
		"callbacks":        func(d *driver) bool { return d.m.at == onCallbacks && d.m.env.sheet == nil },
		"compose":          func(d *driver) bool { return d.m.at == onCompose && d.m.env.sheet == nil },
		"replay-screen":    func(d *driver) bool { return d.m.at == onReplay && d.m.env.sheet == nil },
		"activity":         func(d *driver) bool { return d.m.at == onActivity && d.m.env.sheet == nil },
		"examine":          func(d *driver) bool { return d.m.at == onSignature && d.m.env.sheet == nil },
	}
	seen := 0
	for _, sc := range scenes {
		if !slices.Contains(untyped, sc.name) {
			continue
		}
		seen++
		t.Run(sc.name, func(t *testing.T) {
			oneInSixteen(t, seen-1)
			t.Parallel()
			km := newKeyMap()
			for _, a := range km.actions() {
				if a.group != gScreens {
					continue
				}
				for _, k := range a.keys() {
					d := staged(t, sc.live, sc.bare, 80, 24, nil)
					sc.play(d)
					if d.m.typing() {
						t.Fatalf("text is typed there:\n%s", d.screen())
					}
					away := 0
					d.m.env.exec = func(tea.ExecCommand, tea.ExecCallback) tea.Cmd { away++; return nil }
					panel := d.m.env.sheet
					msg, _ := parseKey(k)
					d.send(msg)
					ok, known := became[a.name]
					switch {
					case a.name == "suspend":
						if away != 1 && stop != nil {
							t.Errorf("%s does not suspend", k)
						}
					case a.name == "simulator":
						if opened := d.m.env.sheet == sheet(d.m.env.sim); d.m.env.sim == nil || opened == (panel != nil) {
							t.Errorf("%s neither opens nor closes the panel:\n%s", k, d.screen())
						}
					case !known || !ok(d):
						t.Errorf("%s is no %s:\n%s", k, a.name, d.screen())
					}
					now, leaves := d.m.env.sheet, slices.Contains([]string{"quit", "simulator", "messages", "callbacks", "compose", "replay-screen", "activity", "examine"}, a.name)
					if panel != nil && now == nil && !leaves {
						t.Errorf("%s closes the panel:\n%s", k, d.screen())
					}
					if panel != nil && now != nil && now != panel {
						if d.keys("esc"); d.m.env.sheet != panel {
							t.Errorf("esc does not go back from %T to the panel:\n%s", now, d.screen())
						}
					}
				}
			}
		})
	}
	if seen != len(untyped) {
		t.Errorf("%d places of %d", seen, len(untyped))
	}
}

// TestPanelFromThePalette holds that the palette offers what the panel does, and does it there.
func TestPanelFromThePalette(t *testing.T) {
	d := panelled(staged80(t), 2, 0)
	d.keys(":", "stop/start", "enter")
	d.expect("■ 12:03:45.000 stands still", "Schedule  Fates")
	d.keys("ctrl+p", "esc")
	d.expect("Schedule  Fates")
	d.keys("ctrl+p", "go to activity", "enter")
	d.expect("── Activity ─")
	if d.m.env.sheet != nil {
		t.Errorf("%T is open yet", d.m.env.sheet)
	}
	d.keys("esc", "S", "R", "esc", "esc", "G")
	d.absent("Schedule  Fates")
	d.keys("S")
	d.send(click(d.m.placedTabs()[onCallbacks].from, 1))
	d.expect("── Callbacks (")
	d.absent("Schedule  Fates")
}

// TestPanelDeliversByItsKey posts the inbound message of the panel without opening a field: by the key, and by the
// palette, which presses it.
func TestPanelDeliversByItsKey(t *testing.T) {
	d := panelled(staged80(t), 0, 4)
	d.keys("ctrl+s")
	d.keys(":", "deliver", "enter")
	if n := len(d.core.posts); n != 2 || d.m.typing() {
		t.Errorf("%d are posted, and text is typed: %v\n%s", n, d.m.typing(), d.screen())
	}
}

// TestNoTabIsClickedWhileThePanelTypes keeps a click on a tab from leaving the panel with a field open in it.
func TestNoTabIsClickedWhileThePanelTypes(t *testing.T) {
	d := panelled(staged80(t), 0, 4)
	d.keys("enter")
	d.send(click(d.m.placedTabs()[onCallbacks].from, 1))
	if d.m.env.sheet == nil || !d.m.typing() {
		t.Errorf("it left what is typed:\n%s", d.screen())
	}
}

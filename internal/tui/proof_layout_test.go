package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

func init() {
	scenes = append(scenes, []scene{
		{name: "messages one", more: true, bare: true, play: func(d *driver) {
			d.core.add(queued(1)...)
			d.wake()
		}},
		{name: "messages full", more: true, play: func(d *driver) {
			manyMessages(d)
			d.keys("G", "pgup", "k", "k")
		}},
		{name: "detail scrolled", more: true, play: func(d *driver) { d.keys("G", "k", "enter", "pgdown", "j") }},
		{name: "help scrolled", more: true, play: func(d *driver) { d.keys("?", "pgdown", "j") }},
		{name: "palette in the middle", more: true, play: func(d *driver) {
			d.keys(":")
			for range 14 {
				d.keys("down")
			}
		}},
		{name: "callbacks full", more: true, play: func(d *driver) {
			manyCallbacks(d)
			d.keys("2", "G", "pgup", "k")
		}},
		{name: "callback scrolled", more: true, play: openedAt(208, "tab", "tab", "tab", "pgdown", "pgdown", "j")},
		{name: "attempts full", more: true, play: func(d *driver) {
			stockRequests(d.core)
			for range 250 {
				d.core.try(attemptOf(d.core.strangers[2]))
			}
			d.onCallback(203)
			d.keys("enter", "shift+tab", "pgdown", "j")
		}},
		{name: "attempt scrolled", more: true, play: triedAt("enter", "v", "pgdown", "j")},
		{name: "compose end", more: true, play: func(d *driver) {
			d.keys("n", strings.Repeat("a line of the text\n", 30), "tab", "tab", "tab", "tab", "tab")
		}},
		{name: "compose code scrolled", more: true, play: func(d *driver) { d.keys("n", strings.Repeat("long ", 60), "ctrl+o", "pgdown", "j") }},
		{name: "copy menu of a callback", more: true, play: openedAt(203, "tab", "j", "y", "down", "down")},
		{name: "signature scrolled", more: true, play: func(d *driver) { d.keys("j", "j", "j", "j", "j", "s", "pgdown", "j") }},
		{name: "inbound typed", more: true, play: func(d *driver) { d.keys("i", "+14155550177", "tab", strings.Repeat("an answer ", 20)) }},
		{name: "quit asked", more: true, play: func(d *driver) { d.keys("n", "hello", "esc", "q") }},
	}...)
}

func manyMessages(d *driver) {
	for i := range 300 {
		m := queued(1)[0]
		m.UUID, m.Text, m.Status = fmt.Sprintf("many-%d", i), fmt.Sprintf("Message %d of many", i), []plivo.Status{plivo.Queued, plivo.Sent, plivo.Delivered}[i%3]
		d.core.add(m)
	}
	d.wake()
}

func manyCallbacks(d *driver) {
	stockRequests(d.core)
	for i := range 200 {
		d.core.strangers = append(d.core.strangers, requestOf(int64(1000+i), webhook.Other, "GET", fmt.Sprintf("/probe/%d", i), "", nil))
	}
	d.wake()
}

// Sizes of terminals: those too small for the screens, and those around every place where the layout is
// another.
var (
	tinyWidths, tinyHeights = []int{1, 2, 3, 11, 23, 24, 40, 58, 59}, []int{1, 2, 3, 8, 14, 15, 24, 80}
	widths, heights         = []int{60, 61, 63, 66, 70, 79, 80, 81, 90, 99, 100, 109, 119, 120, 121, 130, 140, 149, 150, 151, 170, 200, 249, 250},
		[]int{15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26, 28, 29, 30, 31, 33, 36, 40, 50, 60, 80}
)

// matrix is the sizes for one scene: each fourth of the usable ones, beginning elsewhere for each scene, and
// all that are too small.
func matrix(nth int) [][2]int {
	var out [][2]int
	for i, w := range widths {
		for j, h := range heights {
			if (i*len(heights)+j+nth)%4 == 0 {
				out = append(out, [2]int{w, h})
			}
		}
		for _, h := range tinyHeights {
			if h < minHeight && (i+nth)%4 == 0 {
				out = append(out, [2]int{w, h})
			}
		}
	}
	for _, w := range tinyWidths {
		for _, h := range tinyHeights {
			out = append(out, [2]int{w, h})
		}
	}
	return out
}

// TestEveryFrameFits holds that in every scene and at every size each line is as wide as the screen,
// the frame as high, and nothing reaches the terminal but text and the theme's own colours.
func TestEveryFrameFits(t *testing.T) {
	for i, sc := range scenes {
		t.Run(sc.name, func(t *testing.T) {
			oneInSixteen(t, i)
			t.Parallel()
			d := staged(t, sc.live, sc.bare, 120, 36, rendererOf(termenv.TrueColor, true))
			sc.play(d)
			for _, s := range matrix(i) {
				d.send(sizeOf(s[0], s[1]))
				checkFrame(t, sc.name, d.m.View(), s[0], s[1])
			}
		})
	}
}

// place is where the user is: what is selected, open and focused.
func (d *driver) place() string {
	m := d.m
	sel, _ := m.requests.selected()
	opened, attempt := int64(0), int64(0)
	if o := m.requests.open; o != nil {
		opened = o.cb.ID
		if a, ok := o.here(); ok {
			attempt = a.ID
		}
	}
	return fmt.Sprintf("screen %d, message %d, callback %d, opened %d, attempt %d, compared %v, field %d and %d, detail %v, sheet %T, typing %v",
		m.at, d.selected(), sel.ID, opened, attempt, m.requests.compared != nil, m.compose.focus, m.sig.focus, m.messages.focused, m.env.sheet, m.typing())
}

// TestASizeChangesNothingElse holds that another size of the terminal leaves selection, focus and what is
// open as they were, with the selected row in sight, and that one that is too small says so and moves nothing
// at all.
func TestASizeChangesNothingElse(t *testing.T) {
	for i, sc := range scenes {
		t.Run(sc.name, func(t *testing.T) {
			oneInSixteen(t, i)
			t.Parallel()
			for _, from := range [][2]int{{120, 36}, {80, 24}, {60, 15}} {
				d := staged(t, sc.live, sc.bare, from[0], from[1], nil)
				sc.play(d)
				before, at := d.screen(), d.place()
				for _, to := range [][2]int{{1, 1}, {250, 14}, {59, 80}} {
					d.send(sizeOf(to[0], to[1]))
					if to[0] > 1 {
						d.expect("60×15")
					}
					d.send(sizeOf(from[0], from[1]))
					if now := d.screen(); now != before {
						t.Fatalf("%s at %v, after %v:\n%s\nit was\n%s", sc.name, from, to, now, before)
					}
				}
				for _, to := range [][2]int{{60, 15}, {61, 24}, {80, 24}, {119, 36}, {120, 20}, {160, 50}, {250, 80}} {
					d.send(sizeOf(to[0], to[1]))
					if now := d.place(); now != at {
						t.Fatalf("from %v to %v: %s, was %s", from, to, now, at)
					}
					if !selectionInSight(d) {
						t.Fatalf("%s from %v to %v: the selected row is not in sight:\n%s", sc.name, from, to, d.screen())
					}
				}
			}
		})
	}
}

// selectionInSight reports whether the list that is shown has its selected row in sight, where it has one.
func selectionInSight(d *driver) bool {
	var rows []string
	var any bool
	switch m := d.m; {
	case m.at == onMessages && m.messages.lay.list.h > 0:
		_, any = m.messages.grid.Selected()
		rows = m.messages.grid.Lines()
	case m.at == onCallbacks && m.requests.pager() == nil:
		_, any = m.requests.grid.Selected()
		rows = m.requests.grid.Lines()
	}
	return !any || strings.Contains(ansi.Strip(strings.Join(rows, "")), "›")
}

// TestTooSmallTakesNothing presses keys and the mouse where nobody sees what they would do.
func TestTooSmallTakesNothing(t *testing.T) {
	for i, sc := range scenes {
		if testing.Short() && i%16 != 0 {
			continue
		}
		d := staged(t, sc.live, sc.bare, 80, 24, nil)
		sc.play(d)
		at := d.place()
		d.send(sizeOf(40, 10))
		d.keys("j", "enter", "x", "tab", "esc", "?", ":", "/", "n", "ctrl+s", "space", "2")
		d.send(click(3, 1))
		d.send(tea.MouseMsg{X: 3, Y: 5, Button: tea.MouseButtonWheelDown, Action: tea.MouseActionPress})
		d.send(sizeOf(80, 24))
		if now := d.place(); now != at {
			t.Errorf("%s: %s, was %s", sc.name, now, at)
		}
	}
}

package tui

import (
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"
)

// driver runs a Model by hand: each message, and what its commands bring, to the end.
type driver struct {
	t    testing.TB
	core *fakeCore
	m    *Model
	now  time.Time
	held []tea.Cmd // commands that were not run, where hold is set
	hold bool
	quit bool

	waits time.Duration // the pause before the next change is waited for
}

func newDriver(t testing.TB, core *fakeCore, w, h int) *driver {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.Ascii)
	return newDriverWith(t, core, w, h, r)
}

func newDriverWith(t testing.TB, core *fakeCore, w, h int, r *lipgloss.Renderer) *driver {
	return newDriverOn(t, core, w, h, Options{Renderer: r})
}

func newDriverOn(t testing.TB, core *fakeCore, w, h int, o Options) *driver {
	d := &driver{t: t, core: core, now: testNow}
	o.Now, o.Version = func() time.Time { return d.now }, "v0.1.0"
	d.m = New(core, o)
	d.m.wait = func(pause time.Duration) tea.Cmd { // the test says when something changed
		d.waits = pause
		return nil
	}
	d.m.tick = func() tea.Cmd { return nil }
	d.m.env.simPace.every = 0
	d.withRuns()
	d.m.sig.wait = func(edit int) tea.Cmd { return func() tea.Msg { return settledMsg{edit} } }
	d.send(tea.WindowSizeMsg{Width: w, Height: h})
	d.wake()
	return d
}

// send gives the model a message and runs what follows from it. No call of the core that may take
// time happens before a command runs.
func (d *driver) send(msg tea.Msg) {
	d.t.Helper()
	before := d.core.calls.Load()
	_, cmd := d.m.Update(msg)
	d.m.View()
	if n := d.core.calls.Load() - before; n != 0 {
		d.t.Fatalf("%T: %d calls of the core in Update or View", msg, n)
	}
	if d.hold {
		d.held = append(d.held, cmd)
		return
	}
	d.run(cmd)
}

func (d *driver) run(cmd tea.Cmd) {
	d.t.Helper()
	if cmd == nil {
		return
	}
	msg := cmd()
	switch v := reflect.ValueOf(msg); {
	case msg == nil:
	case reflect.TypeOf(msg) == reflect.TypeFor[tea.QuitMsg]():
		d.quit = true
	case v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd]():
		for i := range v.Len() {
			d.run(v.Index(i).Interface().(tea.Cmd))
		}
	default:
		d.send(msg)
	}
}

// release runs what was held.
func (d *driver) release() {
	d.t.Helper()
	d.hold = false
	held := d.held
	d.held = nil
	for _, cmd := range held {
		d.run(cmd)
	}
}

// pause waits as one does who reads before answering.
func (d *driver) pause() { d.now = d.now.Add(2 * quietTime) }

func (d *driver) wake() {
	d.t.Helper()
	d.send(wakeMsg{})
}

var named = map[string]tea.KeyType{
	"enter": tea.KeyEnter, "esc": tea.KeyEsc, "tab": tea.KeyTab, "shift+tab": tea.KeyShiftTab, "up": tea.KeyUp,
	"down": tea.KeyDown, "right": tea.KeyRight, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd, "ctrl+s": tea.KeyCtrlS, "ctrl+r": tea.KeyCtrlR, "ctrl+e": tea.KeyCtrlE, "ctrl+o": tea.KeyCtrlO, "ctrl+g": tea.KeyCtrlG, "ctrl+z": tea.KeyCtrlZ, "ctrl+x": tea.KeyCtrlX, "ctrl+n": tea.KeyCtrlN, "ctrl+v": tea.KeyCtrlV, "left": tea.KeyLeft, "pgup": tea.KeyPgUp, "delete": tea.KeyDelete,
	"ctrl+c": tea.KeyCtrlC, "ctrl+l": tea.KeyCtrlL, "ctrl+p": tea.KeyCtrlP, "backspace": tea.KeyBackspace, "f1": tea.KeyF1, "space": tea.KeySpace,
}

// keys presses keys by their names; anything else is typed.
func (d *driver) keys(names ...string) {
	d.t.Helper()
	for _, n := range names {
		if k, ok := named[n]; ok {
			d.send(tea.KeyMsg{Type: k})
			continue
		}
		d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(n)})
	}
}

func (d *driver) screen() string { return ansi.Strip(d.m.View()) }

func (d *driver) expect(parts ...string) {
	d.t.Helper()
	s := d.screen()
	for _, p := range parts {
		if !strings.Contains(s, p) {
			d.t.Fatalf("the screen does not show %q:\n%s", p, s)
		}
	}
}

func (d *driver) absent(part string) {
	d.t.Helper()
	if s := d.screen(); strings.Contains(s, part) {
		d.t.Fatalf("the screen shows %q:\n%s", part, s)
	}
}

// selected is the identity of the selected message, 0 for none.
func (d *driver) selected() int64 {
	m, _ := d.m.messages.grid.Selected()
	return m.ID
}

func sizeOf(w, h int) tea.WindowSizeMsg { return tea.WindowSizeMsg{Width: w, Height: h} }

func click(x, y int) tea.MouseMsg {
	return tea.MouseMsg{X: x, Y: y, Button: tea.MouseButtonLeft, Action: tea.MouseActionPress}
}

package tui

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// fuzzedKeys are those that a byte from 0x80 on stands for.
var fuzzedKeys = []tea.KeyMsg{
	{Type: tea.KeyUp},
	{Type: tea.KeyDown},
	{Type: tea.KeyLeft},
	{Type: tea.KeyRight},
	{Type: tea.KeyHome},
	{Type: tea.KeyEnd},
	{Type: tea.KeyPgUp},
	{Type: tea.KeyPgDown},
	{Type: tea.KeyDelete},
	{Type: tea.KeyShiftTab},
	{Type: tea.KeyF1},
	{Type: tea.KeyF5},
	{Type: tea.KeyShiftUp},
	{Type: tea.KeyShiftDown},
	{Type: tea.KeyRunes, Runes: []rune("é\u202e👩‍🔬")},
	{Type: tea.KeyRunes, Runes: []rune("POST http://h/ HTTP/1.1\nA: b\n\na=b"), Paste: true},
	{Type: tea.KeyRunes, Runes: []rune("\x1b[2J\x00\r\n\ufffd"), Paste: true},
	{Type: tea.KeyRunes, Runes: []rune("x"), Alt: true},
}

// mostFuzzed bounds the keys of one input.
const mostFuzzed = 48

// FuzzKeys presses any keys, on a window that is drawn to any size between them: each frame fills it, and holds nothing
// that a terminal would obey.
func FuzzKeys(f *testing.F) {
	for _, s := range []string{
		"", "/status:delivered\r\x1b", "nHello\t+14155550123\x13", "2j\r\x80\x81\x1b", "3\x8f\x90", "4jj\r", "5\x8f\tz", "6", "S\r\x80", "R", "I", "D", "?\x1b:quit\r",
		"M/to:\xff\r", "\xe0j\xf0k\xe5", "\x01\x02\x03",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, pressed []byte) {
		w, h := 80, 24
		d := newDriver(t, newStocked(), w, h)
		for _, b := range pressed[:min(len(pressed), mostFuzzed)] {
			switch {
			case d.quit:
				return
			case b >= 0xe0:
				w, h = 20+int(b&0x1f)*5, 6+int(b&0x1f)*2
				d.send(tea.WindowSizeMsg{Width: w, Height: h})
			case b >= 0x80:
				d.send(fuzzedKeys[int(b-0x80)%len(fuzzedKeys)])
			case b == ' ':
				d.send(tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}})
			case b < ' ' || b == 0x7f:
				d.send(tea.KeyMsg{Type: tea.KeyType(b)})
			default:
				d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{rune(b)}})
			}
		}
		if !d.quit {
			checkCells(t, "fuzzed", d.m.View(), w, h, true)
		}
	})
}

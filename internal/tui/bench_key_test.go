package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// large are the places where much can be typed or pasted, each filled with a lot.
var large = []struct {
	name string
	fill func(d *driver)
}{
	{"filter", func(d *driver) { d.keys("/"); d.paste(strings.Repeat("word ", 13107)) }},
	{"palette", func(d *driver) { d.keys(":"); d.paste(strings.Repeat("word ", 13107)) }},
	{"text", func(d *driver) { d.keys("n"); d.paste(strings.Repeat("word ", 320)) }},
	{"text-64KiB", func(d *driver) { d.keys("n"); d.paste(strings.Repeat("word ", 13107)) }},
	{"text-200000", func(d *driver) { d.keys("n"); d.paste(strings.Repeat("word ", 40000)) }},
	{"text-200000-lines", func(d *driver) { d.keys("n"); d.paste(strings.Repeat("word\n", 40000)) }},
	{"text-200000-ucs2", func(d *driver) { d.keys("n"); d.paste(strings.Repeat("wörd… ", 33333)) }},
	{"to-1000-numbers", func(d *driver) { d.keys("n"); d.keys("tab"); d.paste(manyNumbers(1000)) }},
	{"text-1000-numbers", func(d *driver) { d.keys("n"); d.keys("tab"); d.paste(manyNumbers(1000)); d.keys("shift+tab") }},
	{"to-1000-wrong", func(d *driver) { d.keys("n"); d.keys("tab"); d.paste(strings.Repeat("+1415555,", 1000)) }},
	{"to-64KiB", func(d *driver) { d.keys("n"); d.keys("tab"); d.paste(manyNumbers(5000)) }},
	{"from-64KiB", func(d *driver) { d.keys("n"); d.keys("tab"); d.keys("tab"); d.paste(strings.Repeat("word ", 13107)) }},
	{"signature-body", func(d *driver) { d.keys("5"); d.onBody(); d.paste(strings.Repeat("Name=value&", 5957)) }},
	{"signature-lines", func(d *driver) { d.keys("5"); d.onBody(); d.paste(strings.Repeat("Name=value\n", 5957)) }},
	{"signature-url", func(d *driver) { d.keys("5"); d.paste("https://name.example/" + strings.Repeat("path/", 13107)) }},
}

func manyNumbers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "+1415555%04d, ", i)
	}
	return b.String()
}

func (d *driver) paste(text string) {
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
}

func (d *driver) onBody() {
	for d.m.sig.focus != fieldBody {
		d.keys("tab")
	}
}

// BenchmarkKey types digits where there is much already; ns/op is of one key with its view.
func BenchmarkKey(b *testing.B) {
	for _, place := range large {
		b.Run(place.name, func(b *testing.B) {
			d := newDriverWith(b, benchCore(), 120, 36, colourful())
			place.fill(d)
			d.hold = true // what a key asks for is not part of it
			for i := 0; b.Loop(); i++ {
				d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'0' + rune(i%10)}})
				d.held = nil
			}
		})
	}
}

// BenchmarkPaste pastes into empty places; ns/op is of the paste with its view.
func BenchmarkPaste(b *testing.B) {
	for _, place := range large {
		b.Run(place.name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				d := newDriverWith(b, newFakeCore(), 120, 36, colourful())
				b.StartTimer()
				place.fill(d)
			}
		})
	}
}

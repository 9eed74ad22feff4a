package tui

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	table "dev.internal/plivoscope/internal/figures" // figures is a type here
	"dev.internal/plivoscope/internal/plivo"
)

// benchCore is a core with more messages than any screen shows.
func benchCore() *fakeCore {
	core := newFakeCore()
	stock(core)
	rows := make([]plivo.Message, 0, 200)
	for i := range 200 {
		m := core.messages[i%len(core.messages)]
		m.UUID = fmt.Sprintf("5b40a428-0000-4000-9000-%012d", i)
		m.CreatedAt = testNow.Add(time.Duration(i-200) * time.Second)
		rows = append(rows, m)
	}
	core.add(rows...)
	return core
}

func colourful() *lipgloss.Renderer {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.TrueColor)
	return r
}

// BenchmarkFrame is a view of a full table, as it follows each message to the model: still, after a row
// was added, and after a key; the baseline joins lines that are ready.
func BenchmarkFrame(b *testing.B) {
	for _, size := range []struct{ w, h int }{{120, 36}, {200, 60}} {
		name := func(what string) string { return fmt.Sprintf("%dx%d/%s", size.w, size.h, what) }
		open := func(b *testing.B) *driver { return newDriverWith(b, benchCore(), size.w, size.h, colourful()) }
		took := map[string]time.Duration{}
		each := func(b *testing.B) time.Duration { return b.Elapsed() / time.Duration(b.N) }
		b.Run(name("still"), func(b *testing.B) {
			d := open(b)
			b.ReportAllocs()
			for b.Loop() {
				d.m.View()
			}
			took["a frame, nothing changed"] = each(b)
		})
		b.Run(name("row"), func(b *testing.B) {
			d := open(b)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				b.StopTimer()
				if i%1000 == 999 {
					d = open(b)
				}
				m := d.core.messages[i%10]
				m.UUID = fmt.Sprintf("5b40a428-0000-4000-a000-%012d", i)
				d.core.add(m)
				b.StartTimer()
				d.run(d.m.messages.wake())
			}
			took["a new row with its frame"] = each(b)
		})
		b.Run(name("key"), func(b *testing.B) {
			d := open(b)
			b.ReportAllocs()
			keys := []tea.KeyMsg{{Type: tea.KeyRunes, Runes: []rune("j")}, {Type: tea.KeyRunes, Runes: []rune("k")}}
			for i := 0; b.Loop(); i++ {
				d.send(keys[i%2])
			}
			took["a key with its frame"] = each(b)
		})
		b.Run(name("joined"), func(b *testing.B) {
			lines := strings.Split(open(b).m.View(), "\n")
			b.ReportAllocs()
			for b.Loop() {
				_ = strings.Join(lines, "\n")
			}
			least := each(b)
			for _, what := range slices.Sorted(maps.Keys(took)) {
				table.Tell(b, table.Measure{
					What:     fmt.Sprintf("%s, %dx%d / ready lines joined", what, size.w, size.h),
					Measured: took[what].Round(time.Microsecond).String(), Baseline: least.Round(10 * time.Nanosecond).String(),
					Ratio: fmt.Sprintf("%.0f", float64(took[what])/float64(least)),
				})
			}
		})
	}
}

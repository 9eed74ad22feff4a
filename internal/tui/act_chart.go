package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/meter"
)

// bars are the heights of a sparkline, nothing first: what is something is never drawn as nothing.
var bars = []rune("▁▂▃▄▅▆▇█")

// sparkline draws counts as high as they are beside the highest of them.
func sparkline(counts []uint32) string {
	most := uint64(highest(counts))
	var b strings.Builder
	for _, n := range counts {
		height := uint64(0)
		if n > 0 {
			height = (uint64(n)*uint64(len(bars)-1) + most - 1) / most
		}
		b.WriteRune(bars[height])
	}
	return b.String()
}

// chart is a sparkline in which nothing is faint.
func (t *theme) chart(counts []uint32) []span {
	var out []span
	drawn, from := []rune(sparkline(counts)), 0
	for i, n := range counts {
		if i+1 < len(counts) && (n == 0) == (counts[i+1] == 0) {
			continue
		}
		paint := t.accent
		if n == 0 {
			paint = t.faint
		}
		out = append(out, span{paint, string(drawn[from : i+1])})
		from = i + 1
	}
	return out
}

func highest(counts []uint32) uint32 {
	most := uint32(0)
	for _, n := range counts {
		most = max(most, n)
	}
	return most
}

// lastSeconds are the newest n seconds of a minute.
func lastSeconds(counts *[meter.Window]uint32, n int) []uint32 {
	return counts[meter.Window-min(n, meter.Window):]
}

func perSecond(n uint32) string { return count(int64(n)) + "/s" }

// latency writes how long something took in at most seven cells.
func latency(d time.Duration) string {
	switch {
	case d < 0:
		return "–"
	case d < time.Millisecond:
		return strconv.FormatInt(d.Microseconds(), 10) + " µs"
	case d < 9950*time.Microsecond:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	case d < 999500*time.Microsecond:
		return fmt.Sprintf("%.0f ms", float64(d)/float64(time.Millisecond))
	case d < 9950*time.Millisecond:
		return fmt.Sprintf("%.1f s", d.Seconds())
	default:
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
}

// bytesOf writes a size to two or three digits.
func bytesOf(n int64) string {
	const k = 1000
	if n < k {
		return plural(int(n), "byte")
	}
	size, unit := float64(n)/k, 0
	for size >= 999.5 && unit < 3 {
		size /= k
		unit++
	}
	digits := 0
	if size < 9.95 {
		digits = 1
	}
	return strconv.FormatFloat(size, 'f', digits, 64) + " " + []string{"kB", "MB", "GB", "TB"}[unit]
}

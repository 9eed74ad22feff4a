package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/tui/grid"
)

// span is a piece of plain text, safe to show, with its paint.
type span struct {
	paint grid.Paint
	text  string
}

// line joins spans to a line of exactly w cells: what is too long is cut, the rest is blank.
func line(w int, spans ...span) string {
	var b strings.Builder
	left := w
	for _, s := range spans {
		if left <= 0 {
			break
		}
		n := ansi.StringWidth(s.text)
		if n > left {
			s.text, n = grid.Fit(s.text, left, false), left
		}
		b.WriteString(s.paint.Wrap(s.text))
		left -= n
	}
	if left > 0 {
		b.WriteString(strings.Repeat(" ", left))
	}
	return b.String()
}

// sides puts spans at the left and at the right end of a line of w cells; the right ones are left out
// where both do not fit with a space between.
func sides(w int, left, right []span) string {
	lw, rw := spansWidth(left), spansWidth(right)
	if rw == 0 || lw+1+rw > w {
		return line(w, left...)
	}
	return line(w-rw, left...) + line(rw, right...)
}

func spansWidth(spans []span) int {
	n := 0
	for _, s := range spans {
		n += ansi.StringWidth(s.text)
	}
	return n
}

// refit makes a line that already carries escape sequences exactly w cells wide.
func refit(s string, w int) string {
	n := ansi.StringWidth(s)
	if n > w {
		s = ansi.Truncate(s, w, "")
		n = ansi.StringWidth(s)
	}
	if n < w {
		s += strings.Repeat(" ", w-n)
	}
	return s
}

// typed makes the view of an input safe and exactly w cells wide. What is typed or pasted may hold
// controls of writing direction, which would reorder the rest of the line.
func typed(view string, w int) string {
	return refit(strings.Map(func(r rune) rune {
		switch {
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x61c:
			return '\uFFFD'
		}
		return r
	}, view), w)
}

// wrap breaks safe plain text into lines of at most w cells.
func wrap(s string, w int) []string {
	return strings.Split(ansi.Wrap(s, max(w, 1), ""), "\n")
}

// count writes a number with thousands set apart.
func count(n int64) string {
	s := strconv.FormatInt(n, 10)
	start := len(s) % 3
	if n < 0 {
		start = (len(s)-1)%3 + 1
	}
	var b strings.Builder
	b.WriteString(s[:start])
	for i := start; i < len(s); i += 3 {
		if b.Len() > 0 && s[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteString(s[i : i+3])
	}
	return b.String()
}

// plural writes a number and its noun.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(int64(n)) + " " + noun + "s"
}

// span of time in at most five cells: 0.2s, 41s, 12m, 5h, 40d.
func short(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + short(-d)
	case d < 9950*time.Millisecond:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < 100*time.Second:
		return fmt.Sprintf("%.0fs", d.Seconds())
	case d < 100*time.Minute:
		return fmt.Sprintf("%.0fm", d.Minutes())
	case d < 48*time.Hour:
		return fmt.Sprintf("%.0fh", d.Hours())
	default:
		return fmt.Sprintf("%.0fd", d.Hours()/24)
	}
}

// clock writes a time of day in eight cells, of another day its date.
func clock(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(now.Location())
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04:05")
	}
	return t.Format("06-01-02")
}

// moment writes a time to the millisecond, with its date where that is another day.
func moment(t, now time.Time) string {
	t = t.In(now.Location())
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04:05.000")
	}
	return t.Format("2006-01-02 15:04:05.000")
}

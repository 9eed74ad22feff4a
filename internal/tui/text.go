package tui

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/escape"
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
		text, n := grid.Clip(s.text, left)
		b.WriteString(s.paint.Wrap(text))
		left -= n
	}
	b.WriteString(strings.Repeat(" ", max(left, 0)))
	return b.String()
}

func blank(n int) string { return strings.Repeat(" ", max(n, 0)) }

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
		n += grid.Width(s.text)
	}
	return n
}

// refit makes a line that already carries escape sequences exactly w cells wide.
func refit(s string, w int) string {
	s = grid.Cut(s, w, "")
	return s + strings.Repeat(" ", max(w-ansi.StringWidth(s), 0))
}

// typed makes the view of an input safe and exactly w cells wide. What is typed or pasted may hold
// characters that nobody sees or that reorder the rest of the line. Joiners stay, and marks where escape
// shows them: they belong to the letter or picture before them.
func typed(view string, w int) string { return refit(grid.Apart(seen(view)), w) }

// seen is what is typed, code point by code point, with a sign for what nobody sees.
func seen(s string) string {
	var letter []rune // with its marks
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf || r == '\u200d' {
			letter = append(letter[:0], r)
			return r
		}
		if !unicode.Is(unicode.M, r) && !skinTone(r) {
			letter = letter[:0]
		}
		letter = append(letter, r)
		if s := string(letter); escape.Line(s) != s {
			letter = letter[:len(letter)-1]
			return utf8.RuneError
		}
		return r
	}, s)
}

// skinTone reports whether a character is the colour of the person or hand before it.
func skinTone(r rune) bool { return r >= 0x1f3fb && r <= 0x1f3ff }

// How much of a value from outside is shown: what a cell or a title can ever hold, what a notice can,
// and what one may want to read in the detail. In bytes, before anything is escaped, so that whoever
// may send 64 KiB in every parameter cannot keep the screen busy.
const (
	briefBytes  = 200
	noticeBytes = 800
	detailBytes = 4 << 10
)

// brief is a value from outside for a cell or a title.
func brief(s string) string { return escape.Line(head(s, briefBytes)) }

// readable is a value from outside for the detail, on one line; what is left out is counted.
func readable(s string) string { return escape.Line(head(s, detailBytes)) + leftOut(s) }

// readableBlock is readable for text of several lines.
func readableBlock(s string) string { return escape.Block(head(s, detailBytes)) + leftOut(s) }

func leftOut(s string) string {
	if len(s) <= detailBytes {
		return ""
	}
	return fmt.Sprintf(" … %s bytes more", count(int64(len(s)-len(head(s, detailBytes)))))
}

// head is at most the first n bytes of s, cut between runes.
func head(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for least := n - utf8.UTFMax; n > least && !utf8.RuneStart(s[n]); {
		n--
	}
	return s[:n]
}

// wrap breaks safe plain text into lines of at most w cells: at blanks, after hyphens, and between
// characters where a word is longer than a line.
func wrap(s string, w int) []string {
	var out []string
	for _, para := range strings.Split(s, "\n") {
		out = wrapLine(out, para, max(w, 1))
	}
	return out
}

func wrapLine(out []string, s string, w int) []string {
	start, used := 0, 0 // of the present line: its first byte and its cells so far
	end, next := 0, 0   // the last place to break: the line ends at end, the next begins at next
	for i := 0; i < len(s); {
		char, n := ansi.FirstGraphemeCluster(s[i:], ansi.GraphemeWidth)
		if char == " " {
			if i > start && s[i-1] != ' ' {
				end = i
			}
			i++
			next = i
			used++
			continue
		}
		if used+n > w && i > start {
			if end > start {
				out = append(out, s[start:end])
				start = next
			} else {
				out = append(out, strings.TrimRight(s[start:i], " "))
				start = i
			}
			end = start
			used = ansi.StringWidth(s[start:i])
			continue
		}
		i += len(char)
		used += n
		// A hyphen inside a word is a place to break, the dashes of a flag or of a header's name are not.
		if char == "-" && i-2 >= start && i < len(s) && isWordByte(s[i-2]) && isWordByte(s[i]) && !inHeaderName(s, i) {
			end, next = i, i
		}
	}
	return append(out, strings.TrimRight(s[start:], " "))
}

// inHeaderName reports whether the word around s[i] is the name of a header as X-Plivo-Signature-V3.
func inHeaderName(s string, i int) bool {
	return strings.HasPrefix(strings.TrimLeft(s[strings.LastIndexByte(s[:i], ' ')+1:i], `("`), "X-")
}

func isWordByte(b byte) bool {
	return b >= utf8.RuneSelf || b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z'
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

// momentShort is a time to the millisecond, of another day its date and minute.
func momentShort(t, now time.Time) string {
	t = t.In(now.Location())
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04:05.000")
	}
	return t.Format("01-02 15:04")
}

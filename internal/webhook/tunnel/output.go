package tunnel

import (
	"bytes"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

const (
	lineMost = 4 << 10 // bytes kept of a line; a longer one is taken for several
	keptMost = 5       // lines
	shownOf  = 300     // bytes of each of them
	// idleLine is how long a line may stay without its end before it is looked at as it is.
	idleLine = 300 * time.Millisecond
)

// output cuts what a program prints into lines and keeps the last ones, as they may be shown.
type output struct {
	secrets secrets
	pending []byte
	last    []string
}

// add takes more output and gives the lines that are whole now.
func (o *output) add(chunk []byte) (lines []string) {
	o.pending = append(o.pending, chunk...)
	for {
		end := bytes.IndexAny(o.pending, "\r\n") // progress bars go back to the start of their line
		switch {
		case end >= 0:
			lines = o.line(lines, o.pending[:end])
			o.pending = o.pending[end+1:]
		case len(o.pending) > lineMost:
			return append(lines, o.flush()...)
		default:
			return lines
		}
	}
}

// partial tells whether a line has begun and not ended.
func (o *output) partial() bool { return len(o.pending) > 0 }

// flush gives what has come of a line that has not ended.
func (o *output) flush() []string {
	lines := o.line(nil, o.pending)
	o.pending = nil
	return lines
}

func (o *output) line(lines []string, raw []byte) []string {
	text := strings.TrimSpace(ansi.Strip(string(raw)))
	if text == "" {
		return lines
	}
	o.last = append(o.last, shortened(o.secrets.hide(text)))
	o.last = o.last[max(0, len(o.last)-keptMost):]
	return append(lines, text)
}

// shortened cuts what is shown of a line. The secrets in it are hidden before: half a token is not known for one.
func shortened(hidden string) string {
	if len(hidden) <= shownOf {
		return hidden
	}
	return strings.ToValidUTF8(hidden[:shownOf], "") + "…"
}

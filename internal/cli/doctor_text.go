package cli

import (
	"os"
	"strings"

	"dev.internal/plivoscope/internal/app"
)

// findingLook is how findings are shown: with signs and colours on a terminal, in words alone elsewhere.
type findingLook struct {
	width  int // of the terminal; 0 for no limit
	signs  bool
	colour bool
}

func lookOf(s Streams) findingLook {
	terminal := s.outIsTerminal()
	return findingLook{
		width: s.width(), signs: terminal,
		colour: terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb",
	}
}

// resultSigns are each result's sign, and its colour as SGR has it: it is never told by the colour alone.
var resultSigns = map[app.CheckResult]struct{ sign, colour string }{
	app.CheckOK:      {"✓", "32"},
	app.CheckWarning: {"!", "33"},
	app.CheckFailed:  {"✗", "31"},
	app.CheckSkipped: {"–", "2"},
}

// Columns of the text: the result, the check, what was found.
const (
	resultWidth = 9
	checkWidth  = 16
)

// text is a finding on a line, with the advice under it.
func (l findingLook) text(f app.Finding) string {
	result, indent := string(f.Result), resultWidth+checkWidth
	look := resultSigns[f.Result]
	if l.signs {
		result = look.sign + " " + result
		indent += 2
	}
	head := pad(result, indent-checkWidth)
	if l.colour {
		head = "\x1b[" + look.colour + "m" + head + "\x1b[0m"
	}
	head += pad(strings.ReplaceAll(f.Check, "_", " "), checkWidth)
	lines := l.beside(escaped(f.What), indent)
	if f.Advice != "" {
		lines = append(lines, l.beside("→ "+escaped(f.Advice), indent)...)
	}
	return head + strings.Join(lines, "\n"+strings.Repeat(" ", indent))
}

// leastBeside is the narrowest that sentences are broken to; what is narrower is left to the terminal.
const leastBeside = 30

// beside breaks a sentence to stand in a column that begins at indent.
func (l findingLook) beside(text string, indent int) []string {
	if l.width-indent < leastBeside {
		return []string{text}
	}
	return strings.Split(wrapped(text, l.width-indent, 0, 0), "\n")
}

func pad(s string, width int) string {
	if n := width - len([]rune(s)); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s + " "
}

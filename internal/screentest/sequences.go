package screentest

import (
	"fmt"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Sequences counts the control sequences in what a program wrote, by kind: "CSI m", "CSI ?h", "OSC 52",
// "ESC 7", "control 0x0a". A control within text, and a sequence that has no end, is of a kind of its own.
func Sequences(written []byte) map[string]int {
	kinds := map[string]int{}
	p := ansi.NewParser()
	var state byte
	for len(written) > 0 {
		seq, width, n, next := ansi.DecodeSequence(written, state, p)
		written, state = written[n:], next
		cmd := ansi.Cmd(p.Command())
		private := ""
		if b := cmd.Prefix(); b != 0 {
			private = string(b)
		}
		switch {
		case width > 0 || !unicode.IsControl(first(seq)):
			for _, r := range string(seq) {
				if unicode.IsControl(r) {
					kinds[fmt.Sprintf("control %#02x in text", r)]++
				}
			}
		case ansi.HasCsiPrefix(seq) && len(seq) > 2:
			kinds["CSI "+private+string(cmd.Final())]++
		case ansi.HasOscPrefix(seq):
			kinds[fmt.Sprintf("OSC %d", p.Command())]++
		case ansi.HasDcsPrefix(seq):
			kinds["DCS"]++
		case ansi.HasEscPrefix(seq) && len(seq) > 1:
			kinds["ESC "+string(seq[1:])]++
		default:
			kinds[fmt.Sprintf("control %#02x", first(seq))]++
		}
	}
	return kinds
}

// first is the first character of a sequence, or its first byte, as a C1 control of eight bits.
func first(seq []byte) rune {
	r, n := utf8.DecodeRune(seq)
	if r == utf8.RuneError && n == 1 {
		return rune(seq[0])
	}
	return r
}

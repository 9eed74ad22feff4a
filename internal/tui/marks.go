package tui

import (
	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// piece is a stretch of a text that is shown character by character.
type piece struct {
	text string
	kind pieceKind
}

type pieceKind int

const (
	plain pieceKind = iota
	quiet           // of the form, not of the text
	other           // the text that this one was compared with has something else here, or nothing
)

// differ compares two safe texts and says of each which stretches the other one lacks. A mark begins and
// ends between what is drawn as one.
func differ(a, b string) (as, bs []piece) {
	inA, inB := signature.Differing(a, b)
	return marked(a, inA), marked(b, inB)
}

func marked(text string, marks []signature.Span) []piece {
	var out []piece
	put := func(s string, kind pieceKind) {
		if n := len(out); n > 0 && out[n-1].kind == kind {
			out[n-1].text += s
		} else if s != "" {
			out = append(out, piece{s, kind})
		}
	}
	at := 0
	for i := 0; i < len(text) && len(marks) > 0; {
		c, _ := ansi.FirstGraphemeCluster(text[i:], ansi.GraphemeWidth)
		next := i + len(c)
		for len(marks) > 0 && marks[0].To <= i {
			marks = marks[1:]
		}
		if len(marks) > 0 && marks[0].From < next {
			put(text[at:i], plain)
			put(text[i:next], other)
			at = next
		}
		i = next
	}
	put(text[at:], plain)
	return out
}

// chop breaks a text into lines of at most w cells. Unlike wrap it neither drops nor moves a character,
// as what is signed character by character needs.
func chop(pieces []piece, w int) [][]piece {
	w = max(w, 2)
	out := [][]piece{nil}
	used := 0
	put := func(text string, kind pieceKind) {
		if text != "" {
			out[len(out)-1] = append(out[len(out)-1], piece{text, kind})
		}
	}
	for _, p := range pieces {
		from := 0
		for i := 0; i < len(p.text); {
			c, n := ansi.FirstGraphemeCluster(p.text[i:], ansi.GraphemeWidth)
			if used+n > w {
				put(p.text[from:i], p.kind)
				out = append(out, nil)
				from, used = i, 0
			}
			used += n
			i += len(c)
		}
		put(p.text[from:], p.kind)
	}
	return out
}

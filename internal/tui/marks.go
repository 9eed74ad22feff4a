package tui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
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

// run is a stretch of two compared texts: the same in both, or different.
type run struct {
	a, b string
	same bool
}

// differ compares two safe texts and says of each which stretches the other one lacks. It goes by words
// and signs, so that two hosts do not agree in some letters by chance, and within a word by its
// beginning and end.
func differ(a, b string) (as, bs []piece) {
	for _, r := range runs(words(a), words(b)) {
		if r.same {
			as, bs = append(as, piece{r.a, plain}), append(bs, piece{r.b, plain})
			continue
		}
		x, y := characters(r.a), characters(r.b)
		from, to := ends(x, y)
		before := strings.Join(x[:from], "")
		after := strings.Join(x[len(x)-to:], "")
		as = append(as, piece{before, plain}, piece{strings.Join(x[from:len(x)-to], ""), other}, piece{after, plain})
		bs = append(bs, piece{before, plain}, piece{strings.Join(y[from:len(y)-to], ""), other}, piece{after, plain})
	}
	return as, bs
}

// mostCompared bounds the work of comparing two texts, in words of the one times words of the other.
const mostCompared = 1 << 18

// runs aligns two lists of words by their longest common subsequence.
func runs(x, y []string) []run {
	from, to := ends(x, y)
	midX, midY := x[from:len(x)-to], y[from:len(y)-to]
	var all []run
	add := func(a, b string, same bool) {
		if n := len(all); n > 0 && all[n-1].same == same {
			all[n-1].a += a
			all[n-1].b += b
		} else if a+b != "" {
			all = append(all, run{a, b, same})
		}
	}
	begin := strings.Join(x[:from], "")
	add(begin, begin, true)
	if len(midX)*len(midY) > mostCompared {
		add(strings.Join(midX, ""), strings.Join(midY, ""), false)
	} else {
		longest := subsequences(midX, midY)
		i, j := 0, 0
		for i < len(midX) && j < len(midY) {
			switch {
			case midX[i] == midY[j] && (isWord(midX[i]) || i > 0 && j > 0 && midX[i-1] == midY[j-1] || i+1 < len(midX) && j+1 < len(midY) && midX[i+1] == midY[j+1]):
				add(midX[i], midY[j], true)
				i++
				j++
			case midX[i] == midY[j]:
				// A sign alone between two differences is the same by chance.
				add(midX[i], midY[j], false)
				i++
				j++
			case longest[i+1][j] >= longest[i][j+1]:
				add(midX[i], "", false)
				i++
			default:
				add("", midY[j], false)
				j++
			}
		}
		add(strings.Join(midX[i:], ""), strings.Join(midY[j:], ""), false)
	}
	finish := strings.Join(x[len(x)-to:], "")
	add(finish, finish, true)
	return all
}

// subsequences gives, for each two tails of x and y, how many words they have in common in order.
func subsequences(x, y []string) [][]int32 {
	rows := make([][]int32, len(x)+1)
	cells := make([]int32, (len(x)+1)*(len(y)+1))
	for i := range rows {
		rows[i], cells = cells[:len(y)+1], cells[len(y)+1:]
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				rows[i][j] = rows[i+1][j+1] + 1
			} else {
				rows[i][j] = max(rows[i+1][j], rows[i][j+1])
			}
		}
	}
	return rows
}

// ends counts how many entries two lists have in common at their beginning and, of the rest, at their end.
func ends(x, y []string) (from, to int) {
	for from < len(x) && from < len(y) && x[from] == y[from] {
		from++
	}
	for to < len(x)-from && to < len(y)-from && x[len(x)-1-to] == y[len(y)-1-to] {
		to++
	}
	return from, to
}

// words cuts a text into runs of letters and digits, and all else into single characters.
func words(s string) []string {
	var out []string
	inWord := false
	for _, c := range characters(s) {
		word := isWord(c)
		if word && inWord {
			out[len(out)-1] += c
		} else {
			out = append(out, c)
		}
		inWord = word
	}
	return out
}

func isWord(s string) bool { return isWordByte(s[0]) }

// characters cuts a text into what is drawn as one.
func characters(s string) []string {
	out := make([]string, 0, len(s))
	for s != "" {
		c, _ := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		out = append(out, c)
		s = s[len(c):]
	}
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

package signature

import (
	"slices"
	"strings"
)

// Span is a stretch of a text, in bytes.
type Span struct{ From, To int }

const (
	// mostAligned bounds the work of comparing two texts, in words of the one times words of the other.
	mostAligned = 1 << 18
	// longWord is from how many bytes on a word that changed is marked no further than it differs.
	longWord = 60
)

// Differing compares a value as it was checked with the one that was signed, and gives of each the
// stretches that the other lacks, in their order. It goes by whole words, so that two hosts do not agree
// in some letters by chance: scheme, host, port, a segment of the path, a pair of the query; of what is no
// URL, what stands between spaces.
func Differing(a, b string) (inA, inB []Span) {
	if one := min(len(a), len(b)); one >= longEnough && a[:one] == b[:one] && !strings.Contains(a, "://") {
		return restOf(b, a), restOf(a, b) // of a signature that was cut, what is missing is all that differs
	}
	x, y := urlWords(a), urlWords(b)
	head, tail := 0, 0
	for head < min(len(x), len(y)) && x[head] == y[head] {
		head++
	}
	for tail < min(len(x), len(y))-head && x[len(x)-1-tail] == y[len(y)-1-tail] {
		tail++
	}
	onlyX, onlyY := aligned(x[head:len(x)-tail], y[head:len(y)-tail])
	inA, inB = spans(x, head, onlyX), spans(y, head, onlyY)
	if len(inA) == 1 && len(inB) == 1 && inA[0].From == inB[0].From { // else they are not in each other's place
		narrow(a, &inA[0], b, &inB[0])
		empty := func(s Span) bool { return s.From == s.To }
		inA, inB = slices.DeleteFunc(inA, empty), slices.DeleteFunc(inB, empty)
	}
	return inA, inB
}

// urlWords cuts a text into words and the signs between them; joined they are the text.
func urlWords(s string) []string {
	var out []string
	scheme, rest, isURL := strings.Cut(s, "://")
	if isURL && ValidScheme(scheme) {
		out = append(out, scheme, "://")
		end := strings.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		out, s = append(out, hostWords(rest[:end])...), rest[end:]
	}
	for s != "" {
		n := strings.IndexAny(s, "/?&# ")
		switch {
		case n < 0:
			n = len(s)
		case n == 0:
			n = 1
		}
		out, s = append(out, s[:n]), s[n:]
	}
	return out
}

// hostWords cuts the user information and the port off a host.
func hostWords(s string) []string {
	var out []string
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		out, s = append(out, s[:i+1]), s[i+1:]
	}
	if i := strings.LastIndexByte(s, ':'); i >= 0 && strings.Trim(s[i+1:], "0123456789") == "" {
		return append(out, s[:i], s[i:])
	}
	return append(out, s)
}

// aligned tells of each word whether the other list lacks it, by their longest common subsequence.
func aligned(x, y []string) (onlyX, onlyY []bool) {
	onlyX, onlyY = make([]bool, len(x)), make([]bool, len(y))
	i, j := 0, 0
	if len(x)*len(y) <= mostAligned {
		// common[i][j] is the length of the longest common subsequence of x[i:] and y[j:].
		common := make([][]int32, len(x)+1)
		for k := range common {
			common[k] = make([]int32, len(y)+1)
		}
		for i := len(x) - 1; i >= 0; i-- {
			for j := len(y) - 1; j >= 0; j-- {
				if x[i] == y[j] {
					common[i][j] = common[i+1][j+1] + 1
				} else {
					common[i][j] = max(common[i+1][j], common[i][j+1])
				}
			}
		}
		for i < len(x) && j < len(y) {
			switch {
			case x[i] == y[j]:
				i, j = i+1, j+1
			case common[i+1][j] >= common[i][j+1]:
				onlyX[i] = true
				i++
			default:
				onlyY[j] = true
				j++
			}
		}
	}
	for ; i < len(x); i++ {
		onlyX[i] = true
	}
	for ; j < len(y); j++ {
		onlyY[j] = true
	}
	return onlyX, onlyY
}

// spans gives the stretches of the marked words, of which the first is the one after head; those that
// touch are one.
func spans(words []string, head int, marked []bool) []Span {
	var all []Span
	at := 0
	for i, w := range words {
		if k := i - head; k >= 0 && k < len(marked) && marked[k] && w != "" {
			if n := len(all); n > 0 && all[n-1].To == at {
				all[n-1].To += len(w)
			} else {
				all = append(all, Span{at, at + len(w)})
			}
		}
		at += len(w)
	}
	return all
}

// narrow leaves out of a long stretch what it begins and ends with in both texts.
func narrow(a string, x *Span, b string, y *Span) {
	if x.To-x.From < longWord && y.To-y.From < longWord {
		return
	}
	p, q := []rune(a[x.From:x.To]), []rune(b[y.From:y.To])
	if string(p) != a[x.From:x.To] || string(q) != b[y.From:y.To] {
		return // not UTF-8: there are no letters to stop at
	}
	for len(p) > 0 && len(q) > 0 && p[0] == q[0] {
		n := len(string(p[0]))
		x.From, y.From, p, q = x.From+n, y.From+n, p[1:], q[1:]
	}
	for len(p) > 0 && len(q) > 0 && p[len(p)-1] == q[len(q)-1] {
		n := len(string(p[len(p)-1]))
		x.To, y.To, p, q = x.To-n, y.To-n, p[:len(p)-1], q[:len(q)-1]
	}
}

// longEnough is from where a common beginning of two texts is no chance.
const longEnough = 8

// restOf is what whole has behind its beginning, where it is the longer one.
func restOf(beginning, whole string) []Span {
	if len(beginning) >= len(whole) {
		return nil
	}
	return []Span{{len(beginning), len(whole)}}
}

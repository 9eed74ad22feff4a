package signature

import (
	"iter"
	"slices"
	"strconv"
	"strings"
)

// width says how Plivo may have written numbers: the decimals of amounts, the digits of the country and
// network codes and of the error code. 0 leaves them as they are.
type width struct{ amount, mcc, mnc, code int }

// widths are tried likeliest first. The documentation's amounts have five decimals, its codes three
// digits; a network code may have two.
var widths = []width{
	{5, 3, 3, 3},
	{5, 0, 0, 0},
	{0, 3, 3, 3},
	{0, 0, 0, 3},
	{0, 0, 3, 0},
	{5, 3, 2, 3},
	{5, 0, 0, 3},
	{0, 3, 2, 3},
	{0, 0, 2, 0},
	{5, 0, 3, 0},
	{6, 3, 3, 3},
	{6, 0, 0, 0},
	{4, 3, 3, 3},
	{4, 0, 0, 0},
	{0, 3, 0, 0},
	{3, 0, 0, 0},
	{2, 0, 0, 0},
	{8, 0, 0, 0},
}

// wholeNumbers are the parameters whose values are digits alone.
var wholeNumbers = []string{
	"To", "From", "Units", "MCC", "MNC", "ErrorCode", "Sequence", "NumMedia", "ConversationExpirationTimestamp",
}

// retyped writes numbers as Plivo does where a parser made numbers of them: all that were whole without
// a fraction and an exponent, then amounts and codes in each width.
func retyped(s *search, in input) iter.Seq[input] {
	return func(yield func(input) bool) {
		all := parameters(in)
		var before [][]Param
		for _, w := range append([]width{{}}, widths...) {
			if s.spent() {
				return
			}
			s.work += workParam * len(all)
			pairs, changed := mapped(all, w.write)
			if !changed || slices.ContainsFunc(before, func(b []Param) bool { return slices.Equal(b, pairs) }) {
				continue
			}
			before = append(before, pairs)
			if !yield(withParameters(in, pairs)) {
				return
			}
		}
	}
}

func (w width) write(p Param) Param {
	if slices.Contains(wholeNumbers, p.Name) {
		p.Value = whole(p.Value)
	}
	switch {
	case p.Name == "MCC":
		p.Value = zeros(p.Value, w.mcc)
	case p.Name == "MNC":
		p.Value = zeros(p.Value, w.mnc)
	case p.Name == "ErrorCode":
		p.Value = zeros(p.Value, w.code)
	case strings.HasSuffix(p.Name, "Rate"), strings.HasSuffix(p.Name, "Amount"):
		p.Value = decimals(p.Value, w.amount)
	}
	return p
}

// whole writes a number that has an exponent, or nothing but zeros after its point, without.
func whole(v string) string {
	if len(v) > 32 || v == "" || v[0] != '-' && (v[0] < '0' || v[0] > '9') {
		return v
	}
	if strings.ContainsAny(v, "eE") && !strings.ContainsAny(v, "xXpP_") {
		if f, err := strconv.ParseFloat(v, 64); err == nil {
			return strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	if n, fraction, ok := strings.Cut(v, "."); ok && digits(n) == len(n) && strings.Trim(fraction, "0") == "" {
		return n
	}
	return v
}

// zeros fills a run of digits up from the left.
func zeros(v string, n int) string {
	if v == "" || digits(v) != len(v) || len(v) >= n {
		return v
	}
	return strings.Repeat("0", n-len(v)) + v
}

// decimals gives a decimal number n digits after its point.
func decimals(v string, n int) string {
	if n == 0 || v == "" {
		return v
	}
	head, fraction, _ := strings.Cut(v, ".")
	if digits(head) != len(head) || head == "" || digits(fraction) != len(fraction) {
		return v
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > n {
		return v
	}
	return head + "." + fraction + strings.Repeat("0", n-len(fraction))
}

// bareNumber writes a number as JSON does: without the zeros before and behind it.
func bareNumber(v string) string {
	head, fraction, point := strings.Cut(v, ".")
	if v == "" || head == "" || digits(head) != len(head) || digits(fraction) != len(fraction) {
		return v
	}
	if head = strings.TrimLeft(head, "0"); head == "" {
		head = "0"
	}
	if fraction = strings.TrimRight(fraction, "0"); point && fraction != "" {
		return head + "." + fraction
	}
	return head
}

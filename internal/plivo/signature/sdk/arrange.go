package sdk

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// keep is what becomes of several values of one name.
type keep uint8

const (
	keepAll keep = iota
	keepFirst
	keepLast
	keepGreatest
	keepJoined
)

// order compares two names, or two values.
type order func(a, b string) int

func (q set) order() order {
	switch {
	case q.has(utf16Order):
		return compareUTF16
	case q.has(naturalOrder):
		return compareNatural
	default:
		return strings.Compare
	}
}

// sortPairs orders pairs in place by their names, those of one name by their values.
func sortPairs(q set, pairs []signature.Param) {
	o := q.order()
	slices.SortStableFunc(pairs, func(a, b signature.Param) int {
		return cmp.Or(o(a.Name, b.Name), o(a.Value, b.Value))
	})
}

// arrange gives the pairs in order; it leaves pairs itself as it is.
func arrange(pairs []signature.Param, o order, k keep) []signature.Param {
	sorted := sortedByName(pairs, o)
	kept := sorted[:0]
	for from := 0; from < len(sorted); {
		to := from + 1
		for to < len(sorted) && sorted[to].Name == sorted[from].Name {
			to++
		}
		same := sorted[from:to]
		from = to
		if len(same) == 1 {
			kept = append(kept, same[0])
			continue
		}
		byValue := func(a, b signature.Param) int { return o(a.Value, b.Value) }
		switch k {
		case keepFirst:
			kept = append(kept, same[0])
		case keepLast:
			kept = append(kept, same[len(same)-1])
		case keepGreatest:
			kept = append(kept, slices.MaxFunc(same, byValue))
		case keepJoined:
			values := make([]string, len(same))
			for i, p := range same {
				values[i] = p.Value
			}
			kept = append(kept, signature.Param{Name: same[0].Name, Value: strings.Join(values, ",")})
		default:
			slices.SortStableFunc(same, byValue)
			kept = append(kept, same...)
		}
	}
	return kept
}

// sortedByName gives the pairs in the order of their names, those of one name as they came.
func sortedByName(pairs []signature.Param, o order) []signature.Param {
	sorted := slices.Clone(pairs)
	byName := func(a, b signature.Param) int { return o(a.Name, b.Name) }
	if !slices.IsSortedFunc(sorted, byName) {
		slices.SortStableFunc(sorted, byName)
	}
	return sorted
}

// ofParams are the quirks on which the arrangement of the parameters depends.
var ofParams = of(paramsFirst, paramsLast, paramsJoined, utf16Order, naturalOrder, pairOrder, replacesInvalid)

// arranged gives the parameters as the quirks take them. It is worked out once for all the SDKs that
// take them alike, as it is what costs the time where there are many.
func (in *input) arranged(q set) arrangement {
	key := q.and(ofParams)
	if a, ok := in.arrangements[key]; ok || len(in.params) == 0 {
		return a
	}
	params := in.params
	if !q.has(naturalOrder) { // which has no order for some names that differ
		if in.byName == nil {
			in.byName = sortedByName(params, strings.Compare)
		}
		params = in.byName
	}
	if q.has(replacesInvalid) && slices.ContainsFunc(params, func(p signature.Param) bool {
		return !utf8.ValidString(p.Name) || !utf8.ValidString(p.Value)
	}) {
		params = slices.Clone(params)
		for i, p := range params {
			params[i] = signature.Param{Name: replaced(p.Name), Value: replaced(p.Value)}
		}
	}
	k := keepAll
	switch {
	case q.has(paramsFirst):
		k = keepFirst
	case q.has(paramsLast):
		k = keepLast
	case q.has(paramsJoined):
		k = keepJoined
	}
	a := arrangement{params: arrange(params, q.order(), k)}
	if q.has(pairOrder) {
		sortAsPairs(a.params)
	}
	size := 0
	for _, p := range a.params {
		size += len(p.Name) + len(p.Value)
	}
	var b strings.Builder
	b.Grow(size)
	for _, p := range a.params {
		b.WriteString(p.Name)
		b.WriteString(p.Value)
	}
	a.run = b.String()
	if in.arrangements == nil {
		in.arrangements = make(map[set]arrangement, 4)
	}
	in.arrangements[key] = a
	return a
}

// sortAsPairs orders pairs as JavaScript compares arrays: by "name,value".
func sortAsPairs(pairs []signature.Param) {
	slices.SortStableFunc(pairs, func(a, b signature.Param) int {
		return compareUTF16(a.Name+","+a.Value, b.Name+","+b.Value)
	})
}

// compareUTF16 compares by the units of UTF-16, in which what is beyond U+FFFF comes before U+E000.
func compareUTF16(a, b string) int {
	n := min(len(a), len(b))
	i := 0
	for i < n && a[i] == b[i] {
		i++
	}
	if i == n || a[i] < utf8.RuneSelf || b[i] < utf8.RuneSelf {
		return strings.Compare(a[i:], b[i:])
	}
	start := i
	for start > 0 && !utf8.RuneStart(a[start]) {
		start--
	}
	ra, _ := utf8.DecodeRuneInString(a[start:])
	rb, _ := utf8.DecodeRuneInString(b[start:])
	if c := cmp.Compare(firstUnit(ra), firstUnit(rb)); c != 0 {
		return c
	}
	return strings.Compare(a[i:], b[i:])
}

func firstUnit(r rune) rune {
	if r >= 0x10000 {
		return 0xD800 + (r-0x10000)>>10
	}
	return r
}

// compareNatural compares as PHP's SORT_NATURAL does: digits by the number that they make, white space
// not at all.
func compareNatural(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(len(a), len(b))
	}
	a, b = withoutZeros(a), withoutZeros(b)
	for {
		a, b = withoutSpace(a), withoutSpace(b)
		if a == "" || b == "" {
			return cmp.Compare(len(a), len(b))
		}
		if digit(a) && digit(b) {
			c := 0
			if a[0] == '0' || b[0] == '0' {
				c, a, b = compareFraction(a, b)
			} else {
				c, a, b = compareNumber(a, b)
			}
			if c != 0 {
				return c
			}
			if a == "" || b == "" {
				return cmp.Compare(len(a), len(b))
			}
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		if a, b = a[1:], b[1:]; a == "" || b == "" {
			return cmp.Compare(len(a), len(b))
		}
	}
}

func withoutSpace(s string) string {
	for s != "" && (s[0] == ' ' || s[0] >= '\t' && s[0] <= '\r') {
		s = s[1:]
	}
	return s
}

func digit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

func withoutZeros(s string) string {
	for len(s) > 1 && s[0] == '0' && digit(s[1:]) {
		s = s[1:]
	}
	return s
}

// compareNumber compares the digits at the start of a and b as whole numbers, and gives what follows.
func compareNumber(a, b string) (int, string, string) {
	i, first := 0, 0
	for digit(a[i:]) && digit(b[i:]) {
		if first == 0 {
			first = cmp.Compare(a[i], b[i])
		}
		i++
	}
	switch {
	case digit(a[i:]):
		return 1, "", ""
	case digit(b[i:]):
		return -1, "", ""
	default:
		return first, a[i:], b[i:]
	}
}

// compareFraction compares the digits at the start of a and b one by one, as those behind a point.
func compareFraction(a, b string) (int, string, string) {
	i := 0
	for digit(a[i:]) && digit(b[i:]) && a[i] == b[i] {
		i++
	}
	switch inA, inB := digit(a[i:]), digit(b[i:]); {
	case inA && inB:
		return cmp.Compare(a[i], b[i]), "", ""
	case inA:
		return 1, "", ""
	case inB:
		return -1, "", ""
	default:
		return 0, a[i:], b[i:]
	}
}

package signature

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// recipe is how a base string is made and signed. The zero value of all but the form is Plivo's own
// way.
type recipe struct {
	form        Scheme // V1, V2 or V3
	order       order
	separator   *string // around the nonce, in place of the form's own
	nonceFirst  bool    // the nonce before the URL
	nonceMiddle bool    // the nonce between the URL and the parameters or the body
	withParams  bool    // V2: the sorted parameters behind the URL
	joined      bool    // V2, V3: a POST's parameters as "k=v&k=v"
	escaped     bool    // names and values percent-encoded, as they travel
	rawBody     bool    // V2, V3: the body as it was received in place of a POST's parameters
	json        bool    // V2, V3: a POST's parameters as a JSON object
	asGiven     bool    // V2, V3: the URL whole as it was given, query and fragment with it
	withUser    bool    // V2, V3: the URL's user information before the host
	marks       bool    // V3: "?" and "." also where nothing stands between them
	sha1        bool    // HMAC-SHA1 for HMAC-SHA256, and the reverse for V1
}

// order is a rule by which parameters are sorted.
type order int

const (
	byName    order = iota // bytes of the name, then of the value
	arrival                // not at all
	caseFold               // names without regard to case
	natural                // numbers in names by their value: Media2 before Media10
	reversed               // from the last to the first
	nameAlone              // by name; values of one name as they arrived
)

// standard tells whether the recipe is Plivo's own for its form.
func (r recipe) standard() bool { return r == recipe{form: r.form} }

// appendOdd builds a base string in a way that is not Plivo's.
func (s *search) appendOdd(dst []byte, in input) ([]byte, error) {
	r := in.recipe
	t, err := parseTarget(in.url)
	if err != nil {
		return nil, err
	}
	if r.withUser {
		a, _ := cutAddress(in.url)
		t.host = a.user + t.host
	}
	around, between := "", "" // the nonce; URL and body
	if r.form == V3 {
		around, between = ".", "."
	}
	if r.separator != nil {
		around, between = *r.separator, *r.separator
	}
	if r.nonceFirst {
		dst = append(dst, in.nonce...)
		if r.separator != nil {
			dst = append(dst, around...)
		}
	}
	if r.form == V1 || r.asGiven {
		dst = append(dst, in.url...)
	} else {
		dst = appendOrigin(dst, t)
	}
	if r.form == V1 {
		return s.appendPayload(dst, r, in.params), nil
	}
	query := appendQuery(nil, t.query)
	params := in.params
	payload := r.form == V3 || r.withParams || r.json || r.rawBody
	if r.form == V3 {
		if strings.EqualFold(in.method, "GET") {
			query, params, payload = append(query, difference(params, query)...), nil, false
		}
		dst = appendOddQuery(dst, r, query, len(params) > 0 && !r.rawBody && !r.json)
	}
	if r.nonceMiddle {
		dst = append(append(append(dst, around...), in.nonce...), around...)
	}
	if payload {
		switch {
		case r.rawBody || r.json:
			if !r.nonceMiddle {
				dst = append(dst, between...)
			}
		case r.form == V3 && len(query) > 0 && (len(params) > 0 || r.marks) && !r.nonceMiddle:
			dst = append(dst, '.')
		}
		dst = s.appendPayload(dst, r, params)
	}
	if r.nonceFirst || r.nonceMiddle {
		return dst, nil
	}
	return append(append(dst, around...), in.nonce...), nil
}

// appendOddQuery appends what V3 makes of the query; more tells that parameters follow.
func appendOddQuery(dst []byte, r recipe, query []Param, more bool) []byte {
	if r.asGiven {
		if len(query) == 0 && more {
			return append(dst, '?')
		}
		return dst
	}
	if len(query) > 0 || more || r.marks {
		dst = append(dst, '?')
	}
	return appendPairs(dst, prepared(r, query))
}

// appendPayload appends what stands for a POST's parameters.
func (s *search) appendPayload(dst []byte, r recipe, params []Param) []byte {
	switch {
	case r.rawBody:
		return append(dst, s.c.Body...)
	case r.json:
		return append(dst, s.objectText(params)...)
	case r.joined:
		return appendPairs(dst, prepared(r, params))
	default:
		return appendRun(dst, prepared(r, params))
	}
}

// prepared gives a copy of pairs encoded and sorted as the recipe says.
func prepared(r recipe, pairs []Param) []Param {
	pairs = slices.Clone(pairs)
	if r.escaped {
		escapeAll(pairs)
	}
	sortBy(r.order, pairs)
	return pairs
}

// appendObject appends params as a JSON object without spaces, in their order.
func appendObject(dst []byte, params []Param) []byte {
	text := func(s string) {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(s) // a string always encodes
		dst = append(dst, bytes.TrimSuffix(b.Bytes(), []byte("\n"))...)
	}
	dst = append(dst, '{')
	for i, p := range params {
		if i > 0 {
			dst = append(dst, ',')
		}
		text(p.Name)
		dst = append(dst, ':')
		text(p.Value)
	}
	return append(dst, '}')
}

func escapeAll(pairs []Param) {
	for i := range pairs {
		pairs[i] = Param{escapeQuery(pairs[i].Name), escapeQuery(pairs[i].Value)}
	}
}

func sortBy(o order, pairs []Param) {
	switch o {
	case byName:
		sorted(pairs)
	case caseFold:
		slices.SortStableFunc(pairs, func(a, b Param) int {
			return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		})
	case natural:
		slices.SortStableFunc(pairs, func(a, b Param) int { return compareNatural(a.Name, b.Name) })
	case reversed:
		slices.Reverse(sorted(pairs))
	case nameAlone:
		slices.SortStableFunc(pairs, func(a, b Param) int { return strings.Compare(a.Name, b.Name) })
	case arrival:
	}
}

// compareNatural compares runs of digits by their value, all else by bytes.
func compareNatural(a, b string) int {
	for a != "" && b != "" {
		da, db := digits(a), digits(b)
		if da > 0 && db > 0 {
			na, nb := strings.TrimLeft(a[:da], "0"), strings.TrimLeft(b[:db], "0")
			if len(na) != len(nb) {
				return len(na) - len(nb)
			}
			if c := strings.Compare(na, nb); c != 0 {
				return c
			}
			a, b = a[da:], b[db:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// escapeQuery encodes as a form does: a space is a plus.
func escapeQuery(s string) string {
	const hex = "0123456789ABCDEF"
	var out []byte
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ':
			out = append(out, '+')
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.', c == '~':
			out = append(out, c)
		default:
			out = append(out, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(out)
}

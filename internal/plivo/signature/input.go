package signature

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"hash"
	"slices"
	"strings"
)

// input is all that a signature is computed from. A hypothesis changes a copy; the parameters are
// shared between copies and never written to.
type input struct {
	method string
	url    string
	nonce  string
	params []Param
	key    *key
	recipe recipe
}

// key is a token as a signer may have used it.
type key struct {
	label  string // of the token
	words  string // what was made of the token: "without the space at its end"; empty where nothing was
	value  string
	sha256 hash.Hash
	sha1   hash.Hash
}

// sum gives the HMAC of base in a buffer that the next call overwrites.
func (k *key) sum(dst []byte, old bool, base []byte) []byte {
	mac, newHash := &k.sha256, sha256.New
	if old {
		mac, newHash = &k.sha1, sha1.New
	}
	if *mac == nil {
		*mac = hmac.New(newHash, []byte(k.value))
	}
	(*mac).Reset()
	(*mac).Write(base)
	return (*mac).Sum(dst)
}

// recipe is how a base string is made and signed. The zero value of all but the form is Plivo's own
// way.
type recipe struct {
	form       Scheme // V1, V2 or V3
	order      order
	separator  *string // between the rest and the nonce, in place of the form's own
	nonceFirst bool    // the nonce before the URL
	withParams bool    // V2: the sorted parameters between URL and nonce
	joined     bool    // V3: a POST's parameters as "k=v&k=v"
	escaped    bool    // names and values percent-encoded, as they travel
	rawBody    bool    // V3: the body as it was received in place of the parameters
	asGiven    bool    // V2, V3: the URL whole as it was given, query and fragment with it
	sha1       bool    // HMAC-SHA1 for HMAC-SHA256, and the reverse for V1
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

// appendInput appends the base string of in. It fails where the URL cannot be read.
func (s *search) appendInput(dst []byte, in input) ([]byte, error) {
	if in.recipe.standard() {
		return appendBase(dst, in.recipe.form, in.method, in.url, in.nonce, in.params)
	}
	return s.appendOdd(dst, in)
}

// appendOdd builds a base string in a way that is not Plivo's.
func (s *search) appendOdd(dst []byte, in input) ([]byte, error) {
	r := in.recipe
	t, err := parseTarget(in.url)
	if err != nil {
		return nil, err
	}
	if r.nonceFirst {
		dst = append(dst, in.nonce...)
		if r.separator != nil {
			dst = append(dst, *r.separator...)
		}
	}
	query := appendQuery(nil, t.query)
	params := slices.Clone(in.params)
	if r.escaped {
		escapeAll(query)
		escapeAll(params)
	}
	sortBy(r.order, query)
	sortBy(r.order, params)
	get := strings.EqualFold(in.method, "GET")
	switch {
	case r.form == V1:
		dst = appendRun(append(dst, in.url...), params)
	case r.asGiven:
		dst = append(dst, in.url...)
	default:
		dst = appendOrigin(dst, t)
	}
	switch {
	case r.form == V1:
	case r.form == V2:
		if r.withParams {
			dst = appendRun(dst, params)
		}
	case r.rawBody:
		if len(query) > 0 && !r.asGiven {
			dst = appendPairs(append(dst, '?'), query)
		}
		dst = append(append(dst, '.'), s.c.Body...)
	case get:
		pairs := append(query, params...)
		sortBy(r.order, pairs)
		if len(pairs) > 0 && !r.asGiven {
			dst = appendPairs(append(dst, '?'), pairs)
		}
	default:
		if len(query)+len(params) > 0 && !r.asGiven {
			dst = appendPairs(append(dst, '?'), query)
			if len(query) > 0 && len(params) > 0 {
				dst = append(dst, '.')
			}
		}
		if r.joined {
			dst = appendPairs(dst, params)
		} else {
			dst = appendRun(dst, params)
		}
	}
	if r.nonceFirst || r.form == V1 {
		return dst, nil
	}
	switch {
	case r.separator != nil:
		dst = append(dst, *r.separator...)
	case r.form == V3:
		dst = append(dst, '.')
	}
	return append(dst, in.nonce...), nil
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

package signature

import (
	"crypto/subtle"
	"slices"
	"strings"
)

// Param is one decoded parameter of a form body, in the order it arrived.
type Param struct {
	Name  string
	Value string
}

// Request is what a signature covers.
type Request struct {
	Method string
	URL    string              // as it was given to Plivo: scheme, host, port, path and query, undecoded
	Header map[string][]string // canonical names, all values in their order
	Params []Param             // of the body only; those of the query are read from URL
}

// Check is one header family that was present, with what it was compared against.
type Check struct {
	Scheme Scheme
	Header string
	Nonce  string   // empty where the nonce's header is missing
	Given  []string // the header's signatures, split on commas and trimmed
	Base   string   // the base string that was signed; empty without a nonce or a usable URL
	Token  string   // label of the token that matched, empty when none did
}

// Verdict is the outcome of a check with everything that led to it.
type Verdict struct {
	Result
	Base   string  // base string of the deciding check
	Checks []Check // every family present, strongest first
}

// tiers lists the schemes from the strongest down. Within a tier any match is good; a tier that is
// present and fails is never made good by a weaker one, which covers less of the request.
var tiers = [][]Scheme{{V3, MaV3}, {V2, MaV2}, {V1}}

// Verify checks every signature header of r with every token that is not empty.
//
// The strongest tier present decides: V3 and Ma-V3, then V2 and Ma-V2, then V1. Its outcome is Valid
// where a signature of it matches a token, Missing where its nonce is missing, and Invalid otherwise,
// also where r.URL cannot be read. Without a signature header the outcome is Missing; with one, but
// with no token, it is Unchecked.
func Verify(r Request, tokens []Token) Verdict {
	v := Verdict{Result: Result{Outcome: Missing}}
	usable := slices.ContainsFunc(tokens, func(t Token) bool { return !t.Empty() })
	for _, tier := range tiers {
		first := len(v.Checks)
		v.Checks = appendTier(v.Checks, r, tier, tokens)
		if first == 0 && len(v.Checks) > 0 {
			v.decide(usable)
		}
	}
	return v
}

// decide settles the verdict from the checks of the strongest tier present, the only ones so far.
func (v *Verdict) decide(usable bool) {
	c := v.Checks[0]
	if i := slices.IndexFunc(v.Checks, func(c Check) bool { return c.Token != "" }); i >= 0 {
		c = v.Checks[i]
	}
	v.Scheme, v.Header, v.Token, v.Base = c.Scheme, c.Header, c.Token, c.Base
	switch {
	case !usable:
		v.Outcome = Unchecked
	case c.Scheme.NonceHeader() != "" && c.Nonce == "":
		v.Outcome = Missing
	case c.Token != "":
		v.Outcome = Valid
	default:
		v.Outcome = Invalid
	}
}

// appendTier adds a check for each header of tier that is present. The schemes of a tier share nonce
// and base string and differ in the key alone, so each token's signature is computed once for both.
func appendTier(checks []Check, r Request, tier []Scheme, tokens []Token) []Check {
	first := len(checks)
	for _, s := range tier {
		if given := split(headerValues(r.Header, s.Header())); len(given) > 0 {
			if checks == nil {
				checks = make([]Check, 0, 4)
			}
			checks = append(checks, Check{Scheme: s, Header: s.Header(), Given: given})
		}
	}
	present := checks[first:]
	if len(present) == 0 {
		return checks
	}
	nonce := ""
	if h := tier[0].NonceHeader(); h != "" {
		if nonce = firstValue(headerValues(r.Header, h)); nonce == "" {
			return checks
		}
	}
	base, err := appendBase(nil, tier[0], r.Method, r.URL, nonce, r.Params)
	shown := string(base)
	for i := range present {
		present[i].Nonce, present[i].Base = nonce, shown
	}
	if err != nil {
		return checks
	}
	var buf [64]byte
	for _, t := range tokens {
		if t.Empty() {
			continue
		}
		want := appendSignature(buf[:0], t, tier[0], base)
		for i := range present {
			if present[i].Token == "" && matchesAny(present[i].Given, want) {
				present[i].Token = t.label()
			}
		}
	}
	return checks
}

// matchesAny compares in constant time, and looks at every entry, so that the time it takes tells no
// more than how many there are.
func matchesAny(given []string, want []byte) bool {
	matched := 0
	var buf [64]byte
	for _, g := range given {
		if len(g) == len(want) {
			matched |= subtle.ConstantTimeCompare(append(buf[:0], g...), want)
		}
	}
	return matched == 1
}

// headerValues finds a header by its canonical name, or else, for maps that were not filled by
// net/http, by its name in any case.
func headerValues(header map[string][]string, name string) []string {
	if values, ok := header[name]; ok {
		return values
	}
	var found []string
	for key := range header {
		if len(key) == len(name) && strings.EqualFold(key, name) {
			found = append(found, key)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return header[slices.Min(found)]
}

// split breaks header values into the signatures they list.
func split(values []string) []string {
	var list []string
	for _, v := range values {
		for entry := range strings.SplitSeq(v, ",") {
			if entry = trim(entry); entry != "" {
				list = append(list, entry)
			}
		}
	}
	return list
}

func firstValue(values []string) string {
	for _, v := range values {
		if v = trim(v); v != "" {
			return v
		}
	}
	return ""
}

// trim takes away the space that HTTP allows around a value. What Unicode has beside it is part of the value: Plivo
// signs no such nonce, and no other reader takes it away.
func trim(s string) string { return strings.Trim(s, " \t\r\n") }

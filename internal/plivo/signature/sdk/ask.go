package sdk

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// Answer is what an SDK's validator says of a request.
type Answer struct {
	SDK       string
	Version   string
	Accepts   bool
	Scheme    signature.Scheme // of the header that was asked about
	Token     string           // label of the token that it accepts, or that Signature was made with
	Base      string
	Signature string // empty where the SDK raises an error
	Quirk     string // why it differs from Plivo's own recipe, in a line: "drops :8443", or why it was not asked; empty where neither
	Err       *Error // what it raises; nil otherwise
}

// question is what all SDKs are asked.
type question struct {
	*input
	header string // as the SDK is given it
	check  signature.Check
	recipe string // Plivo's own base string
	tokens []signature.Token
	made   map[string][]string // signatures of a base string, one a token
	brief  bool                // the request is too large to explain what differs
}

// The bounds of a request, in parameters of URL and body and in bytes, up to which SDKs are asked about
// it, and up to which it is explained where they differ. Plivo's callbacks have some twenty parameters.
const (
	maxPairs, maxBytes             = 10_000, 1 << 20
	maxExplained, maxExplainedSize = 500, 64 << 10
)

// Ask asks every current SDK about the deciding header of a request: the one that v names, or the
// strongest present. An SDK accepts when it accepts with any of the tokens. Without a signature header,
// a nonce or a token there is nothing to ask: the answer is empty. Of a request beyond bounds that no
// callback comes near, each answer says alone that the SDK was not asked.
func Ask(r signature.Request, v signature.Verdict, tokens []signature.Token) []Answer {
	tokens = slices.DeleteFunc(slices.Clone(tokens), signature.Token.Empty)
	check, ok := deciding(r, v)
	if !ok || len(tokens) == 0 || check.Nonce == "" && check.Scheme.NonceHeader() != "" {
		return nil
	}
	q := question{
		input:  &input{scheme: check.Scheme, method: r.Method, raw: r.URL, nonce: check.Nonce, params: r.Params},
		header: headerValue(r.Header, check.Header),
		check:  check, recipe: check.Base, tokens: tokens,
		made: make(map[string][]string, 4),
	}
	pairs, bytes := size(r)
	q.brief = pairs > maxExplained || bytes > maxExplainedSize
	answers := make([]Answer, current)
	for i, v := range validators[:current] {
		switch {
		case pairs > maxPairs:
			answers[i] = q.unasked(v, fmt.Sprintf("%d parameters", pairs))
		case bytes > maxBytes:
			answers[i] = q.unasked(v, fmt.Sprintf("%d bytes", bytes))
		default:
			answers[i] = q.ask(v)
		}
	}
	return answers
}

// size gives how many parameters a request has in URL and body, empty ones too, and how many bytes.
func size(r signature.Request) (pairs, bytes int) {
	pairs, bytes = len(r.Params)+strings.Count(r.URL, "&"), len(r.URL)
	for _, p := range r.Params {
		bytes += len(p.Name) + len(p.Value)
	}
	return pairs, bytes
}

func (q question) unasked(v validator, has string) Answer {
	return Answer{SDK: v.Name, Version: v.Version, Scheme: q.scheme, Token: label(q.tokens[0]), Quirk: "not asked: the request has " + has}
}

// explain says why an SDK differs, unless that would take too long.
func (q question) explain(own set) string {
	if q.brief {
		return "differs, which is not explained for a request of this size"
	}
	return explain(own, q.input)
}

// deciding finds the check of the header to ask about.
func deciding(r signature.Request, v signature.Verdict) (signature.Check, bool) {
	if len(v.Checks) == 0 {
		v = signature.Verify(r, nil)
	}
	if len(v.Checks) == 0 {
		return signature.Check{}, false
	}
	if i := slices.IndexFunc(v.Checks, func(c signature.Check) bool { return c.Scheme == v.Scheme }); i >= 0 {
		return v.Checks[i], true
	}
	return v.Checks[0], true
}

// headerValue is what a framework hands to an SDK: the first value of a header, whatever case its name
// is in.
func headerValue(header map[string][]string, name string) string {
	values, ok := header[name]
	if !ok {
		for _, key := range slices.Sorted(maps.Keys(header)) {
			if strings.EqualFold(key, name) {
				values = header[key]
				break
			}
		}
	}
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

func (q question) ask(v validator) Answer {
	a := Answer{SDK: v.Name, Version: v.Version, Scheme: q.scheme, Token: label(q.tokens[0])}
	a.Base, a.Err = v.base(q.input)
	own, _ := v.quirks(q.scheme)
	if a.Err != nil {
		if !(q.recipe == "" && a.Err.Text == noURL) {
			a.Quirk = q.explain(own)
		}
		return a
	}
	signatures := q.sign(a.Base)
	a.Signature = signatures[0]
	listed := "" // the signature that is in the header, read as Plivo means it
	for i, s := range signatures {
		if q.compares(s) {
			a.Accepts, a.Token, a.Signature = true, label(q.tokens[i]), s
			break
		}
		if slices.Contains(q.check.Given, s) {
			listed = s
		}
	}
	if a.Base != q.recipe {
		a.Quirk = q.explain(own)
	}
	if listed != "" && !a.Accepts {
		if a.Quirk != "" {
			a.Quirk += ", "
		}
		a.Quirk += q.comparison(listed)
	}
	return a
}

// sign gives the signatures of a base string with every token; most SDKs have the same one.
func (q question) sign(base string) []string {
	signatures, ok := q.made[base]
	if !ok {
		for _, t := range q.tokens {
			signatures = append(signatures, signature.SignBase(t, q.scheme, base))
		}
		q.made[base] = signatures
	}
	return signatures
}

// compares is how every SDK looks for its signature in the header: a V3 one is split at commas and
// nothing is trimmed, the others are compared whole.
func (q question) compares(s string) bool {
	if q.scheme != signature.V3 && q.scheme != signature.MaV3 {
		return q.header == s
	}
	for entry := range strings.SplitSeq(q.header, ",") {
		if entry == s {
			return true
		}
	}
	return false
}

// comparison says why a header in which a signature is listed does not match it.
func (q question) comparison(listed string) string {
	switch {
	case !strings.Contains(q.header, listed):
		return "reads the first of several headers alone"
	case q.scheme == signature.V3 || q.scheme == signature.MaV3:
		return "does not trim the list in the header"
	default:
		return "does not split the list in the header"
	}
}

// label is what a verdict calls the token by.
func label(t signature.Token) string {
	if t.Label == "" {
		return "token"
	}
	return t.Label
}

package sdk

import (
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// input is what a validator is given, with what of it was already worked out.
type input struct {
	scheme signature.Scheme
	method string
	raw    string // the URL
	nonce  string
	params []signature.Param

	byName       []signature.Param // params, those of one name as they came
	arrangements map[set]arrangement
}

// arrangement is the parameters in the order of some quirks, and run together.
type arrangement struct {
	params []signature.Param
	run    string
}

// build is the one algorithm: what the validator with these quirks signs, or what it raises. With none
// it is Plivo's recipe.
func build(q set, in *input) (base, raised string) {
	switch in.scheme {
	case signature.V1:
		return buildV1(q, in)
	case signature.V2, signature.MaV2:
		return buildV2(q, in)
	default:
		return buildV3(q, in)
	}
}

func buildV1(q set, in *input) (base, raised string) {
	switch {
	case q.has(noScheme):
		return "", "it has no validator for V1 signatures"
	case q.has(alwaysFalse):
		return "", "its validator of V1 signatures answers false to every request"
	}
	if _, ok := split(in.raw); !ok {
		return "", noURL
	}
	return in.raw + in.arranged(q).run, ""
}

func buildV2(q set, in *input) (base, raised string) {
	t, raised := read(q, in.raw)
	if raised != "" {
		return "", raised
	}
	return t.origin(q, in.raw) + in.signedNonce(q), ""
}

func (in *input) signedNonce(q set) string {
	if q.has(latin1URL) {
		return doubled(in.nonce)
	}
	return in.nonce
}

func buildV3(q set, in *input) (base, raised string) {
	get, raised := in.isGet(q)
	if raised != "" {
		return "", raised
	}
	t, raised := read(q, in.raw)
	if raised != "" {
		return "", raised
	}
	pairs, raised := readQuery(q, t.query)
	if raised != "" {
		return "", raised
	}
	query := len(pairs) > 0
	switch {
	case q.has(countsMark):
		query = t.mark
	case q.has(countsQuery):
		query = t.query != ""
	}
	var b strings.Builder
	b.WriteString(t.origin(q, in.raw))
	if get {
		raised = in.writeGet(&b, q, t, pairs, query)
	} else {
		raised = in.writePost(&b, q, t, pairs, query)
	}
	if raised != "" {
		return "", raised
	}
	base = b.String()
	if !get && query {
		base = q.trimmed(base)
	}
	base += "." + in.signedNonce(q)
	if q.has(doubleEncodes) {
		base = doubled(base)
	}
	return base, ""
}

// writeGet writes the parameters of URL and call as one query.
func (in *input) writeGet(b *strings.Builder, q set, t target, pairs []signature.Param, query bool) (raised string) {
	if len(in.params) > 0 {
		if pairs, raised = merge(q, pairs, in.arranged(q).params); raised != "" {
			return raised
		}
		sortPairs(q, pairs)
	}
	if len(pairs) == 0 && q.has(raisesEmpty) {
		return javaEmpty
	}
	if query || len(pairs) > 0 || q.has(bareMark) || q.has(javaMark) && !t.mark {
		b.WriteByte('?')
	}
	q.writeQuery(b, pairs)
	return ""
}

// writePost writes the query, and the parameters behind a dot.
func (in *input) writePost(b *strings.Builder, q set, t target, pairs []signature.Param, query bool) (raised string) {
	if query && len(pairs) == 0 && q.has(raisesEmpty) {
		return javaEmpty
	}
	if query || len(in.params) > 0 || q.has(bareMark) || q.has(javaMark) && !t.mark {
		b.WriteByte('?')
	}
	q.writeQuery(b, pairs)
	if query && (len(in.params) > 0 || q.has(stripsDots) || q.has(stripsDot) || q.has(extraDot)) {
		b.WriteByte('.')
	}
	b.WriteString(in.arranged(q).run)
	return ""
}

// trimmed takes away the dot that was written for parameters that may not have come.
func (q set) trimmed(base string) string {
	switch {
	case q.has(stripsDots):
		return strings.TrimRight(base, ".")
	case q.has(stripsDot):
		return strings.TrimSuffix(base, ".")
	case q.has(extraDot): // a pattern given to a method that takes it literally
		return strings.ReplaceAll(base, ".$", "")
	default:
		return base
	}
}

func (q set) writeQuery(b *strings.Builder, pairs []signature.Param) {
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		if i == len(pairs)-1 && q.has(trimsAmps) {
			p.Value = strings.TrimRight(p.Value, "&")
		}
		b.WriteString(p.Name)
		b.WriteByte('=')
		b.WriteString(p.Value)
	}
}

// isGet tells whether the form of a GET is used; every other method has POST's.
func (in *input) isGet(q set) (get bool, raised string) {
	if in.method != "GET" && in.method != "POST" {
		if q.has(nodeMethods) {
			return false, "Error: Please provide authToken"
		}
		if q.has(phpMethods) {
			return false, `Plivo\Exceptions\PlivoValidationException: method not allowed for signature validation`
		}
	}
	switch {
	case q.has(neverGET):
		return false, ""
	case q.has(exactMethod):
		return in.method == "GET", ""
	default:
		return strings.EqualFold(in.method, "GET"), ""
	}
}

// Base is the string that the SDK's validator signs. The schemes are V2 and V3 with their Ma- variants,
// which differ in nothing here, and V1. The error is *Error where the SDK raises one or has no
// validator of that scheme.
func (p Profile) Base(scheme signature.Scheme, method, rawURL, nonce string, params []signature.Param) (string, error) {
	base, err := p.base(&input{scheme: scheme, method: method, raw: rawURL, nonce: nonce, params: params})
	if err != nil {
		return "", err
	}
	return base, nil
}

func (p Profile) base(in *input) (string, *Error) {
	v, err := p.validator()
	if err != nil {
		return "", err
	}
	own, ok := v.quirks(in.scheme)
	if !ok {
		return "", &Error{SDK: p.Name, Text: "it has no validator for " + string(in.scheme) + " signatures"}
	}
	base, raised := build(own, in)
	if raised != "" {
		return "", &Error{SDK: p.Name, Text: raised}
	}
	return base, nil
}

package sdk

import "dev.internal/plivoscope/internal/plivo/signature"

// Explain gives the line about a request, and the names of the quirks that it is about.
func (p Profile) Explain(scheme signature.Scheme, method, rawURL, nonce string, params []signature.Param) (line string, names []string) {
	v, _ := p.validator()
	own, _ := v.quirks(scheme)
	in := &input{scheme: scheme, method: method, raw: rawURL, nonce: nonce, params: params}
	recipe, _ := build(set{}, in)
	if base, raised := build(own, in); base == recipe && raised == "" {
		return "", nil
	}
	for _, q := range mattering(own, in) {
		names = append(names, descriptions[q].name)
	}
	return explain(own, in), names
}

// Recipe is the algorithm without any quirk.
func Recipe(scheme signature.Scheme, method, rawURL, nonce string, params []signature.Param) (base string, ok bool) {
	base, raised := build(set{}, &input{scheme: scheme, method: method, raw: rawURL, nonce: nonce, params: params})
	return base, raised == ""
}

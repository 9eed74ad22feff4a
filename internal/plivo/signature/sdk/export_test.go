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

// Profiles lists the SDKs in the order in which they are shown. The first seven are the current ones
// of the seven languages, the others are variants.
func Profiles() []Profile {
	all := make([]Profile, len(validators))
	for i, v := range validators {
		all[i] = v.Profile
	}
	return all
}

// Quirk is one way in which an SDK's validator departs from Plivo's recipe, as package signature has it.
type Quirk struct {
	Name    string             // a few words, as "drops port"
	Text    string             // what it does, a clause that goes on from the SDK's name
	Schemes []signature.Scheme // V1, V2, V3: where the SDK has it
}

// Quirks lists what the SDK does otherwise than Plivo. How it compares the header is not among it, as
// that is one for all SDKs: none splits a V2 header at commas, and of a V3 header none trims the entries.
func (p Profile) Quirks() []Quirk {
	v, err := p.validator()
	if err != nil {
		return nil
	}
	var all []Quirk
	for q := range quirks {
		var schemes []signature.Scheme
		for _, s := range []signature.Scheme{signature.V1, signature.V2, signature.V3} {
			if own, _ := v.quirks(s); own.has(q) {
				schemes = append(schemes, s)
			}
		}
		if len(schemes) > 0 {
			all = append(all, Quirk{Name: descriptions[q].name, Text: descriptions[q].text, Schemes: schemes})
		}
	}
	return all
}

package signature

// Comparison is what one token makes of one signature header.
type Comparison struct {
	Scheme   Scheme
	Header   string
	Token    string   // the token's label
	Nonce    string   // empty where it is missing
	Base     string   // empty without a nonce or a usable URL
	Computed string   // base64; empty where Base is
	Given    []string // the header's signatures
	Match    bool
}

// Compare gives the signature that each token that is not empty makes for each signature header of r,
// strongest scheme first.
func Compare(r Request, tokens []Token) []Comparison {
	var all []Comparison
	for _, c := range Verify(r, nil).Checks {
		for _, t := range tokens {
			if t.Empty() {
				continue
			}
			row := Comparison{Scheme: c.Scheme, Header: c.Header, Token: t.label(), Nonce: c.Nonce, Base: c.Base, Given: c.Given}
			if c.Base != "" {
				row.Computed = SignBase(t, c.Scheme, c.Base)
				row.Match = matchesAny(c.Given, []byte(row.Computed))
			}
			all = append(all, row)
		}
	}
	return all
}

// SignBase gives the base64 signature of a base string that was built elsewhere; empty for an empty
// token, which signs nothing.
func SignBase(t Token, scheme Scheme, base string) string {
	if t.Empty() {
		return ""
	}
	return string(appendSignature(nil, t, scheme, []byte(base)))
}

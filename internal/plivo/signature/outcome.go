package signature

// Outcome is what a signature check came to.
type Outcome string

// The four outcomes, as they stand in JSON and in filters.
const (
	Valid     Outcome = "valid"     // the strongest family present matched a token
	Invalid   Outcome = "invalid"   // signed, and the strongest family present matched none
	Missing   Outcome = "missing"   // no signature header, or one without its nonce
	Unchecked Outcome = "unchecked" // no token to check with, or nothing to check yet
)

// Worse gives the worse of two outcomes: invalid, then missing, then unchecked, then valid.
func (o Outcome) Worse(p Outcome) Outcome {
	if p.badness() > o.badness() {
		return p
	}
	return o
}

func (o Outcome) badness() int {
	switch o {
	case Invalid:
		return 3
	case Missing:
		return 2
	case Valid:
		return 0
	default:
		return 1
	}
}

// Result is the short form of a verdict: what is stored, filtered and printed.
type Result struct {
	Outcome Outcome `json:"outcome"`
	Scheme  Scheme  `json:"scheme"` // the deciding scheme, empty where there was none
	Header  string  `json:"header"` // the deciding header's canonical name
	Token   string  `json:"token"`  // label of the token that matched, never its value
}

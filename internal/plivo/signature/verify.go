package signature

import "errors"

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
	Nonce  string
	Given  []string // the header's signatures, split on commas and trimmed
	Base   string   // the base string that was signed
	Token  string   // label of the token that matched, empty when none did
}

// Verdict is the outcome of a check with everything that led to it.
type Verdict struct {
	Result
	Base   string  // base string of the deciding check
	Checks []Check // every family present, strongest first
}

// Base builds the string that scheme signs.
func Base(scheme Scheme, method, rawURL, nonce string, params []Param) (string, error) {
	return "", errors.New("unwritten")
}

// Sign gives the base64 signature of scheme under token.
func Sign(token Token, scheme Scheme, method, rawURL, nonce string, params []Param) (string, error) {
	return "", errors.New("unwritten")
}

// Verify checks every signature header of r with every token.
func Verify(r Request, tokens []Token) Verdict {
	return Verdict{Result: Result{Outcome: Unchecked}}
}

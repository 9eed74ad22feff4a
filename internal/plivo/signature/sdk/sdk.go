package sdk

import "dev.internal/plivoscope/internal/plivo/signature"

// Profile is one SDK in one version.
type Profile struct {
	Name    string // as on the command line: "go", "python", "python@4.59.0", "java@servlet"
	Version string // as in the matrix: "go-7.60.2"
}

// Profiles lists the SDKs in the order in which they are shown. The first seven are the current ones
// of the seven languages, the others are variants.
func Profiles() []Profile { panic("unwritten") }

// Lookup finds a profile by its name; the error lists the names.
func Lookup(name string) (Profile, error) { panic("unwritten") }

// Error is what an SDK raises instead of computing a signature.
type Error struct {
	SDK  string
	Text string // in the SDK's words
}

func (e *Error) Error() string { return e.SDK + ": " + e.Text }

// Base is the string that the SDK's validator signs. The schemes are V2 and V3 with their Ma- variants,
// which differ in nothing here, and V1. The error is *Error where the SDK raises one or has no
// validator of that scheme.
func (p Profile) Base(scheme signature.Scheme, method, rawURL, nonce string, params []signature.Param) (string, error) {
	panic("unwritten")
}

// Sign is the signature that the SDK's validator computes; it fails where Base does and for an empty
// token.
func (p Profile) Sign(token signature.Token, scheme signature.Scheme, method, rawURL, nonce string, params []signature.Param) (string, error) {
	panic("unwritten")
}

// Answer is what an SDK's validator says of a request.
type Answer struct {
	SDK       string
	Version   string
	Accepts   bool
	Scheme    signature.Scheme // of the header that was asked about
	Token     string           // label of the token that it accepts, or that Signature was made with
	Base      string
	Signature string // empty where the SDK raises an error
	Quirk     string // why it differs from Plivo's own recipe, in a line: "drops :8443"; empty where it does not
	Err       *Error // what it raises; nil otherwise
}

// Ask asks every current SDK about the deciding header of a request: the one that v names, or the
// strongest present. An SDK accepts when it accepts with any of the tokens. Without a signature header,
// a nonce or a token there is nothing to ask: the answer is empty.
func Ask(r signature.Request, v signature.Verdict, tokens []signature.Token) []Answer {
	panic("unwritten")
}

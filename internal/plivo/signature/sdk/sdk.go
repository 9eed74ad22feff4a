package sdk

import (
	"fmt"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// Profile is one SDK in one version.
type Profile struct {
	Name    string // as on the command line: "go", "python", "python@4.59.0", "java@servlet"
	Version string // as in the matrix: "go-7.60.2"
}

// Error is what an SDK raises instead of computing a signature.
type Error struct {
	SDK  string
	Text string // in the SDK's words
}

func (e *Error) Error() string { return e.SDK + ": " + e.Text }

// Sign is the signature that the SDK's validator computes; it fails where Base does and for an empty
// token.
func (p Profile) Sign(token signature.Token, scheme signature.Scheme, method, rawURL, nonce string, params []signature.Param) (string, error) {
	if token.Empty() {
		return "", fmt.Errorf("sign with %s as the SDK %s does: the token %q is empty; set its auth token", scheme, p.Name, token.Label)
	}
	base, err := p.Base(scheme, method, rawURL, nonce, params)
	if err != nil {
		return "", err
	}
	return signature.SignBase(token, scheme, base), nil
}

package webhook

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// MaxBody is how many bytes of a body are kept where nothing else is said.
const MaxBody = 64 << 10

// MaxHead is how many bytes of a request's head are taken where nothing else is said.
const MaxHead = 32 << 10

// Reread fills in what follows from the request of a callback that did not come through the server: its
// parameters, what could not be read of them, and its kind where it has none. A body that is longer than
// MaxBody is cut.
func (c *Callback) Reread() {
	if len(c.Body) > MaxBody {
		c.Body, c.Truncated = bytes.Clone(c.Body[:MaxBody]), true // the rest is let go
	}
	var params []signature.Param
	params, c.Problem = ParseParams(c.Method, c.URL, c.Header.Get("Content-Type"), c.Body)
	c.Report = plivo.NewReport(params)
	if c.Truncated {
		c.Problem = cutBody(c.Body)
	}
	if c.Kind == "" {
		c.Kind = kindOf(c.Method, pathOf(nil, pathAndQuery(c.URL)), c.Report)
	}
}

// Check checks the signature over the callback's URL.
func (c *Callback) Check(tokens []signature.Token) {
	params := c.Report.Params
	if c.Method == http.MethodGet || c.Method == http.MethodHead {
		params = nil // they are in the URL
	}
	c.Verdict = signature.Verify(signature.Request{Method: signedAs(c.Method), URL: c.URL, Header: c.Header, Params: params}, tokens).Result
	c.excuse()
}

// signedAs gives the method that a signature is checked with. Package signature takes "get" for GET, as a user may write
// it, but a request's method is what it is letter for letter: the parameters of such a one are read from its body.
func signedAs(method string) string {
	if method != http.MethodGet && strings.EqualFold(method, http.MethodGet) {
		return http.MethodPost
	}
	return method
}

// excuse takes back a verdict on what is not here whole: what was signed is gone, which is no proof of a
// wrong signature.
func (c *Callback) excuse() {
	if c.Truncated && c.Verdict.Outcome == signature.Invalid {
		c.Verdict = signature.Result{Outcome: signature.Unchecked}
	}
}

func cutBody(body []byte) string {
	return fmt.Sprintf("The body was longer than the %d bytes that are kept, so its parameters are incomplete.", len(body))
}

// pathAndQuery is what follows the host of an absolute URL.
func pathAndQuery(rawURL string) string {
	_, rest, _ := strings.Cut(rawURL, "://")
	if start := strings.IndexAny(rest, "/?#"); start >= 0 {
		return rest[start:]
	}
	return ""
}

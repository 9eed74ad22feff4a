package simulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// userAgent is what callbacks call themselves. Plivo documents none.
const userAgent = "Plivo (plivoscope simulator)"

const formType = "application/x-www-form-urlencoded"

// Keys sign callbacks: the plain headers with the token of the account that the message belongs to, the
// Ma- headers with the main account's.
type Keys struct {
	Account signature.Token
	Main    signature.Token
}

// Signed is a callback as it goes over the wire.
type Signed struct {
	Method string
	URL    string // with the parameters in the query when Method is GET
	Header http.Header
	Body   []byte
}

// Sign makes the request that carries params to target, which is the URL as it was given with the
// message: a form body on POST, added to the URL's own query on GET. nonce is asked for two fresh nonces.
func (k Keys) Sign(method, target string, params []signature.Param, nonce func() string) (Signed, error) {
	target, _, _ = strings.Cut(target, "#")
	s := Signed{Method: method, URL: target, Header: http.Header{"User-Agent": {userAgent}, "Accept": {"*/*"}}}
	covered := params
	switch method {
	case http.MethodPost:
		s.Body = []byte(encode(params))
		s.Header.Set("Content-Type", formType)
	case http.MethodGet:
		s.URL += separator(target) + encode(params)
		covered = nil // they are in the URL
	default:
		return Signed{}, fmt.Errorf("cannot make a callback with the method %q: use POST or GET", method)
	}
	nonceV2, nonceV3 := nonce(), nonce()
	for _, with := range []struct {
		scheme signature.Scheme
		token  signature.Token
		nonce  string
	}{
		{signature.V2, k.Account, nonceV2},
		{signature.MaV2, k.Main, nonceV2},
		{signature.V3, k.Account, nonceV3},
		{signature.MaV3, k.Main, nonceV3},
	} {
		if with.token.Empty() {
			return Signed{}, errors.New("cannot sign a callback without an auth token")
		}
		sig, err := signature.Sign(with.token, with.scheme, method, s.URL, with.nonce, covered)
		if err != nil {
			return Signed{}, fmt.Errorf("cannot sign a callback to %s: %w", target, err)
		}
		s.Header.Set(with.scheme.Header(), sig)
		s.Header.Set(with.scheme.NonceHeader(), with.nonce)
	}
	return s, nil
}

func separator(target string) string {
	switch {
	case !strings.Contains(target, "?"):
		return "?"
	case strings.HasSuffix(target, "?"), strings.HasSuffix(target, "&"):
		return ""
	default:
		return "&"
	}
}

// encode writes params as a form, in their order.
func encode(params []signature.Param) string {
	var b strings.Builder
	for i, p := range params {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p.Name))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(p.Value))
	}
	return b.String()
}

func (s Signed) request(ctx context.Context) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, s.Method, s.URL, bytes.NewReader(s.Body))
	if err != nil {
		return nil, err
	}
	r.Header = s.Header.Clone()
	return r, nil
}

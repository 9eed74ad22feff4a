package scenario

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
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

// Signature is how a callback is signed.
type Signature string

// The ways to sign. All but Right are refused by an application that checks.
const (
	Right         Signature = "right"
	WrongToken    Signature = "wrong-token"    // with a token that is not the account's
	Unsigned      Signature = "none"           // without signature headers; the nonces stay
	OtherURL      Signature = "other-url"      // over the same path of another host
	TrailingSlash Signature = "trailing-slash" // over the URL with a slash at the end of its path more, or less
)

// Signatures lists the ways to sign, Right first.
func Signatures() []Signature {
	return []Signature{Right, WrongToken, Unsigned, OtherURL, TrailingSlash}
}

// Signer makes callbacks that are signed rightly, or wrongly in one way.
type Signer struct {
	Keys   Keys
	Forged Keys // for WrongToken
}

// Sign makes the request that carries params to target as Keys.Sign does, with this signature; empty is
// Right.
func (s Signer) Sign(how Signature, method, target string, params []signature.Param, nonce func() string) (Signed, error) {
	keys, over := s.Keys, target
	switch how {
	case Right, "", Unsigned:
	case WrongToken:
		keys = s.Forged
	case OtherURL:
		over = plivo.OtherHost(target)
	case TrailingSlash:
		over = plivo.OtherEnd(target)
	default:
		return Signed{}, fmt.Errorf("cannot sign a callback to %s: there is no signature %q", target, how)
	}
	signed, err := keys.Sign(method, over, params, nonce)
	if err != nil {
		return Signed{}, err
	}
	signed.URL = wireURL(method, target, params)
	if how == Unsigned {
		for _, scheme := range []signature.Scheme{signature.V2, signature.MaV2, signature.V3, signature.MaV3} {
			signed.Header.Del(scheme.Header())
		}
	}
	return signed, nil
}

// wireURL is what is asked for: target, with the parameters in its query on GET.
func wireURL(method, target string, params []signature.Param) string {
	target, _, _ = strings.Cut(target, "#")
	if method == http.MethodGet {
		target += separator(target) + encode(params)
	}
	return target
}

// Sign makes the request that carries params to target, which is the URL as it was given with the
// message: a form body on POST, added to the URL's own query on GET. nonce is asked for two fresh nonces.
func (k Keys) Sign(method, target string, params []signature.Param, nonce func() string) (Signed, error) {
	target, _, _ = strings.Cut(target, "#")
	s := Signed{Method: method, URL: wireURL(method, target, params), Header: http.Header{"User-Agent": {userAgent}, "Accept": {"*/*"}}}
	covered := params
	switch method {
	case http.MethodPost:
		s.Body = []byte(encode(params))
		s.Header.Set("Content-Type", formType)
	case http.MethodGet:
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

// Request makes the request that net/http sends.
func (s Signed) Request(ctx context.Context) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, s.Method, s.URL, bytes.NewReader(s.Body))
	if err != nil {
		return nil, err
	}
	r.Header = s.Header.Clone()
	return r, nil
}

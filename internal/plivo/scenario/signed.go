package scenario

import (
	"bytes"
	"context"
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

// Keys sign callbacks: the plain headers with the tokens of the account that the message belongs to, the
// Ma- headers with the main account's. An account with several active tokens has a signature by each in its
// headers, as a comma list.
type Keys struct {
	Account []signature.Token
	Main    []signature.Token
}

// KeysOf are those of an account with one token, and of the main account with another; an empty one of that stands
// for the account's.
func KeysOf(account, main signature.Token) Keys {
	if main.Empty() {
		main = account
	}
	return Keys{Account: []signature.Token{account}, Main: []signature.Token{main}}
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
	Keys     Keys
	Forged   Keys     // for WrongToken
	Families Families // that are written
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
	signed, err := keys.sign(s.Families, method, over, params, nonce)
	if err != nil {
		return Signed{}, err
	}
	signed.URL = wireURL(method, target, params)
	if how == Unsigned {
		for _, family := range families {
			signed.Header.Del(family.scheme.Header())
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
// message: a form body on POST, added to the URL's own query on GET. nonce is asked for two fresh nonces, of V2 and
// of V3. All families are written.
func (k Keys) Sign(method, target string, params []signature.Param, nonce func() string) (Signed, error) {
	return k.sign(allFamilies, method, target, params, nonce)
}

// sign writes the headers of some families. It asks for both nonces whichever they are, so that one seed gives a
// header the same nonce whatever else is written.
func (k Keys) sign(written Families, method, target string, params []signature.Param, nonce func() string) (Signed, error) {
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
	for pair, fresh := range []string{nonceV2, nonceV3} {
		plain, main := 2*pair, 2*pair+1 // of families; the base string is one for both
		var tokens []signature.Token
		if written.has(plain) {
			tokens = append(tokens, k.Account...)
		}
		own := len(tokens)
		if written.has(main) {
			tokens = append(tokens, k.Main...)
		}
		signatures, err := signature.SignEach(tokens, families[plain].scheme, method, s.URL, fresh, covered)
		if err != nil {
			return Signed{}, fmt.Errorf("cannot sign a callback to %s: %w", target, err)
		}
		for i, list := range [][]string{signatures[:own], signatures[own:]} {
			i += plain
			switch {
			case !written.has(i):
				continue
			case len(list) == 0:
				return Signed{}, fmt.Errorf("cannot sign a callback to %s: there is no auth token", target)
			}
			s.Header.Set(families[i].scheme.Header(), strings.Join(list, ","))
			s.Header.Set(families[i].scheme.NonceHeader(), fresh)
		}
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

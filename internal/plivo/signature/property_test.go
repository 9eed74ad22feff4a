package signature_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// signed is a request under one scheme, with all that went into its signature.
type signed struct {
	scheme signature.Scheme
	method string
	url    string
	nonce  string
	token  string
	params []signature.Param
	given  string
}

func drawSigned(t *rapid.T, from []signature.Scheme) signed {
	s := signed{
		scheme: rapid.SampledFrom(from).Draw(t, "scheme"),
		method: rapid.SampledFrom([]string{"POST", "GET"}).Draw(t, "method"),
		url:    rapid.StringMatching(`https?://[a-z]{1,8}(:[1-9][0-9]{1,4})?(/[a-zA-Z0-9%+._-]{0,8}){0,3}(\?[a-zA-Z0-9%+=&]{0,20})?`).Draw(t, "url"),
		nonce:  rapid.StringMatching(`[0-9]{1,20}`).Draw(t, "nonce"),
		token:  rapid.StringN(1, 40, 80).Draw(t, "token"),
	}
	param := rapid.Custom(func(t *rapid.T) signature.Param {
		return signature.Param{
			Name:  rapid.StringMatching(`[A-Za-z_][A-Za-z0-9_]{0,8}`).Draw(t, "name"),
			Value: rapid.String().Draw(t, "value"),
		}
	})
	s.params = rapid.SliceOfN(param, 0, 6).Draw(t, "params")
	given, err := signature.Sign(signature.NewToken("t", s.token), s.scheme, s.method, s.url, s.nonce, s.params)
	if err != nil {
		t.Fatal(err)
	}
	s.given = given
	return s
}

func (s signed) verify() signature.Outcome {
	header := map[string][]string{s.scheme.Header(): {s.given}}
	if h := s.scheme.NonceHeader(); h != "" {
		header[h] = []string{s.nonce}
	}
	r := signature.Request{Method: s.method, URL: s.url, Header: header, Params: s.params}
	return signature.Verify(r, []signature.Token{other, signature.NewToken("t", s.token)}).Outcome
}

func TestSignedIsValidInAnyOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSigned(t, schemes)
		s.params = rapid.Permutation(s.params).Draw(t, "order")
		if got := s.verify(); got != signature.Valid {
			t.Fatalf("%+v is %s", s, got)
		}
	})
}

// Each part that a scheme covers is changed by one byte, of a kind that no reading of a URL takes for
// the same: then nothing may verify.
func TestChangedIsInvalid(t *testing.T) {
	covers := map[string][]signature.Scheme{
		"token":     schemes,
		"path":      schemes,
		"signature": schemes,
		"nonce":     {signature.V2, signature.MaV2, signature.V3, signature.MaV3},
		"value":     {signature.V3, signature.MaV3, signature.V1},
		"name":      {signature.V3, signature.MaV3, signature.V1},
		"query":     {signature.V3, signature.MaV3, signature.V1},
		"more":      {signature.V3, signature.MaV3, signature.V1},
	}
	for part, by := range covers {
		t.Run(part, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				s := drawSigned(t, by)
				s.params = append(slices.Clone(s.params), signature.Param{Name: "Status", Value: "delivered"})
				s.url = strings.Replace(s.url, "://", "://host/path/", 1)
				if cut, query, found := strings.Cut(s.url, "?"); found {
					s.url = cut + "?k=val&" + query
				} else {
					s.url += "?k=val"
				}
				var err error
				s.given, err = signature.Sign(signature.NewToken("t", s.token), s.scheme, s.method, s.url, s.nonce, s.params)
				if err != nil {
					t.Fatal(err)
				}
				if got := s.verify(); got != signature.Valid {
					t.Fatalf("unchanged is %s", got)
				}
				last := &s.params[len(s.params)-1]
				switch part {
				case "token":
					s.token = flip(t, s.token)
				case "path":
					s.url = strings.Replace(s.url, "host/path", "host/"+flip(t, "path"), 1)
				case "signature":
					s.given = flip(t, s.given)
				case "nonce":
					s.nonce = flip(t, s.nonce)
				case "value":
					last.Value = flip(t, last.Value)
				case "name":
					last.Name = flip(t, last.Name)
				case "query":
					s.url = strings.Replace(s.url, "k=val", "k="+flip(t, "val"), 1)
				case "more":
					s.params = append(s.params, signature.Param{Name: "Extra"})
				}
				if got := s.verify(); got != signature.Invalid {
					t.Fatalf("%s changed: %+v is %s", part, s, got)
				}
			})
		})
	}
}

// flip replaces one byte by a letter or a digit that differs from it.
func flip(t *rapid.T, s string) string {
	i := rapid.IntRange(0, len(s)-1).Draw(t, "at")
	c := rapid.SampledFrom([]byte("ABCxyz0189")).Filter(func(c byte) bool { return c != s[i] }).Draw(t, "by")
	return s[:i] + string(c) + s[i+1:]
}

func TestBadV3IsNeverRescued(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		weaker := drawSigned(t, []signature.Scheme{signature.V2, signature.MaV2, signature.V1})
		header := map[string][]string{weaker.scheme.Header(): {weaker.given}}
		for _, h := range []string{signature.V2.NonceHeader(), signature.V3.NonceHeader()} {
			header[h] = []string{weaker.nonce}
		}
		r := signature.Request{Method: weaker.method, URL: weaker.url, Header: header, Params: weaker.params}
		tokens := []signature.Token{signature.NewToken("t", weaker.token)}
		if got := signature.Verify(r, tokens).Outcome; got != signature.Valid {
			t.Fatalf("alone it is %s", got)
		}
		strong := rapid.SampledFrom([]signature.Scheme{signature.V3, signature.MaV3}).Draw(t, "strong")
		header[strong.Header()] = []string{rapid.StringMatching(`[A-Za-z0-9+/]{43}=`).Draw(t, "bad")}
		if v := signature.Verify(r, tokens); v.Outcome != signature.Invalid || v.Scheme != strong {
			t.Fatalf("%s by %s, want invalid by %s", v.Outcome, v.Scheme, strong)
		}
	})
}

func TestEmptyTokenVerifiesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSigned(t, schemes)
		s.token = ""
		if got := s.verify(); got == signature.Valid {
			t.Fatal("valid with an empty token beside another")
		}
	})
}

func FuzzBase(f *testing.F) {
	for _, url := range []string{"", "https://h", callbackURL, "https://u@[::1]:4141/a%2Fb?c=%zz&&=&d#e", "HTTP://\xff?%", "://", "a://:1"} {
		f.Add("GET", url, nonce, "Text", "h\u00e9llo +%20")
		f.Add("POST", url, "", "", "")
	}
	f.Fuzz(func(t *testing.T, method, url, nonce, name, value string) {
		params := []signature.Param{{Name: name, Value: value}, {Name: "To", Value: "14155550199"}}
		for _, s := range schemes {
			base, err := signature.Base(s, method, url, nonce, params)
			if err != nil {
				if base != "" {
					t.Errorf("%s: a base %q with the error %v", s, base, err)
				}
				continue
			}
			if s != signature.V1 && !strings.HasSuffix(base, nonce) {
				t.Errorf("%s: base %q does not end with the nonce %q", s, base, nonce)
			}
			if strings.HasSuffix(string(s), "V3") && !strings.Contains(base, value) {
				t.Errorf("%s: base %q does not hold the value %q", s, base, value)
			}
			again, err := signature.Base(s, method, url, nonce, []signature.Param{params[1], params[0]})
			if err != nil || again != base {
				t.Errorf("%s: the order of the parameters changes %q to %q, %v", s, base, again, err)
			}
		}
	})
}

func FuzzVerify(f *testing.F) {
	f.Add("POST", callbackURL, nonce, "Status", "delivered", "token", wrong)
	f.Add("GET", "http://127.0.0.1:4141/sms/inbound?Text=h%C3%A9llo+%F0%9F%98%80", nonce, "", "", "k", ",")
	f.Add("", "", "", "", "", "", "")
	f.Fuzz(func(t *testing.T, method, url, nonce, name, value, token, given string) {
		params := []signature.Param{{Name: name, Value: value}}
		tokens := []signature.Token{signature.NewToken("t", token)}
		sent := strings.Trim(nonce, " \t\r\n") // other space is the value's own
		for _, s := range schemes {
			header := map[string][]string{s.Header(): {given}, s.NonceHeader(): {nonce}}
			r := signature.Request{Method: method, URL: url, Header: header, Params: params}
			want, err := signature.Sign(tokens[0], s, method, url, sent, params)
			v := signature.Verify(r, tokens)
			if v.Outcome == signature.Valid && (err != nil || !strings.Contains(given, want)) {
				t.Errorf("%s: %q is valid, the signature is %q, %v", s, given, want, err)
			}
			if err != nil {
				continue
			}
			header[s.Header()] = []string{given + " , " + want}
			v = signature.Verify(r, tokens)
			if usable := s == signature.V1 || sent != ""; (v.Outcome == signature.Valid) != usable {
				t.Errorf("%s: what was signed is %s with the nonce %q", s, v.Outcome, nonce)
			}
		}
	})
}

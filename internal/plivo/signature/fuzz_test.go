package signature_test

import (
	"net/http"
	"slices"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

func FuzzDiagnose(f *testing.F) {
	f.Add("POST", callbackURL, nonce, "Status=delivered&Text=h%C3%A9llo", "account-token", wrong, "https://example.com:8443/", "example.com", uint8(0))
	f.Add("POST", "/", "1", "Text", "${TOKEN}", wrong[:30], "http://localhost/", "", uint8(2))
	f.Add("GET", "http://[::1]:4141/a%2Fb?c=%zz", "", "{\"To\":1}", " \"t\" ", "\"x\"", "://", "[::1]", uint8(1))
	f.Add("", "", "", "", "", "", "", "", uint8(4))
	f.Fuzz(func(t *testing.T, method, url, nonce, body, token, given, known, host string, by uint8) {
		s := schemes[int(by)%len(schemes)]
		c := signature.Case{
			Request: signature.Request{
				Method: method, URL: url,
				Header: http.Header{s.Header(): {given}, "Host": {host}, "X-Forwarded-Host": {host, known}},
				Params: []signature.Param{{Name: "Text", Value: body}, {Name: host, Value: given}},
			},
			Tokens:      []signature.Token{signature.NewToken("t", token)},
			Others:      []signature.Token{signature.NewToken(host, body)},
			AuthIDs:     []string{nonce},
			ReceivedURL: known,
			KnownURLs:   []string{known, url},
			Body:        []byte(body),
		}
		if h := s.NonceHeader(); h != "" {
			c.Header[h] = []string{nonce}
		}
		before := slices.Clone(c.Params)
		wellFormed(t, signature.Diagnose(c))
		if !slices.Equal(before, c.Params) {
			t.Error("the case was changed")
		}
	})
}

// FuzzFlipped signs, then changes one byte of what the signature covers.
func FuzzFlipped(f *testing.F) {
	f.Add("/sms", nonce, "Text", "hello", "account-token", uint(3), uint8('A'))
	f.Fuzz(func(t *testing.T, path, nonce, name, value, token string, at uint, by uint8) {
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		letter := alphabet[int(by)%len(alphabet)]
		flip := func(s string) (string, bool) {
			if s == "" {
				return s, false
			}
			i := int(at % uint(len(s)))
			plain := s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' || s[i] >= '0' && s[i] <= '9'
			return s[:i] + string(letter) + s[i+1:], plain && s[i] != letter
		}
		for _, s := range schemes {
			url := "https://example.com/cb" + path
			params := []signature.Param{{Name: name, Value: value}}
			given, err := signature.Sign(signature.NewToken("t", token), s, "POST", url, nonce, params)
			if err != nil {
				continue
			}
			outcome := func(url, nonce, token string, params []signature.Param) signature.Outcome {
				h := map[string][]string{s.Header(): {given}, s.NonceHeader(): {nonce}}
				return signature.Verify(signature.Request{Method: "POST", URL: url, Header: h, Params: params}, []signature.Token{signature.NewToken("t", token)}).Outcome
			}
			if outcome(url, nonce, token, params) != signature.Valid {
				continue // a nonce with space around it is trimmed where it is read
			}
			if other, ok := flip("cb"); ok && outcome("https://example.com/"+other+path, nonce, token, params) == signature.Valid {
				t.Errorf("%s: the path was changed to %q", s, other)
			}
			if other, ok := flip(nonce); ok && s != signature.V1 && outcome(url, other, token, params) == signature.Valid {
				t.Errorf("%s: the nonce was changed to %q", s, other)
			}
			if other, ok := flip(token); ok && outcome(url, nonce, other, params) == signature.Valid {
				t.Errorf("%s: the token was changed to %q", s, other)
			}
			if s == signature.V2 || s == signature.MaV2 {
				continue
			}
			if other, ok := flip(value); ok && outcome(url, nonce, token, []signature.Param{{Name: name, Value: other}}) == signature.Valid {
				t.Errorf("%s: the value was changed to %q", s, other)
			}
			if other, ok := flip(name); ok && outcome(url, nonce, token, []signature.Param{{Name: other, Value: value}}) == signature.Valid {
				t.Errorf("%s: the name was changed to %q", s, other)
			}
		}
	})
}

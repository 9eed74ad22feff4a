package signature_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// captured is a callback as somebody may have kept it who does not know the token.
func captured(t *testing.T, scheme signature.Scheme, method string) signature.Request {
	t.Helper()
	r := signature.Request{Method: method, URL: callbackURL, Header: http.Header{}}
	if method == "GET" {
		r.URL += "&MessageUUID=5b40a428-bfc7-4daf-9d06-726c558bf3b8&Status=delivered"
	} else {
		r.Params = slices.Clone(body)
	}
	given, err := signature.Sign(account, scheme, method, r.URL, nonce, r.Params)
	if err != nil {
		t.Fatal(err)
	}
	r.Header[scheme.Header()] = []string{given}
	if h := scheme.NonceHeader(); h != "" {
		r.Header[h] = []string{nonce}
	}
	return r
}

func macBy(hash func(key, text []byte) []byte, key, text string) string {
	return base64.StdEncoding.EncodeToString(hash([]byte(key), []byte(text)))
}

func hmac256(key, text []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(text)
	return h.Sum(nil)
}

func hmac1(key, text []byte) []byte {
	h := hmac.New(sha1.New, key)
	h.Write(text)
	return h.Sum(nil)
}

// extended goes on hashing where a digest ended, as is possible with SHA-256(key + text): the text is then followed by
// padding and by what was added. keyed is how long the key and the text were.
func extended(t *testing.T, digest []byte, keyed int, added string) (padding string, longer []byte) {
	t.Helper()
	pad := append([]byte{0x80}, make([]byte, (119-keyed%64)%64)...)
	pad = binary.BigEndian.AppendUint64(pad, uint64(keyed)*8)
	state := append([]byte("sha\x03"), digest...)
	state = append(state, make([]byte, 64)...)
	state = binary.BigEndian.AppendUint64(state, uint64(keyed+len(pad)))
	h := sha256.New()
	if err := h.(encoding.BinaryUnmarshaler).UnmarshalBinary(state); err != nil {
		t.Fatal(err)
	}
	h.Write([]byte(added))
	return string(pad), h.Sum(nil)
}

// TestForged makes requests verify that Plivo did not sign, by every trick, without the token. None does.
func TestForged(t *testing.T) {
	const h3, n3, h2, n2 = "X-Plivo-Signature-V3", "X-Plivo-Signature-V3-Nonce", "X-Plivo-Signature-V2", "X-Plivo-Signature-V2-Nonce"
	set := func(name string, values ...string) func(*signature.Request) {
		return func(r *signature.Request) { r.Header[name] = values }
	}
	// edit changes the signature that was captured.
	edit := func(f func(string) string) func(*signature.Request) {
		return func(r *signature.Request) {
			for name, values := range r.Header {
				if !strings.HasSuffix(name, "Nonce") {
					r.Header[name] = []string{f(values[0])}
				}
			}
		}
	}
	url := func(s string) func(*signature.Request) { return func(r *signature.Request) { r.URL = s } }
	param := func(i int, name, value string) func(*signature.Request) {
		return func(r *signature.Request) { r.Params[i] = signature.Param{Name: name, Value: value} }
	}
	move := func(from, to string) func(*signature.Request) {
		return func(r *signature.Request) { r.Header[to] = r.Header[from]; delete(r.Header, from) }
	}
	digest := func(s string) []byte {
		raw, err := base64.StdEncoding.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	base := func(scheme signature.Scheme) string {
		b, err := signature.Base(scheme, "POST", callbackURL, nonce, body)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}

	// Of what is covered and how it is written: for each scheme.
	everywhere := map[string]func(*signature.Request){
		"no signature":               edit(func(string) string { return "" }),
		"commas alone":               edit(func(string) string { return " , ,," }),
		"junk":                       edit(func(string) string { return "junk" }),
		"a list of junk":             edit(func(string) string { return strings.Repeat(wrong+", ", 700) }),
		"quoted":                     edit(func(s string) string { return `"` + s + `"` }),
		"with a prefix":              edit(func(s string) string { return "sha256=" + s }),
		"cut":                        edit(func(s string) string { return s[:len(s)-4] }),
		"longer":                     edit(func(s string) string { return s + "AAAA" }),
		"twice":                      edit(func(s string) string { return s + s }),
		"in two pieces":              edit(func(s string) string { return s[:20] + "," + s[20:] }),
		"without padding":            edit(func(s string) string { return strings.TrimRight(s, "=") }),
		"with more padding":          edit(func(s string) string { return s + "=" }),
		"with other unused bits":     edit(func(s string) string { return unusedBits(s) }),
		"in the alphabet of URLs":    edit(urlAlphabet),
		"in lower case":              edit(strings.ToLower),
		"in upper case":              edit(strings.ToUpper),
		"in hexadecimal":             edit(func(s string) string { return hex.EncodeToString(digest(s)) }),
		"encoded twice":              edit(func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }),
		"escaped":                    edit(func(s string) string { return strings.ReplaceAll(s, "=", "%3D") }),
		"raw":                        edit(func(s string) string { return string(digest(s)) }),
		"with a space within":        edit(func(s string) string { return s[:10] + " " + s[10:] }),
		"with a line end within":     edit(func(s string) string { return s[:10] + "\r\n " + s[10:] }),
		"with a zero byte":           edit(func(s string) string { return s + "\x00" }),
		"with a space of Unicode":    edit(func(s string) string { return "\u00a0" + s + "\u2003" }),
		"with one of no width":       edit(func(s string) string { return s + "\u200b" }),
		"in fullwidth":               edit(fullwidth),
		"of an empty key":            edit(func(string) string { return macBy(hmac256, "", base(signature.V3)) }),
		"of an empty key and V2":     edit(func(string) string { return macBy(hmac256, "", base(signature.V2)) }),
		"of the auth id":             edit(func(string) string { return macBy(hmac256, "MATESTTESTTESTTEST00", base(signature.V3)) }),
		"of the token's label":       edit(func(string) string { return macBy(hmac256, "account", base(signature.V3)) }),
		"of dots":                    edit(func(string) string { return macBy(hmac256, "••••", base(signature.V3)) }),
		"another path":               url("https://example.com/sms/inbound?env=dev"),
		"another host":               url("https://evil.example/sms/delivery-report?env=dev"),
		"another scheme":             url("http://example.com/sms/delivery-report?env=dev"),
		"a port":                     url("https://example.com:443/sms/delivery-report?env=dev"),
		"an upper-case host":         url("https://EXAMPLE.com/sms/delivery-report?env=dev"),
		"a dot behind the host":      url("https://example.com./sms/delivery-report?env=dev"),
		"a look-alike host":          url("https://ex\u0430mple.com/sms/delivery-report?env=dev"),
		"a host in user information": url("https://example.com@evil.example/sms/delivery-report?env=dev"),
		"a slash more":               url("https://example.com/sms/delivery-report/?env=dev"),
		"a double slash":             url("https://example.com//sms/delivery-report?env=dev"),
		"a dot segment":              url("https://example.com/x/../sms/delivery-report?env=dev"),
		"an escape in the path":      url("https://example.com/%73ms/delivery-report?env=dev"),
		"an escaped slash":           url("https://example.com/sms%2Fdelivery-report?env=dev"),
		"an upper-case path":         url("https://example.com/SMS/delivery-report?env=dev"),
		"parameters of the path":     url("https://example.com/sms/delivery-report;v=1?env=dev"),
	}
	withNonce := map[string]func(*signature.Request){
		"no nonce":                      func(r *signature.Request) { delete(r.Header, n2); delete(r.Header, n3) },
		"an empty nonce":                func(r *signature.Request) { withNonces(r, "") },
		"another nonce":                 func(r *signature.Request) { withNonces(r, "05429567804466091623") },
		"another nonce first":           func(r *signature.Request) { withNonces(r, "1", nonce) },
		"a nonce with a zero less":      func(r *signature.Request) { withNonces(r, nonce[1:]) },
		"a nonce in fullwidth":          func(r *signature.Request) { withNonces(r, fullwidth(nonce)) },
		"a nonce in Arabic digits":      func(r *signature.Request) { withNonces(r, arabic(nonce)) },
		"a nonce with a space of its":   func(r *signature.Request) { withNonces(r, nonce+"\u00a0") },
		"a nonce with another space":    func(r *signature.Request) { withNonces(r, "\u2003"+nonce) },
		"a nonce and a line separator":  func(r *signature.Request) { withNonces(r, nonce+"\u0085") },
		"a nonce and a width of zero":   func(r *signature.Request) { withNonces(r, nonce+"\u200d") },
		"a list of nonces":              func(r *signature.Request) { withNonces(r, nonce+","+nonce) },
		"a nonce escaped":               func(r *signature.Request) { withNonces(r, "%30"+nonce[1:]) },
		"the nonce in the other's slot": func(r *signature.Request) { r.Header[n2], r.Header[n3] = r.Header[n3], r.Header[n2] },
	}
	// Of the parameters and the query, which V2 does not cover.
	covered := map[string]func(*signature.Request){
		"no query":                 url("https://example.com/sms/delivery-report"),
		"another query":            url("https://example.com/sms/delivery-report?env=prod"),
		"a query twice":            url(callbackURL + "&env=dev"),
		"a parameter in the query": func(r *signature.Request) { r.URL += "&Status=delivered"; r.Params = r.Params[:1] },
		"the query in a parameter": func(r *signature.Request) {
			r.URL, _, _ = strings.Cut(r.URL, "?")
			r.Params = append(r.Params, signature.Param{Name: "env", Value: "dev"})
		},
		"no parameters":              func(r *signature.Request) { r.Params = nil },
		"a parameter less":           func(r *signature.Request) { r.Params = r.Params[:1] },
		"a parameter more":           func(r *signature.Request) { r.Params = append(r.Params, signature.Param{Name: "Text", Value: "x"}) },
		"an empty one more":          func(r *signature.Request) { r.Params = append(r.Params, signature.Param{Name: "Text"}) },
		"a parameter twice":          func(r *signature.Request) { r.Params = append(r.Params, r.Params[1]) },
		"another value":              param(1, "Status", "failed"),
		"a value in another case":    param(1, "Status", "Delivered"),
		"a look-alike value":         param(1, "Status", "d\u0435livered"),
		"a value in fullwidth":       param(1, "Status", fullwidth("delivered")),
		"a space behind a value":     param(1, "Status", "delivered "),
		"an escaped value":           param(1, "Status", "%64elivered"),
		"a look-alike name":          param(1, "St\u0430tus", "delivered"),
		"a name in another case":     param(1, "status", "delivered"),
		"names and values exchanged": param(1, "delivered", "Status"),
	}
	tricks := map[string]func(*signature.Request){}
	try := func(name string, r signature.Request, do func(*signature.Request), tokens ...signature.Token) {
		tricks[name] = do
		do(&r)
		if v := signature.Verify(r, tokens); v.Outcome == signature.Valid {
			t.Errorf("%s: it verifies by %s with %s over %q", name, v.Header, v.Token, v.Base)
		}
	}
	nobody := signature.NewToken("account", "")
	for _, scheme := range schemes {
		for name, do := range everywhere {
			try(string(scheme)+": "+name, captured(t, scheme, "POST"), do, nobody, account, main)
		}
		if scheme.NonceHeader() != "" {
			for name, do := range withNonce {
				try(string(scheme)+": "+name, captured(t, scheme, "POST"), do, nobody, account, main)
			}
		}
		if scheme == signature.V2 || scheme == signature.MaV2 {
			continue
		}
		for name, do := range covered {
			try(string(scheme)+": "+name, captured(t, scheme, "POST"), do, nobody, account, main)
		}
	}

	v3 := func() signature.Request { return captured(t, signature.V3, "POST") }
	v2 := func() signature.Request { return captured(t, signature.V2, "POST") }
	for name, key := range map[string]string{"nothing": "", "a space": " ", "a zero byte": "\x00"} {
		for _, scheme := range schemes {
			hash := hmac256
			if scheme == signature.V1 {
				hash = hmac1
			}
			try(string(scheme)+": signed with "+name, captured(t, scheme, "POST"),
				edit(func(string) string { return macBy(hash, key, base(scheme)) }), nobody, signature.NewToken("main account", ""), account)
		}
	}
	try("another account's token", v3(), edit(func(string) string { return macBy(hmac256, "other-token", base(signature.V3)) }), account, main)
	try("a token with a space", v3(), edit(func(string) string { return macBy(hmac256, "account-token ", base(signature.V3)) }), account)
	try("V2 in V3's slot", v2(), func(r *signature.Request) { move(h2, h3)(r); move(n2, n3)(r) }, account)
	try("V3 in V2's slot", v3(), func(r *signature.Request) { move(h3, h2)(r); move(n3, n2)(r) }, account)
	try("V1 in V2's slot", captured(t, signature.V1, "POST"), func(r *signature.Request) { move("X-Plivo-Signature", h2)(r); r.Header[n2] = []string{nonce} }, account)
	try("V3 in V1's slot", v3(), move(h3, "X-Plivo-Signature"), account)
	try("SHA-1 in V2's slot", v2(), edit(func(string) string { return macBy(hmac1, "account-token", base(signature.V2)) }), account)
	try("V2 behind a wrong V3", v2(), func(r *signature.Request) { r.Header[h3], r.Header[n3] = []string{wrong}, []string{nonce} }, account)
	try("V2 behind a V3 without nonce", v2(), set(h3, wrong), account)
	try("V1 behind a wrong V2", captured(t, signature.V1, "POST"), func(r *signature.Request) { r.Header[h2], r.Header[n2] = []string{wrong}, []string{nonce} }, account)
	try("a header in lower case", v2(), func(r *signature.Request) {
		r.Header["x-plivo-signature-v3"], r.Header[n3] = []string{wrong}, []string{nonce}
	}, account)
	try("a POST as GET", v3(), func(r *signature.Request) { r.Method = "GET" }, account)
	try("a POST as GET with a query", v3(), func(r *signature.Request) {
		r.Method, r.Params, r.URL = "GET", nil, r.URL+"&MessageUUID=5b40a428-bfc7-4daf-9d06-726c558bf3b8&Status=delivered"
	}, account)
	try("a GET as POST with a body", captured(t, signature.V3, "GET"), func(r *signature.Request) {
		r.Method, r.URL, r.Params = "POST", callbackURL, body
	}, account)

	// What HMAC is there for: a digest cannot be gone on with.
	for _, scheme := range []signature.Scheme{signature.V2, signature.V3} {
		for _, keyed := range []int{len("account-token"), 64, 0} {
			r := captured(t, scheme, "POST")
			padding, longer := extended(t, digest(r.Header[scheme.Header()][0]), keyed+len(base(scheme)), "1")
			try(string(scheme)+": an extended digest", r, func(r *signature.Request) {
				r.Header[scheme.Header()] = []string{base64.StdEncoding.EncodeToString(longer)}
				r.Header[scheme.NonceHeader()] = []string{nonce + padding + "1"}
			}, account)
		}
	}
	t.Logf("%d tricks", len(slices.Collect(maps.Keys(tricks))))
}

func withNonces(r *signature.Request, nonces ...string) {
	for _, h := range []string{"X-Plivo-Signature-V2-Nonce", "X-Plivo-Signature-V3-Nonce"} {
		if r.Header[h] != nil {
			r.Header[h] = nonces
		}
	}
}

func fullwidth(s string) string {
	return strings.Map(func(c rune) rune {
		if c > ' ' && c < 0x7f {
			return c - '!' + '\uff01'
		}
		return c
	}, s)
}

func arabic(s string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c - '0' + '\u0660'
		}
		return c
	}, s)
}

// unusedBits gives the base64 of the same bytes with the bits set that decoders pass over.
func unusedBits(s string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	last := strings.TrimRight(s, "=")
	i := strings.IndexByte(alphabet, last[len(last)-1])
	return last[:len(last)-1] + alphabet[i+1:i+2] + s[len(last):]
}

// urlAlphabet gives the base64 of the same bytes as URLs have it, or another where that is the same.
func urlAlphabet(s string) string {
	if in := strings.NewReplacer("+", "-", "/", "_").Replace(s); in != s {
		return in
	}
	return wrong
}

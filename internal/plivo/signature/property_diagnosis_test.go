package signature_test

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// most is the documented order of the work of one diagnosis; a few signatures more are computed for
// several tokens at once.
const most = 4100

// drawCase is anything that a capture, a file or a command line may bring.
func drawCase(t *rapid.T) signature.Case {
	text := rapid.OneOf(
		rapid.String(),
		rapid.StringMatching(`[ -~]{0,30}`),
		rapid.SampledFrom([]string{"", "%", "%zz", "%e4", "\xff\xfe", "a\x00b", "Grüße 😀", "0.00250", "=&=&", "[](){}", " \r\n\t"}),
	)
	url := rapid.OneOf(
		rapid.SampledFrom([]string{
			"", "/", "?", "#", "://", "http://", "https://[::1]:8443/a?b=c", "https://[::1", "https://bücher.example/ü?ü=ü", "https://xn--bcher-kva.example/",
			"HTTPS://EXAMPLE.COM:443/%2e%2E//a%zz?%&&=%", "https://u:p@h:99999/;v=1#x", "a://:1", "wss://h\xff/\xff?\xff=\xff", callbackURL,
		}),
		rapid.StringMatching(`https?://[a-z.]{1,8}(:[0-9]{1,6})?(/[ -~]{0,12}){0,4}(\?[ -~]{0,20})?`),
		text,
	)
	pairs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) signature.Param {
		return signature.Param{
			Name:  rapid.OneOf(rapid.SampledFrom([]string{"Text", "To", "From", "MCC", "TotalRate", "ErrorCode", "env", "action", "a[b]", "Media0"}), text).Draw(t, "name"),
			Value: text.Draw(t, "value"),
		}
	}), 0, 8)
	given := rapid.OneOf(
		rapid.StringMatching(`[A-Za-z0-9+/]{43}=`),
		rapid.StringMatching(`[a-f0-9]{40}|[a-f0-9]{64}|[A-Za-z0-9+/]{27}=`),
		text,
	)
	header := http.Header{}
	for _, s := range schemes {
		if rapid.Bool().Draw(t, string(s)) {
			header[s.Header()] = rapid.SliceOfN(given, 0, 3).Draw(t, "given")
			if h := s.NonceHeader(); h != "" {
				header[h] = rapid.SliceOfN(rapid.OneOf(rapid.StringMatching(`[0-9]{1,20}`), text), 0, 3).Draw(t, "nonce")
			}
		}
	}
	for _, name := range []string{
		"Host", "Forwarded", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix",
		"X-Original-Url", "Content-Type", "Content-Length", "http_x_plivo_signature_v3",
	} {
		if rapid.Bool().Draw(t, name) {
			header[name] = rapid.SliceOfN(text, 0, 2).Draw(t, "value")
		}
	}
	token := rapid.Custom(func(t *rapid.T) signature.Token {
		return signature.NewToken(text.Draw(t, "label"), text.Draw(t, "token"))
	})
	return signature.Case{
		Request: signature.Request{
			Method: rapid.OneOf(rapid.SampledFrom([]string{"POST", "GET", "get", ""}), text).Draw(t, "method"),
			URL:    url.Draw(t, "url"),
			Header: header,
			Params: pairs.Draw(t, "params"),
		},
		Tokens:      rapid.SliceOfN(token, 0, 3).Draw(t, "tokens"),
		Others:      rapid.SliceOfN(token, 0, 2).Draw(t, "others"),
		AuthIDs:     rapid.SliceOfN(text, 0, 2).Draw(t, "ids"),
		ReceivedURL: url.Draw(t, "received"),
		KnownURLs:   rapid.SliceOfN(url, 0, 3).Draw(t, "known"),
		Body:        []byte(rapid.OneOf(text, rapid.SampledFrom([]string{"{}", `{"a":[1,{"b":null}],"To":14155550100}`, "[1]", "{", "VG89MQ=="})).Draw(t, "body")),
	}
}

// wellFormed holds what is true of every diagnosis.
func wellFormed(t interface{ Errorf(string, ...any) }, d signature.Diagnosis) {
	if d.Tried > most {
		t.Errorf("%d signatures were computed", d.Tried)
	}
	if d.Explained() && (len(d.RuledOut) > 0 || len(d.Remains) > 0 || d.Cut) {
		t.Errorf("explained, and yet %+v", d)
	}
	for _, f := range d.Findings {
		if n := len(f.Causes); n == 0 || n > 4 || n != len(f.Hypotheses) || f.Detail == "" || f.Remedy == "" {
			t.Errorf("incomplete: %+v", f)
		}
		if (f.Confidence == signature.Possible) != (f.Signature == "") {
			t.Errorf("%s with the signature %q", f.Confidence, f.Signature)
		}
	}
	for _, said := range slices.Concat(d.RuledOut, d.Remains) {
		if said == "" || strings.Contains(said, "%!d(") || strings.Contains(said, "(MISSING)") {
			t.Errorf("malformed: %q", said)
		}
	}
}

func TestDiagnoseStandsAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawCase(t)
		params, known := slices.Clone(c.Params), slices.Clone(c.KnownURLs)
		d := signature.Diagnose(c)
		wellFormed(t, d)
		if !slices.Equal(params, c.Params) || !slices.Equal(known, c.KnownURLs) {
			t.Errorf("the case was changed")
		}
		again := signature.Diagnose(c)
		if len(again.Findings) != len(d.Findings) || again.Cause() != d.Cause() {
			t.Errorf("first %q, then %q", d.Cause(), again.Cause())
		}
	})
}

// TestDiagnoseOfExtremes holds that the largest of inputs end within the bounds: what exceeds them is
// told, not computed.
func TestDiagnoseOfExtremes(t *testing.T) {
	random := func(n int) string {
		noise := rand.New(rand.NewPCG(1, uint64(n)))
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(noise.Uint32())
		}
		return string(b)
	}
	many := func(n int, f func(i int) signature.Param) []signature.Param {
		params := make([]signature.Param, n)
		for i := range params {
			params[i] = f(i)
		}
		return params
	}
	for name, change := range map[string]func(*signature.Case){
		"binary body":     func(c *signature.Case) { c.Body = []byte(random(64 << 10)) },
		"body of nesting": func(c *signature.Case) { c.Body = []byte(strings.Repeat(`{"a":`, 9000)) },
		"JSON of a list": func(c *signature.Case) {
			c.Body, c.Params = []byte(`{"a":[`+strings.Repeat("1,", 30000)+`1]}`), nil
		},
		"megabytes of parameters": func(c *signature.Case) {
			c.Params = many(4, func(i int) signature.Param { return signature.Param{Name: strconv.Itoa(i), Value: random(1 << 20)} })
			c.Body = []byte(form(c.Params))
		},
		"100,000 parameters": func(c *signature.Case) {
			c.Params = many(100_000, func(i int) signature.Param { return signature.Param{Name: "p" + strconv.Itoa(i), Value: "v"} })
		},
		"100,000 empty ones": func(c *signature.Case) {
			c.Params = many(100_000, func(i int) signature.Param { return signature.Param{Name: "p" + strconv.Itoa(i)} })
			c.Body = []byte(form(c.Params))
		},
		"100,000 in a GET": func(c *signature.Case) {
			c.Method = "GET"
			c.URL += "&" + form(many(100_000, func(i int) signature.Param { return signature.Param{Name: "p" + strconv.Itoa(i), Value: "v"} }))
			c.Params = nil
		},
		"the same name 50,000 times": func(c *signature.Case) {
			c.Params = many(50_000, func(i int) signature.Param { return signature.Param{Name: "Text", Value: strconv.Itoa(i % 7)} })
			c.Body = []byte(form(c.Params[:49_999]))
		},
		"a text in need of all repairs": func(c *signature.Case) {
			c.Params = inbound(strings.Repeat(`Ã¼ &amp; %41+\"\r\n`, 3000))
		},
		"10,000 headers": func(c *signature.Case) {
			for i := range 10_000 {
				c.Header["X-Plivo-Nonce-"+strconv.Itoa(i)] = []string{random(20)}
			}
		},
		"10,000 signatures": func(c *signature.Case) {
			c.Header["X-Plivo-Signature-V3"] = []string{strings.Repeat(wrong+",", 10_000)}
		},
		"a signature of a megabyte": func(c *signature.Case) { c.Header["X-Plivo-Signature-V3"] = []string{strings.Repeat("A", 1<<20)} },
		"a nonce of a megabyte":     func(c *signature.Case) { c.Header["X-Plivo-Signature-V3-Nonce"] = []string{strings.Repeat("1", 1<<20)} },
		"a URL of a megabyte":       func(c *signature.Case) { c.URL += strings.Repeat("/a%41", 200_000) },
		"a URL of slashes":          func(c *signature.Case) { c.URL = "https://h" + strings.Repeat("/", 100_000) },
		"a token of a megabyte": func(c *signature.Case) {
			c.Tokens = []signature.Token{signature.NewToken("t", strings.Repeat(" \"'=", 1<<18))}
		},
		"1,000 tokens": func(c *signature.Case) {
			for i := range 1000 {
				c.Tokens = append(c.Tokens, signature.NewToken(strconv.Itoa(i), " token "+strconv.Itoa(i)))
			}
			c.Others = c.Tokens
		},
		"1,000 known URLs": func(c *signature.Case) {
			for i := range 1000 {
				c.KnownURLs = append(c.KnownURLs, "https://"+strconv.Itoa(i)+".example.com/a/b?c=d")
			}
		},
		"IPv6":            func(c *signature.Case) { c.URL = "http://[2001:db8::1%25eth0]:8443/sms" },
		"IDN":             func(c *signature.Case) { c.URL = "https://bücher.example/ä/ö" },
		"invalid escapes": func(c *signature.Case) { c.URL = "https://h/%/%z/%zz?%=%&%z" },
		"invalid UTF-8": func(c *signature.Case) {
			c.URL, c.Params = "https://h/\xff?\xfe=\xfd", each(report(), func(string) string { return "\xff\xc3" })
		},
		"no scheme":         func(c *signature.Case) { c.URL = "example.com/sms" },
		"control bytes":     func(c *signature.Case) { c.URL = "https://h/\x00\x1b[31m\r\n" },
		"everything empty":  func(c *signature.Case) { *c = signature.Case{} },
		"empty but present": func(c *signature.Case) { c.Header = map[string][]string{"X-Plivo-Signature-V3": {""}, "": {}} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := unexplained(t)
			change(&c)
			d := signature.Diagnose(c)
			if d.Explained() {
				t.Errorf("explained: %+v", d.Findings[0])
			}
			wellFormed(t, d)
			for _, f := range d.Findings {
				if len(f.Detail)+len(f.Remedy) > 4096 {
					t.Errorf("%v in %d bytes", f.Hypotheses, len(f.Detail)+len(f.Remedy))
				}
			}
			for _, said := range slices.Concat(d.RuledOut, d.Remains) {
				if len(said) > 4096 {
					t.Errorf("%d bytes: %s …", len(said), said[:100])
				}
			}
			t.Logf("%d signatures, cut %t", d.Tried, d.Cut)
		})
	}
}

// TestOneChangeOfParametersIsUndone holds that what is often done to any form is found, whatever the
// form: the base string that is named is the one that was signed.
func TestOneChangeOfParametersIsUndone(t *testing.T) {
	changes := map[string]func([]signature.Param) []signature.Param{
		"added": func(p []signature.Param) []signature.Param {
			return append(p, signature.Param{Name: "_framework", Value: "1"})
		},
		"escaped": func(p []signature.Param) []signature.Param { return each(p, escape) },
		"html": func(p []signature.Param) []signature.Param {
			return each(p, func(v string) string { return strings.ReplaceAll(v, "&", "&amp;") })
		},
		"snake":     snake,
		"trimmed":   func(p []signature.Param) []signature.Param { return each(p, strings.TrimSpace) },
		"none read": func([]signature.Param) []signature.Param { return nil },
		"dropped": func(p []signature.Param) []signature.Param {
			return slices.DeleteFunc(p, func(p signature.Param) bool { return p.Value == "" })
		},
		"first alone": func(p []signature.Param) []signature.Param {
			seen := map[string]bool{}
			return slices.DeleteFunc(p, func(p signature.Param) bool {
				again := seen[p.Name]
				seen[p.Name] = true
				return again
			})
		},
	}
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[ -~éü\n]{0,12}`)
		signed := []signature.Param{{Name: "Text", Value: value.Draw(t, "text")}, {Name: "MessageUUID", Value: "5b40a428"}}
		for _, name := range rapid.SliceOfN(rapid.SampledFrom([]string{"Status", "Media0", "ErrorCode", "custom", "x"}), 0, 6).Draw(t, "names") {
			signed = append(signed, signature.Param{Name: name, Value: value.Draw(t, "value")})
		}
		name := rapid.SampledFrom(slices.Sorted(keys(changes))).Draw(t, "change")
		given, err := signature.Sign(account, signature.MaV3, "POST", callbackURL, nonce, signed)
		if err != nil {
			t.Fatal(err)
		}
		c := signature.Case{
			Request: signature.Request{
				Method: "POST", URL: callbackURL, Params: changes[name](slices.Clone(signed)),
				Header: http.Header{"X-Plivo-Signature-Ma-V3": {given}, "X-Plivo-Signature-V3-Nonce": {nonce}},
			},
			Tokens: []signature.Token{account},
			Body:   []byte(form(signed)),
		}
		d := signature.Diagnose(c)
		if signature.Verify(c.Request, c.Tokens).Outcome == signature.Valid {
			return // nothing was there to change
		}
		base, err := signature.Base(signature.V3, "POST", callbackURL, nonce, signed)
		if err != nil || !d.Explained() || d.Findings[0].Base != base {
			t.Fatalf("%s: %+v", name, d)
		}
	})
}

func escape(v string) string { return strings.TrimPrefix(form([]signature.Param{{Value: v}}), "=") }

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

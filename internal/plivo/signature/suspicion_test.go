package signature_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// unexplained is a delivery report whose V3 signature nothing reproduces.
func unexplained(t *testing.T) signature.Case {
	t.Helper()
	given, err := signature.Sign(signature.NewToken("x", "nobody's"), signature.V3, "POST", "https://elsewhere.example/x", "1", nil)
	if err != nil {
		t.Fatal(err)
	}
	return signature.Case{
		Request: signature.Request{
			Method: "POST", URL: callbackURL, Params: report(),
			Header: http.Header{"X-Plivo-Signature-V3": {given}, "X-Plivo-Signature-V3-Nonce": {nonce}, "Content-Type": {"application/x-www-form-urlencoded"}},
		},
		Tokens: []signature.Token{signature.NewToken("account", strings.Repeat("aB3d", 10))},
	}
}

func TestSuspicions(t *testing.T) {
	token := func(v string) func(*signature.Case) {
		return func(c *signature.Case) { c.Tokens = []signature.Token{signature.NewToken("account", v)} }
	}
	header := func(name string, values ...string) func(*signature.Case) {
		return func(c *signature.Case) { http.Header(c.Header)[name] = values }
	}
	for _, c := range []struct {
		name   string
		change func(*signature.Case)
		want   string // the hypothesis of the first finding
		detail string
	}{
		{"auth id", token("MAXXXXXXXXXXXXXXXXXX"), "token-is-auth-id", "looks like an auth id"},
		{"subaccount's auth id", token("SAMWYWZDNLNJRHYTCXNA"), "token-is-auth-id", `the token "account"`},
		{"scoped", token("stk_abcdefghijklmnop"), "token-is-scoped", ""},
		{"variable", token("${PLIVO_AUTH_TOKEN}"), "token-is-placeholder", "placeholder"},
		{"angle brackets", token("<token>"), "token-is-placeholder", ""},
		{"your", token("your_auth_token"), "token-is-placeholder", ""},
		{"crosses", token("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), "token-is-placeholder", ""},
		{"dots", token("aB3d••••••••••••••••••••••••••••••••aB3d"), "token-is-masked", ""},
		{"inner space", token("aB3daB3daB3d aB3daB3daB3daB3d"), "token-odd", ""},
		{"short", token(strings.Repeat("a", 29)), "token-length", "has 29 characters; those that are known have 40"},
		{"none", func(c *signature.Case) { c.Tokens = nil }, "token-missing", "cannot be checked"},
		{"cut header", header("X-Plivo-Signature-V3", wrong[:30]), "header-malformed", "is cut short: it has 30 characters of 44"},
		{"long header", header("X-Plivo-Signature-V3", strings.Repeat("A", 60)), "header-malformed", "too long"},
		{"inner quotes", header("X-Plivo-Signature-V3", `A"`+wrong[3:]), "header-malformed", "quotation marks"},
		{"no base64", header("X-Plivo-Signature-V3", "signature"+strings.Repeat("!", 35)), "header-malformed", "no base64"},
		{"no nonce", func(c *signature.Case) { delete(c.Header, "X-Plivo-Signature-V3-Nonce") }, "nonce-missing", "X-Plivo-Signature-V3-Nonce is not"},
		{"nonce of PHP", func(c *signature.Case) {
			delete(c.Header, "X-Plivo-Signature-V3-Nonce")
			c.Header["HTTP_X_PLIVO_SIGNATURE_V3_NONCE"] = []string{"5"}
		}, "nonce-renamed", "HTTP_X_PLIVO_SIGNATURE_V3_NONCE"},
		{"odd nonce", header("X-Plivo-Signature-V3-Nonce", "nonce: 5"), "nonce-odd", ""},
		{"no URL", func(c *signature.Case) { c.URL = "" }, "url-not-absolute", "there is no URL"},
		{"path alone", func(c *signature.Case) { c.URL = "/sms" }, "url-not-absolute", `"/sms"`},
		{"local", func(c *signature.Case) { c.URL = "http://localhost:3000/sms" }, "url-private", `"http://localhost:3000"`},
		{"private", func(c *signature.Case) { c.URL = "http://10.0.0.7/sms" }, "url-private", ""},
		{"container", func(c *signature.Case) { c.URL = "http://app:8000/sms" }, "url-private", ""},
		{"V1 alone", func(c *signature.Case) {
			c.Header = map[string][]string{"X-Plivo-Signature": {wrong[:27] + "="}}
		}, "header-v1-alone", "V1's alone"},
		{"JSON", header("Content-Type", "application/json; charset=utf-8"), "body-no-form", `"application/json"`},
		{"cut body", func(c *signature.Case) {
			c.Body = []byte(form(report()))[:100]
			c.Header["Content-Length"] = []string{"600"}
		}, "body-cut", "only 100 of 600 bytes"},
		{"filtered", func(c *signature.Case) { c.Params = set("To", "[FILTERED]") }, "value-masked", `"To"`},
		{"no header", func(c *signature.Case) { c.Header = map[string][]string{"Accept": {"*/*"}} }, "header-missing", "none of Plivo's"},
		{"no headers at all", func(c *signature.Case) { c.Header = nil }, "header-missing", "no headers at all"},
		{"nonce alone", func(c *signature.Case) { delete(c.Header, "X-Plivo-Signature-V3") }, "header-missing", "though its nonce is"},
		{"header of PHP", func(c *signature.Case) {
			c.Header = map[string][]string{"HTTP_X_PLIVO_SIGNATURE_V2": {wrong}}
		}, "header-renamed", "HTTP_X_PLIVO_SIGNATURE_V2"},
		{"underscores", func(c *signature.Case) { c.Header = map[string][]string{"x_plivo_signature_v3": {wrong}} }, "header-renamed", "X-Plivo-Signature-V3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := unexplained(t)
			c.change(&k)
			d := signature.Diagnose(k)
			if d.Explained() || len(d.Findings) == 0 {
				t.Fatalf("%+v", d)
			}
			f := d.Findings[0]
			if !slices.Equal(f.Hypotheses, []string{c.want}) || f.Confidence != signature.Possible || !strings.Contains(f.Detail, c.detail) {
				t.Errorf("%v %s: %s; want %s: … %s …", f.Hypotheses, f.Confidence, f.Detail, c.want, c.detail)
			}
			if f.Remedy == "" || f.Base != "" || f.Signature != "" || len(f.Changes) != 0 || len(f.Causes) != 1 {
				t.Errorf("a suspicion reproduces nothing: %+v", f)
			}
			cause := signature.UnknownCause
			if c.want == "nonce-missing" || c.want == "nonce-renamed" {
				cause = "nonce"
			}
			if d.Cause() != cause {
				t.Errorf("the cause is %s, want %s", d.Cause(), cause)
			}
			for _, tok := range k.Tokens {
				holdsNoToken(t, d, tok)
			}
			t.Logf("the signature %s. %s", f.Detail, f.Remedy)
		})
	}
}

// holdsNoToken holds that nothing in d shows the value of a token: it is compared with the same
// diagnosis under a value that stands nowhere else.
func holdsNoToken(t *testing.T, d signature.Diagnosis, tok signature.Token) {
	t.Helper()
	for _, f := range d.Findings {
		for _, s := range []string{f.Detail, f.Remedy} {
			for _, v := range []string{"MAXXXXXXXXXXXXXXXXXX", "SAMWYWZDNLNJRHYTCXNA", "stk_a", "aB3d", "aaaaaaaa", "xxxxxxxx"} {
				if strings.Contains(s, v) {
					t.Errorf("%s: %q shows a token", tok, s)
				}
			}
		}
	}
}

func TestNothingSuspectedOfAGoodCase(t *testing.T) {
	d := signature.Diagnose(unexplained(t))
	if len(d.Findings) != 0 {
		t.Errorf("findings %+v, want none", d.Findings)
	}
}

func TestRuledOutIsWhatWasTried(t *testing.T) {
	c := unexplained(t)
	d := signature.Diagnose(c)
	all := strings.Join(d.RuledOut, "\n")
	for _, want := range []string{"the scheme is http", `ends in "/"`, "parameters left out one by one, in 21 ways", "other recipes", "pairs of these"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not among what was ruled out:\n%s", want, all)
		}
	}
	for _, not := range []string{"as they stand in the body", "other tokens", "auth id"} {
		if strings.Contains(all, not) {
			t.Errorf("%q was not tried:\n%s", not, all)
		}
	}
	if len(d.Remains) < 3 {
		t.Errorf("remains: %q", d.Remains)
	}

	c.Body = []byte(form(set("Status", "sent")))
	c.Others = []signature.Token{main}
	c.AuthIDs = []string{"MAXXXXXXXXXXXXXXXXXX"}
	c.Params = report()[:5]
	all = strings.Join(signature.Diagnose(c).RuledOut, "\n")
	for _, want := range []string{"as they stand in the body", "other tokens", "auth id", "parameters left out one by one, in 5 ways"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not among what was ruled out:\n%s", want, all)
		}
	}
	t.Log(all)
}

// A V2 signature that matches says much about the V3 one that does not.
func TestMatchingV2RulesTheURLOut(t *testing.T) {
	c := unexplained(t)
	c.Header["X-Plivo-Signature-V2"] = []string{sign(t, c.Tokens[0], signature.V2)}
	c.Header["X-Plivo-Signature-V2-Nonce"] = []string{nonce}
	d := signature.Diagnose(c)
	if len(d.RuledOut) == 0 || !strings.Contains(d.RuledOut[0], "the V2 signature of the same request matches") {
		t.Errorf("ruled out: %q", d.RuledOut)
	}
	if len(d.Findings) != 1 || d.Findings[0].Confidence != signature.Likely || d.Cause() != "params" {
		t.Errorf("findings: %+v", d.Findings)
	}
	if all := strings.Join(d.Remains, " "); strings.Contains(all, "token") || !strings.Contains(all, "V3 covers beside V2") {
		t.Errorf("remains: %q", d.Remains)
	}
}

func TestWithoutHeaderThereIsAPlainAnswer(t *testing.T) {
	d := signature.Diagnose(signature.Case{})
	if len(d.Findings) != 1 || d.Tried != 0 || len(d.RuledOut) != 0 || len(d.Remains) != 1 || d.Cut {
		t.Errorf("%+v", d)
	}
}

// A signature that matches vouches for URL and token, and one that does not leaves both to suspect.
func TestSuspicionsOfWhatIsVouchedFor(t *testing.T) {
	for _, vouched := range []bool{true, false} {
		c := unexplained(t)
		c.Tokens = []signature.Token{signature.NewToken("account", "short")}
		c.URL = "http://localhost:3000/sms"
		if vouched {
			signed, err := signature.Sign(c.Tokens[0], signature.V2, c.Method, c.URL, nonce, nil)
			if err != nil {
				t.Fatal(err)
			}
			c.Header["X-Plivo-Signature-V2"] = []string{signed}
			c.Header["X-Plivo-Signature-V2-Nonce"] = []string{nonce}
		}
		var got []string
		for _, f := range signature.Diagnose(c).Findings {
			got = append(got, f.Hypotheses...)
		}
		for _, name := range []string{"url-private", "token-length"} {
			if slices.Contains(got, name) == vouched {
				t.Errorf("vouched for %t: %q", vouched, got)
			}
		}
	}
}

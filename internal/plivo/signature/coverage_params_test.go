package signature_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// altered is a request as it was signed and as it is given to the check: one change lies between.
type altered struct {
	want   string // the hypothesis
	words  string // in the detail of the finding
	scheme signature.Scheme
	method string
	signed change // empty fields are those of the common request
	given  change
	body   string
	// base makes the base string by hand where the signer did not follow the scheme; hash is SHA-256
	// where it is nil.
	base func(url string, params []signature.Param) string
	hash func() hash.Hash
}

type change struct {
	url    string
	params []signature.Param
}

func (a altered) signature(t *testing.T, token string) string {
	t.Helper()
	if a.base == nil {
		given, err := signature.Sign(signature.NewToken("t", token), a.scheme, a.method, a.signed.url, nonce, a.signed.params)
		if err != nil {
			t.Fatal(err)
		}
		return given
	}
	if a.hash == nil {
		a.hash = sha256.New
	}
	mac := hmac.New(a.hash, []byte(token))
	mac.Write([]byte(a.base(a.signed.url, slices.Clone(a.signed.params))))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func (a altered) complete() altered {
	if a.scheme == "" {
		a.scheme = signature.V3
	}
	if a.method == "" {
		a.method = "POST"
	}
	for _, c := range []*change{&a.signed, &a.given} {
		if c.url == "" {
			c.url = callbackURL
		}
		if c.params == nil && a.method == "POST" {
			c.params = report()
		}
	}
	return a
}

func (a altered) diagnose(t *testing.T) signature.Diagnosis {
	t.Helper()
	h := http.Header{}
	h.Set(a.scheme.Header(), a.signature(t, "account-token"))
	if a.scheme.NonceHeader() != "" {
		h.Set(a.scheme.NonceHeader(), nonce)
	} else {
		h.Set(signature.V2.NonceHeader(), nonce)
	}
	c := signature.Case{
		Request: signature.Request{Method: a.method, URL: a.given.url, Header: h, Params: a.given.params},
		Tokens:  []signature.Token{other, account},
	}
	if a.body != "" {
		c.Body = []byte(a.body)
	}
	before := slices.Clone(c.Params)
	d := signature.Diagnose(c)
	if !slices.Equal(before, c.Params) {
		t.Error("the search changed the parameters of its case")
	}
	return d
}

func form(params []signature.Param) string {
	parts := make([]string, len(params))
	for i, p := range params {
		parts[i] = url.QueryEscape(p.Name) + "=" + url.QueryEscape(p.Value)
	}
	return strings.Join(parts, "&")
}

// set gives the report with values replaced or added: name and value in turn.
func set(pairs ...string) []signature.Param {
	params := report()
	for i := 0; i < len(pairs); i += 2 {
		at := slices.IndexFunc(params, func(p signature.Param) bool { return p.Name == pairs[i] })
		if at < 0 {
			params = append(params, signature.Param{Name: pairs[i], Value: pairs[i+1]})
		} else {
			params[at].Value = pairs[i+1]
		}
	}
	return params
}

// unset gives params without those of the names.
func unset(params []signature.Param, names ...string) []signature.Param {
	return slices.DeleteFunc(params, func(p signature.Param) bool { return slices.Contains(names, p.Name) })
}

// each gives params with f applied to their values.
func each(params []signature.Param, f func(string) string) []signature.Param {
	for i := range params {
		params[i].Value = f(params[i].Value)
	}
	return params
}

func inbound(text string) []signature.Param {
	return []signature.Param{
		{Name: "From", Value: "14155550199"},
		{Name: "To", Value: "14155550100"},
		{Name: "Text", Value: text},
		{Name: "Type", Value: "sms"},
		{Name: "MessageUUID", Value: "5b40a428-bfc7-4daf-9d06-726c558bf3b8"},
		{Name: "MessageIntent", Value: ""},
	}
}

var alteredParams = []altered{
	{want: "query-counted-twice", words: `"env"`, given: change{params: set("env", "dev")}},
	{want: "query-counted-twice", given: change{params: set("env", "DEV")}},
	{want: "query-in-params", words: `"env" is in the query`, given: change{url: "https://example.com/sms/delivery-report", params: set("env", "dev")}},
	{want: "param-added", words: `"action" and "controller" are left out`, given: change{params: set("action", "create", "controller", "sms")}},
	{want: "param-added", words: `"format"`, signed: change{params: set("tenant", "7")}, given: change{params: set("tenant", "7", "format", "json")}},
	{want: "param-added", words: `"tenant"`, method: "GET", signed: change{url: "https://example.com/cb?" + form(report())}, given: change{url: "https://example.com/cb?" + form(set("tenant", "7"))}},
	{want: "param-of-query-added", words: `"utm"`, given: change{url: callbackURL + "&utm=x"}},
	{want: "body-of-get", method: "GET", signed: change{url: "https://example.com/cb?" + form(report())}, given: change{url: "https://example.com/cb?" + form(report()), params: set("TotalRate", "0.0025", "Status", "sent")}},
	{want: "empty-dropped", words: `"PowerpackUUID" is there without a value`, given: change{params: unset(report(), "PowerpackUUID")}},
	{want: "empty-dropped", words: `"PowerpackUUID" and "PartInfo" are`, given: change{params: unset(report(), "PowerpackUUID", "PartInfo")}},
	{want: "empty-dropped", words: `"MessageIntent"`, signed: change{params: inbound("hi")}, given: change{params: unset(inbound("hi"), "MessageIntent")}},
	{want: "empties-dropped", words: `"PartInfo" and "MNC" are there`, signed: change{params: unset(set("MNC", ""), "ErrorCode", "MCC")}, given: change{params: unset(report(), "PartInfo", "ErrorCode", "MCC", "MNC")}},
	{want: "empty-added", signed: change{params: unset(report(), "PartInfo", "PowerpackUUID")}},
	{want: "empty-added", signed: change{params: unset(report(), "PartInfo")}},
	{want: "param-left-out", words: `"Sequence" is left out`, signed: change{params: unset(report(), "Sequence")}},
	{want: "names-changed", words: `"MessageUUID"`, given: change{params: snake(report())}},
	{want: "names-changed", given: change{params: rename(report(), func(n string) string { return n + "[]" })}},
	{want: "names-changed", given: change{params: rename(report(), func(n string) string { return "sms[" + n + "]" })}},
	{want: "params-none", signed: change{params: []signature.Param{}}},

	{want: "numbers-retyped", words: `"TotalRate=0.00250"`, given: change{params: set("TotalRate", "0.0025", "TotalAmount", "0.0025", "MNC", "4", "ErrorCode", "0")}},
	{want: "numbers-retyped", given: change{params: set("TotalRate", "0.0025", "TotalAmount", "0.0025")}},
	{want: "numbers-retyped", given: change{params: set("ErrorCode", "0")}},
	{want: "numbers-retyped", signed: change{params: set("MNC", "04")}, given: change{params: set("MNC", "4")}},
	{want: "numbers-retyped", given: change{params: set("To", "1.4155550199e+10", "From", "14155550100.0", "Units", "1.0")}},
	{want: "numbers-retyped", signed: change{params: set("TotalRate", "0.00000")}, given: change{params: set("TotalRate", "0", "TotalAmount", "0.0025", "ErrorCode", "0", "MNC", "4")}},
	{want: "numbers-retyped", method: "GET", signed: change{url: "https://example.com/cb?" + form(report())}, given: change{url: "https://example.com/cb?" + form(set("ErrorCode", "0"))}},
	{want: "values-not-decoded", given: change{params: each(report(), url.QueryEscape)}},
	{want: "values-not-decoded", signed: change{params: inbound("1+1 é")}, given: change{params: each(inbound("1+1 é"), url.PathEscape)}},
	{want: "phone-plus", words: `"From=+14155550100"`, signed: change{params: set("From", "+14155550100", "To", "+14155550199")}, given: change{params: set("From", " 14155550100", "To", " 14155550199")}},
	{want: "phone-plus", given: change{params: set("From", "+14155550100", "To", "+14155550199")}},
	{want: "phone-plus", given: change{params: set("To", "+14155550199")}},
	{want: "values-not-decoded", given: change{params: each(report(), func(v string) string { return strings.ReplaceAll(v, " ", "+") })}},
	{want: "plus-as-space", signed: change{params: inbound("1+1+1")}, given: change{params: inbound("1 1 1")}},
	{want: "values-untrimmed", words: `"Text" is "hello "`, signed: change{params: inbound("hello ")}, given: change{params: inbound("hello")}},
	{want: "values-untrimmed", signed: change{params: inbound("hello\n")}, given: change{params: inbound("hello")}},
	{want: "values-trimmed", given: change{params: set("Status", "delivered\r\n", "Type", " sms")}},
	{want: "line-ends", signed: change{params: inbound("a\nb")}, given: change{params: inbound("a\r\nb")}},
	{want: "line-ends", signed: change{params: inbound("a\r\nb\r\n")}, given: change{params: inbound("a\nb\n")}},
	{want: "line-ends", signed: change{params: inbound("a\nb")}, given: change{params: inbound(`a\nb`)}},
	{want: "charset", signed: change{params: inbound("Grüße €“”")}, given: change{params: inbound("GrÃ¼ÃŸe â‚¬â€œâ€\u009d")}},
	{want: "charset", signed: change{params: inbound("Grüße")}, given: change{params: inbound("GrÃ¼Ã\u009fe")}},
	{want: "charset", signed: change{params: inbound("Grüße")}, given: change{params: inbound("Gr\xfc\xdfe")}},
	{want: "charset", signed: change{params: inbound("Gr\xfc\xdfe")}, given: change{params: inbound("Grüße")}},
	{want: "charset", signed: change{params: inbound("GrÃ¼Ã\u009fe")}, given: change{params: inbound("Grüße")}},
	{want: "html-escaped", signed: change{params: inbound(`Tom & "Jo" <3`)}, given: change{params: inbound("Tom &amp; &quot;Jo&quot; &lt;3")}},
	{want: "slashes-escaped", signed: change{params: inbound(`it's "so"`)}, given: change{params: inbound(`it\'s \"so\"`)}},
	{want: "slashes-escaped", given: change{params: each(report(), func(v string) string { return `"` + v + `"` })}},
	{want: "null-for-empty", words: `"PartInfo" and "PowerpackUUID" are empty`, given: change{params: set("PartInfo", "null", "PowerpackUUID", "null")}},
	{want: "empty-as-null", signed: change{params: set("PartInfo", "None", "PowerpackUUID", "None")}},
	{want: "booleans", signed: change{params: set("Read", "true")}, given: change{params: set("Read", "True")}},
	{want: "numbers-bare", signed: change{params: set("TotalRate", "0.0025", "TotalAmount", "0.0025", "MNC", "4", "ErrorCode", "0")}},
	{want: "numbers-bare", signed: change{params: set("ErrorCode", "0")}},

	{want: "body-as-posted", words: "the 20 parameters of the body are counted", given: change{params: []signature.Param{}}, body: form(report())},
	{want: "body-as-posted", words: `the space around "Text" is kept`, signed: change{params: inbound("  hi\n")}, given: change{params: inbound("hi")}, body: form(inbound("  hi\n"))},
	{want: "body-as-posted", words: `"Text" is decoded once, not twice`, signed: change{params: inbound("50%25 + é")}, given: change{params: inbound("50%   é")}, body: form(inbound("50%25 + é"))},
	{want: "body-as-posted", words: "are decoded, as a form is", given: change{params: each(report(), url.QueryEscape)}, body: form(report())},
	{want: "body-as-posted", words: `every value of "Media0" is counted`, signed: change{params: append(set("Media0", "a"), signature.Param{Name: "Media0", Value: "b"})}, given: change{params: set("Media0", "b")}, body: form(append(set("Media0", "a"), signature.Param{Name: "Media0", Value: "b"}))},
	{want: "body-as-posted", words: `every value of "Media0" is counted`, signed: change{params: append(set("Media0", "a"), signature.Param{Name: "Media0", Value: "b"})}, given: change{params: set("Media0", "a,b")}, body: form(append(set("Media0", "a"), signature.Param{Name: "Media0", Value: "b"}))},
	{want: "body-as-posted", words: `"PartInfo" and "PowerpackUUID" are there without a value`, given: change{params: unset(report(), "PartInfo", "PowerpackUUID")}, body: form(report())},
	{want: "body-as-posted", words: `the bytes of "Text" are kept`, signed: change{params: inbound("a\xffb")}, given: change{params: inbound("a\ufffdb")}, body: form(inbound("a\xffb"))},
	{want: "body-as-posted", words: `"TotalRate" is written as in the body`, given: change{params: set("TotalRate", "0.0025")}, body: form(report())},
	{want: "body-as-posted", words: `"debug", not in the body, is left out`, given: change{params: set("debug", "1")}, body: form(report())},
	{want: "body-as-posted", words: `"Text" is as in the body`, signed: change{params: inbound("one")}, given: change{params: inbound("two")}, body: form(inbound("one"))},
	{want: "body-in-base64", given: change{params: []signature.Param{}}, body: base64.StdEncoding.EncodeToString([]byte(form(report())))},
	{want: "body-of-json", given: change{params: []signature.Param{}}, body: asJSON(report())},
	{want: "body-of-json", given: change{params: []signature.Param{}}, body: strings.NewReplacer(`"0.00250"`, "0.0025", `"004"`, "4", `"000"`, "0", `"310"`, "310", `""`, "null").Replace(asJSON(report()))},

	{scheme: signature.V1, want: "param-added", given: change{params: set("action", "create")}},
	{scheme: signature.V1, want: "empty-dropped", given: change{params: unset(report(), "PartInfo")}},
	{scheme: signature.V1, want: "numbers-retyped", given: change{params: set("ErrorCode", "0")}},
}

func snake(params []signature.Param) []signature.Param {
	return rename(params, func(n string) string {
		return strings.ToLower(strings.NewReplacer("UUID", "_uuid", "Rate", "_rate", "Time", "_time", "Code", "_code").Replace(n))
	})
}

func rename(params []signature.Param, f func(string) string) []signature.Param {
	for i := range params {
		params[i].Name = f(params[i].Name)
	}
	return params
}

func asJSON(params []signature.Param) string {
	parts := make([]string, len(params))
	for i, p := range params {
		parts[i] = fmt.Sprintf("%q:%q", p.Name, p.Value)
	}
	return "{" + strings.Join(parts, ",") + "}"
}

// TestCoverageOfParamsAndRecipes holds that each way in which parameters and recipes differ is found,
// is named first and with certainty, and is put into words.
func TestCoverageOfParamsAndRecipes(t *testing.T) {
	all := slices.Concat(alteredParams, alteredRecipes)
	found := 0
	for i, a := range all {
		a = a.complete()
		t.Run(fmt.Sprintf("%s %s %d", a.scheme, a.want, i), func(t *testing.T) {
			d := a.diagnose(t)
			if !d.Explained() {
				t.Fatalf("not found in %d tries: %+v", d.Tried, d)
			}
			f := d.Findings[0]
			if len(f.Hypotheses) != 1 || f.Hypotheses[0] != a.want {
				t.Fatalf("named %v (%s), want %s", f.Hypotheses, f.Detail, a.want)
			}
			if !strings.HasPrefix(f.Detail, "matches if ") || !strings.Contains(f.Detail, a.words) {
				t.Errorf("the detail is %q, want %q in it", f.Detail, a.words)
			}
			if f.Signature != a.signature(t, "account-token") || f.Remedy == "" || f.Token != "account" {
				t.Errorf("signature %q, remedy %q, token %q", f.Signature, f.Remedy, f.Token)
			}
			t.Logf("%d tries: %s. %s", d.Tried, f.Detail, f.Remedy)
			found++
		})
	}
	t.Logf("singles: found %d / tried %d (%d %%)", found, len(all), 100*found/len(all))
}

// TestEveryHypothesisHasItsRow holds that no hypothesis is without a request that shows it.
func TestEveryHypothesisHasItsRow(t *testing.T) {
	rows := map[string]bool{}
	for _, a := range slices.Concat(alteredParams, alteredRecipes) {
		rows[a.want] = true
	}
	for _, c := range singles {
		rows[c.name] = true
	}
	for _, h := range signature.Hypotheses() {
		if strings.HasPrefix(h.Name, "header-") || strings.HasSuffix(h.Name, "-signature") {
			continue // of the header, shown beside the writings and the damages
		}
		if !rows[h.Name] {
			t.Errorf("%s has no row: %s", h.Name, h.About)
		}
		delete(rows, h.Name)
	}
	for name := range rows {
		t.Errorf("%s has a row and is no hypothesis", name)
	}
}

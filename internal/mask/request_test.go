package mask_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// What must not be seen of a callback.
const (
	canaryFrom = "4915112345678"
	canaryTo   = "4915187654321"
	canaryText = "the heron lands at seven\nby the second bridge"
)

var canaries = []string{canaryFrom[2:], canaryTo[2:], "heron", "second bridge", "second+bridge", "second%20bridge"}

func holds(t *testing.T, what, s string) {
	t.Helper()
	for _, c := range canaries {
		if i := strings.Index(s, c); i >= 0 {
			t.Errorf("%s: %q in … %q …", what, c, s[max(i-100, 0):min(i+100, len(s))])
		}
	}
}

func params() []signature.Param {
	return []signature.Param{
		{Name: "From", Value: canaryFrom},
		{Name: "To", Value: canaryTo},
		{Name: "Text", Value: canaryText},
		{Name: "MessageUUID", Value: "5b40a428-0000-4000-8000-123456789012"},
		{Name: "ForwardedBy", Value: "gateway of +" + canaryFrom},
		{Name: "ProfileName", Value: "heron"},
		{Name: "Extra", Value: `{"to":"` + canaryTo + `","n":5,"caption":"heron"}`},
		{Name: "ConversationExpirationTimestamp", Value: "1795000000"},
		{Name: "TotalAmount", Value: "0.00350000000"},
	}
}

func formOf(params []signature.Param) string {
	pairs := make([]string, len(params))
	for i, p := range params {
		pairs[i] = url.QueryEscape(p.Name) + "=" + url.QueryEscape(p.Value)
	}
	return strings.Join(pairs, "&")
}

func multipartOf(params []signature.Param) string {
	var b strings.Builder
	for _, p := range params {
		fmt.Fprintf(&b, "--edge\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", p.Name, p.Value)
	}
	return b.String() + "--edge--\r\n"
}

func jsonOf(params []signature.Param) string {
	pairs := make([]string, len(params))
	for i, p := range params {
		value, _ := json.Marshal(p.Value)
		pairs[i] = fmt.Sprintf("%q: %s", p.Name, value)
	}
	return "{\n " + strings.Join(pairs, ",\n ") + ",\n \"dst\": " + canaryTo + ", \"more\": [{\"text\": \"heron\"}, null, true, 30]\n}"
}

// TestBodies holds that a masked body still is of its kind, with its other parameters as they were.
func TestBodies(t *testing.T) {
	m := newMasker()
	for _, b := range []struct{ kind, body string }{
		{"application/x-www-form-urlencoded", formOf(params())},
		{"", formOf(params())},
		{"application/json", jsonOf(params())},
		{"", jsonOf(params())},
		{"multipart/form-data; boundary=edge", multipartOf(params())},
	} {
		got := string(m.Body([]byte(b.body), b.kind))
		holds(t, b.kind, got)
		if b.kind == "" && got[0] != '{' {
			b.kind = "application/x-www-form-urlencoded" // dots are no part of a form
		}
		read, problem := webhook.ParseParams(http.MethodPost, "", b.kind, []byte(got))
		if problem != "" {
			t.Errorf("%s: %s", b.kind, problem)
		}
		r := plivo.NewReport(read)
		if r.MessageUUID() != "5b40a428-0000-4000-8000-123456789012" || r.From() != m.Number(canaryFrom) || r.Text() != m.Text(canaryText) {
			t.Errorf("%s: %q", b.kind, read)
		}
		if v, _ := r.Get("ConversationExpirationTimestamp"); v != "1795000000" {
			t.Errorf("%s: a time became %q", b.kind, v)
		}
	}
	for _, b := range []struct{ kind, body string }{
		{"text/plain", canaryText},
		{"", "\xff" + canaryText},
		{"application/json", `{"Text": "the heron lands at`},
		{"application/json", `{"other": {"a": ` + canaryTo + `}, "text"`},
		{"application/x-www-form-urlencoded", canaryText},
		{"application/x-www-form-urlencoded", "To=%2B" + canaryTo + "&" + url.QueryEscape(canaryText) + "=1"},
		{"multipart/form-data; boundary=edge", "--edge\r\nno head, but a heron"},
		{"multipart/form-data", multipartOf(params())},
		{"multipart/form-data; boundary=edge", "--edge\r\nContent-Disposition: form-data; name=\"f\"; filename=\"" + canaryTo + ".jpg\"\r\n\r\nabc\r\n--edge--\r\n"},
		{"application/json", `{"contacts": [{"profile": {"name": "heron"}}]}`},
	} {
		holds(t, b.body, string(m.Body([]byte(b.body), b.kind)))
	}
}

func callback() webhook.Callback {
	query := "https://name.example/sms/inbound?" + formOf(params())
	return webhook.Callback{
		ID: 7, Method: "POST", URL: query, ReceivedURL: query, RemoteAddr: "203.0.113.7:40123",
		Header: http.Header{
			"Content-Type": {"application/x-www-form-urlencoded"}, "X-Original-Url": {"/in?" + formOf(params())}, "X-Caller": {"+" + canaryFrom},
			"X-Plivo-Signature-V3": {"bm90IGEgc2lnbmF0dXJlIGF0IGFsbCwgYnV0IHNvbWV0aGluZw=="}, "X-Plivo-Signature-V3-Nonce": {"05822938823290342821"},
		},
		Body: []byte(formOf(params())), Report: plivo.NewReport(params()),
	}
}

func TestCallbacks(t *testing.T) {
	m, c := newMasker(), callback()
	got := m.Callback(c)
	holds(t, "callback", fmt.Sprintf("%q %q %q %q", got.URL, got.ReceivedURL, got.Header, got.Body)+fmt.Sprint(got.Report.Params))
	if got.Size != len(c.Body) || m.Callback(got).Size != got.Size {
		t.Errorf("its body had %d bytes, and is said to have had %d", len(c.Body), got.Size)
	}
	if got.ID != 7 || got.Report.MessageUUID() != c.Report.MessageUUID() || got.Header.Get("X-Plivo-Signature-V3-Nonce") != c.Header.Get("X-Plivo-Signature-V3-Nonce") {
		t.Errorf("%+v", got)
	}
	if string(c.Body) != formOf(params()) || c.Report.From() != canaryFrom || c.Header.Get("X-Caller") != "+"+canaryFrom {
		t.Errorf("the callback itself was changed: %+v", c)
	}
}

func TestMessages(t *testing.T) {
	m := newMasker()
	got := m.Message(plivo.Message{
		From: "+" + canaryFrom, To: "+" + canaryTo, Text: canaryText, Refusal: "to +" + canaryTo + " is no number",
		Provider:    plivo.Provider{Problem: "no message to " + canaryTo, Status: plivo.Status("for " + canaryTo), ErrorCode: canaryFrom},
		Silence:     plivo.Silence{Cause: plivo.OtherURL, Detail: "https://name.example/cb?to=" + canaryTo},
		CallbackURL: "https://name.example/cb?to=" + canaryTo, UUID: "5b40a428-0000-4000-8000-123456789012", ErrorCode: "30", Status: "failed",
	})
	holds(t, "message", fmt.Sprint(got))
	if got.UUID != "5b40a428-0000-4000-8000-123456789012" || got.ErrorCode != "30" || got.Status != plivo.Failed {
		t.Errorf("%+v", got)
	}
	holds(t, "outage", fmt.Sprint(m.Message(plivo.Message{Silence: plivo.Silence{Cause: plivo.Down, Detail: "nobody at " + canaryTo}})))
}

// TestExaminations holds that nothing is seen of what was found out about requests that were signed
// otherwise than they are checked.
func TestExaminations(t *testing.T) {
	token := signature.NewToken("account", "0123456789abcdef0123456789abcdef01234567")
	m := newMasker()
	const nonce = "05822938823290342821"
	change := func(name string, to func(string) string) []signature.Param {
		all := params()
		for i := range all {
			if all[i].Name == name {
				all[i].Value = to(all[i].Value)
			}
		}
		return all
	}
	for _, get := range []bool{false, true} {
		for name, signed := range map[string][]signature.Param{
			"as given":       params(),
			"plus":           change("From", func(s string) string { return "+" + s }),
			"line ends":      change("Text", func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }),
			"blank":          change("Text", func(s string) string { return s + " " }),
			"cut":            change("Text", func(s string) string { return s[:20] }),
			"one lost":       params()[1:],
			"something else": change("To", func(string) string { return "12" }),
		} {
			given, sign := signature.Request{Method: "POST", URL: "https://name.example/in", Params: params()}, signature.Request{Method: "POST", URL: "https://name.example/in/", Params: signed}
			if get {
				given = signature.Request{Method: "GET", URL: "https://name.example/in?" + formOf(params())}
				sign = signature.Request{Method: "GET", URL: "http://name.example/in?" + formOf(signed)}
			}
			base, err := signature.Base(signature.V3, sign.Method, sign.URL, nonce, sign.Params)
			if err != nil {
				t.Fatal(err)
			}
			given.Header = http.Header{
				"X-Plivo-Signature-V3": {signature.SignBase(token, signature.V3, base)}, "X-Plivo-Signature-V3-Nonce": {nonce}, "Content-Type": {"application/x-www-form-urlencoded"},
			}
			c := signature.Case{Request: given, Tokens: []signature.Token{token}}
			if !get {
				c.Body = []byte(formOf(params()))
			}
			e := app.Examine(c)
			all, r := fmt.Sprint(e.Verdict, e.Comparisons, e.Diagnosis, e.SDKs), m.Of(c)
			seen := fmt.Sprintf("%+v %+v %+v", r.Verdict(e.Verdict), r.Comparisons(e.Comparisons), r.Diagnosis(e.Diagnosis))
			for _, a := range r.Answers(e.SDKs) {
				seen += fmt.Sprintf("%q %q", a.Base, a.Quirk)
				if a.Err != nil {
					seen += a.Err.Text
				}
			}
			masked := m.Case(c)
			seen += fmt.Sprintf("%q %q %q %q", masked.URL, masked.Body, masked.Params, masked.Header)
			holds(t, fmt.Sprint(name, ", in the query: ", get), seen)
			if !strings.Contains(seen, nonce) || !strings.Contains(seen, given.Header["X-Plivo-Signature-V3"][0]) {
				t.Errorf("%s: nonce or signature is gone from %s", name, seen)
			}
			if !strings.Contains(all, "heron") {
				t.Errorf("%s: there was nothing to mask", name)
			}
		}
	}
}

// TestQuotedBeginnings holds that the beginning of a text that an explanation quotes is masked too.
func TestQuotedBeginnings(t *testing.T) {
	c := callback()
	r := newMasker().Of(mask.CaseOf(c))
	for n := 10; n < len(canaryText); n++ {
		holds(t, "quoted", r.Sentence(fmt.Sprintf("covers Text, whose value %q looks cut", canaryText[:n]+"…")))
	}
}

// TestHostileTexts holds that what is said of a request cannot be made to grow without end by texts that
// are found in what stands for others, and takes no minutes to prepare.
func TestHostileTexts(t *testing.T) {
	const times = 6 // each doubling what is there, if they do
	var ps []signature.Param
	for i := range times {
		for _, text := range []string{"e r", "a c", "ch a"} {
			ps = append(ps, signature.Param{Name: fmt.Sprint("Text", i), Value: text + strings.Repeat(" ", i)})
		}
	}
	r := newMasker().Of(signature.Case{Request: signature.Request{URL: "https://a.test/x", Params: ps}})
	if got := r.Sentence("a character"); len(got) > 200 {
		t.Errorf("became %d bytes: %.300s", len(got), got)
	}
}

// TestTooManyValues holds that none of a request's values is seen where there are more than are looked for.
func TestTooManyValues(t *testing.T) {
	var ps []signature.Param
	for i := range 600 {
		ps = append(ps, signature.Param{Name: fmt.Sprint("P", i), Value: fmt.Sprint(i)})
	}
	ps = append(ps, params()...)
	base := "https://name.example/cb"
	for _, p := range ps {
		base += p.Name + p.Value
	}
	r := newMasker().Of(signature.Case{Request: signature.Request{URL: "https://name.example/cb", Params: ps}})
	holds(t, "base string", r.Verdict(signature.Verdict{Base: base}).Base)
	// The same values again are no more.
	twice := signature.Case{Request: signature.Request{URL: "https://name.example/cb", Params: append(ps[:400:400], ps[:400]...)}}
	if got := newMasker().Of(twice).Sentence("said of it"); got != "said of it" {
		t.Errorf("became %q", got)
	}
}

// TestManyWords holds that texts of more words than are looked for are hidden by their beginning.
func TestManyWords(t *testing.T) {
	var ps []signature.Param
	base := "https://name.example/cb"
	for i := range 40 {
		p := signature.Param{Name: fmt.Sprint("Text", i), Value: fmt.Sprintf("w%d x%d y%d ", i, i, i) + strings.Repeat("many words ", 30) + "heron"}
		ps = append(ps, p)
		base += p.Name + p.Value
	}
	r := newMasker().Of(signature.Case{Request: signature.Request{URL: "https://name.example/cb", Params: ps}})
	for _, s := range []string{base, "It was signed with " + ps[39].Value, "and " + ps[0].Value} {
		holds(t, "said", r.Sentence(s))
	}
}

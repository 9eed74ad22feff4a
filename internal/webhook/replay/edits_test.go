package replay_test

import (
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

const multipartBody = "--B\r\nContent-Disposition: form-data; name=\"Text\"\r\n\r\nhello\r\n" +
	"--B\r\nContent-Disposition: form-data; name=\"File\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n\x00\xff\r\n" +
	"--B\r\nContent-Disposition: form-data; name=\"To\"\r\n\r\n1\r\n--B--\r\n"

// TestParamEdits edits parameters where they are, and leaves the rest as it was written.
func TestParamEdits(t *testing.T) {
	set := func(name, value string) replay.Edit { return replay.Edit{Name: name, Value: value} }
	unset := func(name string) replay.Edit { return replay.Edit{Name: name, Remove: true} }
	for _, c := range []struct {
		name, method, url, contentType, body string
		edits                                []replay.Edit
		want                                 string // the body, or the URL for GET
	}{
		{"form", "POST", "https://h/p?q=1", "application/x-www-form-urlencoded; charset=latin1", "a=%41&b=2&&c=%zz&b=3", []replay.Edit{set("b", "x y&"), set("q", "2")}, "a=%41&b=x+y%26&&c=%zz&q=2"},
		{"form, name decoded", "POST", "https://h/p", "application/x-www-form-urlencoded", "M%65dia=1&Text=", []replay.Edit{unset("Media"), set("Text", "é")}, "Text=%C3%A9"},
		{"form, last edit of a name", "POST", "https://h/p", "application/x-www-form-urlencoded", "a=1", []replay.Edit{set("a", "2"), unset("a"), set("b", "")}, "b="},
		{"form without a type", "POST", "https://h/p", "", "a=1", []replay.Edit{set("a", "2")}, "a=2"},
		{"nothing yet", "POST", "https://h/p", "", "", []replay.Edit{set("a", "2")}, "a=2"},
		{"query", "GET", "https://h/p?a=1&b=2", "", "", []replay.Edit{set("a", "9"), unset("b")}, "http://localhost:3000/p?a=9"},
		{"all of the query", "GET", "https://h/p?a=1", "", "", []replay.Edit{unset("a")}, "http://localhost:3000/p"},
		{"JSON", "POST", "https://h/p", "application/json", "{\n  \"Units\": 1,\n  \"Text\": \"a\", \"x\": [1, 2]\n}", []replay.Edit{set("Units", "2"), set("Text", "3"), set("x", "[ 4 ]")}, "{\n  \"Units\": 2,\n  \"Text\": \"3\", \"x\": [4]\n}"},
		{"JSON, first and last", "POST", "https://h/p", "application/json", `{"a":1,"b":null,"c":true}`, []replay.Edit{unset("a"), unset("c"), set("n", "<&>")}, `{"b":null,"n":"<&>"}`},
		{"JSON, everything", "POST", "https://h/p", "application/json", ` { "a" : 1 } `, []replay.Edit{unset("a")}, ` { } `},
		{"JSON, other kinds", "POST", "https://h/p", "application/vnd.x+json", `{"a":1,"b":null,"b":2,"c":false}`, []replay.Edit{set("a", "x"), set("b", ""), set("c", "true")}, `{"a":"x","b":null,"c":true}`},
		{"JSON, nothing yet", "POST", "https://h/p", "application/json", "{}", []replay.Edit{set("a", "é\"")}, `{"a":"é\""}`},
		{"multipart", "POST", "https://h/p", "multipart/form-data; boundary=B", multipartBody, []replay.Edit{set("Text", "bye"), unset("To"), set("From", "2")}, strings.NewReplacer("hello", "bye", "\"To\"\r\n\r\n1", "\"From\"\r\n\r\n2").Replace(multipartBody)},
	} {
		t.Run(c.name, func(t *testing.T) {
			cb := captured(t, c.method, c.url, c.contentType, c.body, signature.V3)
			r := build(t, cb, func(o *replay.Options) { o.Edits.Params = c.edits })
			got := string(r.Body)
			if c.method == "GET" {
				got = r.URL
			}
			if got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
			verifies(t, r)
		})
	}
}

// TestMethodEdits move the parameters.
func TestMethodEdits(t *testing.T) {
	post := captured(t, "POST", "https://h/p?env=dev", "application/x-www-form-urlencoded", "a=1&b=x+y", signature.V3)
	r := build(t, post, func(o *replay.Options) { o.Edits.Method = "GET" })
	if r.URL != "http://localhost:3000/p?env=dev&a=1&b=x+y" || len(r.Body) > 0 || r.Header["Content-Type"] != nil {
		t.Errorf("as GET: %s %q %v", r.URL, r.Body, r.Header)
	}
	verifies(t, r)
	get := captured(t, "GET", "https://h/p?a=%31", "", "", signature.V3)
	r = build(t, get, func(o *replay.Options) { o.Edits.Method = "POST" })
	if r.URL != "http://localhost:3000/p" || string(r.Body) != "a=%31" {
		t.Errorf("as POST: %s %q", r.URL, r.Body)
	}
	verifies(t, r)
	r = build(t, get, func(o *replay.Options) { o.Edits = replay.Edits{Method: "POST", Body: []byte("raw")} })
	if r.URL != "http://localhost:3000/p?a=%31" || string(r.Body) != "raw" {
		t.Errorf("as POST with a body: %s %q", r.URL, r.Body)
	}
	json := captured(t, "POST", "https://h/p", "application/json", `{"a":[1]}`, signature.V3)
	if r = build(t, json, func(o *replay.Options) { o.Edits.Method = "HEAD" }); r.URL != "http://localhost:3000/p?a=%5B1%5D" {
		t.Errorf("JSON as HEAD: %s", r.URL)
	}
}

// TestHeaderEdits hold, also against what is made.
func TestHeaderEdits(t *testing.T) {
	r := build(t, capturedReport(t), func(o *replay.Options) {
		o.Edits.Header = []replay.Edit{
			{Name: "host", Value: "app.test:8080"},
			{Name: "x-forwarded-proto", Value: "https"},
			{Name: "X-Plivo-Signature-V2", Value: "mine"},
			{Name: "x-plivo-signature-ma-v3", Remove: true},
			{Name: "X-Not-There", Remove: true},
		}
	})
	h := r.Header
	if r.Host != "app.test:8080" || r.SignedURL != "http://app.test:8080/sms/delivery-report" || h["Host"] != nil {
		t.Errorf("Host %q, signed for %q", r.Host, r.SignedURL)
	}
	if h["X-Forwarded-Proto"][0] != "https" || h["X-Forwarded-For"] != nil || h["Ngrok-Trace-Id"] != nil ||
		h["X-Plivo-Signature-V2"][0] != "mine" || h["X-Plivo-Signature-Ma-V3"] != nil || h["X-Plivo-Signature-V3"] == nil {
		t.Errorf("%v", h)
	}
}

// TestRefuses says what cannot be sent, and why.
func TestRefuses(t *testing.T) {
	post := capturedReport(t)
	text := captured(t, "POST", publicURL, "text/plain", "hello", signature.V2)
	get := captured(t, "GET", publicURL+"?a=1", "", "", all4...)
	old := captured(t, "POST", publicURL, "application/x-www-form-urlencoded", "a=1", signature.V1)
	hostile := captured(t, "POST", publicURL, "", "", signature.V2)
	hostile.Header["X-Bad"] = []string{"a\r\nb"}
	spaced := captured(t, "POST", publicURL, "", "", signature.V2)
	spaced.URL = "https://h/a b"
	fault := func(name string) func(*replay.Options) {
		return func(o *replay.Options) { o.Mode, o.Fault = webhook.Faulty, name }
	}
	to := func(url string) func(*replay.Options) { return func(o *replay.Options) { o.To = url } }
	edits := func(e replay.Edits) func(*replay.Options) { return func(o *replay.Options) { o.Edits = e } }
	header := func(name, value string) func(*replay.Options) {
		return edits(replay.Edits{Header: []replay.Edit{{Name: name, Value: value}}})
	}
	param := edits(replay.Edits{Params: []replay.Edit{{Name: "a", Value: "\xff"}}})
	for _, c := range []struct {
		name string
		cb   webhook.Callback
		edit func(*replay.Options)
		want string
	}{
		{"no target", post, to(" "), "is empty"},
		{"ftp", post, to("ftp://h/"), "no http or https"},
		{"no scheme", post, to("example.com/x"), "no scheme"},
		{"mailto", post, to("mailto:a"), "no scheme"},
		{"no host", post, to("http:///p"), "no host"},
		{"only a port", post, to("http://:3000"), "no host"},
		{"user", post, to("http://u:secret@h/"), "leave it out"},
		{"user without a scheme", post, to("u:secret@localhost"), "leave it out"},
		{"fragment", post, to("http://h/#"), "fragment"},
		{"port", post, to("localhost:99999"), "65535"},
		{"port 0", post, to(":0"), `it has the port "0"`},
		{"port with a zero before it", post, to("http://h:03000"), "write it as 3000"},
		{"no port", post, to("http://localhost:/x"), "has a colon behind its host, and no port"},
		{"port to sign for", post, func(o *replay.Options) { o.SignURL = "https://h:65536" }, "65535"},
		{"port of letters", post, to("http://h:abc"), "host"},
		{"zone", post, to("http://[fe80::1%25eth0]:3000"), "zone"},
		{"name of other letters", post, to("http://münchen.example"), "xn--"},
		{"brackets", post, to("http://[localhost]:3000"), "host"},
		{"space", post, to("http://h/a b"), "%20"},
		{"line break", post, to("http://h/a\nb"), "%0A"},
		{"sign URL", post, func(o *replay.Options) { o.SignURL = "ftp://h" }, "to sign for"},
		{"mode", post, func(o *replay.Options) { o.Mode = "odd" }, "no mode"},
		{"fault", post, fault("odd"), "no-signature"},
		{"fault and mode", post, func(o *replay.Options) { o.Fault = "no-nonce" }, "mode"},
		{"no token", post, func(o *replay.Options) { o.Keys = replay.Keys{} }, "PLIVO_AUTH_TOKEN"},
		{"family", post, func(o *replay.Options) { o.Families = []signature.Scheme{"V9"} }, "V9"},
		{"nonce", post, func(o *replay.Options) { o.Nonce = func() string { return "a\n" } }, "line break"},
		{"method", post, edits(replay.Edits{Method: "PO ST"}), "method"},
		{"CONNECT", post, edits(replay.Edits{Method: "CONNECT"}), "proxies"},
		{"path", post, edits(replay.Edits{Path: "p"}), "begin"},
		{"path with a space", post, edits(replay.Edits{Path: "/a b"}), "space"},
		{"path with a fragment", post, edits(replay.Edits{Path: "/a#b"}), "fragment"},
		{"path that cannot be written", post, edits(replay.Edits{Path: "//a%zz"}), "escape"},
		{"header name", post, header("A B", ""), "name of a header"},
		{"header value", post, header("A", "a\r\nEvil: 1"), "line break"},
		{"host", post, header("Host", "a/b"), "Host"},
		{"length", post, header("content-length", "1"), "made anew"},
		{"parameter of no form", text, param, "give the whole body"},
		{"parameter of broken JSON", captured(t, "POST", publicURL, "application/json", "{", signature.V2), param, "give the whole body"},
		{"parameter of a JSON list", captured(t, "POST", publicURL, "application/json", "[]", signature.V2), param, "give the whole body"},
		{"parameter that JSON cannot carry", captured(t, "POST", publicURL, "application/json", "{}", signature.V2), param, "read back"},
		{"boundary in a parameter", captured(t, "POST", publicURL, "multipart/form-data; boundary=B", multipartBody, signature.V2), edits(replay.Edits{Params: []replay.Edit{{Name: "Text", Value: "\r\n--B\r\n\r\n"}}}), "read back"},
		{"fault of parameters where there are none", text, fault("changed-body"), "no parameters"},
		{"huge GET", get, fault("huge-body"), "GET"},
		{"type of a GET", get, fault("wrong-content-type"), "GET"},
		{"V1 without a nonce", old, fault("no-nonce"), "V1 alone"},
		{"V1 swapped", old, fault("swapped-family"), "V1 alone"},
		{"header that came so", hostile, nil, "X-Bad"},
		{"path that came so", spaced, nil, "space"},
		{"as captured from nowhere", webhook.Callback{Method: "POST", URL: "/p"}, func(o *replay.Options) { o.Mode = webhook.AsCaptured }, "which URL"},
		{"lower case already", captured(t, "post", publicURL, "", "", signature.V2), fault("lower-case-method"), "already"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := replay.Build(c.cb, options(c.edit))
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("it gives %v %s, %v, want an error with %q", r.Method, r.URL, err, c.want)
			}
		})
	}
}

// TestSwappedAlone moves the signatures of a callback that has one family.
func TestSwappedAlone(t *testing.T) {
	cb := captured(t, "POST", publicURL, "application/x-www-form-urlencoded", "a=1", signature.MaV2, signature.V1)
	r := build(t, cb, func(o *replay.Options) { o.Mode, o.Fault = webhook.Faulty, "swapped-family" })
	if r.Header[signature.MaV2.Header()] != nil || r.Header[signature.MaV3.Header()] == nil ||
		r.Header[signature.MaV3.NonceHeader()] == nil || r.Header[signature.V1.Header()] == nil {
		t.Errorf("%v", r.Header)
	}
}

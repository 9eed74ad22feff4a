package webhook_test

import (
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

func pairs(namesAndValues ...string) []signature.Param {
	var params []signature.Param
	for pair := range slices.Chunk(namesAndValues, 2) {
		params = append(params, signature.Param{Name: pair[0], Value: pair[1]})
	}
	return params
}

func TestParseParams(t *testing.T) {
	multipartBody := strings.ReplaceAll(`--b
Content-Disposition: form-data; name="To"

14155550123
--b
Content-Disposition: form-data; name="Text"

two
lines
--b
Content-Disposition: form-data; name="Media0"; filename="a.png"
Content-Type: image/png

PNG
--b--
`, "\n", "\r\n")
	for name, tc := range map[string]struct {
		method, url, contentType, body string
		want                           []signature.Param
		problem                        string // a part of it; empty for none
	}{
		"order and repeats are kept": {"POST", "/", formType, "b=1&a=2&b=3&a=", pairs("b", "1", "a", "2", "b", "3", "a", ""), ""},
		"plus and percent":           {"POST", "/", formType, "Text=a+b%2B%C3%A9%26&x%20y=1", pairs("Text", "a b+é&", "x y", "1"), ""},
		"the charset is ignored":     {"POST", "/", "Application/X-WWW-Form-Urlencoded; charset=ISO-8859-1", "a=%E9", pairs("a", "\xe9"), ""},
		"a broken content type":      {"POST", "/", formType + "; charset", "a=1", pairs("a", "1"), ""},
		"no semicolon separates":     {"POST", "/", formType, "a=1;b=2", pairs("a", "1;b=2"), ""},
		"no equals sign":             {"POST", "/", formType, "flag&=v&&a==", pairs("flag", "", "", "v", "a", "="), ""},
		"bad escapes stay":           {"POST", "/", formType, "a=100%&b=%zz%41&c=%4", pairs("a", "100%", "b", "%zzA", "c", "%4"), `"%"`},
		"a bad escape in a name":     {"POST", "/", formType, "a%g=1", pairs("a%g", "1"), "percent escape"},
		"the query of a POST is not": {"POST", "/?q=1", formType, "a=1", pairs("a", "1"), ""},
		"PUT has a body too":         {"PUT", "/", formType, "a=1", pairs("a", "1"), ""},
		"an empty body":              {"POST", "/?q=1", formType, "", nil, "empty"},
		"an empty body of DELETE":    {"DELETE", "/", "", "", nil, ""},
		"GET":                        {"GET", "https://h/p?To=1&To=2&x=a+b#f=1", "", "ignored=1", pairs("To", "1", "To", "2", "x", "a b"), ""},
		"GET without query":          {"GET", "/p", "", "", nil, ""},
		"GET with a bad escape":      {"GET", "/p?a=%", "", "", pairs("a", "%"), "query"},
		"form without a type":        {"POST", "/", "", "MessageUUID=1&Text=a+b", pairs("MessageUUID", "1", "Text", "a b"), ""},
		"words without a type":       {"POST", "/", "", "a = b", nil, "no content type"},
		"bytes without a type":       {"POST", "/", "", "\x00\x01=", nil, "no content type"},
		"a form of another type":     {"POST", "/", "text/plain", "a=1", nil, "text/plain"},
		"JSON": {
			"POST", "/", "application/json; charset=utf-8",
			` {"b":"é\n","a":1.50,"n":null,"t":true,"f":false,"e":1E400,"o":{"x": [1, 2]},"l":[ ],"a":"again"} `,
			pairs("b", "é\n", "a", "1.50", "n", "", "t", "true", "f", "false", "e", "1E400", "o", `{"x":[1,2]}`, "l", "[]", "a", "again"), "",
		},
		"JSON without a type":      {"POST", "/", "", `{"a":"b"}`, pairs("a", "b"), ""},
		"JSON of a vendor":         {"POST", "/", "application/vnd.api+json", `{"a":"b"}`, pairs("a", "b"), ""},
		"an empty object":          {"POST", "/", "application/json", `{}`, nil, ""},
		"JSON, but a list":         {"POST", "/", "application/json", `["a"]`, nil, "no object"},
		"no JSON":                  {"POST", "/", "application/json", `{"a":`, nil, "cannot be read"},
		"two objects":              {"POST", "/", "application/json", `{"a":1}{"b":2}`, nil, "cannot be read"},
		"a form that says JSON":    {"POST", "/", "application/json", `a=1`, nil, "cannot be read"},
		"multipart":                {"POST", "/", "multipart/form-data; boundary=b", multipartBody, pairs("To", "14155550123", "Text", "two\r\nlines"), `"Media0"`},
		"multipart, cut":           {"POST", "/", "multipart/form-data; boundary=b", multipartBody[:100], pairs("To", "14155550123"), "in part"},
		"multipart, no boundary":   {"POST", "/", "multipart/form-data", multipartBody, nil, "boundary"},
		"multipart, type unusable": {"POST", "/", "multipart/form-data; boundary", multipartBody, nil, "cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			got, problem := webhook.ParseParams(tc.method, tc.url, tc.contentType, []byte(tc.body))
			if len(got)+len(tc.want) > 0 {
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Error(diff)
				}
			}
			if (problem == "") != (tc.problem == "") || !strings.Contains(problem, tc.problem) {
				t.Errorf("problem %q, want one about %q", problem, tc.problem)
			}
		})
	}
}

func TestAFormComesBackAsItWasEncoded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) signature.Param {
			return signature.Param{Name: rapid.String().Draw(t, "name"), Value: rapid.String().Draw(t, "value")}
		}), 1, 8).Draw(t, "params")
		encoded := form(want...)
		// Encoded, a pair of two empty texts is "=", which is there; "" between two & is not.
		body, problem := webhook.ParseParams("POST", "/", formType, []byte(encoded))
		query, _ := webhook.ParseParams("GET", "/?"+encoded, "", nil)
		if problem != "" || !slices.Equal(body, want) || !slices.Equal(query, want) {
			t.Fatalf("%q gave %q and %q (%s)", encoded, body, query, problem)
		}
	})
}

// What is shown as the parameters of a GET has to be what its signature was checked over, also where the
// query is malformed.
func TestAGetIsShownWithTheParametersThatWereSigned(t *testing.T) {
	piece := rapid.OneOf(
		rapid.StringMatching(`[a-c%+=&;0-9F/?é-]{0,6}`),
		rapid.SampledFrom([]string{"%41", "%2", "%", "%zz", "%c3%a9", "%ff", "%26", "%3d", "%2B", "&&", "==", "MessageUUID=u&Status=sent"}),
	)
	const path, nonce = "/sms/delivery-report", "12345678901234567890"
	rapid.Check(t, func(t *rapid.T) {
		query := strings.Join(rapid.SliceOfN(piece, 0, 6).Draw(t, "query"), "")
		signedURL := "https://h.example" + path + "?" + query
		read, _ := webhook.ParseParams("GET", signedURL, "", nil)
		fromURL, err := signature.Base(signature.V3, "GET", signedURL, nonce, nil)
		if err != nil {
			t.Fatal(err)
		}
		fromPairs, err := signature.Base(signature.V3, "GET", "https://h.example"+path, nonce, read)
		if err != nil || fromPairs != fromURL {
			t.Fatalf("%q is read as %q and signed as %q (%v)", query, fromPairs, fromURL, err)
		}

		recorder := &memory{}
		server, err := webhook.New(webhook.Config{Recorder: recorder, PublicURLs: []string{"https://h.example"}, Tokens: []signature.Token{account}})
		if err != nil {
			t.Fatal(err)
		}
		value, err := signature.Sign(account, signature.V3, "GET", signedURL, nonce, nil)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("GET", path, nil)
		r.RequestURI = path + "?" + query
		r.Header.Set(signature.V3.Header(), value)
		r.Header.Set(signature.V3.NonceHeader(), nonce)
		server.Handler().ServeHTTP(httptest.NewRecorder(), r)
		all := recorder.callbacks()
		if len(all) != 1 || all[0].Verdict.Outcome != signature.Valid || !slices.Equal(all[0].Report.Params, read) {
			t.Fatalf("%q is recorded as %+v", query, all)
		}
	})
}

func FuzzParseParams(f *testing.F) {
	f.Add("POST", "/?a=1", formType, []byte("a=%41&b=%zz&&c;d"))
	f.Add("GET", "//h?%", "", []byte(nil))
	f.Add("POST", "/", "application/json", []byte(`{"a":[1,{"b":null}],"a":1e9}`))
	f.Add("POST", "/", "multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b--"))
	f.Add("PUT", "/", "", []byte(`{"a":"\ud800"}`))
	f.Fuzz(func(t *testing.T, method, rawURL, contentType string, body []byte) {
		params, problem := webhook.ParseParams(method, rawURL, contentType, body)
		if again, _ := webhook.ParseParams(method, rawURL, contentType, body); !slices.Equal(params, again) {
			t.Errorf("%q and then %q", params, again)
		}
		if !utf8.ValidString(problem) || strings.ContainsAny(problem, "\x00\x1b\n") {
			t.Errorf("problem %q is no sentence for a screen", problem)
		}
		if contentType == formType && method == "POST" && problem == "" {
			want, err := url.ParseQuery(string(body))
			got := url.Values{}
			for _, p := range params {
				got.Add(p.Name, p.Value)
			}
			if diff := cmp.Diff(want, got); err == nil && diff != "" {
				t.Errorf("unlike net/url: %s", diff)
			}
		}
	})
}

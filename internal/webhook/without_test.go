package webhook_test

import (
	"net/http"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/redact"
	"dev.internal/plivoscope/internal/webhook"
)

// TestWithout looks for a token in callbacks as they are read again from what is kept.
func TestWithout(t *testing.T) {
	const token = "MzQ5NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAx"
	spelled := ""
	for _, c := range []byte(token) {
		spelled += "%" + strings.ToUpper(string("0123456789abcdef"[c>>4])+string("0123456789abcdef"[c&15]))
	}
	tokens := redact.New(token)
	for name, c := range map[string]webhook.Callback{
		"as it is":               {Method: http.MethodPost, Body: []byte("a=1&Text=" + token + "&b=2")},
		"each character escaped": {Method: http.MethodPost, Body: []byte("a=1&Text=x+" + spelled + "&b=2")},
		"in a name":              {Method: http.MethodPost, Body: []byte("a=1&" + spelled + "=x&b=2")},
		"in a name with a fault": {Method: http.MethodPost, Body: []byte("a=1&" + token + "%zz=x&b=2")},
		"in a query":             {Method: http.MethodGet, URL: "https://app.example/in?a=1&Text=" + spelled + "&b=2#x"},
		"in JSON":                {Method: http.MethodPost, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(`{"a":"1","Text":"\u004d` + token[1:] + `"}`)},
	} {
		t.Run(name, func(t *testing.T) {
			if c.Header == nil {
				c.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
			}
			c.Reread()
			if valueOf(&c, "a") != "1" {
				t.Fatalf("it was read as %+v", c.Report.Params)
			}
			clean := c.Without(tokens)
			if clean == &c {
				t.Fatal("no token was found")
			}
			said := clean.Problem
			if !strings.Contains(said, "asterisks stand in its place") {
				t.Errorf("it does not say that it was changed: %q", said)
			}
			again := *clean
			again.Reread()
			for _, p := range append(again.Report.Params, clean.Report.Params...) {
				said += "\n" + p.Name + "=" + p.Value
			}
			if tokens.Holds(strings.Split(said, "\n")...) || tokens.Holds(again.Problem) {
				t.Errorf("it is still in %s, %s", said, again.Problem)
			}
			if len(clean.Body) != len(c.Body) || len(clean.URL) != len(c.URL) {
				t.Errorf("%d and %d bytes became %d and %d", len(c.Body), len(c.URL), len(clean.Body), len(clean.URL))
			}
			if form := c.Header.Get("Content-Type") != "application/json"; form && (valueOf(&again, "a") != "1" || valueOf(&again, "b") != "2") {
				t.Errorf("the others are %+v", again.Report.Params)
			}
		})
	}
}

func valueOf(c *webhook.Callback, name string) string {
	value, _ := c.Report.Get(name)
	return value
}

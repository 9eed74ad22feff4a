package forward_test

import (
	"testing"

	"dev.internal/plivoscope/internal/webhook/forward"
)

// FuzzParseRoute: a route is told by its name, under which the history knows how far it is.
func FuzzParseRoute(f *testing.F) {
	for _, s := range []string{
		"", "http://localhost:3000", ":3000", "inbound=http://127.0.0.1:1/a?b=c", "/sms/in=https://app.example.com/", "other=", "bad=:1",
		"http://h/?a=b", "/=http://h", "http://[::1]:80/é%zz", " delivery_report=localhost:80 ", "http://u:p@h/",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := forward.ParseRoute(s)
		if err != nil {
			return
		}
		again, err := forward.ParseRoute(r.Name)
		if err != nil || again != r {
			t.Errorf("%q is %+v, and by its name %+v, %v", s, r, again, err)
		}
	})
}

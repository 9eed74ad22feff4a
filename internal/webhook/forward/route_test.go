package forward_test

import (
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/forward"
)

func TestParseRoute(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]forward.Route{
		":3000":                          {Name: "http://localhost:3000", To: "http://localhost:3000/"},
		"http://localhost:3000/":         {Name: "http://localhost:3000", To: "http://localhost:3000/"},
		"http://localhost:3000/hooks/":   {Name: "http://localhost:3000/hooks/", To: "http://localhost:3000/hooks/"},
		"http://localhost:3000/?a=b":     {Name: "http://localhost:3000/?a=b", To: "http://localhost:3000/?a=b"},
		"inbound=localhost:3000":         {Name: "inbound=http://localhost:3000", Kind: webhook.Inbound, To: "http://localhost:3000/"},
		"delivery_report=:1/x?y=z":       {Name: "delivery_report=http://localhost:1/x?y=z", Kind: webhook.DeliveryReport, To: "http://localhost:1/x?y=z"},
		"/sms/inbound=https://app.test/": {Name: "/sms/inbound=https://app.test", Path: "/sms/inbound", To: "https://app.test/"},
	} {
		if got, err := forward.ParseRoute(s); err != nil || got != want {
			t.Errorf("%s: %+v, %v", s, got, err)
		}
	}
	for s, words := range map[string]string{
		"":                   "is empty",
		"inbound=":           "behind the \"=\"",
		"reports=:3000":      "no kind of callback \"reports\"",
		"ftp://x":            "no http or https URL",
		"other=app.test":     "has no scheme",
		"http://u:p@x/":      "user name",
		"/a=http://x/#there": "fragment",
	} {
		if _, err := forward.ParseRoute(s); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

package plivo_test

import (
	"testing"

	"dev.internal/plivoscope/internal/plivo"
)

func TestOtherURLs(t *testing.T) {
	for url, want := range map[string][2]string{
		"https://a.example/sms":             {"https://a.example/sms/", "https://other.example/sms"},
		"https://a.example/sms/?b=/c#d":     {"https://a.example/sms?b=/c#d", "https://other.example/sms/?b=/c#d"},
		"http://a.example:8080":             {"http://a.example:8080/", "https://other.example"},
		"http://a.example?x":                {"http://a.example/?x", "https://other.example?x"},
		"https://other.example/sms":         {"https://other.example/sms/", "https://another.example/sms"},
		"https://other.example.org/sms?a=b": {"https://other.example.org/sms/?a=b", "https://other.example/sms?a=b"},
	} {
		if got := [2]string{plivo.OtherEnd(url), plivo.OtherHost(url)}; got != want {
			t.Errorf("%s: %v, want %v", url, got, want)
		}
	}
}

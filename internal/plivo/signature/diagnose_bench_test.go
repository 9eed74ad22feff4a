package signature_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// inexplicable is a callback with all four signatures, none of which any change explains, beside all
// that a tunnel and a history tell.
func inexplicable(t testing.TB) signature.Case {
	s := newSigning(signature.V3)
	s.token = "no such token"
	c := s.asSent(t)
	for _, scheme := range []signature.Scheme{signature.MaV3, signature.V2, signature.MaV2} {
		s.scheme = scheme
		http.Header(c.Header).Set(scheme.Header(), s.header(t))
		http.Header(c.Header).Set(scheme.NonceHeader(), nonce+"7")
	}
	with("X-Forwarded-Host", "name.ngrok.app", "X-Forwarded-Proto", "https", "X-Forwarded-For", "203.0.113.9")(&c)
	received("http://127.0.0.1:4141/sms/delivery-report?env=dev&n=1")(&c)
	known("https://name.ngrok.app", "https://old.ngrok.app/sms/inbound", "http://127.0.0.1:4141")(&c)
	c.Tokens = []signature.Token{account, main}
	c.Others = []signature.Token{other}
	c.AuthIDs = []string{"MAXXXXXXXXXXXXXXXXXX"}
	c.Body = []byte(form(c.Params))
	return c
}

func BenchmarkVerifyInexplicable(b *testing.B) {
	c := inexplicable(b)
	b.ReportAllocs()
	for b.Loop() {
		signature.Verify(c.Request, c.Tokens)
	}
}

func benchmarkDiagnose(b *testing.B, c signature.Case) {
	var d signature.Diagnosis
	b.ReportAllocs()
	for b.Loop() {
		d = signature.Diagnose(c)
	}
	if d.Explained() {
		b.Fatalf("%+v", d.Findings)
	}
	b.ReportMetric(float64(d.Tried), "signatures")
}

func BenchmarkDiagnoseUnexplained(b *testing.B) {
	b.Run("callback", func(b *testing.B) {
		c := inexplicable(b)
		benchmarkDiagnose(b, c)
		took := b.Elapsed() / time.Duration(b.N)
		const verified = 1000
		began := time.Now()
		for range verified {
			signature.Verify(c.Request, c.Tokens)
		}
		least := time.Since(began) / verified
		figures.Tell(b, figures.Measure{
			What:     "diagnosis that finds nothing / verification",
			Measured: took.Round(time.Microsecond).String(), Baseline: least.Round(time.Microsecond).String(),
			Ratio: fmt.Sprintf("%.0f", float64(took)/float64(least)),
		})
	})
	b.Run("v2", func(b *testing.B) {
		c := inexplicable(b)
		delete(c.Header, signature.V3.Header())
		delete(c.Header, signature.MaV3.Header())
		benchmarkDiagnose(b, c)
	})
	b.Run("64KiB", func(b *testing.B) {
		c := inexplicable(b)
		c.Params = append(c.Params, signature.Param{Name: "Text", Value: strings.Repeat("x", 63<<10)})
		c.Body = []byte(form(c.Params))
		benchmarkDiagnose(b, c)
	})
	b.Run("5000params", func(b *testing.B) {
		c := inexplicable(b)
		for i := range 5000 {
			c.Params = append(c.Params, signature.Param{Name: fmt.Sprintf("Media%d", i), Value: "v"})
		}
		c.Body = []byte(form(c.Params))
		benchmarkDiagnose(b, c)
	})
	b.Run("query", func(b *testing.B) {
		c := inexplicable(b)
		c.Method = "GET"
		for i := range 2000 {
			c.URL += fmt.Sprintf("&Media%d=v+%d", i, i)
		}
		benchmarkDiagnose(b, c)
	})
}

func BenchmarkDiagnoseExplained(b *testing.B) {
	c := inexplicable(b)
	s := newSigning(signature.V3)
	c.Header[signature.V3.Header()] = []string{s.header(b)}
	c.Header[signature.V3.NonceHeader()] = []string{nonce}
	c.Tokens = append(c.Tokens, signature.NewToken("account", s.token))
	c.URL = strings.Replace(c.URL, "https", "http", 1)
	b.ReportAllocs()
	for b.Loop() {
		if !signature.Diagnose(c).Explained() {
			b.Fatal("not explained")
		}
	}
}

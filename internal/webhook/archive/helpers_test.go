package archive_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/archive"
)

const formType = "application/x-www-form-urlencoded"

var received = time.Date(2026, 1, 31, 12, 0, 0, 123_456_000, time.UTC)

// request is a callback as the server hands it over, of this body and type.
func request(method, url, contentType, body string) webhook.Callback {
	c := webhook.Callback{
		ID: 7, ReceivedAt: received, Method: method, URL: url, ReceivedURL: "http://127.0.0.1:4141/sms?x=1",
		Protocol: "HTTP/1.1", RemoteAddr: "192.0.2.1:5123", Header: http.Header{"User-Agent": {"Plivo"}}, Body: []byte(body),
		Verdict: signature.Result{Outcome: signature.Invalid, Scheme: signature.V3, Header: "X-Plivo-Signature-V3", Token: "account"},
		Cause:   "slash", Arrival: plivo.Arrival{OutOfOrder: true},
		Answer: webhook.Answer{Status: 200, At: received.Add(1500 * time.Microsecond)},
	}
	if contentType != "" {
		c.Header.Set("Content-Type", contentType)
	}
	c.Reread()
	return c
}

func report() webhook.Callback {
	c := request("POST", "https://app.example/sms/delivery-report", formType, "MessageUUID=5b40&Status=delivered&Text=it%27s+%22%E2%82%AC%22&ErrorCode=000&Sequence=3")
	c.Header["X-Plivo-Signature-V2"] = []string{"v2"}
	c.Header["X-Plivo-Signature-V3"] = []string{"one,two", "three"}
	c.Header["X-Plivo-Signature-V3-Nonce"] = []string{"1"}
	return c
}

// written is an archive of callbacks.
func written(t testing.TB, f archive.Format, o archive.Options, cs ...webhook.Callback) string {
	t.Helper()
	var b strings.Builder
	w := archive.NewWriter(&b, f, o)
	for _, c := range cs {
		if err := w.Write(c); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// read gives all entries, and the error that ended it; nil at the end of the archive.
func read(text string, o archive.ReadOptions) (r *archive.Reader, all []archive.Entry, err error) {
	if r, err = archive.NewReader(strings.NewReader(text), o); err != nil {
		return r, nil, err
	}
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r, all, nil
		}
		if err != nil {
			return r, all, err
		}
		all = append(all, e)
	}
}

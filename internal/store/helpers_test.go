package store_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

var start = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// openStore opens a history in a file of its own, closed at the end of the test.
func openStore(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	if o.Path == "" {
		o.Path = filepath.Join(t.TempDir(), "history.db")
	}
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// report is a delivery report as the server hands it over.
func report(uuid string, status plivo.Status, sequence int, more ...string) *webhook.Callback {
	params := []string{
		"MessageUUID", uuid, "From", "14155550100", "To", "14155550123", "Type", "sms",
		"Status", string(status), "Units", "1", "ErrorCode", "000", "Sequence", fmt.Sprint(sequence),
	}
	for i := 0; i+1 < len(more); i += 2 {
		at := -1
		for j := 0; j < len(params); j += 2 {
			if params[j] == more[i] {
				at = j
			}
		}
		if at >= 0 {
			params[at+1] = more[i+1]
		} else {
			params = append(params, more[i], more[i+1])
		}
	}
	body := ""
	for i := 0; i < len(params); i += 2 {
		if i > 0 {
			body += "&"
		}
		body += params[i] + "=" + url.QueryEscape(params[i+1])
	}
	return post(body)
}

func post(body string) *webhook.Callback {
	c := &webhook.Callback{
		ReceivedAt: start, Kind: webhook.DeliveryReport, Method: http.MethodPost,
		URL:         "https://example.test/sms/delivery-report",
		ReceivedURL: "http://127.0.0.1:4141/sms/delivery-report",
		Protocol:    "HTTP/1.1", RemoteAddr: "192.0.2.1:5123",
		Header: http.Header{
			"Content-Type": {"application/x-www-form-urlencoded"}, "User-Agent": {"Plivo"},
			"X-Plivo-Signature-V3": {"c2lnbmF0dXJl"}, "X-Plivo-Signature-V3-Nonce": {"12345"},
		},
		Body:    []byte(body),
		Verdict: signature.Result{Outcome: signature.Valid, Scheme: signature.V3, Header: signature.V3.Header(), Token: "account"},
		Answer:  webhook.Answer{Status: 200, At: start.Add(time.Millisecond)},
	}
	c.Report.Params, c.Problem = webhook.ParseParams(c.Method, c.URL, c.Header.Get("Content-Type"), c.Body)
	return c
}

func record(t testing.TB, s *store.Store, cs ...*webhook.Callback) {
	t.Helper()
	for _, c := range cs {
		if err := s.Record(context.Background(), c); err != nil {
			t.Fatal(err)
		}
	}
}

func messages(t testing.TB, s *store.Store, w store.Window) []plivo.Message {
	t.Helper()
	ms, err := s.Messages(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	return ms
}

func filter(t testing.TB, text string) store.Filter {
	t.Helper()
	f, err := store.ParseFilter(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func totals(t testing.TB, s *store.Store) store.Totals {
	t.Helper()
	n, err := s.Totals(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// eventually waits for a condition.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it did not come to this: %s", what)
		}
	}
}

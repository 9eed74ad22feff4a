package webhook_test

import (
	"bufio"
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// FuzzHandler gives the handler every request that net/http can read out of the bytes. Nobody can
// guess a signature, so none may count as valid; what is acknowledged must have been recorded.
func FuzzHandler(f *testing.F) {
	const head = "POST /sms/inbound?x=%41 HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	f.Add([]byte(head + "X-Plivo-Signature-V2: a, b\r\nX-Plivo-Signature-V2-Nonce: 1\r\nContent-Length: 7\r\n\r\nText=hi"))
	f.Add([]byte(head + "X-Plivo-Signature-V3: \r\nX-Plivo-Signature-Ma-V3: x\r\nX-Plivo-Signature-V3-Nonce: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=%\r\n0\r\n\r\n"))
	f.Add([]byte("GET http://a:b@[::1]:99?%zz=; HTTP/1.0\r\nX-Forwarded-For: 1.2.3.4, %\r\n\r\n"))
	f.Add([]byte("OPTIONS * HTTP/1.1\r\nHost: \r\nX-Plivo-Signature: x\r\n\r\n"))
	f.Add([]byte("POST /health HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"MessageUUID\":null}"))
	f.Fuzz(func(t *testing.T, request []byte) {
		r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(request)))
		if err != nil {
			return
		}
		r.RemoteAddr = "192.0.2.1:1234"
		recorder := &memory{}
		server, err := webhook.New(webhook.Config{
			PublicURLs: []string{"https://public.example/hooks", "http://localhost:4141"},
			Tokens:     []signature.Token{account, signature.NewToken("empty", "")},
			OnInvalid:  webhook.Reject, Recorder: recorder, TrustForwarded: true,
			Limits: webhook.Limits{Body: 64},
		})
		if err != nil {
			t.Fatal(err)
		}
		answer := httptest.NewRecorder()
		server.Handler().ServeHTTP(answer, r)
		stored := recorder.callbacks()
		for _, c := range stored {
			if c.Verdict.Outcome == signature.Valid {
				t.Errorf("a guessed signature is valid: %+v", c)
			}
			if c.Answer.Status != answer.Code || len(c.Body) > 64 {
				t.Errorf("stored %d with a body of %d, answered %d", c.Answer.Status, len(c.Body), answer.Code)
			}
			if !strings.HasPrefix(c.URL, "https://public.example") && !strings.HasPrefix(c.URL, "http://") {
				t.Errorf("URL %q", c.URL)
			}
		}
		got := server.Stats()
		if answer.Code == 200 && got.Received > 0 && len(stored) != 1 {
			t.Errorf("acknowledged, and %d stored", len(stored))
		}
		if got.Stored != int64(len(stored)) || got.Received > 1 || answer.Code >= 500 {
			t.Errorf("answered %d, stats %+v", answer.Code, got)
		}
	})
}

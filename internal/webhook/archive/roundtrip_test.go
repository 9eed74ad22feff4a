package archive_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/archive"
)

// anyBytes are bodies and values as anybody may send them: text, quotes, line ends, NUL, no UTF-8.
func anyBytes(most int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{
			"a", "Z", "0", " ", "\n", "\r\n", "\x00", "'", `"`, "\\", "$(id)", "`", "%", "%00", "&", "=", "€", "\u202e", "\u2028", "\xff", "\xc3", "<", "{", "😀",
		}), 0, most).Draw(t, "pieces"), "")
	})
}

// anyValue is the value of a header as net/http hands it over.
func anyValue() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Trim(strings.NewReplacer("\n", "", "\r", "", "\x00", "").Replace(anyBytes(6).Draw(t, "value")), " \t")
	})
}

// anyCallback is a request as the server hands it over, and what became of it.
func anyCallback() *rapid.Generator[webhook.Callback] {
	return rapid.Custom(func(t *rapid.T) webhook.Callback {
		target := "/" + strings.NewReplacer("\n", "", "\r", "", "\x00", "", " ", "").Replace(anyBytes(6).Draw(t, "target"))
		if rapid.Bool().Draw(t, "query") {
			target += "?Text=a+b&" + strings.NewReplacer("\n", "", "\r", "", "\x00", "", " ", "").Replace(anyBytes(4).Draw(t, "rest"))
		}
		c := webhook.Callback{
			ID:         rapid.Int64Range(1, 1e9).Draw(t, "id"),
			ReceivedAt: received.Add(time.Duration(rapid.Int64Range(0, 1e9).Draw(t, "at")) * time.Microsecond),
			Method:     rapid.SampledFrom([]string{"POST", "GET", "HEAD", "PUT", "DELETE", "PROPFIND"}).Draw(t, "method"),
			URL:        rapid.SampledFrom([]string{"https://app.example", "http://127.0.0.1:4141", "https://x.example:8443/base"}).Draw(t, "origin") + target,
			Protocol:   rapid.SampledFrom([]string{"HTTP/1.1", "HTTP/1.0"}).Draw(t, "protocol"),
			RemoteAddr: "192.0.2.1:5123", Header: http.Header{},
			Verdict: signature.Result{Outcome: rapid.SampledFrom([]signature.Outcome{signature.Valid, signature.Invalid, signature.Missing, signature.Unchecked}).Draw(t, "outcome")},
			Arrival: plivo.Arrival{Duplicate: rapid.Bool().Draw(t, "duplicate"), OutOfOrder: rapid.Bool().Draw(t, "order"), AfterTerminal: rapid.Bool().Draw(t, "after")},
			Answer:  webhook.Answer{Status: 200, At: received.Add(time.Hour)},
		}
		c.ReceivedURL = "http://127.0.0.1:4141" + target
		if body := anyBytes(30).Draw(t, "body"); body != "" {
			c.Body = []byte(body)
			if rapid.Bool().Draw(t, "length") {
				c.Header.Set("Content-Length", strconv.Itoa(len(body)))
			}
		}
		if kind := rapid.SampledFrom([]string{"", formType, formType + "; charset=utf-8", "text/plain", "application/json"}).Draw(t, "type"); kind != "" {
			c.Header.Set("Content-Type", kind)
		}
		for range rapid.IntRange(0, 4).Draw(t, "headers") {
			name := rapid.SampledFrom([]string{"X-Plivo-Signature-V3", "X-A", "Cookie", "Content-Encoding"}).Draw(t, "name")
			c.Header[name] = append(c.Header[name], anyValue().Draw(t, "value"))
		}
		if c.Verdict.Outcome == signature.Invalid {
			c.Cause = "scheme+slash"
		}
		c.Reread()
		return c
	})
}

var same = cmp.Options{cmpopts.EquateEmpty(), cmpopts.IgnoreFields(webhook.Callback{}, "ID")}

// TestRoundTrip writes callbacks and reads them back: from JSON lines and HAR with all that was known of
// them, from raw HTTP the requests.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cs := rapid.SliceOfN(anyCallback(), 1, 4).Draw(t, "callbacks")
		for _, f := range archive.Readable() {
			var b strings.Builder
			w := archive.NewWriter(&b, f, archive.Options{Version: "1"})
			for _, c := range cs {
				if err := w.Write(c); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			r, entries, err := read(b.String(), archive.ReadOptions{Now: received.Add(time.Hour)})
			if err != nil {
				t.Fatalf("%s: %v\n%q", f, err, b.String())
			}
			if r.Format() != f || len(entries) != len(cs) {
				t.Fatalf("%s was read as %s, %d of %d\n%q", f, r.Format(), len(entries), len(cs), b.String())
			}
			for i, e := range entries {
				got, want := e.Callback, cs[i]
				if f == archive.RawHTTP {
					got = webhook.Callback{Method: got.Method, URL: got.URL, Protocol: got.Protocol, Header: got.Header, Body: got.Body}
					want = webhook.Callback{Method: want.Method, URL: want.URL, Protocol: want.Protocol, Header: want.Header, Body: want.Body}
				} else if !e.Judged {
					t.Fatalf("%s: the verdict got lost", f)
				}
				if diff := cmp.Diff(want, got, same); diff != "" {
					t.Fatalf("%s: %s (-was +read):\n%s\n%q", f, e.Place, diff, b.String())
				}
			}
		}
	})
}

// TestLinesAreStable holds the bytes of a line: other programs read them.
func TestLinesAreStable(t *testing.T) {
	got := written(t, archive.JSONLines, archive.Options{}, report())
	want := `{"id":7,"received_at":"2026-01-31T12:00:00.123456Z","kind":"delivery_report","method":"POST","url":"https://app.example/sms/delivery-report","received_url":"http://127.0.0.1:4141/sms?x=1","protocol":"HTTP/1.1","remote_addr":"192.0.2.1:5123","headers":[["Content-Type","application/x-www-form-urlencoded"],["User-Agent","Plivo"],["X-Plivo-Signature-V2","v2"],["X-Plivo-Signature-V3","one,two"],["X-Plivo-Signature-V3","three"],["X-Plivo-Signature-V3-Nonce","1"]],"params":[["MessageUUID","5b40"],["Status","delivered"],["Text","it's \"€\""],["ErrorCode","000"],["Sequence","3"]],"body":"MessageUUID=5b40&Status=delivered&Text=it%27s+%22%E2%82%AC%22&ErrorCode=000&Sequence=3","truncated":false,"problem":"","message_uuid":"5b40","status":"delivered","error_code":"000","sequence":3,"signature":{"outcome":"invalid","scheme":"V3","header":"X-Plivo-Signature-V3","token":"account","cause":"slash"},"arrival":{"duplicate":false,"out_of_order":true,"after_terminal":false},"answered":{"status":200,"at":"2026-01-31T12:00:00.124956Z"}}` + "\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}
}

// TestNoAnswerHasNoTime writes a callback that has no answer yet, as one that is asked for at the user's app,
// with an empty time, which is read back as none.
func TestNoAnswerHasNoTime(t *testing.T) {
	cb := request("POST", "https://h/a", formType, "a=b")
	cb.Answer = webhook.Answer{}
	line := written(t, archive.JSONLines, archive.Options{}, cb)
	if want := `"answered":{"status":0,"at":""}`; !strings.Contains(line, want) {
		t.Errorf("the line has no %s:\n%s", want, line)
	}
	_, entries, err := read(line, archive.ReadOptions{Now: received})
	if err != nil || len(entries) != 1 || !entries[0].Callback.Answer.At.IsZero() {
		t.Errorf("read back: %+v, %v", entries, err)
	}
}

package cli

import (
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// attemptJSON is one request that was sent, and what came of it; field names never change.
type attemptJSON struct {
	Event      string `json:"event"`       // "attempt"
	ID         int64  `json:"id"`          // in the history; 0 where it is not kept
	CallbackID int64  `json:"callback_id"` // 0 for one of a scenario
	scenarioJSON
	Mode      webhook.Mode    `json:"mode"`
	Fault     string          `json:"fault"` // empty in the other modes
	SentAt    string          `json:"sent_at"`
	Method    string          `json:"method"`
	URL       string          `json:"url"`
	SignedURL string          `json:"signed_url"` // empty as captured
	Status    *int            `json:"status"`     // null for no answer
	Answer    *answerJSON     `json:"answer"`     // null for no answer
	Timings   timingsJSON     `json:"timings"`
	Failure   webhook.Failure `json:"failure"` // empty for a whole answer
	Error     string          `json:"error"`
}

// scenarioJSON tells what made a callback that was not captured.
type scenarioJSON struct {
	Scenario string `json:"scenario,omitempty"`
	Step     int    `json:"step,omitempty"` // from 1
}

type answerJSON struct {
	Headers    [][2]string `json:"headers"`
	Body       *string     `json:"body,omitempty"`
	BodyBase64 *string     `json:"body_base64,omitempty"`
	Truncated  bool        `json:"truncated"` // the body was longer than the 64 KiB that are kept
}

// timingsJSON is in milliseconds.
type timingsJSON struct {
	DNS       float64 `json:"dns_ms"`
	Connect   float64 `json:"connect_ms"`
	TLS       float64 `json:"tls_ms"`
	FirstByte float64 `json:"first_byte_ms"`
	Total     float64 `json:"total_ms"`
	Reused    bool    `json:"reused"` // the connection was open already
}

func attemptLine(a webhook.Attempt) ([]byte, error) {
	t := a.Timings
	j := attemptJSON{
		Event: "attempt", ID: a.ID, CallbackID: a.CallbackID, scenarioJSON: scenarioJSON{a.Scenario, a.Step}, Mode: a.Mode, Fault: a.Fault, SentAt: utc(a.At),
		Method: a.Method, URL: a.URL, SignedURL: a.SignedURL, Failure: a.Failure, Error: a.Err,
		Timings: timingsJSON{
			milliseconds(t.DNS), milliseconds(t.Connect), milliseconds(t.TLS), milliseconds(t.FirstByte), milliseconds(t.Total), t.Reused,
		},
	}
	if a.Answer.Status != 0 {
		j.Status = &a.Answer.Status
		j.Answer = &answerJSON{Headers: pairs(a.Answer.Header), Truncated: a.Answer.Truncated}
		j.Answer.Body, j.Answer.BodyBase64 = bodyOf(a.Answer.Body)
	}
	return encode(j)
}

// summaryJSON is the last line.
type summaryJSON struct {
	Event    string                    `json:"event"` // "summary"
	Planned  int64                     `json:"planned"`
	Requests int64                     `json:"requests"` // that were sent
	Answers  map[int]int64             `json:"answers"`  // by status
	Failures map[webhook.Failure]int64 `json:"failures"`
	Latency  latencyJSON               `json:"latency_ms"`
	BytesOut int64                     `json:"bytes_out"` // of bodies
	BytesIn  int64                     `json:"bytes_in"`
	Slow     int64                     `json:"slow"` // longer than the 5 s that Plivo waits
	Skipped  int64                     `json:"skipped"`
	Took     float64                   `json:"took_ms"`
	Stopped  bool                      `json:"stopped"` // before all was sent and answered
}

type latencyJSON struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func summaryLine(s replay.Summary, planned int64, stopped bool) ([]byte, error) {
	l := s.Latency
	return encode(summaryJSON{
		Event: "summary", Planned: planned, Requests: s.Requests, Answers: s.Answers, Failures: s.Failures,
		Latency:  latencyJSON{milliseconds(l.P50), milliseconds(l.P95), milliseconds(l.P99), milliseconds(l.Max)},
		BytesOut: s.BytesOut, BytesIn: s.BytesIn, Slow: s.Slow, Skipped: s.Skipped, Took: milliseconds(s.Took), Stopped: stopped,
	})
}

// skippedJSON is a callback that could not be sent.
type skippedJSON struct {
	Event      string `json:"event"` // "skipped"
	CallbackID int64  `json:"callback_id"`
	scenarioJSON
	Error string `json:"error"`
}

// dryJSON is a request of --dry-run.
type dryJSON struct {
	Event      string `json:"event"` // "request"
	CallbackID int64  `json:"callback_id"`
	scenarioJSON
	Mode       webhook.Mode       `json:"mode"`
	Fault      string             `json:"fault"`
	Method     string             `json:"method"`
	URL        string             `json:"url"`
	SignedURL  string             `json:"signed_url"`
	Signed     []signature.Scheme `json:"signed"`     // families that were signed anew
	Unverified bool               `json:"unverified"` // its signatures cannot match: as captured, and changed
	Raw        *string            `json:"raw,omitempty"`
	RawBase64  *string            `json:"raw_base64,omitempty"`
	Changes    []alteredJSON      `json:"changes"`
}

type alteredJSON struct {
	What   string `json:"what"`
	Before string `json:"before"`
	After  string `json:"after"`
}

func dryLine(r replay.Request, raw []byte) ([]byte, error) {
	j := dryJSON{
		Event: "request", CallbackID: r.CallbackID, scenarioJSON: scenarioJSON{r.Scenario, r.Step}, Mode: r.Mode, Fault: r.Fault, Method: r.Method, URL: r.URL,
		SignedURL: r.SignedURL, Signed: r.Signed, Unverified: r.Unverified, Changes: []alteredJSON{},
	}
	if j.Signed == nil {
		j.Signed = []signature.Scheme{}
	}
	j.Raw, j.RawBase64 = bodyOf(raw)
	for _, c := range r.Changes {
		j.Changes = append(j.Changes, alteredJSON{c.What, c.Before, c.After})
	}
	return encode(j)
}

// milliseconds is a time as JSON has it.
func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

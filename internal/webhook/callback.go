package webhook

import (
	"context"
	"net/http"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// Kind is what a request to the callback server was for.
type Kind string

// The kinds. A GET or POST to a known path is of that path's kind; to any other path it is of the kind
// whose parameters it has. All else, and every other method, is Other.
const (
	DeliveryReport Kind = "delivery_report"
	Inbound        Kind = "inbound"
	Other          Kind = "other"
)

// Answer is what the server told the caller.
type Answer struct {
	Status int       `json:"status"`
	At     time.Time `json:"at"`
}

// Callback is one request to the callback server, complete enough to be sent again byte by byte.
type Callback struct {
	ID          int64 // of the history's row: ascending in the order of commit; 0 before it is stored
	ReceivedAt  time.Time
	Kind        Kind
	Method      string
	URL         string // as signed: the public URL with the request's path and query
	ReceivedURL string // as received: the request's own Host, path and query
	Protocol    string // as "HTTP/1.1"
	RemoteAddr  string // host:port of the caller, from X-Forwarded-For behind a tunnel
	Header      http.Header
	Body        []byte
	Truncated   bool         // the body was longer than kept; the answer was 413
	Report      plivo.Report // parameters of query (GET) or body; empty where the body is no form
	Problem     string       // why the parameters could not be read, in a sentence; empty otherwise
	Verdict     signature.Result
	Cause       string        // why the signature does not match, as signature.Diagnosis.Cause; empty while nobody looked
	Arrival     plivo.Arrival // set by the recorder
	Answer      Answer

	// Scenario and Step, from 1, tell where a callback comes from that was made without a capture; empty and 0
	// for all others. The history keeps no such callback.
	Scenario string
	Step     int

	// Omitted is whether a list left out Header and Body, and all parameters but the message's UUID, Status,
	// ErrorCode and Sequence.
	Omitted bool
	Size    int // of the body as it came, in bytes, where Body is left out or masked
}

// Recorder keeps callbacks. Record returns nil only when the callback is on disk; it sets the ID and
// the Arrival.
type Recorder interface {
	Record(ctx context.Context, c *Callback) error
}

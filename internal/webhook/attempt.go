package webhook

import (
	"net/http"
	"time"
)

// Mode is how a callback is sent again.
type Mode string

// The modes.
const (
	Resigned   Mode = "resigned"    // signed anew for the URL that the target sees
	AsCaptured Mode = "as_captured" // with the signatures that it came with
	Faulty     Mode = "fault"       // signed anew, and then broken on purpose
)

// Attempt is one request that was sent to an application, and what came of it.
type Attempt struct {
	ID         int64  // of the history's row: ascending in the order of commit; 0 before it is stored
	CallbackID int64  // of the callback that was sent again; 0 for one made without a capture
	Scenario   string // it was made by; empty for a callback that was captured
	Step       int    // of the scenario, from 1
	Route      string // of the forwarding that sent it; empty for a replay
	Mode       Mode
	Fault      string // what was broken; empty in the other modes
	At         time.Time
	Method     string
	URL        string // that was asked
	Host       string // the Host header, which is not in Header
	SignedURL  string // that the signatures were made over; empty as captured
	Header     http.Header
	Body       []byte
	Answer     TargetAnswer
	Timings    Timings
	Failure    Failure // the kind of Err
	Err        string  // why there is no answer, or not all of one, in a sentence; empty otherwise

	// Omitted is whether a list left out both headers and both bodies.
	Omitted bool
	Size    int // of the body as it was sent, in bytes, where Body is left out, cut by the history or masked
}

// Failure is why an attempt got no answer, or not all of one, in a word; empty where it got one.
type Failure string

// The failures.
const (
	Refused      Failure = "refused"      // nothing listens there
	TimedOut     Failure = "timeout"      // no whole answer in time
	UnknownHost  Failure = "unknown_host" // the name could not be looked up
	Unreachable  Failure = "unreachable"  // no connection for another reason
	BadTLS       Failure = "tls"          // the handshake failed, or the certificate is not trusted
	ClosedEarly  Failure = "closed"       // the connection was closed before the answer was whole
	NotHTTP      Failure = "not_http"     // what came is no HTTP
	Cancelled    Failure = "cancelled"    // it was stopped from here
	OtherFailure Failure = "other"
)

// TargetAnswer is what an application answered.
type TargetAnswer struct {
	Status    int // 0 for no answer
	Protocol  string
	Header    http.Header
	Body      []byte // at most 64 KiB
	Truncated bool   // there was more
	Size      int    // of Body, in bytes, where that is left out or masked
}

// Timings are the parts of an attempt, zero where there was none of it (a connection that was open).
type Timings struct {
	DNS, Connect, TLS time.Duration // each alone
	FirstByte, Total  time.Duration // since the attempt began
	Reused            bool          // the connection was open already
}

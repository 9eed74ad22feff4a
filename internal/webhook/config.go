package webhook

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// Policy is how a callback is answered whose signature does not verify.
type Policy string

// The policies. A developer's own application should reject; a tool that shows what arrives accepts.
const (
	Accept Policy = "accept" // 200 for every callback that is stored whole
	Reject Policy = "reject" // 403 where a signature does not verify, 400 where there is none
)

// ParsePolicy reads a policy; empty is Accept.
func ParsePolicy(s string) (Policy, error) {
	switch Policy(strings.ToLower(s)) {
	case "", Accept:
		return Accept, nil
	case Reject:
		return Reject, nil
	}
	return "", fmt.Errorf("%q is no way to answer an invalid signature; use accept or reject", s)
}

// Config is what a Server is made from. Recorder is required.
type Config struct {
	// PublicURLs are the URLs given to Plivo, without the callback's own path: a scheme, a host, perhaps
	// a port and a path prefix. Empty stands for the address of the first listener that is served.
	PublicURLs []string
	Tokens     []signature.Token
	OnInvalid  Policy // empty for Accept
	Recorder   Recorder
	// Answer is what inbound messages are answered with; the zero Answer sends nothing back.
	Answer plivo.Answer
	// Answerer gives what asks an application for the answer to a callback, after it was recorded; nil for
	// the server's own answer. Its answer is passed on as it is: status, content type and body. A callback that
	// is refused by OnInvalid or for its length stays refused. nil for nobody.
	Answerer func(c *Callback) func(context.Context) TargetAnswer

	// Allow are the addresses that may call; empty for all. Others are answered 403 and not stored,
	// but for /health asked for on this machine itself, past no proxy.
	Allow []netip.Prefix
	// TrustForwarded takes the last X-Forwarded-For value of a loopback peer for the caller's address.
	// It may only be set behind a tunnel whose agent runs on this machine and appends that value. It is not
	// for a tunnel that ends in this process: see ServeTunnel.
	TrustForwarded bool
	// Agent says that loopback peers are the agent of a tunnel, which speaks for everybody, though it does not say
	// for whom: it may open as many connections as it likes, and all that it passes on shares one limit of
	// callbacks without a valid signature. TrustForwarded implies it, but for the shared limit.
	Agent bool

	// Prove answers a probe that this process sent to itself through its public URL, in the header of the answer
	// of /health, and reports whether it was one that is open. Such a one is answered whatever Allow says. nil for
	// none.
	Prove func(w http.ResponseWriter, r *http.Request) bool
	// Tunnel is what /health says of the way from outside, to who asks on this machine; nil for nothing.
	Tunnel func() TunnelHealth

	Limits Limits

	Version string           // shown by /health; empty to leave it out
	Now     func() time.Time // nil for time.Now
	Logger  *slog.Logger     // nil for none
	// OnProblem is told, from any goroutine, of trouble that the user should see, in a sentence, each
	// kind of trouble at most once in ten seconds. It must not block. nil for nobody.
	OnProblem func(level slog.Level, text string)
}

// Limits bound what a caller can take. A zero field stands for its default.
type Limits struct {
	Body       int           // bytes of a body that are kept; 64 KiB
	Header     int           // bytes of a request's head; 32 KiB
	HeaderRead time.Duration // time for a request's head to arrive; 5 s
	BodyRead   time.Duration // time for a body to arrive; 10 s
	Idle       time.Duration // time between two requests of a connection; 60 s
	Record     time.Duration // time for the recorder to answer; 15 s
	Grace      time.Duration // time for requests in flight when the server stops; 5 s

	Rate         float64 // callbacks a second that one address may send without a valid signature; 50
	Burst        int     // how many of these at once; 200
	RateLimitOff bool    // no rate limit where Serve listens, for an address that only this machine reaches

	// Unverified is how many callbacks with a signature that is missing or does not verify are being stored at once; 16.
	// The others wait, so that one that verifies shares its transaction with no more of them, however many come.
	Unverified int

	// AtOnce is how many requests may use the processor at the same time, to be judged or answered, where
	// something else of the process has to have its turn soon; 0 for no bound. Those that arrive, are being
	// stored or are written to the network are not counted.
	AtOnce int

	Connections           int // open at once; 4,000
	ConnectionsPerAddress int // of these from one address; 200
}

func (l Limits) orDefaults() Limits {
	setDefault(&l.Body, MaxBody)
	setDefault(&l.Header, MaxHead)
	setDefault(&l.HeaderRead, 5*time.Second)
	setDefault(&l.BodyRead, 10*time.Second)
	setDefault(&l.Idle, 60*time.Second)
	setDefault(&l.Record, 15*time.Second)
	setDefault(&l.Grace, 5*time.Second)
	setDefault(&l.Rate, 50)
	setDefault(&l.Burst, 200)
	setDefault(&l.Unverified, 16)
	setDefault(&l.Connections, 4000)
	setDefault(&l.ConnectionsPerAddress, 200)
	return l
}

func setDefault[T int | float64 | time.Duration](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}

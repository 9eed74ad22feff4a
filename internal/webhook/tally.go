package webhook

import (
	"strings"
	"sync"
	"sync/atomic"

	"dev.internal/plivoscope/internal/meter"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// Tally tells more than Stats of what came, each by a name out of a list that no caller can make longer.
type Tally struct {
	Kinds    map[Kind]int64 // stored
	Refused  map[string]int64
	Rejected map[string]int64
	// Statuses and Codes are what delivery reports said that verified and repeat no earlier one. A status or a code
	// that is not known counts as OtherName; the codes have their spelling in plivo.Codes.
	Statuses map[string]int64
	Codes    map[string]int64

	TurnedAway int64 // connections over a limit, closed without a word
}

// OtherName is what a Tally calls all that has no name of its own.
const OtherName = "other"

// The reasons of Tally.Refused.
const (
	RefusedAddress  = "not_allowed"
	RefusedRate     = "rate_limited"
	RefusedBody     = "body_incomplete"
	RefusedProtocol = "protocol"
	RefusedCrowd    = "crowded"
)

// The reasons of Tally.Rejected.
var rejections = [...]string{byApplication: "application", tooLong: "too_large", notValid: "invalid", notSigned: "unsigned"}

const (
	byApplication = iota
	tooLong
	notValid
	notSigned
)

// statuses are those that are counted by name.
var statuses = [...]plivo.Status{plivo.Queued, plivo.Sent, plivo.Delivered, plivo.Undelivered, plivo.Failed, plivo.Read, plivo.Received, plivo.Rejected}

// mostCodes bounds the table of error codes.
const mostCodes = 256

// codePlaces gives the place of each known code, without zeros before it.
var codePlaces = sync.OnceValue(func() map[string]int {
	places := map[string]int{}
	for i, c := range plivo.Codes() {
		if i < mostCodes {
			places[strings.TrimLeft(c.Code, "0")] = i
		}
	}
	return places
})

// tally counts without a lock; nothing of it allocates.
type tally struct {
	protocol, limited, incomplete atomic.Int64
	turnedAway                    atomic.Int64
	rejectedBy                    [len(rejections)]atomic.Int64

	kinds    [len(kindNames)]atomic.Int64
	statuses [len(statuses) + 1]atomic.Int64 // the last for all others
	codes    [mostCodes + 1]atomic.Int64     // so here
}

var kindNames = [...]Kind{DeliveryReport, Inbound, Other}

// kept counts a callback that is stored.
func (t *tally) kept(c *Callback) {
	for i, kind := range kindNames {
		if c.Kind == kind {
			t.kinds[i].Add(1)
		}
	}
	if c.Kind != DeliveryReport || c.Verdict.Outcome != signature.Valid || c.Arrival.Duplicate {
		return
	}
	if status := c.Report.Status(); status != "" {
		place := len(statuses)
		for i, known := range statuses {
			if status == known {
				place = i
			}
		}
		t.statuses[place].Add(1)
	}
	if code := strings.TrimLeft(c.Report.ErrorCode(), "0"); code != "" {
		place, known := codePlaces()[code]
		if !known {
			place = mostCodes
		}
		t.codes[place].Add(1)
	}
}

// Tally is a snapshot as Stats is one.
func (s *Server) Tally() Tally {
	c := &s.stats
	t := Tally{
		Kinds: map[Kind]int64{}, Rejected: map[string]int64{}, Statuses: map[string]int64{}, Codes: map[string]int64{},
		Refused: map[string]int64{
			RefusedAddress: c.barred.Load(), RefusedRate: c.limited.Load(), RefusedBody: c.incomplete.Load(), RefusedProtocol: c.protocol.Load(),
			RefusedCrowd: c.crowded.Load(),
		},
		TurnedAway: c.turnedAway.Load(),
	}
	for i, kind := range kindNames {
		t.Kinds[kind] = c.kinds[i].Load()
	}
	for i, reason := range rejections {
		t.Rejected[reason] = c.rejectedBy[i].Load()
	}
	for i, status := range statuses {
		t.Statuses[string(status)] = c.statuses[i].Load()
	}
	t.Statuses[OtherName] = c.statuses[len(statuses)].Load()
	codes := plivo.Codes()
	for code, place := range codePlaces() {
		if code != "" { // 000 says that there was no error
			t.Codes[codes[place].Code] = c.codes[place].Load()
		}
	}
	t.Codes[OtherName] = c.codes[mostCodes].Load()
	return t
}

// Latencies are the times of Stats.Latency, to be read alone.
func (s *Server) Latencies() *meter.Histogram { return &s.stats.latency }

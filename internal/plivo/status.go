package plivo

import "strings"

// Status is a message's state in Plivo's words. One that is not known is kept as it arrived.
type Status string

// Plivo's statuses, and Sending for a message whose API call has not been answered yet.
const (
	Sending     Status = "sending"
	Queued      Status = "queued"
	Sent        Status = "sent"
	Delivered   Status = "delivered"
	Undelivered Status = "undelivered"
	Failed      Status = "failed"
	Read        Status = "read"
	Received    Status = "received"
	Rejected    Status = "rejected"
)

// Known reports whether s is one of Plivo's documented statuses; Sending is this program's own.
func (s Status) Known() bool { return s.Rank() > unknownRank }

// unknownRank is the Rank of a status that is not known.
const unknownRank = 1

// Rank orders the statuses of one message's life: sending, unknown ones, queued, sent, the final ones
// (equal among themselves), read.
func (s Status) Rank() int {
	switch s {
	case Sending:
		return 0
	case Queued:
		return 2
	case Sent:
		return 3
	case Delivered, Undelivered, Failed, Received, Rejected:
		return 4
	case Read:
		return 5
	default:
		return unknownRank
	}
}

// Terminal reports whether no other status is expected after s (a delivered WhatsApp message may
// still be read).
func (s Status) Terminal() bool { return s.Rank() >= Delivered.Rank() }

// parseStatus lower-cases a status where that makes it a known one.
func parseStatus(text string) Status {
	if s := Status(text); s.Known() {
		return s
	}
	if s := Status(strings.ToLower(text)); s.Known() {
		return s
	}
	return Status(text)
}

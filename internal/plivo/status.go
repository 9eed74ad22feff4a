package plivo

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

// Known reports whether s is one of Plivo's documented statuses.
func (s Status) Known() bool { panic("unwritten") }

// Rank orders the statuses of one message's life; an unknown one ranks below all.
func (s Status) Rank() int { panic("unwritten") }

// Terminal reports whether no other status is expected after s (a delivered WhatsApp message may
// still be read).
func (s Status) Terminal() bool { panic("unwritten") }

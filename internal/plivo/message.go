package plivo

import (
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// Direction is the way a message went, seen from the account.
type Direction string

// The two directions.
const (
	Outbound Direction = "outbound"
	Inbound  Direction = "inbound"
)

// Anomaly is something about a message's callbacks that should not be. All of them depend on the set
// of callbacks alone, never on the order of their arrival.
type Anomaly string

// The anomalies of a message.
const (
	Contradiction Anomaly = "contradiction"  // two different final statuses
	UnknownStatus Anomaly = "unknown_status" // a status Plivo does not document
	Unsigned      Anomaly = "unsigned"       // a callback without signature
	InvalidSigned Anomaly = "invalid"        // a callback whose signature did not verify
)

// Message is one message to or from one number, as the history knows it.
type Message struct {
	ID          int64 // of the history's row: ascending in the order of creation
	UUID        string
	Direction   Direction
	From        string // E.164 with '+', a short code or an alphanumeric sender
	To          string
	Text        string
	Hidden      *Segmentation // of a text that is masked; nil where Text is the text itself
	Type        string        // sms, mms, whatsapp
	Status      Status
	Unverified  bool   // the status rests only on callbacks that did not verify
	ErrorCode   string // as it arrived; empty for none ("000" is kept)
	Refusal     string // why the API did not take it, or what is not known of that, in a sentence; empty when it did
	Unclear     bool   // the API's answer to the send is not known: it may have been accepted, and is still Sending
	NotTaken    bool   // it failed without a refusal of the API's; Refusal says why
	Units       int    // billed segments as Plivo counted them; 0 unknown
	CreatedAt   time.Time
	UpdatedAt   time.Time
	FinalAt     time.Time // when the final status came; zero before
	CallbackURL string    // the URL that was given to Plivo with the send
	Callbacks   int
	Signature   signature.Result // the worst of its callbacks
	Cause       string           // why the latest callback of that outcome does not verify; empty while nobody knows, see signature.Diagnosis.Cause
	Anomalies   []Anomaly
	Arrival     Arrival  // what was odd about the arrival of any of its callbacks
	Options     *Options // that it was sent with; nil for none, and where it is not known
	Simulator   string   // URL of the API of the simulator of this history that took it; empty for none, and where that is not known
	SentWith    int64    // ID of the first message of the send to several destinations that made this one; 0 for none

	Provider Provider // what the API said when it was asked; never part of the status
	Silence  Silence  // why a callback is missed; see Silent
}

// longestCounted is the longest text that is counted, in bytes: no message holds more.
const longestCounted = 8 << 10

// Segmentation is what the rules of GSM 03.38 make of the message's text, also where that is masked; zero
// for a text that is longer than any message.
func (m Message) Segmentation() Segmentation {
	switch {
	case m.Hidden != nil:
		return *m.Hidden
	case len(m.Text) > longestCounted:
		return Segmentation{}
	}
	return Segment(m.Text)
}

// Draft is what an outbound message was made from, as far as that is known.
func (m Message) Draft() Draft {
	d := Draft{From: m.From, To: []string{m.To}, Text: m.Text, CallbackURL: m.CallbackURL}
	if m.Options != nil {
		d.Options = *m.Options
	}
	if d.Powerpack != "" {
		d.From = "" // it chose that
	}
	return d
}

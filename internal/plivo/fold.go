package plivo

import (
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// Observation is one callback as folding sees it.
type Observation struct {
	Report     Report
	Result     signature.Result
	ReceivedAt time.Time
}

// Arrival says what was odd about a callback when it came, given those before it. Unlike anomalies
// these depend on the order of arrival and belong to the callback's own row.
type Arrival struct {
	Duplicate     bool `json:"duplicate"`
	OutOfOrder    bool `json:"out_of_order"`
	AfterTerminal bool `json:"after_terminal"`
}

// Fold is what has to be remembered of a message's callbacks to fold the next one: of constant size,
// however many there were.
type Fold struct{}

// Add folds one callback in and says what was odd about its arrival.
func (f *Fold) Add(o Observation) Arrival { panic("unwritten") }

// Apply writes what the callbacks say into m: status, code, units, numbers, times, count, signature
// and anomalies. Fields that only the sender knows (text, callback URL, refusal) are left.
func (f *Fold) Apply(m *Message) { panic("unwritten") }

// MarshalBinary and UnmarshalBinary keep a Fold in the history.
func (f *Fold) MarshalBinary() ([]byte, error) { panic("unwritten") }

// UnmarshalBinary reads what MarshalBinary wrote; empty data is an empty Fold.
func (f *Fold) UnmarshalBinary(data []byte) error { panic("unwritten") }

package simulator

import (
	"log/slog"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// What an Event is of.
const (
	EventAccepted = "accepted" // a message was taken
	EventRefused  = "refused"  // a request was answered with an error
	EventCallback = "callback" // a delivery report was posted, or failed to be
	EventLost     = "lost"     // a delivery report is never posted, by chaos
	EventInbound  = "inbound"  // an inbound message was posted, or failed to be
	EventDropped  = "dropped"  // OnEvent was too slow: Count events between the one before and the next are lost
)

// Event is something that the simulator did, for the one who watches it.
type Event struct {
	Event       string       `json:"event"`
	At          time.Time    `json:"at"`
	MessageUUID string       `json:"message_uuid,omitempty"`
	From        string       `json:"from,omitempty"` // numbers without a plus
	To          string       `json:"to,omitempty"`
	Status      plivo.Status `json:"status,omitempty"` // of the message
	ErrorCode   string       `json:"error_code,omitempty"`
	Units       int          `json:"units,omitempty"`
	Sequence    int          `json:"sequence,omitempty"`
	Method      string       `json:"method,omitempty"`
	URL         string       `json:"url,omitempty"`      // of the callback, or the path of a refused request
	Attempt     int          `json:"attempt,omitempty"`  // of the callback, from 1
	Answered    int          `json:"answered,omitempty"` // HTTP status; 0 where no answer came
	Problem     string       `json:"problem,omitempty"`  // why it was refused or got no answer
	RetryIn     float64      `json:"retry_in_seconds,omitempty"`
	Cause       string       `json:"cause,omitempty"` // that is the simulator's own: a rule, or chaos
	Count       int          `json:"count,omitempty"` // of dropped events
}

func (s *Simulator) emit(e Event) {
	e.At = s.now().Truncate(time.Microsecond)
	s.o.Logger.LogAttrs(s.ctx, slog.LevelDebug, "simulator", slog.String("event", e.Event), slog.String("message_uuid", e.MessageUUID),
		slog.String("status", string(e.Status)), slog.Int("sequence", e.Sequence), slog.Int("attempt", e.Attempt),
		slog.Int("answered", e.Answered), slog.String("problem", e.Problem))
	s.stats.count(e)
	s.events.put(e)
}

func stamp() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

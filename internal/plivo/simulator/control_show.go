package simulator

import (
	"cmp"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// shownTime is a time as the control API writes it: RFC 3339 in UTC with microseconds; null for none.
type shownTime time.Time

// MarshalJSON is of json.Marshaler.
func (t shownTime) MarshalJSON() ([]byte, error) {
	if time.Time(t).IsZero() {
		return []byte("null"), nil
	}
	return []byte(time.Time(t).UTC().Format(`"2006-01-02T15:04:05.000000Z"`)), nil
}

type shownMessage struct {
	UUID      string          `json:"message_uuid"`
	Direction plivo.Direction `json:"direction"`
	Type      string          `json:"type"`
	From      string          `json:"from"`
	To        string          `json:"to"`
	Status    plivo.Status    `json:"status"`
	ErrorCode string          `json:"error_code"`
	Units     int             `json:"units"`
	CreatedAt shownTime       `json:"created_at"`
	Method    string          `json:"method"`
	URL       string          `json:"url"`
	Posted    int             `json:"callbacks_posted"` // different ones, of which an attempt was made
	Answered  int             `json:"callbacks_taken"`  // of these: answered 200

	// In the answer about one message alone.
	Course    []shownHop      `json:"course,omitempty"`
	Callbacks []shownCallback `json:"callbacks,omitzero"`
}

type shownHop struct {
	Status    plivo.Status `json:"status"`
	ErrorCode string       `json:"error_code"`
	At        shownTime    `json:"at"`
	Reached   bool         `json:"reached"`
}

type shownCallback struct {
	shownHead
	Attempts []shownAttempt `json:"attempts"`
	Next     shownTime      `json:"next_attempt_at"`
}

// shownHead says which callback is meant.
type shownHead struct {
	UUID      string       `json:"message_uuid"`
	Kind      string       `json:"kind"` // delivery_report or inbound
	From      string       `json:"from"`
	To        string       `json:"to"`
	Status    plivo.Status `json:"status"`
	ErrorCode string       `json:"error_code"`
	Sequence  int          `json:"sequence"`
	Copy      int          `json:"copy"` // tells repeated callbacks apart, from 0
	Method    string       `json:"method"`
	URL       string       `json:"url"`
	Cause     string       `json:"cause"` // what chaos did to it, as "chaos: late"
}

type shownAttempt struct {
	Number   int       `json:"attempt"` // from 1
	At       shownTime `json:"at"`
	Took     float64   `json:"took_ms"`
	Answered int       `json:"answered"` // HTTP status; 0 where no answer came
	Problem  string    `json:"problem"`
	Answer   string    `json:"answer"`
}

func (s *Simulator) showMessage(e *entry, now time.Time) shownMessage {
	m := e.m
	state := m.state(now)
	shown := shownMessage{
		UUID: m.uuid, Direction: m.direction, Type: cmp.Or(m.kind, plivo.SMS), From: m.from, To: m.to, Status: state.status,
		ErrorCode: state.code, Units: m.units, CreatedAt: shownTime(m.created), Method: m.method, URL: m.url,
	}
	shown.Posted, shown.Answered = e.taken(200)
	return shown
}

// taken counts the callbacks of a message that were posted, and those of them whose last attempt got an answer.
func (e *entry) taken(answered int) (all, so int) {
	for _, p := range e.posted {
		if n := len(p.tries); n > 0 && !p.lost {
			all++
			if int(p.tries[n-1].answered) == answered {
				so++
			}
		}
	}
	return all, so
}

// describe is what is known of one message; false where it is not remembered.
func (s *Simulator) describe(uuid string) (shownMessage, bool) {
	shown, ok := s.describeCourse(uuid)
	if !ok {
		return shownMessage{}, false
	}
	callbacks, _ := s.CallbacksOf(uuid)
	shown.Callbacks = make([]shownCallback, 0, len(callbacks))
	for _, c := range callbacks {
		shown.Callbacks = append(shown.Callbacks, showCallback(c))
	}
	return shown, true
}

// describeCourse is describe without the callbacks.
func (s *Simulator) describeCourse(uuid string) (shownMessage, bool) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.ledger.entry(uuid)
	if !ok {
		return shownMessage{}, false
	}
	shown := s.showMessage(e, now)
	for i, h := range e.m.course {
		shown.Course = append(shown.Course, shownHop{h.status, h.code, shownTime(h.at), i == 0 || !h.at.After(now)})
	}
	return shown, true
}

func showCallback(c Callback) shownCallback {
	shown := shownCallback{shownHead: headOf(c), Attempts: make([]shownAttempt, 0, len(c.Attempts)), Next: shownTime(c.Next)}
	for _, a := range c.Attempts {
		shown.Attempts = append(shown.Attempts, showAttempt(a))
	}
	return shown
}

func headOf(c Callback) shownHead {
	kind := "delivery_report"
	if c.Inbound {
		kind = "inbound"
	}
	return shownHead{c.MessageUUID, kind, c.From, c.To, c.Status, c.ErrorCode, c.Sequence, c.Copy, c.Method, c.URL, c.Cause}
}

func showAttempt(a Attempt) shownAttempt {
	return shownAttempt{a.Number, shownTime(a.At), float64(a.Took.Microseconds()) / 1000, a.Answered, a.Problem, a.Answer}
}

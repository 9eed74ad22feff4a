package simulator

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// maxExcerpt is how many bytes of an answer are kept.
const maxExcerpt = 512

// Attempt is one try to post a callback.
type Attempt struct {
	Number   int           // from 1
	At       time.Time     // by the simulator's clock
	Took     time.Duration // by this machine's
	Answered int           // HTTP status; 0 where no answer came
	Problem  string        // why none came
	Answer   string        // the beginning of a body that came with another status than 200, or to an inbound message
}

// posted is what became of a callback so far.
type posted struct {
	step, sequence, copied int32
	status                 plivo.Status
	code, cause            string
	lost                   bool // it never went: what stands under tries is that
	tries                  []try
}

// try is an Attempt as it is kept, for there are several of each message.
type try struct {
	at               int64 // nanoseconds of Unix time
	took             time.Duration
	number, answered int16
	words            *words // nil for none
}

// words are what few attempts have: most are answered 200.
type words struct{ problem, answer string }

func keep(a Attempt) try {
	t := try{at: a.At.UnixNano(), took: a.Took, number: int16(a.Number), answered: int16(a.Answered)}
	if a.Problem != "" || a.Answer != "" {
		t.words = &words{a.Problem, a.Answer}
	}
	return t
}

func (t try) attempt() Attempt {
	a := Attempt{Number: int(t.number), At: time.Unix(0, t.at).UTC(), Took: t.took, Answered: int(t.answered)}
	if t.words != nil {
		a.Problem, a.Answer = t.words.problem, t.words.answer
	}
	return a
}

func (p posted) attempts() []Attempt {
	attempts := make([]Attempt, 0, len(p.tries))
	for _, t := range p.tries {
		attempts = append(attempts, t.attempt())
	}
	return attempts
}

// record keeps an attempt with its message, if that is still remembered.
func (s *Simulator) record(m *message, p scenario.Step, a Attempt) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, ok := s.ledger.entry(m.uuid)
	if !ok || !e.m.is(m) {
		return
	}
	i := slices.IndexFunc(e.posted, func(q posted) bool { return int(q.step) == p.Number && int(q.copied) == p.Copy })
	if i < 0 {
		i = len(e.posted)
		if i == 0 {
			e.posted = make([]posted, 0, len(m.course)) // most have as many, and no more
		}
		e.posted = append(e.posted, posted{
			step: int32(p.Number), sequence: int32(p.Sequence), copied: int32(p.Copy), status: p.Status, code: p.ErrorCode, cause: p.Cause,
			lost: p.Lost,
		})
	}
	t := keep(a)
	last := lastTry{m: e.m, posted: e.posted[i], try: t}
	last.tries = nil
	s.ledger.last.add(last)
	e.posted[i].tries = append(e.posted[i].tries, t)
}

func excerpt(b []byte) string {
	return strings.ToValidUTF8(string(b[:min(len(b), maxExcerpt)]), "\ufffd")
}

// Callback is a callback of a message: what was tried, and when it goes next.
type Callback struct {
	MessageUUID string
	Inbound     bool // it is an inbound message, not a delivery report
	From, To    string
	Status      plivo.Status
	ErrorCode   string
	Sequence    int
	Copy        int // tells repeated callbacks apart, from 0
	Method, URL string
	Cause       string // that it is otherwise than its fate says: what chaos did to it, as "chaos: late"
	Attempts    []Attempt
	Next        time.Time // of the next attempt; zero where there is none
}

// CallbacksOf gives the callbacks of a message that were posted or will be, in their order; false where the message
// is not remembered.
func (s *Simulator) CallbacksOf(uuid string) ([]Callback, bool) {
	s.mu.Lock()
	e, ok := s.ledger.entry(uuid)
	if !ok {
		s.mu.Unlock()
		return nil, false
	}
	m := e.m
	var out []Callback
	of := make(map[[2]int]int) // where in out the callback of a step and copy is
	for _, p := range e.posted {
		c := e.callback(p)
		c.Attempts = p.attempts()
		of[[2]int{int(p.step), int(p.copied)}] = len(out)
		out = append(out, c)
	}
	s.mu.Unlock()
	for _, t := range s.clock.of(m) {
		for i, p := range t.steps {
			due := m.created.Add(p.After)
			if i == 0 {
				due = t.due
			}
			if at, ok := of[[2]int{p.Number, p.Copy}]; ok {
				out[at].Next = due
				continue
			}
			of[[2]int{p.Number, p.Copy}] = len(out)
			c := callbackOf(m, p)
			c.Next = due
			out = append(out, c)
		}
	}
	return out, true
}

// callback is one that was posted, without its attempts.
func (e *entry) callback(p posted) Callback {
	m := e.m
	return Callback{
		MessageUUID: m.uuid, Inbound: m.direction == plivo.Inbound, From: m.from, To: m.to, Status: p.status, ErrorCode: p.code, Cause: p.cause,
		Sequence: int(p.sequence), Copy: int(p.copied), Method: m.method, URL: m.url,
	}
}

func callbackOf(m *message, p scenario.Step) Callback {
	return Callback{
		MessageUUID: m.uuid, Inbound: m.direction == plivo.Inbound, From: m.from, To: m.to, Status: p.Status, ErrorCode: p.ErrorCode,
		Sequence: p.Sequence, Copy: p.Copy, Cause: p.Cause, Method: cmp.Or(p.Method, m.method), URL: m.url,
	}
}

// Scheduled is an attempt that is still to be made.
type Scheduled struct {
	Callback
	Due     time.Time // by the simulator's clock
	Attempt int       // from 1
}

// Upcoming gives the next attempts, at most so many: of each message the next callback, and each retry.
func (s *Simulator) Upcoming(most int) []Scheduled { return s.upcomingOfSome(most, nil) }

// upcomingOfSome gives those of some messages; nil stands for all.
func (s *Simulator) upcomingOfSome(most int, of func(*message) bool) []Scheduled {
	tasks := s.clock.upcoming(most, of)
	out := make([]Scheduled, 0, len(tasks))
	for _, t := range tasks {
		out = append(out, Scheduled{Callback: callbackOf(t.m, t.steps[0]), Due: t.due, Attempt: t.attempt})
	}
	return out
}

package simulator

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// How long a call of the control API waits.
const (
	waitDefault = 10 * time.Second
	waitMost    = 10 * time.Minute
	waitBeat    = 5 * time.Millisecond
)

// awaited is what a call waits for: a message that fulfils all that is said of it, and that nothing is left to post.
type awaited struct {
	UUID      string       `json:"message_uuid"`
	To        string       `json:"to"`
	From      string       `json:"from"`
	Status    plivo.Status `json:"status"`    // which it has reached
	Callbacks int          `json:"callbacks"` // so many different ones were posted, or were answered so; 0 for any
	Answered  int          `json:"answered"`  // HTTP status
	Idle      bool         `json:"idle"`
	Timeout   timeSpan     `json:"timeout"`
}

func (a awaited) ofMessage() bool {
	return a.UUID != "" || a.To != "" || a.From != "" || a.Status != "" || a.Callbacks > 0 || a.Answered > 0
}

func (a awaited) check() error {
	switch timeout := time.Duration(a.Timeout); {
	case !a.ofMessage() && !a.Idle:
		return badControl(`there is nothing to wait for; give message_uuid, to, from, status, callbacks or answered of a message, or {"idle": true}`)
	case a.Callbacks < 0 || a.Callbacks > 10_000:
		return badControl("callbacks is %d; give how many are to have come, up to 10000", a.Callbacks)
	case a.Answered < 0 || a.Answered > 599:
		return badControl("answered is %d; give the HTTP status that is waited for, as 200", a.Answered)
	case timeout < 0 || timeout > waitMost:
		return badControl("timeout is %s; give up to %s", timeout, waitMost)
	}
	return nil
}

// fits tells whether a message fulfils what is said; partly, that it is one of those that are meant.
func (a awaited) fits(e *entry, now time.Time) (fits, partly bool) {
	m := e.m
	if a.UUID != "" && m.uuid != a.UUID || a.To != "" && m.to != a.To || a.From != "" && m.from != a.From {
		return false, false
	}
	if a.Status != "" && !m.reached(a.Status, now) {
		return false, true
	}
	n, answered := e.taken(a.Answered)
	least := a.Callbacks
	if a.Answered > 0 {
		n, least = answered, max(least, 1)
	}
	return n >= least, true
}

// reached tells whether a message has had a status by a time.
func (m *message) reached(status plivo.Status, now time.Time) bool {
	for i, h := range m.course {
		if sameStatus(h.status, status) && (i == 0 || !h.at.After(now)) {
			return true
		}
	}
	return false
}

// sameStatus tells whether a message's status is the one that a call gives. A scenario may have statuses of its own, so
// no word is refused; a callback may write one with capitals.
func sameStatus(status, given plivo.Status) bool {
	return strings.EqualFold(string(status), string(given))
}

// whatIsThere is the answer of a call that waited.
type whatIsThere struct {
	Error   string        `json:"error,omitempty"` // it did not come about
	Message *shownMessage `json:"message"`         // which was waited for, or the newest that is meant; null for none
	Clock   shownClock    `json:"clock"`
}

// comes tells whether the message has a status, now or later.
func (w whatIsThere) comes(status plivo.Status) bool {
	return w.Message != nil && slices.ContainsFunc(w.Message.Course, func(h shownHop) bool { return sameStatus(h.Status, status) })
}

// goesOn tells whether time brings anything more: a status of the message, or something to post.
func (w whatIsThere) goesOn() bool {
	return w.Clock.Pending > 0 || w.Message != nil && slices.ContainsFunc(w.Message.Course, func(h shownHop) bool { return !h.Reached })
}

// controlWait is POST wait, and GET wait with the same as its query. It answers 200 once all holds, or 408 when it
// has not by the timeout, or 409 when a reset came in between.
func (s *Simulator) controlWait(w http.ResponseWriter, r *http.Request) (any, error) {
	during := s.current()
	a := awaited{Timeout: timeSpan(waitDefault)}
	var err error
	if r.Method == http.MethodGet {
		err = a.readQuery(r)
	} else {
		err = readJSON(w, r, &a)
	}
	if err == nil {
		err = a.check()
	}
	if err != nil {
		return nil, err
	}
	a.To, a.From = undecorated(a.To), undecorated(a.From)
	ctx, cancel := s.untimed(w, r)
	defer cancel()
	timeout, stop := context.WithTimeout(ctx, time.Duration(a.Timeout))
	defer stop()
	for {
		begun := time.Now()
		var there whatIsThere
		holds, uuid := s.holds(a)
		if holds {
			there = s.whatIsThere(uuid)
		}
		switch { // what was looked at may be of the round after
		case s.current() != during:
			return nil, fmt.Errorf("the wait was ended: %w", errReset)
		case holds:
			return there, nil
		}
		// Looking takes a small part of the time, however many messages there are.
		select {
		case <-time.After(max(waitBeat, 20*time.Since(begun))):
			continue
		case <-during.ctx.Done(): // with the simulator too
			if s.ctx.Err() == nil {
				continue
			}
			return nil, fmt.Errorf("the wait was ended: %w", errStopping)
		case <-timeout.Done():
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("the wait was ended: %w", context.Cause(ctx))
		}
		there = s.whatIsThere(uuid)
		there.Error = s.unmet(a, there)
		return nil, &controlError{status: http.StatusRequestTimeout, body: there, words: there.Error}
	}
}

// holds tells whether what is waited for has come about, and by which message; else which is the newest that is meant.
func (s *Simulator) holds(a awaited) (holds bool, uuid string) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	look := func(e *entry) bool {
		fits, partly := a.fits(e, now)
		if fits || partly && uuid == "" {
			uuid = e.m.uuid
		}
		holds = fits
		return !fits
	}
	switch {
	case !a.ofMessage():
		holds = true
	case a.UUID != "":
		if e, ok := s.ledger.entry(a.UUID); ok {
			look(e)
		}
	default:
		s.ledger.each(look)
	}
	return holds && (!a.Idle || s.pending == 0), uuid
}

func (s *Simulator) whatIsThere(uuid string) whatIsThere {
	there := whatIsThere{Clock: s.showClock()}
	if m, ok := s.describe(uuid); ok {
		there.Message = &m
	}
	return there
}

// unmet says in words what did not come about.
func (s *Simulator) unmet(a awaited, there whatIsThere) string {
	words := fmt.Sprintf("it did not come about within %s: ", time.Duration(a.Timeout))
	switch m := there.Message; {
	case m == nil && a.ofMessage():
		words += "there is no such message"
	case m == nil:
		words += fmt.Sprintf("there is still something to post (pending %d)", there.Clock.Pending)
	default:
		words += fmt.Sprintf("the message %s is %s, %d of its callbacks were posted and %d answered 200, and pending is %d", m.UUID, m.Status, m.Posted, m.Answered, there.Clock.Pending)
	}
	if a.Status != "" && !plivo.Status(strings.ToLower(string(a.Status))).Known() && !there.comes(a.Status) {
		words += fmt.Sprintf("; %q is none of Plivo's statuses: is it spelt right?", cut(string(a.Status)))
	}
	if there.Clock.Stopped && there.goesOn() {
		words += `; the clock stands still: move it on with POST ` + ControlPath + `clock {"advance": "60s"}`
	}
	return words
}

func (a *awaited) readQuery(r *http.Request) error {
	query, err := readQuery(r, fieldsOf(a)...)
	if err != nil {
		return err
	}
	a.UUID, a.To, a.From, a.Status = query.Get("message_uuid"), query.Get("to"), query.Get("from"), plivo.Status(query.Get("status"))
	if a.Callbacks, err = queryNumber(query, "callbacks", 0, 0, 10_000); err != nil {
		return err
	}
	if a.Answered, err = queryNumber(query, "answered", 0, 0, 599); err != nil {
		return err
	}
	if a.Idle, err = queryFlag(query, "idle"); err != nil {
		return err
	}
	if given := query.Get("timeout"); given != "" {
		return a.Timeout.UnmarshalJSON([]byte(strconv.Quote(given)))
	}
	return nil
}

func queryFlag(query url.Values, name string) (bool, error) {
	given := query.Get(name)
	if given == "" {
		return query.Has(name), nil
	}
	on, err := strconv.ParseBool(given)
	if err != nil {
		return false, badControl("%s is %q; give true or false", name, cut(given))
	}
	return on, nil
}

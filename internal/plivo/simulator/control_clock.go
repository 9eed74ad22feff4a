package simulator

import (
	"context"
	"errors"
	"net/http"
	"time"
)

type shownClock struct {
	Now     shownTime `json:"now"`
	Speed   float64   `json:"speed"`
	Stopped bool      `json:"stopped"`
	Next    shownTime `json:"next_at"` // when something is posted next
	Pending int       `json:"pending"`
}

func (s *Simulator) showClock() shownClock {
	c := s.Clock()
	return shownClock{shownTime(c.Now), c.Speed, c.Stopped, shownTime(c.Next), c.Pending}
}

// controlClock is GET clock.
func (s *Simulator) controlClock(_ http.ResponseWriter, r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	return s.showClock(), nil
}

// advanceBy is how far a call moves the clock on: by a time, to what is posted next, or until nothing is left to post.
type advanceBy struct {
	by   timeSpan
	next bool
	idle bool
}

// UnmarshalJSON is of json.Unmarshaler.
func (a *advanceBy) UnmarshalJSON(b []byte) error {
	a.next, a.idle = string(b) == `"next"`, string(b) == `"idle"`
	if a.next || a.idle {
		return nil
	}
	err := a.by.UnmarshalJSON(b)
	var wrong *timeError
	if errors.As(err, &wrong) {
		wrong.or = `, or "next" or "idle"`
	}
	return err
}

// controlSetClock is POST clock. It answers when what is due by then was posted.
func (s *Simulator) controlSetClock(w http.ResponseWriter, r *http.Request) (any, error) {
	var set struct {
		Advance *advanceBy `json:"advance"`
		Stop    bool       `json:"stop"`
		Start   bool       `json:"start"`
		Speed   *float64   `json:"speed"`
	}
	if err := readJSON(w, r, &set); err != nil {
		return nil, err
	}
	switch {
	case set.Advance == nil && !set.Stop && !set.Start && set.Speed == nil:
		return nil, badControl(`the clock is to do nothing; give {"advance": "60s"}, {"advance": "next"}, {"advance": "idle"}, {"stop": true}, {"start": true} or {"speed": 20}`)
	case set.Stop && set.Start:
		return nil, badControl("stop and start exclude each other; give one of them")
	case set.Advance != nil && (set.Advance.by < 0 || time.Duration(set.Advance.by) > maxAdvance):
		return nil, badControl("advance is %s; the clock goes on by up to %s at once, and never back", time.Duration(set.Advance.by), maxAdvance)
	}
	if set.Speed != nil {
		if err := s.SetSpeed(*set.Speed); err != nil {
			return nil, err
		}
	}
	if set.Stop {
		s.StopClock()
	}
	if set.Start {
		s.StartClock()
	}
	if set.Advance != nil {
		ctx, cancel := s.untimed(w, r)
		defer cancel()
		var err error
		switch {
		case set.Advance.idle:
			err = s.AdvanceUntilIdle(ctx)
		case set.Advance.next:
			err = s.AdvanceToNext(ctx)
		default:
			err = s.Advance(ctx, time.Duration(set.Advance.by))
		}
		if err != nil {
			return nil, err
		}
	}
	return s.showClock(), nil
}

// untimed lets a call take as long as it needs. The context that it gives ends with the caller, and with s.
func (s *Simulator) untimed(w http.ResponseWriter, r *http.Request) (context.Context, context.CancelFunc) {
	within := http.NewResponseController(w) // of a connection that may have none
	_ = within.SetWriteDeadline(time.Time{})
	_ = within.SetReadDeadline(time.Time{})
	ctx, cancel := context.WithCancelCause(r.Context())
	stop := context.AfterFunc(s.ctx, func() { cancel(errStopping) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// controlReset is POST reset and DELETE of everything.
func (s *Simulator) controlReset(w http.ResponseWriter, r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	if err := readJSON(w, r, &struct{}{}); err != nil {
		return nil, err
	}
	if err := s.Reset(r.Context()); err != nil {
		return nil, err
	}
	return s.showState(), nil
}

package simulator

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo/scenario"
)

// byChaos is the cause that events name.
const byChaos = "chaos"

// lostByChaos is what is told of a callback that is never posted.
const lostByChaos = "lost by chaos"

// SetChaos says what goes wrong for messages that are accepted, and calls that come, from then on.
func (s *Simulator) SetChaos(c scenario.Chaos) error {
	if err := c.Check(); err != nil {
		return err
	}
	s.law.mu.Lock()
	defer s.law.mu.Unlock()
	s.law.setChaos(c)
	return nil
}

// setChaos is for who holds mu.
func (l *law) setChaos(c scenario.Chaos) {
	l.chaos = nil
	if !c.None() {
		c = clone(c)
		l.chaos = &c
	}
}

// clone is chaos that can be changed.
func clone(c scenario.Chaos) scenario.Chaos {
	c.Errors = slices.Clone(c.Errors)
	return c
}

// Chaos is what goes wrong.
func (s *Simulator) Chaos() scenario.Chaos {
	if c := s.chaos(); c != nil {
		return clone(*c)
	}
	return scenario.Chaos{}
}

// chaos is what goes wrong; nil for nothing. It is not changed.
func (s *Simulator) chaos() *scenario.Chaos {
	s.law.mu.Lock()
	defer s.law.mu.Unlock()
	return s.law.chaos
}

// upset lets a call of the API be slow or fail, as chaos says, before anything is accepted. The slowness is in this
// machine's time: a client waits by that.
func (s *Simulator) upset(r *http.Request) error {
	c := s.chaos()
	if c == nil || !strings.HasPrefix(r.URL.Path, "/v1/") {
		return nil
	}
	s.law.mu.Lock()
	s.law.calls++
	n := s.law.calls
	s.law.mu.Unlock()
	if c.Latency != (scenario.Delay{}) {
		slow := time.NewTimer(min(c.Latency.At(s.dice.unit("chaos latency", n)), scenario.MaxLatency))
		defer slow.Stop()
		select {
		case <-slow.C:
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
	}
	drawn := s.dice.unit("chaos error", n)
	for _, e := range c.Errors {
		if drawn -= e.Chance; drawn < 0 {
			return refused(e.Status, "", byChaos)
		}
	}
	return nil
}

// disturb has chaos befall the callbacks of a message: what goes, when, and how it is signed. What the API tells of the
// message stays.
func (s *Simulator) disturb(m *message, steps []scenario.Step, late time.Duration) []scenario.Step {
	c := m.chaos
	if c == nil || len(steps) == 0 {
		return steps
	}
	steps = s.doubled(m, steps)
	var before time.Duration
	for i := range steps {
		st := &steps[i]
		if d := min(c.Delay.At(s.drawn(m, st, "delay")), scenario.MaxTime); d > 0 {
			st.After += s.hurried(d)
			blame(st, "delayed")
		}
		st.After = max(st.After, before)
		before = st.After
	}
	for i := range steps {
		if st := &steps[i]; s.befalls(m, st, "late", c.Late) {
			st.After += s.hurried(late)
			blame(st, "late")
		}
	}
	slices.SortStableFunc(steps, func(a, b scenario.Step) int { return cmp.Compare(a.After, b.After) })
	for i := 0; i+1 < len(steps); i++ {
		if s.befalls(m, &steps[i], "reorder", c.Reorder) {
			blame(&steps[i], "reordered")
			steps[i].After = steps[i+1].After
			steps[i], steps[i+1] = steps[i+1], steps[i]
			i++
		}
	}
	for i := range steps {
		st := &steps[i]
		s.missign(m, st)
		if st.Lost = s.befalls(m, st, "lost", c.Lost); st.Lost {
			blame(st, "lost")
		}
	}
	return steps
}

// doubled has a callback more behind each one that goes twice.
func (s *Simulator) doubled(m *message, steps []scenario.Step) []scenario.Step {
	last := map[int]int{} // copy of each step
	for _, st := range steps {
		last[st.Number] = max(last[st.Number], st.Copy)
	}
	out := make([]scenario.Step, 0, 2*len(steps))
	for _, st := range steps {
		out = append(out, st)
		if s.befalls(m, &st, "duplicate", m.chaos.Duplicate) {
			last[st.Number]++
			st.Copy = last[st.Number]
			blame(&st, "duplicate")
			out = append(out, st)
		}
	}
	return out
}

// missign has a callback that is signed rightly signed otherwise.
func (s *Simulator) missign(m *message, st *scenario.Step) {
	switch c := m.chaos; {
	case c == nil || st.Signature != scenario.Right && st.Signature != "":
	case s.befalls(m, st, "wrong-signature", c.WrongSignature):
		st.Signature = scenario.WrongToken
		blame(st, "wrong signature")
	case s.befalls(m, st, "wrong-host", c.WrongHost):
		st.Signature = scenario.OtherURL
		blame(st, "wrong host")
	}
}

// drawn is a number from 0 to less than 1, of a callback: it does not depend on what else is drawn.
func (s *Simulator) drawn(m *message, st *scenario.Step, what string) float64 {
	return s.dice.unit("chaos "+what, m.number, uint64(st.Number), uint64(st.Copy))
}

func (s *Simulator) befalls(m *message, st *scenario.Step, what string, p float64) bool {
	return p > 0 && s.drawn(m, st, what) < p
}

// blame notes what chaos did to a callback.
func blame(st *scenario.Step, what string) {
	if st.Cause == "" {
		st.Cause = byChaos + ": " + what
		return
	}
	st.Cause += ", " + what
}

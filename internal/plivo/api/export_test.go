package api

import "time"

// Turns plans calls with a clock of the test's.
type Turns struct{ p *Pace }

func NewTurns(l Limits) Turns { return Turns{NewPace(l)} }

func (t Turns) Request(now time.Time) time.Duration { return t.p.request(now).wait }
func (t Turns) List(now time.Time) time.Duration    { return t.p.list(now).wait }

func (t Turns) Messages(now time.Time, source, kind string, n int) (time.Duration, func(time.Time)) {
	turn := t.p.messages(now, source, kind, n)
	return turn.wait, turn.giveBack
}

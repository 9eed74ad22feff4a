package tui

import "time"

const (
	// pullEvery is the least time between two questions that changes in the core give rise to.
	pullEvery = 33 * time.Millisecond
	// rushPause is it while callbacks come faster than anybody reads.
	rushPause = 5 * pullEvery
	// rushFrom is so many callbacks in each pullEvery: about as many as a list has lines, so that a row has gone
	// by before the eye is on it.
	rushFrom = 15
)

// pace is how soon the screens look again after a change. Reading and drawing cost the server what they take of
// the processor, so that there is less of them while it has much to do. A change that comes alone is shown at
// once at either pace, since the pause lies before the next one and is over by then.
type pace struct {
	at   time.Time // of the last look
	seen int64     // callbacks that the history had then
}

// next is the pause after a look at a time, when the history has so many callbacks.
func (p *pace) next(at time.Time, callbacks int64) time.Duration {
	came, since := callbacks-p.seen, at.Sub(p.at)
	p.at, p.seen = at, callbacks
	if since > 0 && came > rushFrom && time.Duration(came)*pullEvery > rushFrom*since {
		return rushPause
	}
	return pullEvery
}

package app

import (
	"context"
	"time"
)

// Quicken lets the watch over messages look every 50 ms. It has to come before Run.
func Quicken(a *App) { a.beat = 50 * time.Millisecond }

// QuickenSimulator has a simulator of another process asked for its clock every 20 ms, and answer within a time. It has
// to come before Run.
func QuickenSimulator(a *App, within time.Duration) {
	a.farClock.beat, a.far.within = 20*time.Millisecond, within
}

// QuickenSends lets a send give signs of life that often.
func QuickenSends(a *App, beat time.Duration) { a.sendBeat = beat }

// PublicURLIs says that the server is reached under another public URL from now on.
func (a *App) PublicURLIs(url string) { a.custody.want(url) }

// Hurried makes the way from outside be looked after many times as fast.
func (o Options) Hurried() Options {
	o.linkTimes = &linkTimes{
		beat: 10 * time.Millisecond, silent: 100 * time.Millisecond, timed: 20 * time.Millisecond, probe: 300 * time.Millisecond,
		retry: 10 * time.Millisecond, most: 50 * time.Millisecond, flaps: 10 * time.Second, spare: 200 * time.Millisecond,
	}
	return o
}

// NoPublicURL says that the server is not reached any more.
func (a *App) NoPublicURL() { a.custody.release() }

// CustodyWithin bounds how long an application is tried to be given back.
func (o Options) CustodyWithin(d time.Duration) Options {
	o.custodyWithin = d
	return o
}

// TokenFinding is what the doctor says of how the tokens are written.
func TokenFinding(o Options) Finding { return lookAtToken(context.Background(), &doctor{o: o}) }

// ExplainingAtOnce bounds the work that looking for causes may do without a pause.
func (o Options) ExplainingAtOnce(d time.Duration) Options {
	o.diagnosisBurst = d
	return o
}

// RestOf is what is left of a pause.
func RestOf(pause, gone time.Duration) time.Duration { return restOf(pause, gone) }

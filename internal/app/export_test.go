package app

import "time"

// Hurried makes the way from outside be looked after many times as fast.
func (o Options) Hurried() Options {
	o.linkTimes = &linkTimes{
		beat: 10 * time.Millisecond, silent: 100 * time.Millisecond, timed: 20 * time.Millisecond, probe: 300 * time.Millisecond,
		retry: 10 * time.Millisecond, most: 50 * time.Millisecond, flaps: 10 * time.Second,
	}
	return o
}

package forward

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// newGuard is a value that no other program, and no other run of this one, gives.
func newGuard() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return "forward-" + hex.EncodeToString(b[:])
}

// hopsMost is how many programs like this one may have passed a callback on.
const hopsMost = 8

// guardOf gives the guard header of a callback that is passed on; false where this program, or too many
// others, did that already.
func (f *Forwarder) guardOf(c *webhook.Callback) (string, bool) {
	var hops []string
	for _, value := range c.Header[replay.GuardHeader] {
		for hop := range strings.SplitSeq(value, ",") {
			hop = strings.TrimSpace(hop)
			if hop == f.guard {
				return "", false
			}
			if hop != "" {
				hops = append(hops, hop)
			}
		}
	}
	return strings.Join(append(hops, f.guard), ", "), len(hops) < hopsMost
}

// build makes the request of a callback, or says why there is none.
func (l *lane) build(c *webhook.Callback) (replay.Request, error) {
	o := l.route.options(c)
	guard, ok := l.f.guardOf(c)
	if !ok {
		return replay.Request{}, errLoop
	}
	o.Guard = guard
	if o.Mode == webhook.Resigned {
		o.Keys = l.f.o.Keys(c)
	}
	return replay.Build(*c, o)
}

var errLoop = errors.New("it was forwarded from here already and came back: what listens at the target passes it on to this program; give the URL of your app itself")

// send sends a request once and keeps what came of it, unless that takes too long.
func (l *lane) send(ctx context.Context, s *replay.Sender, r replay.Request, within time.Duration) webhook.Attempt {
	a := s.Do(ctx, r)
	a.Route = l.route.Name
	if a.Failure == webhook.Cancelled {
		return a
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), within)
	defer cancel()
	if err := l.f.o.Store.KeepAttempt(keep, &a); err != nil {
		l.f.o.Logger.Warn("what came of forwarding a callback was not kept", "id", a.CallbackID, "route", l.route.Name, "err", err)
	}
	if a.Answer.Status != 0 && a.Failure == "" {
		l.latency.Observe(a.Timings.Total)
	}
	return a
}

// How long an attempt may take to be on disk; the second where Plivo waits.
const (
	keepWithin     = 10 * time.Second
	keepSoonWithin = time.Second
)

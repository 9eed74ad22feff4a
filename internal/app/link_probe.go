package app

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// prober sends probes through the public URL, one at a time. It belongs to the goroutine of link.run.
type prober struct {
	results chan proof
	number  int                // of the probe that is on its way, or was last
	cancel  context.CancelFunc // nil while none is
	next    *time.Timer        // until the next; nil for none
	failed  int                // in a row
	proved  bool               // one came back since the tunnel was started
	restart bool               // the tunnel is to be started anew
	spare   *rate.Limiter      // of metered probes; nil where they cost nothing
	doubt   string             // what to mind of the URL, as the provider has it
}

// proof is what came of a probe.
type proof struct {
	number    int
	began     time.Time
	roundTrip time.Duration
	err       error // why it did not come back, in a sentence
}

// How many probes in a row have to fail: until the way counts as lost, since one is easily lost on the way, and
// until a tunnel that says it is fine is started anew.
const (
	failuresLost    = 2
	failuresRestart = 5
)

// meteredSlower is how many times longer than others the pauses of metered probes get.
const meteredSlower = 10

// due says when the next probe is.
func (p *prober) due() <-chan time.Time {
	if p.next == nil {
		return nil
	}
	return p.next.C
}

func (p *prober) running() bool { return p.cancel != nil }

// stop gives up the probe that is on its way, and sends no further one.
func (p *prober) stop() {
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
	if p.next != nil {
		p.next.Stop()
		p.next = nil
	}
}

// again forgets the failures.
func (p *prober) again() { p.failed = 0 }

// after sends the next probe after about d.
func (p *prober) after(d time.Duration) {
	p.next = time.NewTimer(d/2 + rand.N(d))
}

// probe sends a probe through the URL that is open, in the place of one on its way.
func (l *link) probe(ctx context.Context) {
	p := &l.probes
	p.stop()
	if p.spare != nil && !p.spare.Allow() {
		l.state(l.waiting(), fmt.Sprintf("The tunnel comes and goes, and each probe counts against its quota: the next is sent within %s.", l.times.spare), "")
		p.next = time.NewTimer(l.times.spare)
		return
	}
	p.number++
	number, url, began := p.number, l.url, l.a.now()
	within, cancel := context.WithCancel(ctx)
	p.cancel = cancel
	go func() {
		roundTrip, err := l.a.prove(within, url)
		cancel()
		select {
		case p.results <- proof{number: number, began: began, roundTrip: roundTrip, err: err}:
		case <-ctx.Done():
		}
	}()
}

// probed is told what came of a probe.
func (l *link) probed(ctx context.Context, r proof) {
	p := &l.probes
	if r.number != p.number || p.cancel == nil {
		return // it was given up
	}
	p.cancel = nil
	if r.err != nil {
		l.unproved(ctx, r)
		return
	}
	p.failed, p.proved = 0, true
	s, changed := l.a.tunnelLog.change(l.a.now(), func(s *TunnelStatus) {
		s.State, s.Why, s.Code = tunnel.Online, p.doubt, ""
		s.Proved, s.ProvedAt, s.RoundTrip = true, l.a.now(), r.roundTrip
	})
	l.down.end(ctx, l.a)
	l.publish(ctx)
	if changed {
		l.tell(s)
	}
	l.a.store.Wake() // the round trip is shown
	if !l.metered() {
		p.after(l.times.timed)
	}
}

// unproved is told that a probe did not come back.
func (l *link) unproved(ctx context.Context, r proof) {
	p := &l.probes
	p.failed++
	before := l.a.tunnelLog.now()
	if before.State == tunnel.Online && p.failed < failuresLost {
		l.down.suspect(r.began)
		p.after(l.times.retry)
		return
	}
	if before.State == tunnel.Online {
		l.down.begin(ctx, l.a, r.began, r.err.Error())
	}
	l.state(l.waiting(), r.err.Error(), codeOf(r.err))
	if l.tunnel != nil && p.proved && p.failed >= failuresRestart && dead(r.err) {
		// It says that it is fine, and nothing comes through.
		l.a.log.Warn("the tunnel is started anew", "tunnel", l.tunnel.Name(), "why", r.err.Error())
		l.up, p.proved, p.restart = false, false, true
		l.stop()
		return
	}
	p.after(l.pause())
}

// dead tells whether what a probe met is a way that leads nowhere, which a new one may mend: not a name that this
// machine cannot look up, a quota that is used up, or another server.
func dead(err error) bool {
	var refusal *tunnel.Refusal
	if !errors.As(err, &refusal) {
		return false
	}
	switch refusal.Kind {
	case tunnel.TimedOut, tunnel.NotReached:
		return true
	case tunnel.EdgeRefused:
		return refusal.Status == http.StatusNotFound || refusal.Status >= http.StatusInternalServerError
	}
	return false
}

// waiting is the state of what is open and not proved.
func (l *link) waiting() tunnel.State {
	switch {
	case l.tunnel == nil:
		return Unproved
	case l.a.tunnelLog.now().Proved:
		return tunnel.Reconnecting
	default:
		return tunnel.Connecting
	}
}

// pause is how long to wait after so many failures: longer and longer, most of all where probes count.
func (l *link) pause() time.Duration {
	most := l.times.most
	if l.metered() {
		most *= meteredSlower
	}
	d := l.times.retry
	for range l.probes.failed - 1 {
		if d *= 2; d >= most {
			return most
		}
	}
	return d
}

// publish gives the URL that was proved to Plivo, and says what becomes of messages that were sent with
// another.
func (l *link) publish(ctx context.Context) {
	if l.tunnel == nil || l.a.publish(l.url) == l.url {
		return
	}
	before := l.told.url
	if before == l.url {
		before = ""
	}
	l.strandedByURL(ctx, before)
}

package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// link looks after the way from outside to the callback server: the tunnel, where there is one, or else the
// public URL that was given. Its fields belong to the goroutine of run.
type link struct {
	a      *App
	tunnel tunnel.Tunnel // nil where a URL was given
	given  string
	times  linkTimes

	up     bool   // the provider says so
	url    string // as the provider has it
	stop   func() // ends the tunnel's run; nil while it does not
	over   bool   // it cannot come back
	probes prober
	quiet  quiet
	clock  wakeClock
	down   outage
	told   telling
}

// linkTimes are how long is waited for what.
type linkTimes struct {
	beat   time.Duration // between two looks at the clocks
	silent time.Duration // without a callback while messages are in flight, until a probe
	timed  time.Duration // between two probes where they cost nothing
	probe  time.Duration // for a probe to come back
	retry  time.Duration // until a probe that did not is sent again, at first
	most   time.Duration // at last; metered ones are sent a tenth as often
	flaps  time.Duration // between two notices of the tunnel's end
	spare  time.Duration // between two metered probes, once there were several soon
}

// meteredBurst is how many metered probes may be sent one soon after the other: a tunnel that comes and goes would
// use up the month's requests.
const meteredBurst = 10

var theLinkTimes = linkTimes{
	beat: time.Second, silent: 30 * time.Second, timed: time.Minute, probe: 10 * time.Second,
	retry: time.Second, most: 30 * time.Second, flaps: 10 * time.Second, spare: 30 * time.Second,
}

// newLink gives nil where there is nothing to look after.
func newLink(a *App) *link {
	l := &link{a: a, tunnel: a.o.Tunnel, given: a.o.PublicURL, times: theLinkTimes}
	if a.o.linkTimes != nil {
		l.times = *a.o.linkTimes
	}
	if l.tunnel == nil && l.given == "" || a.joined {
		return nil
	}
	a.prober.Timeout = l.times.probe
	l.probes = prober{results: make(chan proof, 1)}
	if l.metered() {
		l.probes.spare = rate.NewLimiter(rate.Every(l.times.spare), meteredBurst)
	}
	return l
}

// begun is the status before anything is known.
func (l *link) begun() TunnelStatus {
	s := TunnelStatus{Name: noTunnel, State: Unproved, URL: l.a.publicURL(), Metered: l.metered(), Since: l.a.now()}
	if l.tunnel != nil {
		s.Name, s.State, s.URL = l.tunnel.Name(), tunnel.Connecting, ""
	}
	return s
}

// external tells whether a tunnel's callers come from an agent on this machine, and not over a listener of the
// tunnel's own.
func external(t tunnel.Tunnel) bool { return t.Name() != "ngrok" }

// metered tells whether probes are to be spared. What a given URL costs is not known.
func (l *link) metered() bool { return l.tunnel == nil || l.tunnel.Metered() }

// run looks after the way until ctx ends; then nothing of it is left. What the tunnel cannot mend is told, and
// ends nothing.
func (l *link) run(ctx context.Context) error {
	mail := newMailbox()
	ended := make(chan error, 1)
	defer l.probes.stop()
	l.a.endEarlierOutages(ctx)
	if l.tunnel == nil {
		l.strandedByURL(ctx, "")
		l.online(ctx, tunnel.Event{URL: l.a.publicURL()})
	} else {
		l.start(ctx, mail, ended)
	}
	beat := time.NewTicker(l.times.beat)
	defer beat.Stop()
	l.clock.set(l.a.now())
	for {
		select {
		case <-ctx.Done():
			if l.stop != nil {
				<-ended
			}
			l.end(context.WithoutCancel(ctx))
			return nil
		case <-mail.wake:
			for _, e := range mail.take() {
				l.on(ctx, e)
			}
		case err := <-ended:
			l.stop = nil
			if ctx.Err() != nil || l.over {
				continue
			}
			for _, e := range mail.take() {
				l.on(ctx, e)
			}
			if l.probes.restart {
				l.probes.restart = false
				l.start(ctx, mail, ended)
				continue
			}
			l.failed(ctx, err)
		case r := <-l.probes.results:
			l.probed(ctx, r)
		case <-l.probes.due():
			l.probe(ctx)
		case <-beat.C:
			l.look(ctx)
		}
	}
}

// start runs the tunnel beside.
func (l *link) start(ctx context.Context, mail *mailbox, ended chan<- error) {
	ctx, l.stop = context.WithCancel(ctx)
	local := tunnel.Local{Addr: l.a.serverLn.Addr().String(), Serve: l.a.server.ServeTunnel}
	go func() { ended <- l.tunnel.Run(ctx, local, mail.put) }()
}

// on is told what the provider says.
func (l *link) on(ctx context.Context, e tunnel.Event) {
	if l.over {
		return
	}
	switch e.State {
	case tunnel.Online:
		l.online(ctx, e)
	case tunnel.Failed: // its run ends with the same
		l.lost(ctx, e)
	default:
		l.lost(ctx, e)
		if l.a.tunnelLog.now().Proved {
			e.State = tunnel.Reconnecting
		}
		l.state(e.State, e.Why, e.Code)
	}
}

// online is told that a URL was opened. That it leads here has to be proved.
func (l *link) online(ctx context.Context, e tunnel.Event) {
	if l.a.forwardsTo(e.URL) {
		// Each callback would come again as a new one, for ever.
		l.failed(ctx, &tunnel.Error{Why: fmt.Sprintf("The tunnel's URL %s is also where callbacks are forwarded to, so each would come back as a new one; give the URL of your app to --forward-to.", e.URL)})
		return
	}
	if l.tunnel != nil {
		_, err := checkPublicURL(e.URL, l.a.o.InsecureURL)
		if err == nil {
			err = l.open(ctx, e.URL)
		}
		if err != nil {
			l.failed(ctx, &tunnel.Error{Why: fmt.Sprintf("The tunnel's URL cannot be used: %v.", err)})
			return
		}
	}
	l.up, l.url = true, e.URL
	l.a.tunnelLog.change(l.a.now(), func(s *TunnelStatus) {
		if s.URL != e.URL {
			s.Proved, s.RoundTrip = false, 0
		}
		if s.State != tunnel.Online || s.URL != e.URL {
			s.Why, s.Code = "It is open, and a probe is on its way through it.", ""
			if s.State == tunnel.Online {
				s.State = tunnel.Reconnecting
			}
		}
		s.URL = e.URL
	})
	l.a.store.Wake()
	l.probes.doubt = e.Why
	l.probes.again()
	l.probe(ctx)
}

// open takes a URL into use for checking signatures. The one before is given to Plivo no more.
func (l *link) open(ctx context.Context, url string) error {
	if err := l.a.open(ctx, url); err != nil {
		return err
	}
	if public := l.a.publicURL(); public != url && public != l.a.listenURL {
		l.a.publish("")
	}
	return nil
}

// lost is told that the provider has the way open no more.
func (l *link) lost(ctx context.Context, e tunnel.Event) {
	if l.up {
		l.down.begin(ctx, l.a, l.a.now(), e.Why)
	}
	l.up = false
	l.probes.stop()
}

// state sets the state and tells it.
func (l *link) state(state tunnel.State, why, code string) {
	s, changed := l.a.tunnelLog.change(l.a.now(), func(s *TunnelStatus) { s.State, s.Why, s.Code = state, why, code })
	if !changed {
		return
	}
	l.tell(s)
}

// failed is told that the tunnel cannot come back.
func (l *link) failed(ctx context.Context, err error) {
	final := &tunnel.Error{Why: "The tunnel ended by itself; start plivoscope again."}
	if err != nil && !errors.As(err, &final) {
		final.Why = sentence(err.Error())
	}
	l.over = true
	l.lost(ctx, tunnel.Event{Why: final.Why})
	if l.stop != nil {
		l.stop() // it goes on, but leads nowhere
	}
	l.a.publish("")
	l.a.custody.release()
	l.a.failure.Store(final)
	l.state(tunnel.Failed, final.Why, final.Code)
}

// look is what every beat does: it asks the clocks, and looks for messages in flight.
func (l *link) look(ctx context.Context) {
	if l.clock.woke(l.a.now(), l.times) && l.up {
		l.a.log.Info("the machine slept or stood still; the public URL is probed", "url", l.url)
		l.probes.again()
		l.probe(ctx)
		return
	}
	if l.up && !l.probes.running() && l.quiet.fell(ctx, l) {
		l.probe(ctx)
	}
}

// end writes down what was down until now.
func (l *link) end(ctx context.Context) { l.down.end(ctx, l.a) }

// TunnelFailure is why the tunnel that was asked for cannot come back; nil while it may.
func (a *App) TunnelFailure() error {
	if e := a.failure.Load(); e != nil {
		return e
	}
	return nil
}

package tunnel

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/hostport"
)

// ngrokTunnel is a tunnel by ngrok's client in this program. The client tries for ever what can never work,
// keeps a URL that is no longer its own, and is slow to close on a network that has gone, so it is used for
// one session at a time: what a session cannot mend ends it, and another begins.
type ngrokTunnel struct {
	settings Settings
	domain   string // URL to be reached under; empty for the account's own
	roots    *x509.CertPool
	secrets  secrets
	log      *slog.Logger
	pace     ngrokPace
}

type ngrokPace struct {
	interval, tolerance time.Duration // of heartbeats: a dead network is noticed within their sum
	first, most         time.Duration // between two sessions, the bounds of the back-off
	connect             time.Duration // for a session to come online, or back; another begins then
	refusedAtFirst      time.Duration // how long refusals that may pass are borne
	refused             time.Duration // the same where it was online before
	unbind              time.Duration // to take leave
}

var ngrokTimes = ngrokPace{
	interval: 5 * time.Second, tolerance: 5 * time.Second, first: time.Second, most: 30 * time.Second,
	connect: time.Minute, refusedAtFirst: 90 * time.Second, refused: 5 * time.Minute, unbind: time.Second,
}

func newNgrok(s Settings) (Tunnel, error) {
	if s.NgrokToken.Empty() {
		return nil, fmt.Errorf("the ngrok tunnel needs an authtoken: %s in the environment or in .env, or use --tunnel cloudflared, which needs no account", ownToken)
	}
	n := &ngrokTunnel{settings: s, secrets: newSecrets(s.NgrokToken), log: s.Logger, pace: ngrokTimes}
	if s.NgrokDomain != "" {
		host := strings.TrimSuffix(strings.TrimPrefix(s.NgrokDomain, "https://"), "/")
		if u, err := url.Parse("https://" + host); err != nil || u.Host != host || u.Hostname() == "" || hostport.URL(u) != nil {
			return nil, fmt.Errorf("%q is no name for ngrok to be reached under; give one as me.ngrok-free.app, or none for the account's own", s.NgrokDomain)
		}
		n.domain = "https://" + host
	}
	if s.NgrokServer != "" {
		if _, _, err := hostport.Dial(s.NgrokServer); err != nil {
			return nil, fmt.Errorf("%q is no address of an ngrok server: it %w; give one as HOST:PORT", s.NgrokServer, err)
		}
	}
	if s.NgrokCA != "" {
		roots, err := readCA(s.NgrokCA)
		if err != nil {
			return nil, err
		}
		n.roots = roots
	}
	return n, nil
}

// readCA reads the certificates of a PEM file.
func readCA(path string) (*x509.CertPool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the CA file for ngrok's server cannot be read: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("the CA file for ngrok's server, %s, holds no certificate; give one in PEM", path)
	}
	return pool, nil
}

func (n *ngrokTunnel) Name() string { return "ngrok" }

// Metered is true: the free plan counts requests by the month.
func (n *ngrokTunnel) Metered() bool { return true }

// NamesCaller is true: ngrok's edge appends the caller's address.
func (n *ngrokTunnel) NamesCaller() bool { return true }

func (n *ngrokTunnel) Run(ctx context.Context, local Local, emit func(Event)) error {
	say := &speaker{emit: emit}
	say.away("", "")
	feed := newFeed(local.Addr)
	defer feed.Close()
	served := make(chan error, 1)
	serving, stopServing := context.WithCancel(ctx)
	defer stopServing()
	running, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		served <- local.Serve(serving, feed)
		stop()
	}()
	session, err := n.sessions(running, feed, say)
	if ctx.Err() != nil {
		<-served // requests in flight come and go through the session
		session.close()
		return nil
	}
	session.close()
	stopServing()
	servedErr := <-served
	var final *Error
	if !errors.As(err, &final) { // Serve has ended by itself
		final = &Error{Why: fmt.Sprintf("The callback server takes nothing from the tunnel any more: %v. Start plivoscope again.", servedErr)}
	}
	return say.failed(final)
}

// sessions has one session after the other, until ctx ends or one fails for good. It gives the last one, which
// is the caller's to close.
func (n *ngrokTunnel) sessions(ctx context.Context, feed *feed, say *speaker) (*ngrokSession, error) {
	var refused time.Time // since when the service has refused; zero for not
	for failures := 1; ; failures++ {
		bound := n.pace.refusedAtFirst
		if say.was {
			bound = n.pace.refused
		}
		session := n.newSession(say, feed)
		err := session.run(ctx)
		if ctx.Err() != nil {
			return session, nil
		}
		if session.came {
			failures, refused = 1, time.Time{}
		}
		var t *trouble
		if !errors.As(err, &t) {
			return session, err
		}
		session.close()
		switch {
		case t.code == "":
			refused = time.Time{}
		case refused.IsZero():
			refused = t.since
		}
		if !refused.IsZero() && time.Since(refused) > bound {
			return session, &Error{Why: t.why, Code: t.code}
		}
		wait := backOff(failures, n.pace.first, n.pace.most)
		say.away(fmt.Sprintf("%s It is tried again in %s.", t.why, wait.Round(100*time.Millisecond)), t.code)
		pause(ctx, wait)
	}
}

// trouble is what ended a session and may pass.
type trouble struct {
	why, code string
	since     time.Time // of the first refusal with a code
}

func (t *trouble) Error() string { return t.why }

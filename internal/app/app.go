package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync/atomic"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/forward"
	"dev.internal/plivoscope/internal/webhook/replay"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// App is the running program: one history, one API client and, unless it joined another process, one
// callback server and, without a live account, one simulator.
type App struct {
	o   Options
	now func() time.Time
	log *slog.Logger

	store  *store.Store
	api    *api.Client
	server *webhook.Server      // nil when another process serves this history
	routes *forward.Forwarder   // nil when nothing is forwarded
	sim    *simulator.Simulator // nil when live or joined

	custody *custodian // nil when there is no account of ours

	serverLn, simLn, metricsLn net.Listener

	authID     string
	apiURL     string // empty for Plivo's own
	listenURL  string
	moved      bool // to a free port: the one that was to be taken was busy
	urls       addresses
	joined     bool
	serverPID  int               // the process that serves: this one, or the joined one
	tokens     []signature.Token // that callbacks are verified with: the server's own
	replayKeys replay.Keys       // that callbacks are signed with which are sent from here
	newest     int64             // ID of the newest callback when the history was opened

	started  time.Time
	notices  notices
	totals   atomic.Pointer[store.Totals]
	watched  atomic.Pointer[WatchStatus]
	beat     time.Duration          // of the watch over messages
	inFlight atomic.Int64           // sends that the API has not answered
	ending   atomic.Pointer[string] // what the end waits for; nil until it has begun
	sendBeat time.Duration          // between two signs of life of one
	replays  replays
	doubts   doubts
	senders  senders
	leased   atomic.Bool               // other processes are told to use this server
	alone    atomic.Pointer[time.Time] // when the server began, if no other one of the history ran then; nil where one did
	simReset atomic.Pointer[time.Time] // when the simulator of this process was reset the last time; nil for never
	releases chan struct{}             // the lease is to be renewed at once: what it says has changed

	link      *link // nil where there is neither a tunnel nor a public URL
	tunnelLog tunnelLog
	prober    *tunnel.Prober
	failure   atomic.Pointer[tunnel.Error]

	inboundAnswer atomic.Pointer[plivo.Answer] // as the server has it; nil while another process serves
	rulesFrom     atomic.Pointer[loadedRules]  // that the simulator was given meanwhile; nil for none

	far      controlled // simulator of another process that messages go to; its Client is nil for none
	farClock farClock
}

// Open opens the history and binds the addresses; Run then serves them. The caller closes the App,
// also when Run was never called. Every error is a sentence with what to do.
func Open(ctx context.Context, o Options) (*App, error) {
	a := &App{o: o, now: o.Now, log: o.Logger, authID: o.AuthID, serverPID: os.Getpid(), beat: watchBeat, sendBeat: store.SendBeat, releases: make(chan struct{}, 1)}
	if a.now == nil {
		a.now = time.Now
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	a.started = a.now()
	a.prober = a.newProber()
	a.farClock = farClock{wanted: make(chan struct{}, 1), wake: func() { a.store.Wake() }, beat: farBeat}
	if o.PublicURL != "" {
		var err error
		if a.urls.public, err = checkPublicURL(o.PublicURL, o.InsecureURL); err != nil {
			return nil, err
		}
		if o.Tunnel != nil {
			return nil, errors.New("a tunnel and a public URL exclude each other: the tunnel gives the URL")
		}
	}
	var err error
	a.store, err = store.Open(ctx, store.Options{
		Path: o.HistoryPath, Keep: o.Keep, Hide: o.Hide, Now: a.now, Logger: a.log, Serves: !o.Join,
		OnProblem: func(text string) { a.Notify(Warning, text) },
	})
	if err != nil {
		return nil, err
	}
	if err := a.build(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	if a.newest, err = a.store.NewestCallback(ctx); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	a.refreshTotals(ctx)
	return a, nil
}

func (a *App) build(ctx context.Context) error {
	token, apiURL := a.o.AuthToken.Reveal(), a.o.APIURL
	if a.o.Join {
		lease, live, err := a.store.Lease(ctx)
		if err != nil {
			return err
		}
		if live && a.mayJoin(lease) && answers(ctx, lease.ListenURL) {
			a.joined, a.serverPID = true, lease.PID
			a.listenURL, a.urls.public, a.authID = lease.ListenURL, lease.PublicURL, lease.AuthID
			a.alone.Store(&lease.AloneSince)
			if a.o.Mode == Simulator {
				token, apiURL = lease.SimToken, lease.APIURL
			}
		}
	}
	if !a.joined {
		if err := a.listen(ctx); err != nil {
			return err
		}
		if a.o.Mode == Simulator {
			if err := a.simulate(ctx); err != nil {
				return err
			}
			token, apiURL = a.sim.AuthToken(), a.apiURL
			a.authID = a.sim.AuthID()
		}
	}
	a.tokens = a.trusted(token)
	a.replayKeys = replay.Keys{Account: signature.NewToken("account", token)}
	if !a.simulated() { // whose account is none of Plivo's
		a.replayKeys.Main = signature.NewToken("main account", a.o.MainToken.Reveal())
	}
	if !a.joined {
		if err := a.openRoutes(ctx); err != nil {
			return err
		}
		if err := a.recallURLs(ctx); err != nil {
			return err
		}
		if err := a.serve(); err != nil {
			return err
		}
		if err := a.listenForMetrics(ctx); err != nil {
			return err
		}
	}
	a.apiURL = apiURL
	client, err := api.New(a.apiConfig(token))
	if err != nil {
		return err
	}
	a.api = client
	if err := a.findSimulator(); err != nil {
		return err
	}
	a.custody = newCustodian(a)
	return nil
}

// mayJoin tells whether the server of lease serves what this process is to use: its own account, or a
// simulator.
func (a *App) mayJoin(lease store.Lease) bool {
	if a.o.Mode == Simulator {
		return lease.SimToken != ""
	}
	return lease.SimToken == "" && lease.AuthID == a.o.AuthID
}

// listen binds the callback server's address: the one asked for, or a free one where the default is
// busy. A public URL that was given leads to one port, so with one there is no other to take.
func (a *App) listen(ctx context.Context) error {
	addr := a.o.Addr
	if addr == "" {
		addr = DefaultAddr
	}
	ln, moved, err := Bind(ctx, "callbacks", addr, a.o.AddrGiven || a.o.PublicURL != "")
	if err != nil {
		return err
	}
	a.serverLn, a.listenURL = ln, URLOf(ln)
	if a.moved = moved; moved {
		a.Notify(Warning, fmt.Sprintf("%s is in use: callbacks come to %s instead; choose a port with --addr.", addr, ln.Addr()))
	}
	if !onlyHere(ln) {
		a.Notify(Info, fmt.Sprintf("The callback server listens on %s: other machines of the network can reach it.", ln.Addr()))
	}
	if a.urls.public == "" {
		a.urls.public = a.listenURL
	}
	return nil
}

func (a *App) simulate(ctx context.Context) error {
	sim, err := simulator.New(simulator.Options{
		AuthID: a.o.AuthID, AuthToken: a.o.AuthToken.Reveal(), Seed: a.o.Seed, Speed: a.o.Speed, Pace: a.o.Pace,
		Fate: a.o.Fate, StrictSenders: a.o.StrictSenders, AnyPowerpack: true, Sign: a.o.Sign, Rules: a.o.Rules, Chaos: a.o.Chaos,
		InboundURL: a.publicURL() + webhook.InboundPath,
		// The public URL may be a tunnel's: the user asked for it.
		AllowRemote: a.o.Tunnel != nil || !onLoopback(a.publicURL()), Logger: a.log,
		OnReset: func() { at := a.now(); a.simReset.Store(&at) },
	})
	if err != nil {
		return err
	}
	ln, _, err := Bind(ctx, "the simulator's API", "127.0.0.1:0", true)
	if err != nil {
		return err
	}
	a.sim, a.simLn, a.apiURL = sim, ln, URLOf(ln)
	return nil
}

// trusted gives the tokens that callbacks are verified with; token is the account's.
func (a *App) trusted(token string) []signature.Token {
	tokens := []signature.Token{signature.NewToken("account", token)}
	if !a.o.MainToken.Empty() {
		tokens = append(tokens, signature.NewToken("main account", a.o.MainToken.Reveal()))
	}
	return append(tokens, a.o.ExtraTokens...)
}

func (a *App) serve() error {
	// A tunnel's agent on this machine says who called; without one the caller is who connects. A tunnel that
	// ends in this process has a listener of its own, so that here too the caller is who connects.
	tunnelled := a.o.PublicURL != "" && !onLoopback(a.publicURL()) || a.o.Tunnel != nil && external(a.o.Tunnel)
	trusted, err := a.trustsForwarded(tunnelled)
	if err != nil {
		return err
	}
	var answerer func(*webhook.Callback) func(context.Context) webhook.TargetAnswer
	if a.routes != nil {
		answerer = a.routes.Answer
	}
	server, err := webhook.New(webhook.Config{
		Answerer: answerer, Answer: a.o.Answer,
		PublicURLs: []string{a.publicURL()}, Tokens: a.tokens, OnInvalid: a.o.OnInvalid, Recorder: a.store,
		Now: a.now, Logger: a.log, Allow: a.o.Allow, Version: a.o.Version,
		Agent: tunnelled, TrustForwarded: trusted,
		Limits:    webhook.Limits{RateLimitOff: !tunnelled && !trusted && onlyHere(a.serverLn), AtOnce: a.o.CallbacksAtOnce},
		OnProblem: func(level slog.Level, text string) { a.Notify(severityOf(level), text) },
		Prove:     a.answerProbe,
		Tunnel:    a.tunnelHealth,
	})
	if err != nil {
		return err
	}
	a.server = server
	a.inboundAnswer.Store(&a.o.Answer)
	a.tunnelLog.status = TunnelStatus{Name: noTunnel}
	if a.link = newLink(a); a.link != nil {
		a.tunnelLog.status = a.link.begun()
	}
	return server.SetEarlierURLs(a.urls.earlier...)
}

// Close stops what Open started; Run must have returned. It is safe to call twice.
func (a *App) Close() error {
	a.replays.end()
	a.doubts.end()
	for _, ln := range []net.Listener{a.simLn, a.serverLn, a.metricsLn} {
		if ln != nil {
			_ = ln.Close()
		}
	}
	if a.api != nil {
		a.api.Close()
	}
	if a.far.Client != nil {
		a.far.Close()
	}
	return a.store.Close()
}

// Joined tells whether another process's server is used.
func (a *App) Joined() bool { return a.joined }

// simulated tells whether messages go to a simulator of ours, in this process or the joined one.
func (a *App) simulated() bool { return a.o.Mode == Simulator }

// Spends tells whether a send costs money: it does on a live account unless the API is on this
// machine.
func (a *App) Spends() bool { return !a.simulated() && !onLoopback(a.apiURL) }

// CallbackURL is where delivery reports of new messages are asked to; empty where nothing could
// receive them: Plivo reaches no address of this machine that nobody named as public.
func (a *App) CallbackURL() string {
	public := a.publicURL()
	if a.Spends() && (onLoopback(public) || public == a.listenURL) {
		return ""
	}
	return public + webhook.DeliveryReportPath
}

// Notify shows the user a sentence.
func (a *App) Notify(s Severity, text string) {
	a.notify(Notice{Severity: s, Text: text})
}

func (a *App) notify(n Notice) {
	n.At, n.Text = a.now(), a.o.Hide.Text(n.Text)
	a.notices.add(n)
	a.log.Info("notice", "severity", string(n.Severity), "text", n.Text)
	if a.store != nil {
		a.store.Wake()
	}
}

func severityOf(level slog.Level) Severity {
	switch {
	case level >= slog.LevelError:
		return Failure
	case level >= slog.LevelWarn:
		return Warning
	default:
		return Info
	}
}

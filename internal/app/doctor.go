package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/store"
)

// CheckResult is how a check of the doctor ended.
type CheckResult string

// The results. A warning is something to know that keeps nothing from working.
const (
	CheckOK      CheckResult = "ok"
	CheckWarning CheckResult = "warning"
	CheckFailed  CheckResult = "failed"
	CheckSkipped CheckResult = "skipped"
)

// FaultClass is where what failed is to be mended.
type FaultClass string

// The classes, as the exit codes have them.
const (
	FaultLocal       FaultClass = "local"       // this machine, its settings, or the account's own
	FaultCredentials FaultClass = "credentials" // Plivo refused them
	FaultNetwork     FaultClass = "network"     // the way, or what is at its other end
)

// Finding is what one check found.
type Finding struct {
	Check  string // its name, which never changes
	Result CheckResult
	What   string // what was found
	Advice string // what to do about it; empty for nothing
	Took   time.Duration
	Class  FaultClass // of a failure; empty otherwise
	// Private are the parts of What and Advice, beside numbers, that tell whose account it is.
	Private []string
}

// Unseen tells whether a check could not be made, and says where to look instead.
func (f Finding) Unseen() bool { return f.Result == CheckSkipped && f.Advice != "" }

// Hide takes what tells whose account it is out of a text of the finding. Numbers are left to package mask.
func (f Finding) Hide(text string) string {
	for _, part := range f.Private {
		text = strings.ReplaceAll(text, part, "••••")
	}
	return text
}

func fine(what string) Finding { return Finding{Result: CheckOK, What: what} }
func warn(what, advice string) Finding {
	return Finding{Result: CheckWarning, What: what, Advice: advice}
}

func skipped(what, advice string) Finding {
	return Finding{Result: CheckSkipped, What: what, Advice: advice}
}

func failed(class FaultClass, what, advice string) Finding {
	return Finding{Result: CheckFailed, Class: class, What: what, Advice: advice}
}

// failedAs is for an error, which may say after a semicolon what to do; otherwise that is advice.
func failedAs(class FaultClass, err error, advice string) Finding {
	what, itsOwn, found := strings.Cut(err.Error(), "; ")
	if found {
		advice = itsOwn
	}
	return failed(class, what, advice)
}

// Surroundings are what the command line knows of where the program runs; only the doctor looks at them.
type Surroundings struct {
	Env     config.Env
	EnvFile string // as it was named, or ".env"
	// EnvProblem and AccountProblem are why settings could not be read: the others stand then.
	EnvProblem, AccountProblem error
	Terminal                   func() Finding // nil for nothing to tell
	// OwnServer are the flags that were given and that a server which runs already does not go by.
	OwnServer []string
	// Patience bounds each check; 0 for 10 s.
	Patience time.Duration
}

// How long a check may take, and the one of a tunnel that is being opened.
const (
	defaultPatience = 10 * time.Second
	tunnelPatience  = 30 * time.Second
)

// doctor is one check-up.
type doctor struct {
	o       Options
	app     *App  // nil before it is open
	openErr error // why it is not
	running bool  // app is the one of the user, not one that was opened for this

	lease  store.Lease // of the server that runs on the history
	leased bool

	client  *api.Client // nil where there is no account to ask
	apiErr  error       // why it cannot be asked: PLIVO_API_URL is no address
	account api.Account

	results map[string]CheckResult
}

// check is something to look at.
type check struct {
	name  string
	needs []string // checks without which it has nothing to look at
	run   func(context.Context, *doctor) Finding
}

// The checks, in their order: what is on this machine, the account, the way from outside.
var (
	checksHere = []check{
		{"env_file", nil, lookAtEnvFile},
		{"env_ignored", nil, lookAtEnvIgnored},
		{"credentials", nil, lookAtCredentials},
		{"token", []string{"credentials"}, lookAtToken},
		{"data_folder", nil, lookAtDataFolder},
		{"history", []string{"data_folder"}, lookAtHistory},
		{"port", nil, lookAtPort},
		{"terminal", nil, lookAtTerminal},
	}
	checksAccount = []check{
		{"server", []string{"credentials", "history", "port"}, lookAtServer},
		{"api", []string{"credentials"}, lookAtAPI},
		{"clock", []string{"api"}, lookAtClock},
		{"balance", []string{"api"}, lookAtBalance},
		{"sender", []string{"api"}, lookAtSender},
		{"inbound", []string{"api"}, lookAtInbound},
		{"geo_permission", []string{"api"}, lookAtGeo},
	}
	checksWay = []check{
		{"tunnel", []string{"server"}, lookAtTunnel},
		{"round_trip", []string{"server", "tunnel"}, lookAtRoundTrip},
		{"signature", []string{"round_trip"}, lookAtSignature},
	}
)

// CheckUp looks at everything that has to be right, one check after the other, and tells each finding to emit. It
// uses the server that runs on the history, while there is one; otherwise it opens one of its own, which keeps no
// history and is gone at the end. The error is that of ctx.
func CheckUp(ctx context.Context, o Options, emit func(Finding)) error {
	d := &doctor{o: o, results: map[string]CheckResult{}}
	if err := d.all(ctx, checksHere, emit); err != nil {
		return err
	}
	end := d.open(ctx)
	defer end()
	return d.all(ctx, slices.Concat(checksAccount, checksWay), emit)
}

// Doctor is CheckUp for a program that runs.
func (a *App) Doctor(ctx context.Context, emit func(Finding)) error {
	d := &doctor{o: a.o, app: a, running: true, client: a.api, results: map[string]CheckResult{}}
	return d.all(ctx, slices.Concat(checksHere, checksAccount, checksWay), emit)
}

func (d *doctor) all(ctx context.Context, checks []check, emit func(Finding)) error {
	for _, c := range checks {
		f := d.one(ctx, c)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		f.Check = c.name
		d.results[c.name] = f.Result
		f = private(f, d.o.AuthID)
		if d.app != nil {
			f = private(f, d.app.authID)
		}
		emit(f)
	}
	return nil
}

func (d *doctor) one(ctx context.Context, c check) Finding {
	for _, name := range c.needs {
		if r := d.results[name]; r == CheckFailed || r == CheckSkipped {
			return skipped("nothing to look at, for what "+name+" says", "")
		}
	}
	patience := d.o.Surroundings.Patience
	switch {
	case patience > 0:
	case c.name == "tunnel":
		patience = tunnelPatience
	default:
		patience = defaultPatience
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	began := time.Now()
	f := c.run(ctx, d)
	f.Took = time.Since(began)
	return f
}

// open opens what the other checks ask: the server that runs, or one of this process.
func (d *doctor) open(ctx context.Context) (end func()) {
	o := d.o
	o.Join = d.leased
	if !d.leased {
		o.HistoryPath = "" // leaves nothing, and nobody else uses it
		if !o.AddrGiven && o.PublicURL == "" {
			o.Addr = "127.0.0.1:0"
		}
	}
	if d.results["credentials"] == CheckFailed {
		return func() {}
	}
	if d.live() {
		o.pace = api.NewPace(o.limits()) // of the App below too
		if d.client, d.apiErr = api.New(o.apiConfig()); d.apiErr != nil {
			return func() {}
		}
	}
	if d.results["history"] != CheckOK || d.results["port"] == CheckFailed {
		return d.closeClient
	}
	a, err := Open(ctx, o)
	if err != nil {
		d.openErr = err
		return d.closeClient
	}
	d.closeClient()
	ctx, cancel := context.WithCancel(ctx)
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- a.Run(ctx, func() { close(ready) }) }()
	select {
	case <-ready:
		d.app, d.client = a, a.api
	case err := <-ended:
		d.openErr = cmp.Or(err, errors.New("the callback server did not start"))
		ended <- nil
	}
	return func() {
		cancel()
		<-ended
		_ = a.Close()
	}
}

func (d *doctor) closeClient() {
	if d.client != nil {
		d.client.Close()
	}
}

// live tells whether there is an account of Plivo's, or of a server that speaks as Plivo.
func (d *doctor) live() bool { return d.o.Mode == Live }

// ownPlace tells whether the API is on this machine: a simulator, whose account is made up.
func (d *doctor) ownPlace() bool { return !d.live() || onLoopback(d.o.APIURL) }

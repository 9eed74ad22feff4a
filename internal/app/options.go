package app

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/hostport"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/redact"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/forward"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// Options say what the program runs on. The command line fills them in.
type Options struct {
	Mode    Mode
	Version string

	// The account. On the simulator an empty AuthID and AuthToken are made up.
	AuthID    string
	AuthToken config.Secret
	MainToken config.Secret // of the main account, when AuthID is a subaccount
	APIURL    string        // base URL of the API; empty for Plivo's own, unused on the simulator
	Sender    string        // default sender; empty for the simulator's own number or none

	// ExtraTokens are those of further accounts: callbacks are verified with them too, in both modes.
	ExtraTokens []signature.Token
	// OtherTokens and OtherAuthIDs are known, but trusted with nothing: where a signature was made with one
	// of them the diagnosis says so.
	OtherTokens  []signature.Token
	OtherAuthIDs []string

	// Retries is how often a call is tried again at most that Plivo cannot have taken; 0 for never.
	Retries int
	// MPS is how many SMS a second go to one sender, 0 for Plivo's default on a live account and no limit on the
	// simulator.
	MPS float64

	HistoryPath string // empty for an ephemeral history
	Keep        int    // valid callbacks kept; 0 for the store's default

	// OnProblem is told what is wrong with the history by what has no notices, as Restore; nil for nobody.
	OnProblem func(text string)

	// Join makes Open use the running server of the history, where there is one, instead of a
	// server of its own.
	Join      bool
	Addr      string // of the callback server, HOST:PORT; empty for 127.0.0.1:4141
	AddrGiven bool   // Addr is the user's wish: when it is busy that is an error
	PublicURL string // under which Plivo reaches the server; empty for the listen URL
	// Tunnel gives the public URL while it runs; nil for none. It and PublicURL exclude each other.
	Tunnel tunnel.Tunnel
	// ProbeRoots are the CAs that the certificate of a public URL is checked with when it is probed; nil for the
	// system's.
	ProbeRoots  *x509.CertPool
	InsecureURL bool // allow a public http:// URL
	OnInvalid   webhook.Policy
	Allow       []netip.Prefix
	// ForwardedFor says whether X-Forwarded-For is believed of what is passed on by an agent on this machine.
	ForwardedFor ForwardedFor

	// Attach says which application of a live account is to send its messages here.
	Attach Attach
	Repair string // the command that puts back what could not be at the end; empty for "plivoscope restore"

	// Metrics is where metrics are served, as metrics.ParseAddr gives it; empty for nowhere. A process that joined
	// another one has none of its own.
	Metrics     string
	MetricsFrom string // the flag or the variable that says so, for errors; empty for --metrics

	Answer plivo.Answer // to inbound messages, unless an application of Routes answers; zero for no reply

	// Routes say where callbacks are forwarded to; none for nowhere.
	Routes []forward.Route

	// What only the simulator understands.
	Fate          string
	Seed          uint64
	Speed         float64
	Pace          simulator.Pace
	StrictSenders bool
	Sign          scenario.Families // zero for all
	Rules         scenario.Rules
	RulesFile     string         // that the Rules are of; empty for none
	Chaos         scenario.Chaos // in place of the Rules'

	// CallbacksAtOnce bounds how many callbacks use the processor at the same time, so that screens of this
	// process get their turn in a flood; 0 for no bound.
	CallbacksAtOnce int

	Surroundings Surroundings // for the doctor alone

	Hide   *redact.Tokens // what is kept and said of others has asterisks for these; nil for none
	Logger *slog.Logger
	Now    func() time.Time

	pace           *api.Pace     // of the account, where something else in this process calls its API; nil otherwise
	linkTimes      *linkTimes    // nil for theLinkTimes
	diagnosisBurst time.Duration // of work for causes at once; 0 for the usual
	custodyWithin  time.Duration // 0 for theCustodyWithin
}

// DefaultAddr is where the callback server listens unless told otherwise.
const DefaultAddr = "127.0.0.1:4141"

func checkPublicURL(raw string, insecure bool) (string, error) {
	u, err := url.Parse(raw)
	if strings.Contains(raw, "@") && (err != nil || u.User != nil || u.Host == "") {
		return "", errors.New("the public URL has a user name or password, and is not repeated here: give it as https://name.example, as paths are added to it")
	}
	if wrong := (*url.Error)(nil); errors.As(err, &wrong) {
		return "", fmt.Errorf("the public URL %q cannot be read: %w; give it as https://name.example", raw, wrong.Err)
	}
	if u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return "", fmt.Errorf("the public URL %q is not an absolute http or https URL: give it as https://name.example", raw)
	}
	if u.Hostname() == "" {
		return "", fmt.Errorf("the public URL %q has no host: give it as https://name.example", raw)
	}
	if err := hostport.URL(u); err != nil {
		return "", fmt.Errorf("the public URL %q %w", raw, err)
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("the public URL %q must have no query or fragment: paths are added to it", raw)
	}
	if u.Scheme == "http" && !plivo.IsLoopback(u.Hostname()) && !insecure {
		return "", fmt.Errorf("the public URL %q is plain http: texts and numbers would cross the network unencrypted; use https, or allow it with --insecure-url", raw)
	}
	return strings.TrimSuffix(raw, "/"), nil
}

// onLoopback tells whether rawURL points to this machine.
func onLoopback(rawURL string) bool {
	u, err := url.Parse(rawURL)
	return err == nil && plivo.IsLoopback(u.Hostname())
}

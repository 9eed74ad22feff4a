package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// flags are all flags of the command line; each command registers the groups that it understands, so
// that a flag means the same everywhere.
type flags struct {
	output, env, log, logLevel string
	mask                       bool

	db        string
	ephemeral bool
	keep      int

	addr, publicURL, onInvalid string
	metrics                    string
	tunnel                     string
	tunnelPattern, ngrokAPI    string
	forwardedFor               string
	insecureURL                bool
	allow                      []string

	simulator, strictSenders bool
	fate, sign, rules, chaos string
	seed                     uint64
	speed                    float64
	paceTimes                string

	attach                      app.Attach
	inboundReply, inboundAnswer string

	forwardTo                      []string
	forwardSignURL, forwardInvalid string
	forwardAsCaptured              bool
	forwardAnswer                  bool

	yes     bool
	retries int
	mps     float64
	timeout time.Duration
	junit   string

	config         string
	noMouse, plain bool
}

// screens are the settings of the full-screen UI.
func (f *flags) screens(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.config, "config", "", "read keys and colours of the screen from `FILE`; default: plivoscope/config.json in the user's folder for configuration")
	fs.BoolVar(&f.plain, "plain", false, "no full screen: say in lines what comes, with the same keys, for a screen reader")
	fs.BoolVar(&f.noMouse, "no-mouse", false, "leave the mouse to the terminal, to mark text with it")
}

// printing is what every command has: how it prints, and where its settings come from.
func (f *flags) printing(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVarP(&f.output, "output", "o", "auto", "auto, text or json; auto is text on a terminal and JSON lines when piped")
	fs.StringVar(&f.env, "env", "", "read settings from `FILE` instead of .env in the working folder")
	fs.BoolVar(&f.mask, "mask", false, "hide phone numbers and texts in all that is shown, printed, copied and logged: the same number always gets the same pseudonym")
}

func (f *flags) common(cmd *cobra.Command) {
	f.printing(cmd)
	fs := cmd.Flags()
	fs.StringVar(&f.log, "log", "", "write the log to `FILE`; default: a rotated file in the state folder")
	fs.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error")
}

// file says which history a command works on.
func (f *flags) file(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.db, "db", "", "keep the history in `FILE`; default: one for each account, and one for the simulator, in the state folder")
	fs.BoolVar(&f.simulator, "simulator", false, "use the simulator and its history even where credentials are found")
}

func (f *flags) history(cmd *cobra.Command) {
	f.file(cmd)
	fs := cmd.Flags()
	fs.BoolVar(&f.ephemeral, "ephemeral", false, "keep no history after the end")
	fs.IntVar(&f.keep, "keep", 0, "keep `N` verified callbacks, the newest (default 1,000,000)")
}

func (f *flags) server(cmd *cobra.Command) {
	fs := cmd.Flags()
	f.address(cmd, app.DefaultAddr)
	fs.StringVar(&f.publicURL, "public-url", "", "`URL` under which Plivo reaches this server, as a tunnel gives it")
	fs.BoolVar(&f.insecureURL, "insecure-url", false, "allow a public http:// URL")
	fs.StringVar(&f.onInvalid, "on-invalid", "accept", "accept: answer 200 to a callback that does not verify and show it; reject: answer 403, or 400 without signature")
	fs.StringSliceVar(&f.allow, "allow", nil, "take callbacks only from these networks (`CIDR`, may be repeated)")
	f.callers(cmd)
}

func (f *flags) address(cmd *cobra.Command, byDefault string) {
	cmd.Flags().StringVar(&f.addr, "addr", byDefault, "listen on `HOST:PORT`; port 0 takes a free one, and so does the default where it is busy")
}

// measuring is for commands that serve for long.
func (f *flags) measuring(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.metrics, "metrics", "", "serve metrics for Prometheus on `ADDR`, HOST:PORT or a port of 127.0.0.1; port 0 takes a free one (docs/metrics.md)")
}

func (f *flags) simulation(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.fate, "fate", "", "what becomes of messages on the simulator: delivered, sent, undelivered[:CODE], failed[:CODE], none, or a scenario of one outbound SMS that \"plivoscope trigger list\" shows")
	f.pace(cmd)
	fs.BoolVar(&f.strictSenders, "strict-senders", false, "let the simulator refuse senders that are not on its account")
}

func (f *flags) pace(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.Uint64Var(&f.seed, "seed", 0, "make the simulator repeatable: the same `NUMBER` gives the same UUIDs and nonces")
	fs.Float64Var(&f.speed, "speed", 1, "hurry the simulator `N` times")
	fs.StringVar(&f.rules, "rules", "", "let the rules of `FILE` decide what becomes of messages on the simulator, and what goes wrong (docs/scenarios.md)")
	fs.StringVar(&f.chaos, "chaos", "", "what goes wrong on the simulator, a comma `LIST` as duplicate=5%,delay=20ms..2s (docs/scenarios.md has all), in place of what the rules file says")
	fs.StringVar(&f.sign, "sign", "", "signature headers of the simulator's callbacks, a comma `LIST` of v2, ma-v2, v3 and ma-v3 (default all)")
	fs.StringVar(&f.paceTimes, "pace", "0s,200ms,1s,10s", "when a message is queued, sent and final on the simulator, and how much later a late callback comes (`TIMES` after the send, at speed 1)")
}

func (f *flags) sending(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.yes, "yes", false, "spend money: send on a live account without asking")
}

// calling says how the API is called.
func (f *flags) calling(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.IntVar(&f.retries, "retries", 4, "try a call that Plivo cannot have taken (no connection, 429, 503) at most `N` times again, with growing pauses")
	fs.Float64Var(&f.mps, "mps", 0, "send at most `N` messages a second from one sender (default 5 on a live account, no limit on the simulator)")
}

// waitLimit is how long a command waits for what it was told to wait for.
const waitLimit = time.Minute

func (f *flags) waiting(cmd *cobra.Command, usage string) {
	cmd.Flags().DurationVar(&f.timeout, "timeout", 0, usage)
}

// reporting lets build servers read what came of it.
func (f *flags) reporting(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.junit, "junit", "", "write what came of each expectation to `FILE` as a JUnit report, also when it is stopped")
}

// limit is the time after which waiting is over.
func (f *flags) limit() time.Duration {
	if f.timeout > 0 {
		return f.timeout
	}
	return waitLimit
}

// parsePace reads the times of --pace.
func parsePace(s string) (simulator.Pace, error) {
	var times [4]time.Duration
	words := strings.Split(s, ",")
	if len(words) != len(times) {
		return simulator.Pace{}, fmt.Errorf("--pace %q is not four times: give them as 0s,200ms,1s,10s", s)
	}
	for i, word := range words {
		d, err := time.ParseDuration(strings.TrimSpace(word))
		if err != nil || d < 0 {
			return simulator.Pace{}, fmt.Errorf("--pace %q: %q is no time, which is written as 200ms or 1.5s", s, word)
		}
		times[i] = d
	}
	if times[1] < times[0] || times[2] < times[1] {
		return simulator.Pace{}, fmt.Errorf("--pace %q: queued, sent and final must follow each other in time", s)
	}
	return simulator.Pace{Queued: times[0], Sent: times[1], Final: times[2], Late: times[3]}, nil
}

// asJSON decides the output format.
func (f *flags) asJSON(terminal bool) (bool, error) {
	switch f.output {
	case "json":
		return true, nil
	case "text":
		return false, nil
	case "auto", "":
		return !terminal, nil
	default:
		return false, fmt.Errorf("--output %q is none of auto, text and json", f.output)
	}
}

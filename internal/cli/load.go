package cli

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"gopkg.in/natefinch/lumberjack.v2"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/metrics"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/webhook"
)

// Bounds of flags.
const (
	mostRetries = 20
	mostMPS     = 1000
)

// settings are the flags over the environment over .env, ready for the core.
type settings struct {
	options  app.Options
	env      config.Env
	json     bool // data is printed as JSON lines
	warnings []string
	log      io.Closer

	autoTunnel bool // the tunnel was chosen, not asked for
}

func (s *settings) close() {
	if s.log != nil {
		_ = s.log.Close()
	}
}

// load reads the environment and .env, fills in the flags that were not given, and checks them all.
func (f *flags) load(cmd *cobra.Command, s Streams) (*settings, error) {
	env, err := f.environment(cmd)
	f.hide(s)
	f.hideTokens(cmd, s)
	if err != nil {
		return nil, err
	}
	set := &settings{env: env, warnings: append(env.Warnings(), unknownVariables(cmd.Root(), env)...)}
	if set.json, err = f.asJSON(s.outIsTerminal()); err != nil {
		return nil, err
	}
	if err := f.account(set); err != nil {
		return nil, err
	}
	return f.rest(cmd, s, set)
}

// rest checks the flags beside the account's, and opens the log.
func (f *flags) rest(cmd *cobra.Command, s Streams, set *settings) (_ *settings, err error) {
	o := &set.options
	o.Surroundings = f.surroundings(s, set)
	o.Version, o.Hide, o.OnProblem = version(), s.hidden(), s.problem
	o.Keep, o.Addr, o.PublicURL, o.InsecureURL = f.keep, f.addr, f.publicURL, f.insecureURL
	o.AddrGiven = cmd.Flags().Changed("addr")
	o.Fate, o.Seed, o.Speed, o.StrictSenders = f.fate, f.seed, f.speed, f.strictSenders
	o.Retries, o.MPS = f.retries, f.mps
	if f.retries < 0 || f.retries > mostRetries {
		return nil, fmt.Errorf("--retries %d is not from 0 to %d", f.retries, mostRetries)
	}
	if f.mps < 0 || f.mps > mostMPS || f.mps != f.mps {
		return nil, fmt.Errorf("--mps %v is not a number of messages a second up to %d; 0 is the default", f.mps, mostMPS)
	}
	for _, given := range []struct{ flag, addr string }{{"addr", f.addr}, {"metrics", f.metrics}, {"ngrok-api", f.ngrokAPI}} {
		if strings.Contains(given.addr, "@") {
			return nil, fmt.Errorf("--%s has an @, before which a URL has a password, so it is not repeated here: give it as HOST:PORT", given.flag)
		}
	}
	if f.publicURL == "" && cmd.Flags().Changed("public-url") {
		return nil, errors.New("--public-url is empty: give it as https://name.example, or leave it out")
	}
	if f.timeout < 0 {
		return nil, fmt.Errorf("--timeout %s is below zero: give a time as 90s", f.timeout)
	}
	if f.keep < 0 {
		return nil, fmt.Errorf("--keep %d is below zero: give the number of callbacks to keep", f.keep)
	}
	if cmd.Flags().Lookup("speed") != nil && f.speed <= 0 {
		return nil, fmt.Errorf("--speed %v does not move time on: give a number above zero, 1 for the real pace", f.speed)
	}
	if f.paceTimes != "" {
		if o.Pace, err = parsePace(f.paceTimes); err != nil {
			return nil, err
		}
	}
	if f.rules != "" {
		in := input{in: s.In}
		file, err := in.read("--rules", f.rules, false)
		if err != nil {
			return nil, err
		}
		if o.Rules, err = scenario.ParseRules(file, f.rules); err != nil {
			return nil, fmt.Errorf("--rules: %w", err)
		}
		o.RulesFile = f.rules
	}
	if f.chaos != "" {
		if o.Chaos, err = scenario.ParseChaos(f.chaos); err != nil {
			return nil, fmt.Errorf("--chaos: %w", err)
		}
		o.Rules.Chaos = nil
	}
	if f.sign != "" {
		if o.Sign, err = scenario.ParseFamilies(f.sign); err != nil {
			return nil, fmt.Errorf("--sign: %w", err)
		}
	}
	if f.fate != "" {
		if _, err := simulator.ParseFate(f.fate); err != nil {
			return nil, fmt.Errorf("--fate: %w", err)
		}
	}
	if o.OnInvalid, err = webhook.ParsePolicy(f.onInvalid); err != nil {
		return nil, fmt.Errorf("--on-invalid: %w", err)
	}
	if o.ForwardedFor, err = app.ParseForwardedFor(f.forwardedFor); err != nil {
		return nil, fmt.Errorf("--forwarded-for: %w", err)
	}
	for _, cidr := range f.allow {
		prefix, err := netip.ParsePrefix(cidr)
		if err != nil {
			return nil, fmt.Errorf("--allow %q is no network: give it as 192.0.2.0/24", cidr)
		}
		o.Allow = append(o.Allow, prefix)
	}
	if f.metrics != "" {
		o.MetricsFrom = setBy(cmd.Flags(), "metrics")
		if o.Metrics, err = metrics.ParseAddr(f.metrics); err != nil {
			return nil, fmt.Errorf("%s: %w", o.MetricsFrom, err)
		}
	}
	if err := f.attachment(o); err != nil {
		return nil, err
	}
	if err := f.answer(cmd.Flags(), set); err != nil {
		return nil, err
	}
	if o.Routes, err = f.routes(); err != nil {
		return nil, err
	}
	if len(o.Routes) == 0 && (f.forwardSignURL != "" || f.forwardAsCaptured || f.forwardAnswer) {
		set.warnings = append(set.warnings, "how to forward is said, but not where to: --forward-to names the URL of your app")
	}
	if err := f.historyPath(cmd, set); err != nil {
		return nil, err
	}
	if cmd.Flags().Lookup("log") != nil {
		if err := f.openLog(set, s.masker()); err != nil {
			return nil, err
		}
	}
	if err := f.chooseTunnel(cmd, set); err != nil {
		return nil, err
	}
	for _, w := range set.warnings {
		s.say("warning: %s", w)
	}
	return set, nil
}

// environment reads .env and gives every flag that was not on the command line its PLIVOSCOPE_ value.
func (f *flags) environment(cmd *cobra.Command) (config.Env, error) {
	file := f.env
	if file == "" {
		// The one flag that has to be known before .env is read.
		file = os.Getenv("PLIVOSCOPE_ENV")
	}
	env, err := config.Load(file, os.Environ())
	if err != nil {
		return env, cannot(err)
	}
	aside := putAside(cmd.Flags())
	cmd.Flags().VisitAll(func(flag *pflag.Flag) {
		value, source, ok := env.FlagValue(flag.Name)
		if _, typed := flag.Annotations[onlyTyped]; typed {
			return
		}
		if !ok || flag.Changed || aside[flag.Name] || flag.Name == "help" || flag.Name == "version" {
			return
		}
		setErr := cmd.Flags().Set(flag.Name, value)
		_ = cmd.Flags().SetAnnotation(flag.Name, bySource, []string{source})
		if setErr != nil && err == nil {
			err = fmt.Errorf("%s is %q, but --%s takes a value of type %s; correct it or remove it", source, value, flag.Name, flag.Value.Type())
		}
	})
	if err == nil {
		err = noTokens(cmd, tokensOf(env))
	}
	return env, err
}

// bySource is the annotation of a flag that the environment has set: the variable, and where it stands.
const bySource = "plivoscope_source"

// setBy is who set a flag, for messages: the flag itself, where it was typed, or its variable.
func setBy(fs *pflag.FlagSet, name string) string {
	if source := fs.Lookup(name).Annotations[bySource]; len(source) > 0 {
		return source[0]
	}
	return "--" + name
}

// onlyTyped is the annotation of a flag that the environment does not set.
const onlyTyped = "plivoscope_only_typed"

// typedOnly keeps the environment from a flag whose variable is meant for another command: there it means something
// else, and here it would do what nobody asked for.
func typedOnly(fs *pflag.FlagSet, name string) { _ = fs.SetAnnotation(name, onlyTyped, nil) }

// contrary are flags that exclude each other.
var contrary = [][2]string{
	{"as-captured", "fault"},
	{"as-captured", "sign-url"},
	{"forward-as-captured", "forward-sign-url"},
	{"timing", "rate"},
	{"timing", "shuffle"},
	{"dry-run", "junit"},
	{"db", "ephemeral"},
	{"attach-app", "attach-number"},
	{"inbound-reply", "inbound-answer"},
	{"public-url", "tunnel"},
	{"from", "powerpack"},
}

// putAside are the flags of which the environment does not count, since another one was typed that excludes
// them.
func putAside(fs *pflag.FlagSet) map[string]bool {
	aside := map[string]bool{}
	for _, pair := range contrary {
		for i, name := range pair {
			if fs.Changed(name) && !(name == "tunnel" && noTunnel(fs.Lookup(name).Value.String())) {
				aside[pair[1-i]] = true
			}
		}
	}
	return aside
}

// unknownVariables warns of PLIVOSCOPE_ variables that belong to no flag of any command.
func unknownVariables(root *cobra.Command, env config.Env) []string {
	known := map[string]bool{}
	for _, cmd := range withSubcommands(root) {
		cmd.Flags().VisitAll(func(flag *pflag.Flag) { known[config.Variable(flag.Name)] = true })
	}
	var warnings []string
	for _, name := range env.FlagVariables() {
		if !known[name] {
			warnings = append(warnings, env.Source(name)+" belongs to no flag and is ignored; is it spelt right?")
		}
	}
	return warnings
}

// withSubcommands are a command and all below it.
func withSubcommands(cmd *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{cmd}
	for _, sub := range cmd.Commands() {
		all = append(all, withSubcommands(sub)...)
	}
	return all
}

// account decides between live and simulator: credentials make it live unless --simulator says
// otherwise.
func (f *flags) account(set *settings) error {
	o := &set.options
	o.Mode = app.Simulator
	for _, extra := range config.ExtraTokens(set.env) {
		o.ExtraTokens = append(o.ExtraTokens, signature.NewToken(extra.Label, extra.Secret.Reveal()))
	}
	if f.simulator {
		unusedAccount(set)
		return nil
	}
	id, token, ok, err := config.Credentials(set.env)
	if err != nil {
		return cannot(err)
	}
	if !ok {
		if set.env.Get("PLIVO_API_URL") != "" {
			set.warnings = append(set.warnings, "PLIVO_API_URL is set, but PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN are not, so the embedded simulator is used instead")
		}
		unusedAccount(set)
		return nil
	}
	o.Mode, o.AuthID, o.AuthToken = app.Live, id, token
	o.MainToken = set.env.Secret("PLIVO_MAIN_AUTH_TOKEN")
	o.Sender = set.env.Get("PLIVO_SENDER_ID")
	o.APIURL = set.env.Get("PLIVO_API_URL")
	return nil
}

// unusedAccount lets the simulator's server explain what was signed with the live credentials.
func unusedAccount(set *settings) {
	for _, v := range []struct{ name, label string }{{"PLIVO_AUTH_TOKEN", "live account"}, {"PLIVO_MAIN_AUTH_TOKEN", "live main account"}} {
		if token := set.env.Secret(v.name); !token.Empty() {
			set.options.OtherTokens = append(set.options.OtherTokens, signature.NewToken(v.label, token.Reveal()))
		}
	}
	if id := set.env.Get("PLIVO_AUTH_ID"); id != "" {
		set.options.OtherAuthIDs = append(set.options.OtherAuthIDs, id)
	}
}

// historyPath gives each account a history of its own: histories never mix.
func (f *flags) historyPath(cmd *cobra.Command, set *settings) error {
	if cmd.Flags().Lookup("db") == nil || f.ephemeral {
		if f.db != "" && f.ephemeral {
			return errors.New("--db and --ephemeral exclude each other: a history is kept in a file, or not at all")
		}
		return nil
	}
	if f.db != "" {
		set.options.HistoryPath = f.db
		return nil
	}
	name := "simulator.db"
	if set.options.Mode == app.Live {
		var err error
		if name, err = config.HistoryName(set.options.AuthID); err != nil {
			return cannot(err)
		}
	}
	var err error
	set.options.HistoryPath, err = config.HistoryPath(name)
	return cannot(err)
}

// cannot makes the sentence of a configuration error, which names what was tried.
func cannot(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("cannot %w", err)
}

// openLog opens the log. Where the default place cannot be written the program goes on without one
// and says so; a file that the user named is an error.
func (f *flags) openLog(set *settings, m *mask.Masker) error {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.logLevel)); err != nil {
		return fmt.Errorf("--log-level %q is none of debug, info, warn and error", f.logLevel)
	}
	path, given := f.log, f.log != ""
	if !given {
		var err error
		if path, err = config.HistoryPath("plivoscope.log"); err != nil {
			set.warnings = append(set.warnings, "no log is written: "+cannot(err).Error())
			return nil
		}
	}
	file, err := openLogFile(path)
	if err != nil {
		if given {
			return fmt.Errorf("cannot write the log to %s: %w; name another file with --log", path, err)
		}
		set.warnings = append(set.warnings, fmt.Sprintf("no log is written: %v; name a file with --log", err))
		return nil
	}
	set.log = file
	set.options.Logger = slog.New(slog.NewJSONHandler(file, &slog.HandlerOptions{Level: level, ReplaceAttr: cleanAttr(m, set.options.Hide)}))
	return nil
}

// openLogFile proves that the file can be written before the rotating writer, which would say so only
// at the first line.
func openLogFile(path string) (io.WriteCloser, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	probe, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "open "))
	}
	if err := probe.Close(); err != nil {
		return nil, err
	}
	return &lumberjack.Logger{Filename: path, MaxSize: 10, MaxBackups: 3}, nil
}

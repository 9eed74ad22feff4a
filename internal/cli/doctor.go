package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/escape"
)

func newDoctor(s Streams) *cobra.Command {
	var f flags
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check credentials, sender, balance, tunnel, signatures, disk and terminal, and say what to do",
		Long: `Check what has to be right, one thing a line: what was found, whether that is in order, and what to do.
It looks at .env and the token, asks the API about the account, its balance and its sender, and compares
the clocks; it tries the data folder and the port; and it sends a signed request out through the public URL,
which has to come in and to verify. No message is sent, and nothing is kept.

Where a plivoscope runs on the history its server and its tunnel are looked at. Otherwise doctor opens a
server of its own, and the tunnel that is asked for, and closes them at the end.

The exit code is 0 where nothing failed, also with warnings; otherwise that of the first failure: 1 for what
is to be mended here, 2 for refused credentials, 3 for the network.`,
		Example: `  plivoscope doctor
  plivoscope doctor --tunnel cloudflared
  plivoscope doctor --public-url https://name.example --addr 127.0.0.1:4141
  plivoscope doctor -o json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return runDoctor(cmd, s, &f) },
	}
	f.printing(cmd)
	f.file(cmd)
	f.server(cmd)
	f.tunnelling(cmd)
	f.waiting(cmd, "give each check up after this `TIME` (default 10s, for a tunnel 30s)")
	return cmd
}

func runDoctor(cmd *cobra.Command, s Streams, f *flags) error {
	set, err := f.forDoctor(cmd, s)
	if err != nil {
		return err
	}
	defer set.close()
	p := newFindings(s, set.json)
	ctx := cmd.Context()
	if err := app.CheckUp(ctx, set.options, p.print); err != nil {
		return stopped(ctx, err)
	}
	return p.end(s, set.json)
}

// forDoctor loads the settings. What is wrong with .env or the account is one more thing to tell, not the end.
func (f *flags) forDoctor(cmd *cobra.Command, s Streams) (*settings, error) {
	env, envErr := f.environment(cmd)
	f.hide(s)
	f.hideTokens(cmd, s)
	set := &settings{env: env, warnings: unknownVariables(cmd.Root(), env)}
	var err error
	if set.json, err = f.asJSON(s.outIsTerminal()); err != nil {
		return nil, err
	}
	accountErr := f.account(set)
	if set, err = f.rest(cmd, s, set); err != nil {
		return nil, err
	}
	around := &set.options.Surroundings
	around.EnvProblem, around.AccountProblem, around.Patience = envErr, accountErr, f.timeout
	for _, flag := range unusedBeside(cmd) {
		if flag != "--addr" { // of which port has told already
			around.OwnServer = append(around.OwnServer, flag)
		}
	}
	return set, nil
}

// surroundings are what the doctor looks at beside the options.
func (f *flags) surroundings(s Streams, set *settings) app.Surroundings {
	around := app.Surroundings{Env: set.env, EnvFile: f.env, Terminal: func() app.Finding { return lookAtTerminal(s, os.Getenv) }}
	if around.EnvFile == "" {
		around.EnvFile = config.DefaultFile
	}
	return around
}

// checkedJSON is a finding as docs/doctor.md documents it: field names never change.
type checkedJSON struct {
	Check  string          `json:"check"`
	Result app.CheckResult `json:"result"`
	What   string          `json:"what"`
	Advice string          `json:"advice"`
	TookMS float64         `json:"took_ms"`
	Code   int             `json:"code"` // what the program ends with where this failed first; 0 for all else
}

// findings prints what the doctor finds, and remembers how it ends.
type findings struct {
	s      Streams
	lines  *lines
	json   bool
	look   findingLook
	first  int // exit code of the first failure
	advise int // checks that were skipped and say where to look
	counts map[app.CheckResult]int
	err    error // of printing
}

func newFindings(s Streams, asJSON bool) *findings {
	return &findings{s: s, lines: s.data(), json: asJSON, look: lookOf(s), counts: map[app.CheckResult]int{}}
}

func (p *findings) print(f app.Finding) {
	code := 0
	if f.Result == app.CheckFailed {
		code = faultCode(f.Class)
	}
	if p.first == 0 {
		p.first = code
	}
	p.counts[f.Result]++
	if f.Unseen() {
		p.advise++
	}
	if m := p.s.masker(); m != nil {
		f.What, f.Advice = m.Sentence(f.Hide(f.What)), m.Sentence(f.Hide(f.Advice))
	}
	if p.err != nil {
		return
	}
	if !p.json {
		p.err = p.lines.write([]byte(p.look.text(f)))
		return
	}
	line, err := encode(checkedJSON{
		Check: f.Check, Result: f.Result, What: f.What, Advice: f.Advice, TookMS: float64(f.Took.Microseconds()) / 1000, Code: code,
	})
	if err == nil {
		err = p.lines.write(line)
	}
	p.err = err
}

func faultCode(c app.FaultClass) int {
	switch c {
	case app.FaultCredentials:
		return exitCredentials
	case app.FaultNetwork:
		return exitUpstream
	default:
		return exitUser
	}
}

// end sums up, beside the data.
func (p *findings) end(s Streams, asJSON bool) error {
	if p.err != nil {
		return p.err
	}
	failed, warnings := p.counts[app.CheckFailed], p.counts[app.CheckWarning]
	switch {
	case failed > 0:
		return withCode(p.first, fmt.Errorf("%s failed; each line above says what to do", plural(failed, "check")))
	case asJSON:
	case warnings > 0:
		s.say("nothing failed, with %s", plural(warnings, "warning"))
	case p.advise > 0:
		s.say("nothing failed; %s could not be made, and where to look instead is said there", plural(p.advise, "check"))
	case len(p.counts) > 0:
		s.say("everything is in order")
	}
	return nil
}

// escaped is a finding's text on one line; it may hold what the network said.
func escaped(text string) string { return escape.Line(text) }

package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/redact"
)

// tokensOf are all tokens that are set.
func tokensOf(env config.Env) *redact.Tokens {
	var values []string
	for _, name := range env.Secrets() {
		values = append(values, env.Get(name))
	}
	return redact.New(values...)
}

// tokensAround are the tokens that a user has here: those given, those of the environment, of the file that is named
// for .env, and of .env itself, which may hold what was typed by mistake.
func tokensAround(file string, values ...string) *redact.Tokens {
	for _, f := range []string{file, ""} {
		env, _ := config.Load(f, nil)
		for _, name := range env.Secrets() {
			values = append(values, env.Get(name))
		}
	}
	env, _ := config.Load(os.DevNull, os.Environ())
	for _, name := range env.Secrets() {
		values = append(values, env.Get(name))
	}
	return redact.New(values...)
}

// hideTokens keeps the tokens out of all that is written from now on.
func (f *flags) hideTokens(cmd *cobra.Command, s Streams) {
	if s.hide != nil {
		var typed []string
		for name := range tokenFlags {
			if values, err := cmd.Flags().GetStringArray(name); err == nil {
				typed = append(typed, values...)
			}
		}
		file := f.env
		if file == "" {
			file = os.Getenv(config.Variable("env"))
		}
		s.hide.Store(tokensAround(file, typed...))
	}
}

// envFileOf is the file that a command line names for .env, also one that cannot be read.
func envFileOf(args []string) string {
	file := os.Getenv(config.Variable("env"))
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--env="); ok {
			file = value
		} else if arg == "--env" && i+1 < len(args) {
			file = args[i+1]
		}
	}
	return file
}

// tokenFlags take a token.
var tokenFlags = map[string]bool{"token": true, "extra-token": true}

// noTokens refuses a token where none belongs: it would go to a phone, into a URL or to the name of a file. The error
// does not repeat it.
func noTokens(cmd *cobra.Command, tokens *redact.Tokens) error {
	var err error
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if err == nil && !tokenFlags[flag.Name] && tokens.Holds(flag.Value.String()) {
			err = fmt.Errorf("--%s holds an auth token of yours: it does not belong there, so nothing was done; what is typed into a command line also stays in the shell's history", flag.Name)
		}
	})
	if err == nil && tokens.Holds(cmd.Flags().Args()...) {
		err = fmt.Errorf("among the words of %s is an auth token of yours: it does not belong there, so nothing was done; what is typed into a command line also stays in the shell's history", cmd.CommandPath())
	}
	return err
}

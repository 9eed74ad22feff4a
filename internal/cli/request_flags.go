package cli

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// requestFlags describe a request on the command line; all of them are taken as they stand.
type requestFlags struct {
	method, url       string
	params            []string
	body, contentType string
}

const formType = "application/x-www-form-urlencoded"

func (r *requestFlags) add(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&r.method, "method", "POST", "`METHOD` of the request, as it stands")
	fs.StringVar(&r.url, "url", "", "the callback `URL` as it was given to Plivo, whole and with its query")
	fs.StringArrayVar(&r.params, "param", nil, "a decoded parameter of the body, `NAME=VALUE`; may be repeated")
	fs.StringVar(&r.body, "body", "", "read the parameters from the body in `FILE` (- for standard input); one line break at the end of a form is left out")
	fs.StringVar(&r.contentType, "content-type", "", "`TYPE` of the body; default: "+formType)
}

// parameters gives the parameters of --param or --body, and the body where there is one; warning says
// what could not be read of it.
func (r *requestFlags) parameters(in *input, contentType string) (params []signature.Param, body []byte, warning string, err error) {
	if len(r.params) > 0 && r.body != "" {
		return nil, nil, "", errors.New("--param and --body exclude each other: the parameters come from one of them")
	}
	for i, p := range r.params {
		name, value, found := strings.Cut(p, "=")
		if !found {
			return nil, nil, "", fmt.Errorf("--param number %d has no \"=\": give it as NAME=VALUE, with nothing behind the \"=\" for an empty value", i+1)
		}
		params = append(params, signature.Param{Name: name, Value: value})
	}
	if r.body == "" {
		return params, nil, "", nil
	}
	if body, err = in.read("--body", r.body, false); err != nil {
		return nil, nil, "", err
	}
	if r.contentType != "" {
		contentType = r.contentType
	}
	if contentType == "" {
		contentType = formType
	}
	if strings.HasPrefix(strings.ToLower(contentType), formType) {
		body = bytes.TrimSuffix(bytes.TrimSuffix(body, []byte{'\n'}), []byte{'\r'})
	}
	if len(body) == 0 {
		return nil, body, "", nil
	}
	params, warning = webhook.ParseParams("POST", r.url, contentType, body)
	return params, body, warning, nil
}

// plainSettings reads the environment and .env for a command that works on neither an account nor a
// log, and says what is wrong with them.
func (f *flags) plainSettings(cmd *cobra.Command, s Streams) (*settings, error) {
	env, err := f.environment(cmd)
	f.hide(s)
	f.hideTokens(cmd, s)
	if err != nil {
		return nil, err
	}
	set := &settings{env: env}
	set.options.Hide = s.hidden()
	if set.json, err = f.asJSON(s.outIsTerminal()); err != nil {
		return nil, err
	}
	for _, w := range append(env.Warnings(), unknownVariables(cmd.Root(), env)...) {
		s.say("warning: %s", w)
	}
	return set, nil
}

// What the tokens of the account go by, be it a simulator's, as the server calls them too.
const (
	accountLabel = "account"
	mainLabel    = "main account"
)

// environmentTokens are the tokens of the environment and .env; no auth id is needed with them.
func environmentTokens(env config.Env) []signature.Token {
	var tokens []signature.Token
	for _, t := range []struct{ label, variable string }{{accountLabel, "PLIVO_AUTH_TOKEN"}, {mainLabel, "PLIVO_MAIN_AUTH_TOKEN"}} {
		if secret := env.Secret(t.variable); !secret.Empty() {
			tokens = append(tokens, signature.NewToken(t.label, secret.Reveal()))
		}
	}
	for _, extra := range config.ExtraTokens(env) {
		tokens = append(tokens, signature.NewToken(extra.Label, extra.Secret.Reveal()))
	}
	return tokens
}

// noWords refuses words beside the flags without repeating them: one may be a token that the shell
// split off.
func noWords(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return fmt.Errorf("%s takes no words beside its flags, and %d came: put quotes around values with spaces; see %[1]s --help", cmd.CommandPath(), len(args))
}

// flagError is the sentence for flags that cannot be read. It repeats no more of what was typed than
// the name of a flag, which a token may stand beside.
func flagError(cmd *cobra.Command, err error) error {
	var (
		unknown *pflag.NotExistError
		syntax  *pflag.InvalidSyntaxError
		value   *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &value):
		what := map[string]string{"int": "a whole number", "int64": "a whole number", "uint64": "a whole number from 0 on", "float64": "a number, as 2 or 0.5", "duration": "a time, as 90s or 2m", "bool": "true or false"}[value.GetFlag().Value.Type()]
		if what != "" {
			err = fmt.Errorf("--%s %q is not %s", value.GetFlag().Name, cut(value.GetValue()), what)
		}
	case errors.As(err, &unknown) && unknown.GetSpecifiedShortnames() != "":
		err = fmt.Errorf("unknown shorthand flag: -%.1s; a flag of several letters has two dashes before it", unknown.GetSpecifiedName())
	case errors.As(err, &unknown) && !flagLike(unknown.GetSpecifiedName()):
		err = errors.New("unknown flag, which is not repeated here, since it may hold a token")
	case errors.As(err, &syntax):
		err = errors.New("a flag has no name: give it as --name or --name=value")
	}
	return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
}

// flagLike tells whether s looks like the name of a flag and not like one with a value joined to it.
func flagLike(s string) bool {
	for _, secret := range []string{"token", "token-file"} {
		if strings.HasPrefix(s, secret) && s != secret {
			return false
		}
	}
	return len(s) <= 20 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") == ""
}

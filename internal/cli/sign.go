package cli

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/signature/sdk"
)

// signCommand is one run of sign.
type signCommand struct {
	flags
	request requestFlags
	scheme  string
	ma      bool
	nonce   string
	tokens  []string
	files   []string
	as      string
}

func newSign(s Streams) *cobra.Command {
	var c signCommand
	cmd := &cobra.Command{
		Use:   "sign --url URL [--scheme v1|v2|v3] [--param NAME=VALUE … | --body FILE]",
		Short: "Compute the signature of a request, as Plivo or as one of its SDKs does",
		Long: `Compute the signature that Plivo puts into a callback's header, and the string it is made over.

The token is that of --token or --token-file, else PLIVO_AUTH_TOKEN (for --ma PLIVO_MAIN_AUTH_TOKEN,
where it is set) of the environment or .env; no auth id is needed. Everything is taken as it stands.
With --as it is what the validator of that SDK computes; where that raises an error, the exit code is 6.
With --mask numbers and texts are hidden in the string that is printed; the signature is that of the real one.`,
		Example: `  plivoscope sign --url https://name.example/sms/delivery-report \
    --param To=14155550123 --param Status=sent
  plivoscope sign --scheme v2 --url https://name.example/cb/ \
    --nonce 12345678901234567890 --as ruby -o json`,
		Args: noWords,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.run(cmd, s) },
	}
	c.printing(cmd)
	c.request.add(cmd)
	fs := cmd.Flags()
	fs.StringVar(&c.scheme, "scheme", "v3", "v1, v2 or v3")
	fs.BoolVar(&c.ma, "ma", false, "the header that is always signed with the main account's token")
	fs.StringVar(&c.nonce, "nonce", "", "`NONCE`, also an empty one; default: a fresh one of 20 digits (v1 has none)")
	fs.StringArrayVar(&c.tokens, "token", nil, "auth `TOKEN` to sign with")
	fs.StringArrayVar(&c.files, "token-file", nil, tokenFileUsage)
	fs.StringVar(&c.as, "as", "", "compute it as this `SDK` does: go, node, python, php, ruby, java, dotnet, python@4.59.0 or java@servlet")
	return cmd
}

func (c *signCommand) run(cmd *cobra.Command, s Streams) error {
	set, err := c.plainSettings(cmd, s)
	if err != nil {
		return err
	}
	scheme, err := parseScheme(c.scheme, c.ma)
	if err != nil {
		return err
	}
	if c.request.url == "" {
		return errors.New("there is nothing to sign: give the callback URL with --url")
	}
	in := &input{in: s.In}
	token, err := c.signingToken(s, in, set.env)
	if err != nil {
		return err
	}
	params, _, warning, err := c.request.parameters(in, "")
	if err != nil {
		return err
	}
	if warning != "" {
		s.say("warning: --body: %s", warning)
	}
	nonce, err := c.nonceFor(cmd, s, scheme)
	if err != nil {
		return err
	}
	signed := signedJSON{Scheme: scheme, Header: scheme.Header(), Nonce: nonce}
	var base string
	if c.as == "" {
		base, signed.Signature, err = signAsPlivo(token, scheme, c.request.method, c.request.url, nonce, params)
	} else {
		base, signed.Signature, err = signAs(strings.ToLower(c.as), token, scheme, c.request.method, c.request.url, nonce, params)
	}
	if err != nil {
		return err
	}
	base = s.masker().Of(signature.Case{Request: signature.Request{URL: c.request.url, Params: params}}).Sentence(base)
	signed.setBase(base)
	out := s.data()
	if !set.json {
		return out.write([]byte(signed.text(base, strings.ToLower(c.as), token.Label)))
	}
	line, err := encode(signed)
	if err != nil {
		return err
	}
	return out.write(line)
}

// parseScheme reads --scheme and --ma; the case of the letters does not matter.
func parseScheme(name string, ma bool) (signature.Scheme, error) {
	switch strings.ToLower(name) {
	case "v1":
		if ma {
			return "", errors.New("--ma has no meaning with --scheme v1: there is one V1 header, and none of the main account")
		}
		return signature.V1, nil
	case "v2":
		if ma {
			return signature.MaV2, nil
		}
		return signature.V2, nil
	case "v3":
		if ma {
			return signature.MaV3, nil
		}
		return signature.V3, nil
	default:
		return "", fmt.Errorf("--scheme %q is none of v1, v2 and v3", name)
	}
}

// signingToken is the one token to sign with.
func (c *signCommand) signingToken(s Streams, in *input, env config.Env) (signature.Token, error) {
	switch {
	case len(c.tokens) > 0 && len(c.files) > 0:
		return signature.Token{}, errors.New("--token and --token-file exclude each other: a request is signed with one token")
	case len(c.tokens) > 1:
		return signature.Token{}, fmt.Errorf("--token is there %d times: a request is signed with one token", len(c.tokens))
	case len(c.files) > 1:
		return signature.Token{}, fmt.Errorf("--token-file is there %d times: a request is signed with one token", len(c.files))
	case len(c.tokens) == 1 && c.tokens[0] == "":
		return signature.Token{}, errors.New("the token given with --token is empty, and an empty token signs nothing: give the auth token")
	case len(c.tokens) == 1:
		return signature.NewToken("--token", c.tokens[0]), nil
	case len(c.files) == 1:
		token, _, err := in.token(c.files[0])
		return token, err
	}
	if secret := env.Secret("PLIVO_MAIN_AUTH_TOKEN"); c.ma && !secret.Empty() {
		return signature.NewToken("PLIVO_MAIN_AUTH_TOKEN", secret.Reveal()), nil
	}
	if secret := env.Secret("PLIVO_AUTH_TOKEN"); !secret.Empty() {
		if c.ma {
			s.say("PLIVO_MAIN_AUTH_TOKEN is not set, so --ma signs with PLIVO_AUTH_TOKEN: that is the same unless the account is a subaccount")
		}
		return signature.NewToken("PLIVO_AUTH_TOKEN", secret.Reveal()), nil
	}
	return signature.Token{}, errors.New("there is no token to sign with: give --token or --token-file, or set PLIVO_AUTH_TOKEN in the environment or .env")
}

// nonceFor is the nonce given, or a fresh one where the scheme has one.
func (c *signCommand) nonceFor(cmd *cobra.Command, s Streams, scheme signature.Scheme) (string, error) {
	if scheme.NonceHeader() == "" {
		if c.nonce != "" {
			s.say("warning: --nonce is not used: V1 has none")
		}
		return "", nil
	}
	if cmd.Flags().Changed("nonce") {
		return c.nonce, nil
	}
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(20), nil)
	n, err := rand.Int(rand.Reader, limit)
	if err != nil {
		return "", fmt.Errorf("cannot make a nonce: %w; give one with --nonce", err)
	}
	return fmt.Sprintf("%020d", n), nil
}

func signAsPlivo(token signature.Token, scheme signature.Scheme, method, url, nonce string, params []signature.Param) (base, sum string, err error) {
	if base, err = signature.Base(scheme, method, url, nonce, params); err != nil {
		return "", "", fmt.Errorf("cannot sign %q: %w", cut(url), err)
	}
	return base, signature.SignBase(token, scheme, base), nil
}

// signAs computes what an SDK's validator would; where that raises an error, an expectation is not met.
func signAs(name string, token signature.Token, scheme signature.Scheme, method, url, nonce string, params []signature.Param) (base, sum string, err error) {
	profile, err := sdk.Lookup(name)
	if err != nil {
		return "", "", fmt.Errorf("--as: %w", err)
	}
	base, err = profile.Base(scheme, method, url, nonce, params)
	if err == nil {
		sum, err = profile.Sign(token, scheme, method, url, nonce, params)
	}
	var raised *sdk.Error
	if errors.As(err, &raised) {
		err = withCode(exitUnmet, err)
	}
	return base, sum, err
}

// signedJSON is what sign prints; field names never change.
type signedJSON struct {
	Scheme           signature.Scheme `json:"scheme"`
	Header           string           `json:"header"`
	Nonce            string           `json:"nonce"`
	BaseString       string           `json:"base_string"`
	BaseStringBase64 string           `json:"base_string_base64,omitempty"`
	Signature        string           `json:"signature"`
}

func (j *signedJSON) setBase(base string) { j.BaseString, j.BaseStringBase64 = baseStrings(base) }

// baseStrings is a base string for JSON, which cannot hold bytes that are no UTF-8: those are in
// base64 beside it.
func baseStrings(base string) (text, encoded string) {
	if utf8.ValidString(base) {
		return base, ""
	}
	return strings.ToValidUTF8(base, "\ufffd"), base64.StdEncoding.EncodeToString([]byte(base))
}

// text lays out what was signed, and the header lines to paste into a request.
func (j *signedJSON) text(base, as, token string) string {
	var b strings.Builder
	label := func(name, value string) { fmt.Fprintf(&b, "%-11s  %s\n", name, escape.Line(value)) }
	label("scheme", string(j.Scheme))
	label("token", token)
	if as != "" {
		label("as", as)
	}
	if j.Nonce != "" {
		label("nonce", j.Nonce)
	}
	label("base string", base)
	label("signature", j.Signature)
	fmt.Fprintf(&b, "\n%s: %s", j.Header, j.Signature)
	if name := j.Scheme.NonceHeader(); name != "" {
		fmt.Fprintf(&b, "\n%s: %s", name, escape.Line(j.Nonce))
	}
	return b.String()
}

// cut keeps a long text from filling a sentence.
func cut(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

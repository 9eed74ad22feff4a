package cli

import (
	"errors"
	"fmt"
	"net/textproto"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// verifyCommand is one run of verify.
type verifyCommand struct {
	flags
	request    requestFlags
	headers    []string
	tokens     []string
	tokenFiles []string
	id         int64
	capture    string
	framework  string
}

func newVerify(s Streams) *cobra.Command {
	var c verifyCommand
	cmd := &cobra.Command{
		Use:   "verify --url URL --header 'NAME: VALUE' … [--param NAME=VALUE … | --body FILE]",
		Short: "Check the signature of a request, and say why it does not match",
		Long: `Check the signature of a request: one described by flags, one of the history (--id), or those of a
capture (--request): a raw HTTP request as a proxy saves it, a curl command or what "curl -v" shows, a
HAR file, or JSON lines of "plivoscope history --callbacks -o json".

The tokens are those of --token and --token-file, else PLIVO_AUTH_TOKEN, PLIVO_MAIN_AUTH_TOKEN and
every PLIVO_AUTH_TOKEN_LABEL of the environment or .env. No auth id is needed; for --id without one,
name the history with --db or --simulator. Where the signature does not match, verify says what makes
it match and what to do, what each official SDK would answer, and what to set in the frameworks.
With --mask numbers and texts are hidden in what is printed; what is checked is the request as it is.
The exit code is 0 where all are valid, 6 where one is not, and 1 where there is no token or request.`,
		Example: `  plivoscope verify --url https://name.example/cb \
    --header 'X-Plivo-Signature-V3: …' \
    --header 'X-Plivo-Signature-V3-Nonce: …' --body body.txt
  plivoscope verify --request capture.txt --url https://name.example/cb
  plivoscope verify --id 12`,
		Args: noWords,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.run(cmd, s) },
	}
	c.printing(cmd)
	c.file(cmd)
	c.request.add(cmd)
	fs := cmd.Flags()
	fs.StringArrayVarP(&c.headers, "header", "H", nil, "a header of the request, `'NAME: VALUE'`; may be repeated")
	fs.StringArrayVar(&c.tokens, "token", nil, "auth `TOKEN` to check with; may be repeated")
	fs.StringArrayVar(&c.tokenFiles, "token-file", nil, tokenFileUsage+"; may be repeated")
	fs.StringVar(&c.framework, "framework", "", "print the whole setting for framework `NAME`, as Django, and no other")
	fs.Int64Var(&c.id, "id", 0, "check the callback `N` of the history, as \"history --callbacks\" numbers them")
	fs.StringVar(&c.capture, "request", "", "check the requests captured in `FILE`, - for standard input; --url says what their public URL was")
	return cmd
}

func (c *verifyCommand) run(cmd *cobra.Command, s Streams) error {
	if err := c.checkFlags(cmd.Flags()); err != nil {
		return err
	}
	set, err := c.plainSettings(cmd, s)
	if err != nil {
		return err
	}
	// What is set in the environment must not contradict what was typed, so it is looked at again.
	if err := c.checkFlags(cmd.Flags()); err != nil {
		return err
	}
	if c.framework, err = frameworkOf(c.framework); err != nil {
		return err
	}
	in := &input{in: s.In}
	known, err := c.knownTokens(in, set)
	if err != nil {
		return err
	}
	var cases []suspect
	switch {
	case cmd.Flags().Changed("id"):
		cases, err = c.stored(cmd, set, s, known)
	case c.capture != "":
		cases, err = c.captured(in, known)
	default:
		cases, err = c.described(in, known)
	}
	if err != nil {
		return err
	}
	out := s.data()
	failed, tokenless, why := 0, 0, ""
	m := s.masker()
	for i, sus := range cases {
		if sus.problem != "" {
			s.say("warning: %s", sus.said(sus.problem))
		}
		e := sus.examine()
		if e.Verdict.Outcome != signature.Valid {
			failed++
			why = sus.reason(e)
			if sus.lacksToken(e) {
				tokenless++
			}
		}
		sus.Case, e = m.Case(sus.Case), e.Masked(m)
		var line []byte
		if set.json {
			line, err = verifiedLine(sus, e)
		} else {
			r := verified{layout: layout{width: s.width()}, framework: c.framework, notes: known.notes}
			line = r.of(sus, e)
			if i > 0 {
				line = append([]byte{'\n'}, line...)
			}
		}
		if err := errors.Join(err, out.write(line)); err != nil {
			return err
		}
	}
	switch {
	case failed == 0:
		return nil
	case failed == tokenless:
		return errors.New(why)
	case len(cases) == 1:
		return withCode(exitUnmet, errors.New(why))
	default:
		return withCode(exitUnmet, fmt.Errorf("%d of %s do not verify", failed, plural(len(cases), "request")))
	}
}

// checkFlags refuses flags that contradict each other: a request comes from one place.
func (c *verifyCommand) checkFlags(fs *pflag.FlagSet) error {
	described := []string{"method", "header", "param", "body", "content-type"}
	for _, from := range []struct {
		flag, why string
		excluded  []string
	}{
		{"request", "the request comes from the capture; --url alone may say what its public URL was", append([]string{"id", "db", "simulator"}, described...)},
		{"id", "the request comes from the history; --url alone may say what its public URL was", described},
	} {
		if !fs.Changed(from.flag) {
			continue
		}
		for _, name := range from.excluded {
			if fs.Changed(name) {
				return fmt.Errorf("--%s and --%s exclude each other: %s", from.flag, name, from.why)
			}
		}
	}
	switch {
	case fs.Changed("id") && c.id <= 0:
		return fmt.Errorf("--id %d is no callback: \"plivoscope history --callbacks\" shows their numbers", c.id)
	case fs.Changed("request") && c.capture == "":
		return errors.New("--request names no file: give its name, or - for standard input")
	case fs.Changed("id"), fs.Changed("request"):
		return nil
	case fs.Changed("db"), fs.Changed("simulator"):
		return errors.New("--db and --simulator choose a history, and say nothing without --id: name the callback to check")
	case c.request.url == "" && slices.ContainsFunc(described, fs.Changed):
		missing := "--url is missing"
		if !fs.Changed("header") {
			missing = "--url and --header are missing"
		}
		return fmt.Errorf("the request is not whole: %s; --url is the callback URL as it was given to Plivo, and the headers are the X-Plivo-Signature ones", missing)
	case c.request.url == "":
		return errors.New("there is no request to check: describe it with --url and --header, name a captured one with --request, or one of the history with --id")
	}
	return nil
}

// frameworkOf gives a framework the name that its settings go by; neither the letters' case nor what
// is no letter matters.
func frameworkOf(name string) (string, error) {
	if name == "" {
		return "", nil
	}
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, s)
	}
	for _, known := range signature.Frameworks() {
		if plain(known) == plain(name) {
			return known, nil
		}
	}
	return "", fmt.Errorf("--framework %q is not among those that settings are known for: %s", cut(name), strings.Join(signature.Frameworks(), ", "))
}

// known is what is known beside a request: what it is checked with, and what else may explain it.
type known struct {
	tokens, others []signature.Token
	authIDs        []string
	notes          []string // on how the tokens were read
}

func (k known) newCase(r signature.Request) signature.Case {
	return signature.Case{Request: r, Tokens: k.tokens, Others: k.others, AuthIDs: k.authIDs}
}

// knownTokens gives the tokens of the flags, or those of the environment; with the former, the latter
// may still explain what does not match.
func (c *verifyCommand) knownTokens(in *input, set *settings) (known, error) {
	k := known{others: environmentTokens(set.env)}
	if id := set.env.Get("PLIVO_AUTH_ID"); id != "" {
		k.authIDs = []string{id}
	}
	for i, value := range c.tokens {
		if value == "" {
			return known{}, errors.New("a token given with --token is empty, and an empty token verifies nothing: give the auth token")
		}
		label := "--token"
		if i > 0 {
			label = fmt.Sprintf("--token %d", i+1)
		}
		k.tokens = append(k.tokens, signature.NewToken(label, value))
	}
	for _, name := range c.tokenFiles {
		token, cutOff, err := in.token(name)
		if err != nil {
			return known{}, err
		}
		if cutOff {
			k.notes = append(k.notes, "token of "+name+", its last line break left out")
		}
		k.tokens = append(k.tokens, token)
	}
	if len(k.tokens) == 0 {
		k.tokens, k.others = k.others, nil
	}
	return k, nil
}

// described is the request that the flags describe.
func (c *verifyCommand) described(in *input, k known) ([]suspect, error) {
	header := map[string][]string{}
	contentType := ""
	for i, h := range c.headers {
		name, value, found := strings.Cut(h, ":")
		name = strings.Trim(name, " \t")
		if !found || name == "" {
			return nil, fmt.Errorf("--header number %d has no name and colon: give it as 'NAME: VALUE'", i+1)
		}
		value = strings.Trim(value, " \t")
		name = textproto.CanonicalMIMEHeaderKey(name)
		header[name] = append(header[name], value)
		if name == "Content-Type" && contentType == "" {
			contentType = value
		}
	}
	params, body, warning, err := c.request.parameters(in, contentType)
	if err != nil {
		return nil, err
	}
	if err := readable(c.request.url); err != nil {
		return nil, fmt.Errorf("cannot check the signature: --url %q: %w", cut(c.request.url), err)
	}
	sus := suspect{index: 1, problem: warning}
	sus.Case = k.newCase(signature.Request{Method: c.request.method, URL: c.request.url, Header: header, Params: params})
	sus.Body = body
	if hosts := header["Host"]; len(hosts) > 0 {
		sus.ReceivedURL = "http://" + hosts[0] + targetOf(c.request.url)
	}
	return []suspect{sus}, nil
}

// readable fails for a URL that no signature can cover.
func readable(rawURL string) error {
	_, err := signature.Base(signature.V2, "POST", rawURL, "", nil)
	return err
}

// targetOf is the path and query of an absolute URL.
func targetOf(rawURL string) string {
	_, rest, _ := strings.Cut(rawURL, "://")
	rest, _, _ = strings.Cut(rest, "#")
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		return rest[i:]
	}
	return ""
}

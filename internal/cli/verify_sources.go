package cli

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/capture"
)

// suspect is a request to examine.
type suspect struct {
	signature.Case
	index     int    // from 1
	id        int64  // of a callback; 0 where it has none
	name      string // where there are several: "request 2 (callback 17)"
	problem   string // what could not be read of it, in a sentence
	truncated bool   // the end of its body is lost
	tokenGone bool   // it was signed with the token of a simulator that has ended

	stored *webhook.Callback // of the history, where it is examined as it came; nil otherwise
	lost   app.Lost          // why what stored was signed with may not be at hand
}

// said puts the request's name before what is said of it.
func (sus suspect) said(sentence string) string {
	if sus.name == "" {
		return sentence
	}
	return sus.name + ": " + sentence
}

// examine says all that can be said of the request. Where its end is lost, a signature that does not
// match proves nothing.
func (sus suspect) examine() app.Examination {
	e := app.Examine(sus.Case)
	if sus.truncated && e.Verdict.Outcome == signature.Invalid {
		e.Verdict.Outcome, e.Diagnosis = signature.Unchecked, signature.Diagnosis{}
	}
	if sus.stored != nil {
		e = e.WhenItCame(*sus.stored, sus.lost)
		if e.Came.Gone() && sus.lost != app.OthersGiven {
			e.Comparisons = nil // with another token than its own nothing can match
		}
	}
	return e
}

// lacksToken tells whether nothing could be checked because there is no token, or not the one any more that it
// verified with when it came.
func (sus suspect) lacksToken(e app.Examination) bool {
	return e.Verdict.Outcome == signature.Unchecked && (len(sus.Tokens) == 0 || verifiedThen(e))
}

// verifiedThen tells whether a request verified when it came, and the token for that is gone.
func verifiedThen(e app.Examination) bool {
	return e.Came.Gone() && e.Came.Outcome == signature.Valid
}

// reason says in a sentence why the request is not valid.
func (sus suspect) reason(e app.Examination) string {
	v := e.Verdict
	switch {
	case v.Outcome == signature.Missing && len(v.Checks) == 0:
		return "the request has no X-Plivo-Signature header: Plivo did not sign it, or the header was lost on the way"
	case v.Outcome == signature.Missing:
		return fmt.Sprintf("the request has %s but no %s, without which no signature can be computed", v.Header, v.Scheme.NonceHeader())
	case sus.tokenGone:
		said := "the callback cannot be checked, because there is no token: give --token or set PLIVO_AUTH_TOKEN; a simulator's made-up one is never stored, so check its callbacks while it runs"
		if found := e.Came.Found(); found != "" {
			said += "; " + found
		}
		return said
	case v.Outcome == signature.Unchecked && e.Came.Found() != "":
		return "the callback cannot be checked now, for want of the token it was signed with"
	case v.Outcome == signature.Unchecked && sus.truncated:
		return "the callback cannot be checked: the end of its body was not kept, and is a part of what was signed"
	case v.Outcome == signature.Unchecked:
		return "there is no token to check the signature with: give --token or --token-file, or set PLIVO_AUTH_TOKEN in the environment or .env"
	default:
		return "the signature does not verify"
	}
}

// captured gives the requests of a capture.
func (c *verifyCommand) captured(in *input, k known) ([]suspect, error) {
	data, err := in.read("--request", c.capture, false)
	if err != nil {
		return nil, err
	}
	requests, err := capture.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("cannot read --request %s: %w", c.capture, err)
	}
	all := make([]suspect, 0, len(requests))
	for i, r := range requests {
		name := ""
		if len(requests) > 1 {
			name = fmt.Sprintf("request %d", i+1)
			if r.ID > 0 {
				name += fmt.Sprintf(" (callback %d)", r.ID)
			}
		}
		sus := suspect{index: i + 1, id: r.ID, name: name, problem: r.Problem}
		sus.Case = k.newCase(signature.Request{Method: r.Method, URL: c.request.url, Header: r.Header, Params: r.Params})
		sus.Body = r.Body
		if r.Host != "" {
			sus.ReceivedURL = "http://" + r.Host + r.Target
		}
		if sus.URL == "" {
			if sus.URL = publicURL(sus.Request, k.tokens, r); sus.URL == "" {
				return nil, fmt.Errorf("%s does not say for which host it was: give the public URL with --url", c.nameOf(name))
			}
		}
		if err := readable(sus.URL); err != nil {
			return nil, fmt.Errorf("cannot check %s: %q: %w", c.nameOf(name), cut(sus.URL), err)
		}
		all = append(all, sus)
	}
	return all, nil
}

// nameOf names a request of the capture in a sentence.
func (c *verifyCommand) nameOf(name string) string {
	if name == "" {
		name = "the request"
	}
	return name + " of --request " + c.capture
}

// publicURL is the URL of a capture. A raw one says no scheme, so it is the one that verifies, or else
// what a public URL has.
func publicURL(r signature.Request, tokens []signature.Token, c capture.Request) string {
	if c.URL != "" || c.Host == "" {
		return c.URL
	}
	target := c.Target
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	schemes := []string{"https://", "http://"}
	host := c.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if plivo.IsLoopback(strings.Trim(host, "[]")) {
		schemes = []string{"http://", "https://"}
	}
	for _, scheme := range schemes {
		r.URL = scheme + c.Host + target
		if signature.Verify(r, tokens).Outcome == signature.Valid {
			return r.URL
		}
	}
	return schemes[0] + c.Host + target
}

// stored gives the callback of --id with what its history knows beside it.
func (c *verifyCommand) stored(cmd *cobra.Command, set *settings, s Streams, k known) (_ []suspect, err error) {
	if c.db == "" {
		if err := c.account(set); err != nil {
			return nil, fmt.Errorf("cannot tell which history --id %d is in: %w. For a token alone, which verify needs no more than, say whose history it is: --db FILE names its file, --simulator is the simulator's", c.id, err)
		}
	}
	if err := c.historyPath(cmd, set); err != nil {
		return nil, err
	}
	path, ctx := set.options.HistoryPath, cmd.Context()
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no history at %s yet: receive or send something first, or name another file with --db", path)
	}
	db, err := store.Open(ctx, store.Options{Path: path, OnProblem: s.problem, Reads: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(stopped(ctx, err), db.Close()) }()
	cb, found, err := db.Callback(ctx, c.id)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fmt.Errorf("there is no callback %d in the history %s: \"plivoscope history --callbacks\" shows their numbers", c.id, path)
	}
	sus := suspect{index: 1, id: cb.ID, problem: cb.Problem, truncated: cb.Truncated}
	lease, live, err := db.Lease(ctx)
	if err != nil {
		return nil, err
	}
	simulated := c.simulator || set.options.Mode == app.Simulator
	if len(c.tokens)+len(c.tokenFiles) == 0 {
		switch {
		case live && lease.SimToken != "":
			k.tokens = append([]signature.Token{signature.NewToken(accountLabel, lease.SimToken)}, besideSimulator(k.tokens)...)
			k.authIDs = append(k.authIDs, lease.AuthID)
		case simulated || len(k.tokens) == 0:
			sus.tokenGone = true
		}
	}
	sus.Case = k.newCase(signature.Request{Method: cb.Method, URL: cb.URL, Header: cb.Header})
	if cb.Method != http.MethodGet && cb.Method != http.MethodHead {
		sus.Params, _ = webhook.ParseParams(cb.Method, cb.URL, cb.Header.Get("Content-Type"), cb.Body)
	}
	if c.request.url != "" {
		sus.URL = c.request.url
	} else {
		sus.stored = &cb
	}
	switch {
	case len(c.tokens)+len(c.tokenFiles) > 0:
		sus.lost = app.OthersGiven
	case simulated, live && lease.SimToken != "":
		sus.lost = app.EarlierSimulator
	}
	sus.ReceivedURL, sus.Body = cb.ReceivedURL, cb.Body
	sus.Local = simulated || live && lease.SimToken != ""
	if live {
		sus.OwnURLs = []string{lease.PublicURL, lease.ListenURL}
	}
	if sus.KnownURLs, err = db.KnownURLs(ctx, 0); err != nil {
		return nil, err
	}
	if err := readable(sus.URL); err != nil {
		return nil, fmt.Errorf("cannot check the callback %d: %q: %w", c.id, cut(sus.URL), err)
	}
	return []suspect{sus}, nil
}

// besideSimulator are the tokens of the environment where the account is a simulator's: another account's.
func besideSimulator(tokens []signature.Token) []signature.Token {
	tokens = slices.Clone(tokens)
	for i, t := range tokens {
		if t.Label == accountLabel || t.Label == mainLabel {
			tokens[i].Label = "live " + t.Label
		}
	}
	return tokens
}

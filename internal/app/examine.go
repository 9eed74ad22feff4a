package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/signature/sdk"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// Examination is all that can be said of a request's signature.
type Examination struct {
	Case        signature.Case // what was examined
	Verdict     signature.Verdict
	Comparisons []signature.Comparison
	Diagnosis   signature.Diagnosis // empty where the signature verifies or there is no token to check with
	SDKs        []sdk.Answer
	Came        Came // of a callback of the history
}

// Examine verifies a request, says why it does not verify, and what the official SDKs would say. It is
// pure. It takes some milliseconds for what the callback server accepts, and for more than that a time
// that grows with the request: about a second for 16 MiB.
func Examine(c signature.Case) Examination {
	e := Examination{Case: c, Verdict: signature.Verify(c.Request, c.Tokens), Comparisons: signature.Compare(c.Request, c.Tokens)}
	if e.Verdict.Outcome == signature.Invalid || e.Verdict.Outcome == signature.Missing {
		e.Diagnosis = signature.Diagnose(c)
	}
	e.SDKs = sdk.Ask(c.Request, e.Verdict, c.Tokens)
	return e
}

// Examine examines a request with what this program knows beside it: where c has no tokens, those
// configured; the tokens and auth ids of other accounts at hand; the URLs of this history.
func (a *App) Examine(ctx context.Context, c signature.Case) (Examination, error) {
	known, err := a.surroundings(ctx)
	if err != nil {
		return Examination{}, err
	}
	return Examine(known.complete(c)), nil
}

// ExamineCallback examines a callback of the history by its ID, and tells what was found when it came where that is
// more; ErrNoCallback where there is none.
func (a *App) ExamineCallback(ctx context.Context, id int64) (Examination, error) {
	c, ok, err := a.store.Callback(ctx, id)
	if err != nil {
		return Examination{}, err
	}
	if !ok {
		return Examination{}, fmt.Errorf("cannot examine callback %d: %w; the IDs of those that are there are in history --callbacks", id, ErrNoCallback)
	}
	known, err := a.surroundings(ctx)
	if err != nil {
		return Examination{}, err
	}
	e := Examine(known.complete(known.judged(c)))
	if c.Truncated && e.Verdict.Outcome == signature.Invalid {
		// As the server has it: what was signed is not here any more.
		e.Verdict.Outcome, e.Diagnosis = signature.Unchecked, signature.Diagnosis{}
	}
	lost := Changed
	if a.simulated() && id <= a.newest {
		lost = EarlierSimulator
	}
	return e.WhenItCame(c, lost), nil
}

// ErrNoCallback says that the history has no callback of an ID, or has it no more.
var ErrNoCallback = errors.New("it is not in the history")

// caseOf is a stored callback as a case: signed as the server judged it.
func caseOf(c webhook.Callback) signature.Case {
	params := c.Report.Params
	if c.Method == http.MethodGet || c.Method == http.MethodHead {
		params = nil // they are in the URL
	}
	return signature.Case{
		Request:     signature.Request{Method: c.Method, URL: c.URL, Header: c.Header, Params: params},
		ReceivedURL: c.ReceivedURL, Body: c.Body,
	}
}

// surroundings are what this program knows beside a request.
type surroundings struct {
	tokens, others []signature.Token
	authIDs, urls  []string
	own            []string          // URLs under which this history's servers are reached
	local          bool              // whether the account is one of this machine, so that its callbacks come from here
	server         store.Lease       // of another process that serves this history; of ID 0 where there is none
	theirs         []signature.Token // that server's, where it runs a simulator
}

// knownURLs is how many URLs of the history are taken into account, the newest, beside all that were public.
const knownURLs = 20

func (a *App) surroundings(ctx context.Context) (surroundings, error) {
	s := surroundings{
		tokens: a.tokens, others: slices.Clone(a.o.OtherTokens), authIDs: []string{a.authID},
		local: a.simulated() || onLoopback(a.apiURL),
	}
	for _, url := range []string{a.publicURL(), a.listenURL} {
		s.own = appendNew(s.own, url)
	}
	noted, err := a.store.KnownURLs(ctx, knownURLs)
	if err != nil {
		return s, err
	}
	public, err := a.store.PublicURLs(ctx)
	if err != nil {
		return s, err
	}
	for _, url := range slices.Concat(noted, public) {
		s.urls = appendNew(s.urls, url)
	}
	for _, id := range a.o.OtherAuthIDs {
		s.authIDs = appendNew(s.authIDs, id)
	}
	// Another process may serve this history with a simulator of its own. The one that was joined is this
	// process's too.
	if lease, live, err := a.store.Lease(ctx); err != nil {
		return s, err
	} else if live && lease.ListenURL != a.listenURL {
		s.server = lease
		s.own = appendNew(appendNew(s.own, lease.PublicURL), lease.ListenURL)
		s.authIDs = appendNew(s.authIDs, lease.AuthID)
		if lease.SimToken != "" {
			s.others = append(s.others, signature.NewToken("another process's simulator", lease.SimToken))
			s.theirs = append([]signature.Token{signature.NewToken("account", lease.SimToken)}, a.o.ExtraTokens...)
		}
	}
	return s, nil
}

func appendNew(all []string, s string) []string {
	if s == "" || slices.Contains(all, s) {
		return all
	}
	return append(all, s)
}

// judged is a stored callback as a case, with the tokens of the server that it came to.
func (s surroundings) judged(c webhook.Callback) signature.Case {
	known := caseOf(c)
	known.Local = s.local
	if s.theirs != nil && sameHost(c.URL, s.server.PublicURL) {
		known.Tokens, known.Local = s.theirs, true
	}
	return known
}

// complete fills in what c leaves open.
func (s surroundings) complete(c signature.Case) signature.Case {
	if c.Others == nil {
		c.Others = s.others
		if c.Tokens != nil {
			c.Others = slices.Concat(s.tokens, s.others)
		}
	}
	if c.Tokens == nil {
		c.Tokens = s.tokens
	}
	if c.AuthIDs == nil {
		c.AuthIDs = s.authIDs
	}
	if c.OwnURLs == nil {
		c.OwnURLs = s.own
	}
	if c.KnownURLs == nil {
		c.KnownURLs = s.urls
	}
	return c
}

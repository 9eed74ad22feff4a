package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	sdk "github.com/plivo/plivo-go/v7"

	"dev.internal/plivoscope/internal/hostport"
	"dev.internal/plivoscope/internal/redact"
)

// defaultBaseURL is where Plivo's API is.
const defaultBaseURL = "https://api.plivo.com"

// defaultTimeout bounds a call from its start to the last byte of the answer.
const defaultTimeout = 10 * time.Second

// idleTimeout is how long a connection that nobody uses stays open.
const idleTimeout = 30 * time.Second

// Config says whose account is used, and where.
type Config struct {
	AuthID    string
	AuthToken string
	BaseURL   string        // scheme and host; empty for Plivo's own
	Timeout   time.Duration // of one call from its start to the last byte of the answer; 0 for 10 s
	UserAgent string        // put before the SDK's own; empty for the SDK's alone
	Retry     Retry
	Limits    Limits
	Pace      *Pace             // shared with other Clients of the account, in place of Limits; nil for one of its own
	Told      func(text string) // gets a sentence about each wait and each try again; nil for nobody
}

// Client calls the API for one account. It may be used by several goroutines at once.
type Client struct {
	authID  string
	token   string
	base    *url.URL
	timeout time.Duration
	agent   string
	conns   *http.Transport
	stats   *stats
	retry   Retry
	pace    *Pace
	told    func(text string)
	hide    *redact.Tokens // what is not to be shown of answers
}

// New makes a client. It does not connect: wrong credentials show in the first call.
func New(c Config) (*Client, error) {
	if c.AuthID == "" {
		return nil, errors.New("cannot use the Plivo API without an auth id: set PLIVO_AUTH_ID to the one that the console's overview page shows")
	}
	if strings.ContainsAny(c.AuthID, "/?#%:") || strings.ContainsFunc(c.AuthID, notPrintable) {
		return nil, errors.New("cannot use the Plivo API with this auth id: it has a character that no auth id has; copy PLIVO_AUTH_ID again, without quotes or spaces")
	}
	if c.AuthToken == "" {
		return nil, errors.New("cannot use the Plivo API without an auth token: set PLIVO_AUTH_TOKEN to the one that the console's overview page shows")
	}
	base, err := parseBase(c.BaseURL)
	if err != nil {
		return nil, err
	}
	client := &Client{
		authID: c.AuthID, token: c.AuthToken, base: base, timeout: c.Timeout,
		agent: c.UserAgent, conns: http.DefaultTransport.(*http.Transport).Clone(), stats: &stats{},
		retry: c.Retry, pace: c.Pace, told: c.Told,
		hide: redact.New(c.AuthToken),
	}
	if client.pace == nil {
		client.pace = NewPace(c.Limits)
	}
	// A connection that the server closes just when it is used again makes a send's outcome unclear, so ours
	// end before those of usual load balancers, after 60 s.
	client.conns.IdleConnTimeout = idleTimeout
	if client.timeout <= 0 {
		client.timeout = defaultTimeout
	}
	return client, nil
}

func notPrintable(r rune) bool { return r <= ' ' || r > '~' }

func parseBase(raw string) (*url.URL, error) {
	if raw == "" {
		raw = defaultBaseURL
	}
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("cannot use %q as the address of the Plivo API: it is no http or https URL; write it as %s", raw, defaultBaseURL)
	}
	if err := hostport.URL(u); err != nil {
		return nil, fmt.Errorf("cannot use %q as the address of the Plivo API: it %w", u.Redacted(), err)
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("cannot use %q as the address of the Plivo API: only scheme, host and port belong in it, as in %s", u.Redacted(), defaultBaseURL)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// String names the account and the address; the token shows as dots.
func (c Client) String() string { return c.authID + ":•••• at " + c.base.String() }

// GoString keeps %#v from showing the token.
func (c Client) GoString() string { return c.String() }

// Format keeps every verb of fmt from showing the token.
func (c Client) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(c.String())) }

// Close drops the connections that are idle. Calls that run are not touched.
func (c *Client) Close() { c.conns.CloseIdleConnections() }

// once makes one try of a call and gives what was answered. The SDK's own error counts only where the
// exchange has none: whether a call went well is decided by status and body.
func (c *Client) once(ctx context.Context, op string, extra http.Header, call func(*sdk.Client) error) (*exchange, *Error) {
	within, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	ex := &exchange{ctx: within, base: c.base, conns: c.conns, extra: extra, agent: c.agent, hide: c.hide}
	client, err := sdk.NewClient(c.authID, c.token, &sdk.ClientOptions{HttpClient: &http.Client{
		Transport:     ex,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}})
	if err != nil {
		return nil, &Error{Kind: BadRequest, Op: op, Words: "the SDK could not be set up", Err: err}
	}
	client.BaseUrl = c.base
	began := time.Now()
	err = call(client)
	c.stats.ended(time.Since(began), ex.status != 0 && ex.err == nil)
	if ex.err != nil {
		e := c.transportError(ctx, op, ex)
		e.untaken = untaken(ex, e)
		return nil, e
	}
	if ex.status == 0 {
		return nil, &Error{Kind: BadRequest, Op: op, Words: "the SDK made no request", Err: err}
	}
	if ex.status < 200 || ex.status > 299 {
		e := statusError(op, ex)
		e.untaken = untaken(ex, e)
		return nil, e
	}
	return ex, nil
}

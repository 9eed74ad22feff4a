package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// maxAnswer is how much of an answer is read, in bytes.
const maxAnswer = 16 << 20

// ErrNoSimulator says that something else than a simulator with a control API answers.
var ErrNoSimulator = errors.New("no simulator that can be controlled")

// Client calls one simulator. It may be used by several goroutines at once.
type Client struct {
	root string // scheme and host
	host string
	http *http.Client
}

// New makes a client of the simulator whose API has a URL; whatever path that has is left out.
func New(apiURL string) (*Client, error) {
	u, err := url.Parse(apiURL)
	if err != nil {
		return nil, fmt.Errorf("%q is no URL of a simulator: %w", apiURL, err)
	}
	// It is on this machine: no proxy, no redirects, and no time but the caller's.
	return &Client{u.Scheme + "://" + u.Host, u.Host, &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Host is where the simulator is, for sentences.
func (c *Client) Host() string { return c.host }

// Close gives back the connections that are idle.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Answer is what a simulator answered.
type Answer struct {
	Status int
	Body   []byte // JSON
	Words  string // of its error; empty for none
}

// Call asks the simulator; path begins behind simulator.ControlPath, and in is sent as JSON where it is not nil. The
// error says that there was no answer: with the cause of ctx where that has ended, with ErrNoSimulator where what came
// was none of a simulator.
func (c *Client) Call(ctx context.Context, method, path string, in any) (Answer, error) {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return Answer{}, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, c.root+simulator.ControlPath+path, bytes.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	if in != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	got, err := c.http.Do(r)
	if err != nil {
		return Answer{}, fmt.Errorf("no simulator answers at %s: %w", c.host, why(ctx, err))
	}
	defer func() { _ = got.Body.Close() }()
	a := Answer{Status: got.StatusCode}
	if a.Body, err = io.ReadAll(io.LimitReader(got.Body, maxAnswer)); err != nil {
		return Answer{}, fmt.Errorf("the answer of the simulator at %s broke off: %w", c.host, why(ctx, err))
	}
	var said struct {
		Error string `json:"error"`
	}
	if !strings.HasPrefix(got.Header.Get("Content-Type"), "application/json") || json.Unmarshal(a.Body, &said) != nil || a.Status != http.StatusOK && said.Error == "" {
		return Answer{}, fmt.Errorf("what answers at %s is %w (%d); only plivoscope's own can", c.host, ErrNoSimulator, a.Status)
	}
	a.Words = said.Error
	return a, nil
}

// why is the reason of an error of the HTTP client, without the URL that it repeats.
func why(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

package siege

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// outsideURL is the public URL of a server behind a tunnel; the name exists nowhere.
const outsideURL = "https://siege.example"

// part is how much of an attack is done: a little with every go test, the whole where figures are collected.
func part(little, whole int) int {
	if figures.Collecting() {
		return whole
	}
	return little
}

// tunnelled starts a server as it is behind a tunnel whose agent runs here and says who called.
func (h house) tunnelled(tb testing.TB, args ...string) *running {
	tb.Helper()
	return h.listen(tb, append([]string{"--public-url", outsideURL, "--forwarded-for", "trust"}, args...)...)
}

// addr is where a server listens.
func (r *running) addr() string { return strings.TrimPrefix(r.base, "http://") }

// from connects from an address of this machine's 127.0.0.0/8, so that an attack has as many as it likes.
func from(ctx context.Context, local, addr string) (net.Conn, error) {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(local)}, Timeout: 10 * time.Second}
	return d.DialContext(ctx, "tcp", addr)
}

// nth is the n-th address of an attack.
func nth(n int) string { return fmt.Sprintf("127.%d.%d.%d", 1+n/250/250%200, n/250%250, 1+n%250) }

// honest is a caller who has nothing to do with an attack that goes on: a signed callback now and then, each on a
// connection of its own.
type honest struct {
	cancel context.CancelFunc
	done   chan struct{}

	mu           sync.Mutex
	acknowledged map[string]bool
	took         []time.Duration // until it was acknowledged
	refused      []string        // what came in place of 200
}

// honestly begins; public is what the callbacks are signed over.
func (r *running) honestly(tb testing.TB, public string) *honest {
	tb.Helper()
	ctx, cancel := context.WithCancel(tb.Context())
	h := &honest{cancel: cancel, done: make(chan struct{}), acknowledged: map[string]bool{}}
	client := &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext:       func(ctx context.Context, _, addr string) (net.Conn, error) { return from(ctx, "127.255.0.1", addr) },
	}}
	go func() {
		defer close(h.done)
		for i := 1; ctx.Err() == nil; i++ {
			h.call(client, r, public, 900_000_000+i)
			select {
			case <-ctx.Done():
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	tb.Cleanup(func() { cancel(); <-h.done })
	return h
}

func (h *honest) call(client *http.Client, r *running, public string, i int) {
	req, err := callback(public+"/sms/delivery-report", i)
	if err == nil {
		req.URL, err = url.Parse(r.url)
	}
	began, status := time.Now(), 0
	if err == nil {
		if public != r.base {
			req.Header.Set("X-Forwarded-For", "198.51.100.7")
		}
		var resp *http.Response
		if resp, err = client.Do(req); err == nil { // to its end, so that all that was acknowledged is known
			_, err = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			status = resp.StatusCode
		}
	}
	took := time.Since(began)
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil || status != http.StatusOK {
		h.refused = append(h.refused, fmt.Sprintf("%d %v", status, err))
		return
	}
	h.acknowledged[uuid(i)] = true
	h.took = append(h.took, took)
}

// called waits until the honest caller was answered so often.
func (h *honest) called(tb testing.TB, n int) {
	tb.Helper()
	wait(tb, "honest callbacks", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return len(h.took)+len(h.refused) >= n
	})
}

// end ends the calls.
func (h *honest) end() {
	h.cancel()
	<-h.done
}

// p99 is how long it took at most to acknowledge 99 of a hundred callbacks.
func (h *honest) p99() time.Duration {
	h.end()
	if len(h.took) == 0 {
		return 0
	}
	slices.Sort(h.took)
	return h.took[len(h.took)*99/100]
}

// check ends the calls, and gives how many acknowledged callbacks are not in the history once. Each that was not
// acknowledged is an error: the attack kept it out.
func (h *honest) check(tb testing.TB, in house) (lost int) {
	tb.Helper()
	p99 := h.p99()
	if len(h.refused) > 0 {
		tb.Errorf("%d honest callbacks were kept out, the first by %s", len(h.refused), h.refused[0])
	}
	found := map[string]int{}
	for _, c := range in.kept(tb, "sig:valid") {
		found[c.UUID]++
	}
	for id := range h.acknowledged {
		if found[id] != 1 {
			lost++
			tb.Errorf("the acknowledged message %s has %d callbacks", id, found[id])
		}
	}
	tb.Logf("%d honest callbacks acknowledged, p99 %s", len(h.acknowledged), p99.Round(100*time.Microsecond))
	if len(h.acknowledged) == 0 {
		tb.Error("no honest callback was acknowledged at all")
	}
	return lost
}

// kept is a callback as export writes it.
type kept struct {
	UUID        string            `json:"message_uuid"`
	Method      string            `json:"method"`
	ReceivedURL string            `json:"received_url"`
	RemoteAddr  string            `json:"remote_addr"`
	Body        *string           `json:"body"`
	Base64      *string           `json:"body_base64"`
	Truncated   bool              `json:"truncated"`
	Signature   map[string]string `json:"signature"`
}

func (k kept) body() string {
	switch {
	case k.Base64 != nil:
		raw, _ := base64.StdEncoding.DecodeString(*k.Base64)
		return string(raw)
	case k.Body != nil:
		return *k.Body
	}
	return ""
}

// kept gives what the history has of what a filter finds, oldest first.
func (h house) kept(tb testing.TB, filter string) (all []kept) {
	tb.Helper()
	args := []string{"export", "-o", "json"}
	if filter != "" {
		args = append(args, "--filter", filter)
	}
	out, err := h.command(args...).Output()
	if err != nil {
		tb.Fatalf("export: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		var c kept
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			tb.Fatalf("export wrote %.200q: %v", line, err)
		}
		all = append(all, c)
	}
	return all
}

var statusLine = regexp.MustCompile(`HTTP/1\.[01] ([0-9]{3}) `)

// statuses are those of all answers in what came back.
func statuses(answer string) (all []string) {
	for _, found := range statusLine.FindAllStringSubmatch(answer, -1) {
		all = append(all, found[1])
	}
	return all
}

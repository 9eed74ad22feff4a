package simulator_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// fast makes 1 s of a message's life 1 ms.
const fast = 1000

// bench is a simulator that is served, a client of the real API to it and a receiver of its callbacks.
type bench struct {
	*simulator.Simulator
	t        *testing.T
	url      string
	client   *api.Client
	receiver *receiver
}

// newBench makes a bench; an InboundURL that is a path alone is one of the receiver.
func newBench(t *testing.T, o simulator.Options) *bench {
	t.Helper()
	receiver := newReceiver(t)
	if strings.HasPrefix(o.InboundURL, "/") {
		o.InboundURL = receiver.url + o.InboundURL
	}
	if o.Speed == 0 {
		o.Speed = fast
	}
	sim, err := simulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim.Handler())
	b := &bench{Simulator: sim, t: t, url: server.URL, receiver: receiver}
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	b.receiver.tokens = []signature.Token{signature.NewToken("account", sim.AuthToken())}
	if o.MainToken != "" {
		b.receiver.tokens = append(b.receiver.tokens, signature.NewToken("main account", o.MainToken))
	}
	b.client, err = api.New(api.Config{AuthID: sim.AuthID(), AuthToken: sim.AuthToken(), BaseURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.client.Close)
	return b
}

func (b *bench) draft(to ...string) plivo.Draft {
	return plivo.Draft{From: simulator.DefaultNumber, To: to, Text: "hello", CallbackURL: b.receiver.url + "/sms/delivery-report", Method: "POST"}
}

// numbers gives so many different destinations.
func numbers(n int) []string {
	to := make([]string, n)
	for i := range to {
		to[i] = fmt.Sprintf("+1415%07d", i)
	}
	return to
}

// send has a draft taken and gives its UUIDs.
func (b *bench) send(d plivo.Draft, fate string) []string {
	b.t.Helper()
	var header http.Header
	if fate != "" {
		header = http.Header{simulator.FateHeader: {fate}}
	}
	a, err := b.client.Send(b.t.Context(), d, header)
	if err != nil {
		b.t.Fatal(err)
	}
	return a.UUIDs
}

// settle waits until the simulator has nothing left to post.
func (b *bench) settle() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	if err := b.Idle(ctx); err != nil {
		b.t.Fatalf("still %d to post: %v", b.Pending(), err)
	}
}

// advance moves the clock on and waits for what comes of it.
func (b *bench) advance(d time.Duration) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 2*time.Minute)
	defer cancel()
	if err := b.Advance(ctx, d); err != nil {
		b.t.Fatal(err)
	}
}

// call makes a plain HTTP request to the API; path begins behind the account.
func (b *bench) call(method, path, body string, change func(*http.Request)) (int, http.Header, string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+"/v1/Account/"+b.AuthID()+"/"+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.SetBasicAuth(b.AuthID(), b.AuthToken())
	r.Header.Set("Content-Type", "application/json")
	if change != nil {
		change(r)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(answer)
}

// received is a callback as it came.
type received struct {
	at      time.Time
	method  string
	url     string
	header  http.Header
	body    []byte
	whole   bool // the body came to its end
	report  plivo.Report
	signed  signature.Request
	verdict signature.Verdict
}

func (r received) get(name string) string {
	v, _ := r.report.Get(name)
	return v
}

// receiver is a callback server that keeps and checks what it gets.
type receiver struct {
	url    string
	tokens []signature.Token
	answer func(n int) int // HTTP status for the n-th callback, from 0; nil for 200
	body   string          // of the answers
	came   chan struct{}   // filled after each callback, if there is room

	mu  sync.Mutex
	got []received
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{came: make(chan struct{}, 1)}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	c := received{at: time.Now(), method: request.Method, url: r.url + request.RequestURI, header: request.Header.Clone(), body: body, whole: err == nil}
	form := string(body)
	if request.Method == http.MethodGet {
		form = request.URL.RawQuery
	}
	var params []signature.Param
	for _, pair := range strings.Split(form, "&") {
		name, value, _ := strings.Cut(pair, "=")
		n, _ := url.QueryUnescape(name)
		v, _ := url.QueryUnescape(value)
		params = append(params, signature.Param{Name: n, Value: v})
	}
	c.report = plivo.Report{Params: params}
	check := signature.Request{Method: c.method, URL: c.url, Header: c.header}
	if c.method == http.MethodPost {
		check.Params = params
	}
	c.signed, c.verdict = check, signature.Verify(check, r.tokens)
	r.mu.Lock()
	n := len(r.got)
	r.got = append(r.got, c)
	r.mu.Unlock()
	if r.answer != nil {
		w.WriteHeader(r.answer(n))
	}
	_, _ = io.WriteString(w, r.body)
	select {
	case r.came <- struct{}{}:
	default:
	}
}

// forget drops what came.
func (r *receiver) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = nil
}

func (r *receiver) all() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.got)
}

// of gives the callbacks of one message, in the order they came.
func (r *receiver) of(uuid string) []received {
	var out []received
	for _, c := range r.all() {
		if c.report.MessageUUID() == uuid {
			out = append(out, c)
		}
	}
	return out
}

// statuses writes callbacks as "sequence status code" for comparison.
func statuses(cs []received) []string {
	out := []string{}
	for _, c := range cs {
		out = append(out, strings.TrimSpace(c.get("Sequence")+" "+c.get("Status")+" "+c.get("ErrorCode")))
	}
	return out
}

// inProcess is call without a connection.
func (b *bench) inProcess(method, path, body string) (int, http.Header, string) {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), method, "http://127.0.0.1/v1/Account/"+b.AuthID()+"/"+path, strings.NewReader(body))
	r.SetBasicAuth(b.AuthID(), b.AuthToken())
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	b.Handler().ServeHTTP(w, r)
	return w.Code, w.Header(), w.Body.String()
}

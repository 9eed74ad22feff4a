package webhook_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

var (
	account = signature.NewToken("account", "a-token-for-tests-only")
	another = signature.NewToken("another", "somebody-else's-token")
)

// memory is a recorder that keeps callbacks for the test to look at.
type memory struct {
	mu   sync.Mutex
	all  []webhook.Callback
	fail error
	gate chan struct{} // when set, Record waits for it
	came chan struct{} // when set, Record says that it was reached
}

func (m *memory) Record(ctx context.Context, c *webhook.Callback) error {
	if m.came != nil {
		m.came <- struct{}{}
	}
	if m.gate != nil {
		select {
		case <-m.gate:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	c.ID = int64(len(m.all) + 1)
	m.all = append(m.all, *c)
	return nil
}

func (m *memory) callbacks() []webhook.Callback {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.all)
}

func (m *memory) last(t *testing.T) webhook.Callback {
	t.Helper()
	all := m.callbacks()
	if len(all) == 0 {
		t.Fatal("nothing was recorded")
	}
	return all[len(all)-1]
}

// running is a server on a loopback listener.
type running struct {
	*webhook.Server
	url, addr string
	recorder  *memory
	stop      func() error // ends the server and gives what Serve returned
}

func start(t *testing.T, c webhook.Config) *running {
	t.Helper()
	recorder, ok := c.Recorder.(*memory)
	if !ok {
		recorder = &memory{}
		c.Recorder = recorder
	}
	server, err := webhook.New(c)
	if err != nil {
		t.Fatal(err)
	}
	s := startServer(t, server)
	s.recorder = recorder
	return s
}

func startServer(t *testing.T, server *webhook.Server) *running {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, ln) }()
	stop := sync.OnceValue(func() error {
		cancel()
		return <-done
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return &running{Server: server, url: "http://" + ln.Addr().String(), addr: ln.Addr().String(), stop: stop}
}

// client keeps no connection, so that a server has nothing to wait for.
var client = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       20 * time.Second,
}

func do(t *testing.T, r *http.Request) (status int, body string, header http.Header) {
	t.Helper()
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text), resp.Header
}

// form is an ordered form body.
func form(params ...signature.Param) string {
	var pairs []string
	for _, p := range params {
		pairs = append(pairs, url.QueryEscape(p.Name)+"="+url.QueryEscape(p.Value))
	}
	return strings.Join(pairs, "&")
}

func report(uuid, status string) []signature.Param {
	return []signature.Param{
		{Name: "MessageUUID", Value: uuid},
		{Name: "From", Value: "14155550100"},
		{Name: "To", Value: "14155550123"},
		{Name: "Status", Value: status},
		{Name: "Units", Value: "1"},
		{Name: "Sequence", Value: "3"},
		{Name: "ErrorCode", Value: ""},
		{Name: "requester_ip", Value: "192.0.2.1"},
	}
}

// sign puts V2 and V3 headers on r for signedURL.
func sign(t *testing.T, r *http.Request, token signature.Token, signedURL string, params []signature.Param) {
	t.Helper()
	const nonce = "12345678901234567890"
	for _, scheme := range []signature.Scheme{signature.V2, signature.V3} {
		value, err := signature.Sign(token, scheme, r.Method, signedURL, nonce, params)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(scheme.Header(), value)
		r.Header.Set(scheme.NonceHeader(), nonce)
	}
}

func post(t *testing.T, to, contentType, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	return r
}

const formType = "application/x-www-form-urlencoded"

// signedPost is a delivery report that verifies under token for signedURL.
func signedPost(t *testing.T, to, signedURL string, token signature.Token) *http.Request {
	t.Helper()
	params := report("5b40a428-bfc7-4daf-9d06-726c558bf3b8", "delivered")
	r := post(t, to, formType, form(params...))
	sign(t, r, token, signedURL, params)
	return r
}

func TestValidPostIsStoredWholeAndAnswered(t *testing.T) {
	s := start(t, webhook.Config{Tokens: []signature.Token{account}})
	to := s.url + "/sms/delivery-report?tag=a%20b"
	r := signedPost(t, to, to, account)
	r.Header.Add("X-Twice", "1")
	r.Header.Add("X-Twice", "2")
	status, body, _ := do(t, r)
	if status != 200 || body != "" {
		t.Errorf("answer %d %q, want an empty 200", status, body)
	}
	c := s.recorder.last(t)
	if c.Verdict.Outcome != signature.Valid || c.Verdict.Scheme != signature.V3 || c.Verdict.Token != "account" {
		t.Errorf("verdict %+v", c.Verdict)
	}
	if c.Kind != webhook.DeliveryReport || c.Method != "POST" || c.Protocol != "HTTP/1.1" || c.Problem != "" {
		t.Errorf("callback %+v", c)
	}
	if c.URL != to || c.ReceivedURL != to {
		t.Errorf("URLs %q and %q, want %q", c.URL, c.ReceivedURL, to)
	}
	params := report("5b40a428-bfc7-4daf-9d06-726c558bf3b8", "delivered")
	if !slices.Equal(c.Report.Params, params) || string(c.Body) != form(params...) {
		t.Errorf("params %v of body %q", c.Report.Params, c.Body)
	}
	if got := c.Header["X-Twice"]; !slices.Equal(got, []string{"1", "2"}) {
		t.Errorf("header values %q", got)
	}
	if c.Answer.Status != 200 || c.Answer.At.IsZero() || c.ReceivedAt.IsZero() || !strings.HasPrefix(c.RemoteAddr, "127.0.0.1:") {
		t.Errorf("answer %+v at %v from %q", c.Answer, c.ReceivedAt, c.RemoteAddr)
	}
	if got := s.Stats(); got.Received != 1 || got.Stored != 1 || got.Valid != 1 || got.Refused != 0 || got.Dropped != 0 {
		t.Errorf("stats %+v", got)
	}
}

func TestValidGetTakesItsParametersFromTheQuery(t *testing.T) {
	s := start(t, webhook.Config{Tokens: []signature.Token{account}})
	params := report("5b40a428-bfc7-4daf-9d06-726c558bf3b8", "sent")
	to := s.url + "/sms/delivery-report?" + form(params...)
	r, _ := http.NewRequest(http.MethodGet, to, nil)
	sign(t, r, account, to, nil)
	if status, _, _ := do(t, r); status != 200 {
		t.Errorf("status %d", status)
	}
	c := s.recorder.last(t)
	if c.Verdict.Outcome != signature.Valid || !slices.Equal(c.Report.Params, params) || len(c.Body) != 0 {
		t.Errorf("verdict %+v, params %v, body %q", c.Verdict, c.Report.Params, c.Body)
	}
}

func TestOutcomesAndPolicies(t *testing.T) {
	unsigned := func(t *testing.T, to string) *http.Request {
		return post(t, to, formType, form(report("u", "sent")...))
	}
	withoutNonce := func(t *testing.T, to string) *http.Request {
		r := signedPost(t, to, to, account)
		r.Header.Del("X-Plivo-Signature-V2-Nonce")
		r.Header.Del("X-Plivo-Signature-V3-Nonce")
		return r
	}
	wrong := func(t *testing.T, to string) *http.Request { return signedPost(t, to, to, another) }
	right := func(t *testing.T, to string) *http.Request { return signedPost(t, to, to, account) }
	tokens := []signature.Token{account}
	for name, tc := range map[string]struct {
		tokens  []signature.Token
		policy  webhook.Policy
		request func(*testing.T, string) *http.Request
		outcome signature.Outcome
		status  int
	}{
		"valid, accept":           {tokens, webhook.Accept, right, signature.Valid, 200},
		"valid, reject":           {tokens, webhook.Reject, right, signature.Valid, 200},
		"invalid, accept":         {tokens, webhook.Accept, wrong, signature.Invalid, 200},
		"invalid, reject":         {tokens, webhook.Reject, wrong, signature.Invalid, 403},
		"missing, accept":         {tokens, webhook.Accept, unsigned, signature.Missing, 200},
		"missing, reject":         {tokens, webhook.Reject, unsigned, signature.Missing, 400},
		"no nonce, reject":        {tokens, webhook.Reject, withoutNonce, signature.Missing, 400},
		"no token to check with":  {nil, webhook.Accept, right, signature.Unchecked, 200},
		"an empty token, unequal": {[]signature.Token{signature.NewToken("empty", ""), account}, webhook.Reject, wrong, signature.Invalid, 403},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, webhook.Config{Tokens: tc.tokens, OnInvalid: tc.policy})
			status, _, _ := do(t, tc.request(t, s.url+"/sms/delivery-report"))
			c := s.recorder.last(t)
			if status != tc.status || c.Answer.Status != tc.status || c.Verdict.Outcome != tc.outcome {
				t.Errorf("answered %d (stored as %d), outcome %q; want %d and %q", status, c.Answer.Status, c.Verdict.Outcome, tc.status, tc.outcome)
			}
		})
	}
}

func TestRejectWantsAToken(t *testing.T) {
	_, err := webhook.New(webhook.Config{Recorder: &memory{}, OnInvalid: webhook.Reject, Tokens: []signature.Token{signature.NewToken("empty", "")}})
	if err == nil || !strings.Contains(err.Error(), "PLIVO_AUTH_TOKEN") {
		t.Errorf("error %v", err)
	}
}

func TestRecorderFailureIsAnswered503AndTold(t *testing.T) {
	recorder := &memory{fail: errors.New("the disk is full")}
	var told []string
	var mu sync.Mutex
	s := start(t, webhook.Config{Recorder: recorder, OnProblem: func(_ slog.Level, text string) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, text)
	}})
	for range 3 {
		status, _, header := do(t, post(t, s.url+"/sms/inbound", formType, "MessageUUID=u&Text=hi"))
		if status != 503 || header.Get("Retry-After") == "" {
			t.Errorf("status %d, headers %v", status, header)
		}
	}
	if got := s.Stats(); got.Dropped != 3 || got.Stored != 0 || got.Received != 3 {
		t.Errorf("stats %+v", got)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(told) != 1 || !strings.Contains(told[0], "the disk is full") {
		t.Errorf("told %q, want one sentence with the cause", told)
	}
}

func TestTooLongBodyIsRecordedCutAndAnswered413(t *testing.T) {
	s := start(t, webhook.Config{Tokens: []signature.Token{account}})
	for _, chunked := range []bool{false, true} {
		body := []byte("MessageUUID=u&Text=" + strings.Repeat("x", 10<<20))
		var reader io.Reader = bytes.NewReader(body)
		if chunked {
			reader = io.MultiReader(reader)
		}
		r, err := http.NewRequest(http.MethodPost, s.url+"/sms/inbound", reader)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", formType)
		sign(t, r, another, s.url+"/sms/inbound", nil)
		status, _, _ := do(t, r)
		c := s.recorder.last(t)
		if status != 413 || c.Answer.Status != 413 || !c.Truncated {
			t.Errorf("answered %d, stored as %d, truncated %v", status, c.Answer.Status, c.Truncated)
		}
		if len(c.Body) != 64<<10 || !bytes.Equal(c.Body, body[:64<<10]) {
			t.Errorf("kept %d bytes", len(c.Body))
		}
		if c.Verdict.Outcome != signature.Unchecked || !strings.Contains(c.Problem, "longer") {
			t.Errorf("verdict %+v, problem %q: a cut body proves nothing", c.Verdict, c.Problem)
		}
	}
	// A plain client sends everything before it reads.
	whole := "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10485760\r\n\r\n" + strings.Repeat("x", 10<<20)
	if resp := raw(t, s.addr, whole); resp.StatusCode != 413 {
		t.Errorf("a plain client got %d", resp.StatusCode)
	}
	if n := len(s.recorder.callbacks()); n != 3 {
		t.Errorf("recorded %d, want 3", n)
	}
}

// HTTP tells methods apart by case, and Plivo's SDKs take what is not GET for a POST: the parameters of "get" are those
// of its body, so that what verifies is what is shown.
func TestGetInLowerCaseIsNoGet(t *testing.T) {
	s := start(t, webhook.Config{Tokens: []signature.Token{account}, OnInvalid: webhook.Reject})
	target := s.url + "/sms/delivery-report?MessageUUID=5b40a428-bfc7-4daf-9d06-726c558bf3b8&Status=failed&ErrorCode=30"
	const nonce = "12345678901234567890"
	given, err := signature.Sign(account, signature.V3, "GET", target, nonce, nil)
	if err != nil {
		t.Fatal(err)
	}
	ask := func(method, target, body string) int {
		r := post(t, target, formType, body)
		r.Method = method
		r.Header.Set(signature.V3.Header(), given)
		r.Header.Set(signature.V3.NonceHeader(), nonce)
		status, _, _ := do(t, r)
		return status
	}
	if status := ask("GET", target, ""); status != 200 {
		t.Errorf("GET: %d", status)
	}
	if status := ask("get", s.url+"/sms/delivery-report?Status=failed&ErrorCode=30", "MessageUUID=5b40a428-bfc7-4daf-9d06-726c558bf3b8"); status != 403 {
		t.Errorf("get: %d, and of its parameters %v are shown", status, s.recorder.last(t).Report.Params)
	}
}

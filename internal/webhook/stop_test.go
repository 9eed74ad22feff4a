package webhook_test

import (
	"bytes"
	"context"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// syncBuffer is a log that a test may read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestStopLetsRequestsInFlightFinish(t *testing.T) {
	const n = 5
	recorder := &memory{gate: make(chan struct{}), came: make(chan struct{}, n)}
	s := start(t, webhook.Config{Recorder: recorder})
	statuses := make(chan int, n)
	for range n {
		go func() {
			status, _, _ := do(t, post(t, s.url+"/sms/inbound", formType, "MessageUUID=u&Text=hi"))
			statuses <- status
		}()
	}
	for range n {
		<-recorder.came
	}
	stopped := make(chan error, 1)
	go func() { stopped <- s.stop() }()
	eventually(t, "no new connection is taken", func() bool {
		conn, err := net.Dial("tcp", s.addr)
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
	select {
	case err := <-stopped:
		t.Fatalf("stopped (%v) with requests in flight", err)
	default:
	}
	close(recorder.gate)
	for range n {
		if status := <-statuses; status != 200 {
			t.Errorf("a request in flight was answered %d", status)
		}
	}
	if err := <-stopped; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if got := len(recorder.callbacks()); got != n {
		t.Errorf("%d stored, %d acknowledged", got, n)
	}
}

func TestStopCutsOffWhatTakesTooLong(t *testing.T) {
	recorder := &memory{gate: make(chan struct{}), came: make(chan struct{}, 1)}
	s := start(t, webhook.Config{Recorder: recorder, Limits: webhook.Limits{Grace: 10 * time.Millisecond}})
	failed := make(chan error, 1)
	go func() {
		resp, err := client.Do(post(t, s.url+"/x", formType, "a=1"))
		if err == nil {
			resp.Body.Close()
		}
		failed <- err
	}()
	<-recorder.came
	if err := s.stop(); err != nil {
		t.Errorf("Serve: %v", err)
	}
	if err := <-failed; err == nil {
		t.Error("a request that was not stored was answered")
	}
	close(recorder.gate)
}

func TestStopDoesNotWaitForConnectionsThatWereNeverUsed(t *testing.T) {
	var log syncBuffer
	// Below the five seconds for which http.Server.Shutdown would keep such a connection.
	s := start(t, webhook.Config{Logger: slog.New(slog.NewTextHandler(&log, nil)), Limits: webhook.Limits{Grace: 3 * time.Second}})
	dial(t, s.addr)
	eventually(t, "the connection is open", func() bool { return s.Stats().Connections == 1 })
	if err := s.stop(); err != nil {
		t.Errorf("Serve: %v", err)
	}
	if strings.Contains(log.String(), "cut off") {
		t.Errorf("the grace time was waited for: %s", log.String())
	}
}

func TestALostListenerIsAnError(t *testing.T) {
	server, err := webhook.New(webhook.Config{Recorder: &memory{}})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if err := server.Serve(context.Background(), ln); err == nil || !strings.Contains(err.Error(), ln.Addr().String()) {
		t.Errorf("error %v", err)
	}
}

func TestTheLogHasALineACallbackAndNoSecrets(t *testing.T) {
	var log syncBuffer
	s := start(t, webhook.Config{
		Tokens: []signature.Token{account},
		Logger: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	r := signedPost(t, s.url+"/sms/delivery-report?secret=query", s.url+"/sms/delivery-report?secret=query", account)
	do(t, r)
	do(t, post(t, s.url+"/a%1B\u202e", formType, "MessageUUID=%1B%5D0;x&Text=private+words&To=14155550199"))
	eventually(t, "both lines are there", func() bool { return strings.Count(log.String(), "callback stored") == 2 })
	text := log.String()
	for _, want := range []string{`"id":1`, `"kind":"delivery_report"`, `"outcome":"valid"`, `"status":200`, `"latency":`, `"remote":"127.0.0.1:`, "5b40a428", "14155550123"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	for _, secret := range []string{"a-token-for-tests-only", "secret=query", "private", r.Header.Get("X-Plivo-Signature-V3"), "\u202e", "\x1b", `\u001b`} {
		if strings.Contains(text, secret) {
			t.Errorf("%q in %s", secret, text)
		}
	}
}

func TestParsePolicy(t *testing.T) {
	for given, want := range map[string]webhook.Policy{"": webhook.Accept, "accept": webhook.Accept, "REJECT": webhook.Reject} {
		if got, err := webhook.ParsePolicy(given); got != want || err != nil {
			t.Errorf("%q: %q, %v", given, got, err)
		}
	}
	if _, err := webhook.ParsePolicy("maybe"); err == nil {
		t.Error("maybe is no policy")
	}
}

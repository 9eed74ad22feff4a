package replay

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/webhook"
)

// trace takes the times of one attempt. Its hooks are called from several goroutines, some of them after
// the attempt has ended: a dial goes on for the connection's sake.
type trace struct {
	began time.Time

	mu                sync.Mutex
	dns, connect, tls time.Time // began
	t                 webhook.Timings
}

func newTrace(began time.Time) *trace { return &trace{began: began} }

func (t *trace) timings() webhook.Timings {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.t
}

func (t *trace) with(ctx context.Context) context.Context {
	started := func(at *time.Time) {
		t.mu.Lock()
		defer t.mu.Unlock()
		if at.IsZero() {
			*at = time.Now()
		}
	}
	ended := func(at *time.Time, into *time.Duration, err error) {
		t.mu.Lock()
		defer t.mu.Unlock()
		if !at.IsZero() && (err == nil || *into == 0) {
			*into = time.Since(*at)
		}
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart:             func(httptrace.DNSStartInfo) { started(&t.dns) },
		DNSDone:              func(i httptrace.DNSDoneInfo) { ended(&t.dns, &t.t.DNS, i.Err) },
		ConnectStart:         func(string, string) { started(&t.connect) },
		ConnectDone:          func(_, _ string, err error) { ended(&t.connect, &t.t.Connect, err) },
		TLSHandshakeStart:    func() { started(&t.tls) },
		TLSHandshakeDone:     func(_ tls.ConnectionState, err error) { ended(&t.tls, &t.t.TLS, err) },
		GotFirstResponseByte: func() { ended(&t.began, &t.t.FirstByte, nil) },
		GotConn: func(i httptrace.GotConnInfo) {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.t.Reused = i.Reused
			if i.Reused { // the attempt did not wait for what was begun for it
				t.t.DNS, t.t.Connect, t.t.TLS = 0, 0, 0
			}
		},
	})
}

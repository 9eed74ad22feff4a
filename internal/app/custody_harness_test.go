package app_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/store"
)

const (
	shopApp = "20000000000000001"
	shopURL = "https://shop.example/sms?tenant=7"
)

// account is a live account, as far as this program can tell: a simulator behind its API.
type account struct {
	t    *testing.T
	sim  *simulator.Simulator
	url  string
	api  *api.Client
	down atomic.Bool  // the API answers 503
	mute atomic.Bool  // the API does not answer
	came atomic.Int32 // requests while it did not
	past atomic.Int32 // of these, those that had come as the end began
	old  sync.Map     // answers about applications, by path, that the API goes on giving
	fine atomic.Bool  // the API gives our message_url back with a slash at its end
	path string       // of the history
}

func newAccount(t *testing.T) *account {
	t.Helper()
	acc := &account{t: t, path: filepath.Join(t.TempDir(), "history.db")}
	sim, err := simulator.New(simulator.Options{
		AuthID: "MACUSTODYCUSTODY0001", AuthToken: "token", Speed: 1000,
		Applications: []simulator.Application{{ID: shopApp, Name: "shop", MessageURL: shopURL, MessageMethod: "GET"}, {ID: "20000000000000002", Name: "empty"}, {ID: "20000000000000003", Name: "c"}, {ID: "20000000000000004", Name: "d"}},
		MoreNumbers:  []simulator.Number{{Number: "14155550111", App: shopApp}, {Number: "14155550112", App: simulator.NoApplication}},
	})
	if err != nil {
		t.Fatal(err)
	}
	handler := sim.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if acc.mute.Load() {
			if strings.Contains(r.URL.Path, "/Application/") {
				acc.came.Add(1)
			}
			<-r.Context().Done()
			return
		}
		if acc.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if old, stale := acc.old.Load(r.URL.Path); stale && r.Method == http.MethodGet {
			_, _ = w.Write(old.([]byte))
			return
		}
		if acc.fine.Load() && r.Method == http.MethodGet {
			w = &slashing{w}
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	acc.sim, acc.url = sim, server.URL
	if acc.api, err = api.New(api.Config{AuthID: sim.AuthID(), AuthToken: sim.AuthToken(), BaseURL: server.URL}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(acc.api.Close)
	return acc
}

// slashing puts a slash behind our own message_url in an answer.
type slashing struct{ http.ResponseWriter }

var messageURL = regexp.MustCompile(`("message_url": ?"[^"]+/sms/inbound)"`)

func (s *slashing) WriteHeader(status int) {
	s.Header().Del("Content-Length") // the body gets longer
	s.ResponseWriter.WriteHeader(status)
}

func (s *slashing) Write(b []byte) (int, error) {
	_, err := s.ResponseWriter.Write(messageURL.ReplaceAll(b, []byte(`$1/"`)))
	return len(b), err
}

func (acc *account) options(attach app.Attach) app.Options {
	return app.Options{
		Mode: app.Live, AuthID: acc.sim.AuthID(), AuthToken: config.NewSecret(acc.sim.AuthToken()), APIURL: acc.url,
		HistoryPath: acc.path, Addr: "127.0.0.1:0", AddrGiven: true, Attach: attach,
	}
}

// at is the message_url of an application.
func (acc *account) at(id string) string {
	acc.t.Helper()
	a, err := acc.api.Application(acc.t.Context(), id)
	if err != nil {
		acc.t.Fatal(err)
	}
	return a.MessageURL
}

// remember lets the API answer for an application as it does now, until it is let go.
func (acc *account) remember(id string) (forget func()) {
	acc.t.Helper()
	path := fmt.Sprintf("/v1/Account/%s/Application/%s/", acc.sim.AuthID(), id)
	r := httptest.NewRequestWithContext(acc.t.Context(), http.MethodGet, path, nil)
	r.SetBasicAuth(acc.sim.AuthID(), acc.sim.AuthToken())
	w := httptest.NewRecorder()
	acc.sim.Handler().ServeHTTP(w, r)
	acc.old.Store(path, w.Body.Bytes())
	return func() { acc.old.Delete(path) }
}

// set is somebody else's change.
func (acc *account) set(id, url string) {
	acc.t.Helper()
	if err := acc.api.SetMessageURL(acc.t.Context(), id, url, "POST"); err != nil {
		acc.t.Fatal(err)
	}
}

// begin runs an app; end stops it and gives the error of Run.
func (acc *account) begin(o app.Options) (a *app.App, end func() error) {
	acc.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	a, err := app.Open(ctx, o)
	if err != nil {
		acc.t.Fatal(err)
	}
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- a.Run(ctx, func() { close(ready) }) }()
	<-ready
	stopped := false
	end = func() error {
		if stopped {
			return nil
		}
		stopped = true
		acc.past.Store(acc.came.Load())
		cancel()
		return errors.Join(<-ended, a.Close())
	}
	acc.t.Cleanup(func() { _ = end() })
	return a, end
}

// becomes waits for a state of the attachment.
func becomes(t *testing.T, a *app.App, want app.AttachState) app.Attachment {
	t.Helper()
	wake, stop := a.Subscribe()
	defer stop()
	ctx := within(t)
	for {
		if at := a.Status().Attachment; at.State == want {
			return at
		}
		select {
		case <-wake:
		case <-ctx.Done():
			t.Fatalf("the attachment is %+v, want %s; notices: %v", a.Status().Attachment, want, a.Status().Notices)
		}
	}
}

func noticesOf(a *app.App) string {
	var all []string
	for _, n := range a.Status().Notices {
		all = append(all, string(n.Severity)+": "+n.Text)
	}
	return strings.Join(all, "\n")
}

// owed is what the history has.
func (acc *account) owed() []store.Custody {
	acc.t.Helper()
	s, err := store.Open(acc.t.Context(), store.Options{Path: acc.path})
	if err != nil {
		acc.t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	owed, err := s.Custodies(acc.t.Context(), acc.sim.AuthID())
	if err != nil {
		acc.t.Fatal(err)
	}
	return owed
}

// crashed leaves what a run that was killed leaves: a process ID that runs no more, and an application that leads
// to nobody.
func (acc *account) crashed(id, former string) {
	acc.t.Helper()
	s, err := store.Open(acc.t.Context(), store.Options{Path: acc.path})
	if err != nil {
		acc.t.Fatal(err)
	}
	const gone = "https://gone.example/sms/inbound"
	_, err = s.TakeCustody(acc.t.Context(), store.Custody{
		AuthID: acc.sim.AuthID(), AppID: id, Former: former, FormerMethod: "GET", Ours: []string{gone}, PID: 1 << 29,
	})
	if err := errors.Join(err, s.Close()); err != nil {
		acc.t.Fatal(err)
	}
	acc.set(id, gone)
}

func (acc *account) drop(id string) {
	acc.t.Helper()
	r, err := http.NewRequestWithContext(acc.t.Context(), "DELETE", fmt.Sprintf("%s/v1/Account/%s/Application/%s/", acc.url, acc.sim.AuthID(), id), nil)
	if err != nil {
		acc.t.Fatal(err)
	}
	r.SetBasicAuth(acc.sim.AuthID(), acc.sim.AuthToken())
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		acc.t.Fatal(err)
	}
	_ = response.Body.Close()
}

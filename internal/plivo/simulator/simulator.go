package simulator

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// maxPending bounds the messages that still have callbacks to post; further sends are answered 429.
const maxPending = 50_000

// Simulator is one simulated account. It may be used by several goroutines at once.
type Simulator struct {
	o      Options
	authID string
	token  string
	dice   dice
	keys   scenario.Keys // of the account
	forged scenario.Keys // of nobody
	client *http.Client
	clock  *schedule

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup // of what is pending

	events *eventQueue
	stats  stats

	mu       sync.Mutex
	closed   bool
	fate     Fate    // of messages with none by number or request
	speed    float64 // of what is scheduled from now on
	messages uint64  // so far
	requests uint64  // so far
	ledger   ledger
	owned    property
	pending  int           // messages and retries that still have something to post
	most     int           // that may be pending: maxPending
	quiet    chan struct{} // closed when pending falls to 0; nil while nobody waits
}

// New makes a simulator. It starts nothing: serve Handler, or call Serve; Close ends what it posts and
// tells.
func New(o Options) (*Simulator, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	s := &Simulator{
		o: o, authID: o.AuthID, token: o.AuthToken, dice: newDice(o.Seed),
		clock: newSchedule(o.Start, o.Stopped), speed: o.Speed, ledger: ledger{most: o.Keep}, most: maxPending,
	}
	if o.Fate != "" {
		if s.fate, err = ParseFate(o.Fate); err != nil {
			return nil, err
		}
	}
	const upper, digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
	if s.authID == "" {
		s.authID = "MA" + s.dice.text(upper+digits, 18, "auth id")
	}
	const lower = "abcdefghijklmnopqrstuvwxyz"
	if s.token == "" {
		s.token = s.dice.text(upper+lower+digits, 40, "auth token")
	}
	main := o.MainToken
	if main == "" {
		main = s.token
	}
	wrong := signature.NewToken("wrong", s.dice.text(upper+lower+digits, 40, "wrong token"))
	s.keys = scenario.KeysOf(signature.NewToken("account", s.token), signature.NewToken("main account", main))
	s.forged = scenario.KeysOf(wrong, wrong)
	if err := s.furnish(); err != nil {
		return nil, err
	}
	s.events = newEventQueue(o.OnEvent)
	s.client = newPoster(o.AllowRemote)
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// AuthID is the account's auth id.
func (s *Simulator) AuthID() string { return s.authID }

// AuthToken is the account's auth token, in the clear: for the one who has to configure a client.
func (s *Simulator) AuthToken() string { return s.token }

// Serve answers on ln until ctx ends, then lets running requests finish for up to 2 s, drops what is
// still to be posted, and returns as Close does. It closes ln.
func (s *Simulator) Serve(ctx context.Context, ln net.Listener) error {
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.o.Logger.Handler(), slog.LevelWarn),
	}
	defer s.Close()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(ln) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	s.stop()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if server.Shutdown(grace) != nil {
		_ = server.Close()
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Close drops what is still to be posted and returns when nothing is on its way any more and OnEvent has
// got every event; for one that hangs it waits a second. Sends are refused from then on.
func (s *Simulator) Close() {
	s.stop()
	s.wg.Wait()
	s.client.CloseIdleConnections()
	s.events.end()
}

func (s *Simulator) stop() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	for range s.clock.drop(true) {
		s.done()
	}
}

// Idle returns when nothing is left to post, retries included, or with the error of ctx.
func (s *Simulator) Idle(ctx context.Context) error {
	s.mu.Lock()
	if s.pending == 0 {
		s.mu.Unlock()
		return nil
	}
	if s.quiet == nil {
		s.quiet = make(chan struct{})
	}
	quiet := s.quiet
	s.mu.Unlock()
	select {
	case <-quiet:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// begin announces n more things to post; false when the simulator is closed or has too many already.
// Each is followed by done.
func (s *Simulator) begin(n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.pending+n > s.most {
		return false
	}
	s.pending += n
	s.wg.Add(n)
	return true
}

func (s *Simulator) done() {
	s.mu.Lock()
	s.pending--
	if s.pending == 0 && s.quiet != nil {
		close(s.quiet)
		s.quiet = nil
	}
	s.mu.Unlock()
	s.wg.Done()
}

// nextMessages reserves the numbers of n messages and gives the first.
func (s *Simulator) nextMessages(n int) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.messages + 1
	s.messages += uint64(n)
	return first
}

// apiID names a request as Plivo does.
func (s *Simulator) apiID() string {
	s.mu.Lock()
	s.requests++
	n := s.requests
	s.mu.Unlock()
	return s.dice.uuid("api", n)
}

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

// Simulator is one simulated account with its subaccounts. It may be used by several goroutines at once.
type Simulator struct {
	o       Options
	tenants []*tenant // the main account, then its subaccounts
	dice    dice
	forged  scenario.Keys // of nobody
	client  *http.Client
	clock   *schedule

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup // of what is pending

	events  *eventQueue
	stats   stats
	purse   purse
	gates   gates
	optOuts optOuts
	law     law

	turning sync.RWMutex // a reset holds it alone; what changes a round shares it, and takes mu behind it

	mu       sync.Mutex
	closed   bool
	round    *round  // changes under turning too
	speed    float64 // of what is scheduled from now on
	messages uint64  // so far in this round
	requests uint64  // so far in this round
	ledger   ledger
	owned    property
	pending  int           // messages and retries that still have something to post
	retrying int           // of these: attempts after the first
	most     int           // that may be pending: maxPending
	heaviest int64         // bytes that their callbacks may hold: maxWeight
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
		o: o, dice: newDice(o.Seed),
		most: maxPending, heaviest: maxWeight,
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.round = newRound(s.ctx)
	s.clock = newSchedule(s.round, o.Start, o.Stopped, o.AtOnce)
	if err := s.settleIn(); err != nil {
		s.cancel()
		return nil, err
	}
	wrong := signature.NewToken("wrong", s.dice.text(upper+lower+digits, 40, "wrong token"))
	s.forged = scenario.KeysOf(wrong, wrong)
	if err := s.begins(); err != nil {
		s.cancel()
		return nil, err
	}
	s.events = newEventQueue(o.OnEvent)
	s.client = newPoster(o.AllowRemote)
	return s, nil
}

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
	for _, t := range s.clock.drop(nil) {
		s.end(t)
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

func (s *Simulator) done() { s.retire(0) }

// end is done for a task after which nothing of its message, or of its retries, comes.
func (s *Simulator) end(t *task) {
	if t.attempt > 1 {
		s.retire(1)
		return
	}
	s.retire(0)
}

// retire takes back one thing to post that begin announced, and with it the retries that this was: whoever sees that
// nothing is pending sees no retry either.
func (s *Simulator) retire(retries int) {
	s.mu.Lock()
	s.pending--
	s.retrying -= retries
	if s.pending == 0 && s.quiet != nil {
		close(s.quiet)
		s.quiet = nil
	}
	s.mu.Unlock()
	s.wg.Done()
}

// nextMessages reserves the numbers of n messages and gives the first, and the round that they are of.
func (s *Simulator) nextMessages(n int) (uint64, *round) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.messages + 1
	s.messages += uint64(n)
	return first, s.round
}

// apiID names a request as Plivo does.
func (s *Simulator) apiID() string {
	s.mu.Lock()
	s.requests++
	n := s.requests
	s.mu.Unlock()
	return s.dice.uuid("api", n)
}

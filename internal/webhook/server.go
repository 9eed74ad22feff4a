package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// Server takes callbacks. Its methods may be called from several goroutines.
type Server struct {
	config      Config
	log         *slog.Logger
	urls        sync.Mutex // held while public changes
	public      atomic.Pointer[publicURLs]
	inbound     atomic.Pointer[plivo.Answer] // what inbound messages are answered with
	stats       counters
	rate        *rateLimiter
	connections *connectionLimiter
	turns       turns
	unverified  chan struct{} // holds one for each callback that is being stored and does not verify
	problems    *problems
}

// New makes a Server. Its errors are one sentence with what to do.
func New(c Config) (*Server, error) {
	if c.Recorder == nil {
		return nil, errors.New("the callback server has nothing to record callbacks with; give it a history")
	}
	policy, err := ParsePolicy(string(c.OnInvalid))
	if err != nil {
		return nil, err
	}
	c.OnInvalid = policy
	if policy == Reject && !slices.ContainsFunc(c.Tokens, func(t signature.Token) bool { return !t.Empty() }) {
		return nil, errors.New("the callback server cannot reject invalid signatures without an auth token to check them with; set PLIVO_AUTH_TOKEN or accept them")
	}
	c.Limits = c.Limits.orDefaults()
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{config: c, log: c.Logger, problems: newProblems(c.Now, c.OnProblem)}
	s.SetAnswer(c.Answer)
	s.stats.began(c.Now())
	s.turns = newTurns(c.Limits.AtOnce)
	s.unverified = make(chan struct{}, c.Limits.Unverified)
	s.connections = newConnectionLimiter(c.Limits, s.connectionRefused)
	s.rate = newRateLimiter(c.Limits.Rate, c.Limits.Burst)
	if err := s.SetPublicURLs(c.PublicURLs...); err != nil {
		return nil, err
	}
	return s, nil
}

// Handler answers /health and takes every other request for a callback.
func (s *Server) Handler() http.Handler { return s.handler(s.outside()) }

func (s *Server) handler(w way) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { s.serveHTTP(rw, r, w) })
}

// way is how requests come to a listener, which decides who called.
type way struct {
	agent     bool // loopback peers are a tunnel's agent, which speaks for everybody
	forwarded bool // it says who called
	unlimited bool // no rate limit
	inside    bool // it is a tunnel's own, where nobody of this machine asks
}

// outside is the way to the server's own address.
func (s *Server) outside() way {
	return way{agent: s.config.Agent || s.config.TrustForwarded, forwarded: s.config.TrustForwarded, unlimited: s.config.Limits.RateLimitOff}
}

// Serve takes callbacks from ln until ctx ends, closes ln, lets requests in flight finish for as long
// as Limits.Grace, and returns nil. A request that was cut off by then was not acknowledged. Several
// listeners may be served at once. An error says that the listener failed.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	if len(s.publicURLs().now) == 0 {
		if err := s.SetPublicURLs(urlOf(ln.Addr())); err != nil {
			return err
		}
	}
	return s.serve(ctx, ln, s.outside())
}

// ServeTunnel is Serve for the listener of a tunnel that ends in this process: the address of a connection is
// the caller's own, whatever a header says, and is under every limit.
func (s *Server) ServeTunnel(ctx context.Context, ln net.Listener) error {
	return s.serve(ctx, ln, way{inside: true})
}

func (s *Server) serve(ctx context.Context, ln net.Listener, w way) error {
	limited := s.connections.wrap(toldListener{ln, s.notAccepted}, w.agent)
	limits := s.config.Limits
	server := &http.Server{
		Handler:                      s.handler(w),
		ReadHeaderTimeout:            limits.HeaderRead,
		IdleTimeout:                  limits.Idle,
		MaxHeaderBytes:               limits.Header,
		ErrorLog:                     slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
		DisableGeneralOptionsHandler: true,
		ConnState:                    limited.connState,
		ConnContext:                  connContext,
	}
	drain := func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), limits.Grace)
		defer cancel()
		limited.closeUnused()
		if err := server.Shutdown(grace); err != nil {
			s.log.Warn("requests in flight were cut off at the end of the grace time", "grace", limits.Grace)
			_ = server.Close()
		}
	}
	drained := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(drained)
		drain()
	})
	err := server.Serve(limited)
	if stop() { // ctx has not ended: the listener itself failed
		drain()
		return fmt.Errorf("the callback server on %s stopped taking connections: %w; start it again or choose another address", ln.Addr(), err)
	}
	<-drained
	return nil
}

// urlOf is the URL that this machine reaches a listener by.
func urlOf(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return "http://" + addr.String()
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

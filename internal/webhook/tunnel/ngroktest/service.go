package ngroktest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"sync"
)

// Service is the stand-in. Its methods may be called from several goroutines.
type Service struct {
	authority *authority
	caFile    string
	ln        net.Listener

	mu       sync.Mutex
	changed  *sync.Cond
	sessions map[*session]struct{}
	edges    []*edge
	current  *edge // the one that the next new endpoint is under
	counter  int
	closed   bool

	logins  []Login
	binds   []Bind
	unbinds int
	beats   int

	refuseLogin, refuseBind string
	outage, frozen, silent  bool
	thaw                    chan struct{} // closed at the end of being frozen or silent
	moveNext                bool
	work                    sync.WaitGroup
}

// Start begins to serve; folder is where the CA file is put.
func Start(folder string) (*Service, error) {
	ca, err := newAuthority()
	if err != nil {
		return nil, err
	}
	s := &Service{authority: ca, caFile: filepath.Join(folder, "ngrok-ca.pem"), sessions: make(map[*session]struct{}), thaw: make(chan struct{})}
	s.changed = sync.NewCond(&s.mu)
	if err := ca.write(s.caFile); err != nil {
		return nil, err
	}
	if s.ln, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	if s.current, err = s.newEdge(); err != nil {
		_ = s.ln.Close()
		return nil, err
	}
	s.work.Go(s.accept)
	return s, nil
}

// Addr is where clients connect to, HOST:PORT.
func (s *Service) Addr() string { return s.ln.Addr().String() }

// CAFile holds the certificate authority as PEM, for the service and for its edge.
func (s *Service) CAFile() string { return s.caFile }

// Client calls public URLs as anybody would, and follows no redirects.
func (s *Service) Client() *http.Client {
	return &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.Roots(), MinVersion: tls.VersionTLS12}, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Roots holds the certificate authority.
func (s *Service) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(s.authority.pem)
	return pool
}

// Close ends everything and waits for it.
func (s *Service) Close() {
	s.mu.Lock()
	s.closed = true
	s.thawLocked()
	edges := s.edges
	s.mu.Unlock()
	_ = s.ln.Close()
	s.Cut()
	for _, e := range edges {
		_ = e.server.Close()
	}
	s.work.Wait()
}

// accept takes clients.
func (s *Service) accept() {
	for {
		conn, err := s.ln.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		refuse := s.outage || s.closed
		s.mu.Unlock()
		if refuse {
			_ = conn.Close()
			continue
		}
		s.work.Go(func() { s.serve(newSlowConn(conn, s)) })
	}
}

// Seen is what clients have done so far.
type Seen struct {
	Logins   []Login
	Binds    []Bind
	Unbinds  int
	Beats    int // heartbeats answered
	Sessions int // connected now
}

// Seen tells what clients have done so far.
func (s *Service) Seen() Seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seen()
}

func (s *Service) seen() Seen {
	return Seen{
		Logins: append([]Login(nil), s.logins...), Binds: append([]Bind(nil), s.binds...),
		Unbinds: s.unbinds, Beats: s.beats, Sessions: len(s.sessions),
	}
}

// Wait returns when what clients have done fulfils is.
func (s *Service) Wait(is func(Seen) bool) Seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !is(s.seen()) && !s.closed {
		s.changed.Wait()
	}
	return s.seen()
}

// noted changes what is known under the lock.
func (s *Service) noted(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	s.changed.Broadcast()
}

// next makes a name; the lock is held.
func (s *Service) next(kind string) string {
	s.counter++
	return fmt.Sprintf("%s_%d", kind, s.counter)
}

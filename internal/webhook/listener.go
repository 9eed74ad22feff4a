package webhook

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
)

// connectionLimiter counts the open connections of all listeners, in all and of each address.
type connectionLimiter struct {
	limits  Limits
	refused func(peer, why string)

	mu     sync.Mutex
	total  int
	byAddr map[netip.Addr]int
}

func newConnectionLimiter(limits Limits, refused func(peer, why string)) *connectionLimiter {
	return &connectionLimiter{limits: limits, refused: refused, byAddr: make(map[netip.Addr]int)}
}

func (s *Server) connectionRefused(peer, why string) {
	s.stats.turnedAway.Add(1)
	s.problems.tell(slog.LevelWarn, "connections", fmt.Sprintf("A connection from %s was closed at once: %s.", peer, why))
}

func (l *connectionLimiter) open() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int64(l.total)
}

// take counts a connection in; why says over which limit it would be. That of an agent speaks for everybody.
func (l *connectionLimiter) take(addr netip.Addr, agent bool) (why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.total >= l.limits.Connections {
		return fmt.Sprintf("%d are open, which is the limit", l.total)
	}
	if l.byAddr[addr] >= l.limits.ConnectionsPerAddress && !agent {
		return fmt.Sprintf("%d of that address are open, which is the limit", l.byAddr[addr])
	}
	l.total++
	l.byAddr[addr]++
	return ""
}

func (l *connectionLimiter) give(addr netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total--
	if l.byAddr[addr]--; l.byAddr[addr] <= 0 {
		delete(l.byAddr, addr)
	}
}

// wrap puts ln under the limits: what is over them is closed without a word, since an answer would
// cost what the limit is there to save.
func (l *connectionLimiter) wrap(ln net.Listener, agents bool) *limitedListener {
	return &limitedListener{Listener: ln, limiter: l, agents: agents, unused: make(map[net.Conn]struct{})}
}

type limitedListener struct {
	net.Listener
	limiter *connectionLimiter
	agents  bool // loopback peers are a tunnel's agent

	mu      sync.Mutex
	unused  map[net.Conn]struct{} // connections on which nothing has arrived yet
	closing bool
}

func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		peer := conn.RemoteAddr().String()
		addr, _ := parseAddr(peer)
		addr = customer(addr)
		if why := l.limiter.take(addr, l.agents && addr.IsLoopback()); why != "" {
			l.limiter.refused(peer, why)
			_ = conn.Close()
			continue
		}
		return &limitedConn{Conn: conn, give: sync.OnceFunc(func() { l.limiter.give(addr) })}, nil
	}
}

// connState follows http.Server.ConnState.
func (l *limitedListener) connState(conn net.Conn, state http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if state != http.StateNew {
		delete(l.unused, conn)
		return
	}
	if l.closing {
		_ = conn.Close()
		return
	}
	l.unused[conn] = struct{}{}
}

// closeUnused ends the connections that were opened for later, for which http.Server.Shutdown would
// wait some seconds.
func (l *limitedListener) closeUnused() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closing = true
	for conn := range l.unused {
		_ = conn.Close()
	}
}

type limitedConn struct {
	net.Conn
	give func()
}

func (c *limitedConn) Close() error {
	err := c.Conn.Close()
	c.give()
	return err
}

// CloseWrite lets http.Server wait until a caller whose body it does not read has read the answer.
func (c *limitedConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

package webhook

import (
	"container/list"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
)

// connectionLimiter counts the open connections of all listeners, in all and of each address.
//
// Where as many are open as may be, the one that has waited longest for its caller makes room: who holds connections
// open with nothing or little to say cannot keep others out.
type connectionLimiter struct {
	limits  Limits
	refused func(peer, why string)

	mu      sync.Mutex
	total   int
	byAddr  map[netip.Addr]int
	waiting *list.List // of *limitedConn from which something is still to come, the longest first
}

func newConnectionLimiter(limits Limits, refused func(peer, why string)) *connectionLimiter {
	return &connectionLimiter{limits: limits, refused: refused, byAddr: make(map[netip.Addr]int), waiting: list.New()}
}

func (s *Server) connectionRefused(peer, why string) {
	s.stats.turnedAway.Add(1)
	s.problems.tell(slog.LevelWarn, "connections", fmt.Sprintf("A connection from %s was closed: %s.", peer, why))
}

func (l *connectionLimiter) open() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return int64(l.total)
}

// take counts a connection in; why says over which limit it would be. That of an agent speaks for everybody.
func (l *connectionLimiter) take(addr netip.Addr, agent bool) (why string) {
	for {
		why, longest := l.tryTake(addr, agent)
		if longest == nil {
			return why
		}
		l.refused(longest.RemoteAddr().String(), "it waited longest, and "+why)
		_ = longest.Close()
	}
}

// tryTake is take; longest is the connection that can make room where there is none.
func (l *connectionLimiter) tryTake(addr netip.Addr, agent bool) (why string, longest *limitedConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byAddr[addr] >= l.limits.ConnectionsPerAddress && !agent {
		return fmt.Sprintf("%d of that address are open, which is the limit; a client that keeps its connections and uses them again needs fewer", l.byAddr[addr]), nil
	}
	if l.total >= l.limits.Connections {
		if first := l.waiting.Front(); first != nil {
			longest = first.Value.(*limitedConn)
		}
		return fmt.Sprintf("%d are open, which is the limit", l.total), longest
	}
	l.total++
	l.byAddr[addr]++
	return "", nil
}

// waits says that something is to come from a connection's caller, from now on.
func (l *connectionLimiter) waits(c *limitedConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case c.ended:
	case c.place == nil:
		c.place = l.waiting.PushBack(c)
	default:
		l.waiting.MoveToBack(c.place)
	}
}

// busy says that a request of a connection is here whole.
func (l *connectionLimiter) busy(c *limitedConn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.leave(c)
}

// leave takes a connection from those that wait; mu is held.
func (l *connectionLimiter) leave(c *limitedConn) {
	if c.place != nil {
		l.waiting.Remove(c.place)
		c.place = nil
	}
}

type connKey struct{}

// connContext makes a connection known to its requests.
func connContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// arrived says that the request of ctx is here whole.
func (l *connectionLimiter) arrived(ctx context.Context) {
	if c, ok := ctx.Value(connKey{}).(*limitedConn); ok {
		l.busy(c)
	}
}

func (l *connectionLimiter) give(c *limitedConn, addr netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.ended = true
	l.leave(c)
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
		c := &limitedConn{Conn: conn}
		c.give = sync.OnceFunc(func() { l.limiter.give(c, addr) })
		return c, nil
	}
}

// connState follows http.Server.ConnState.
func (l *limitedListener) connState(conn net.Conn, state http.ConnState) {
	if c, ok := conn.(*limitedConn); ok { // one that has ended waits no more
		l.limiter.waits(c)
	}
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

	// Of the limiter, under its mu.
	place *list.Element // among those that wait; nil for none
	ended bool
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

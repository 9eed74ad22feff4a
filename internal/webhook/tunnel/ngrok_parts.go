package tunnel

import (
	"context"
	"log/slog"
	"net"
	"reflect"
	"sync"
	"time"
)

// mailbox takes mail without ever holding up the sender.
type mailbox struct {
	came chan struct{}

	mu   sync.Mutex
	mail []any
}

func newMailbox() *mailbox { return &mailbox{came: make(chan struct{}, 1)} }

func (m *mailbox) put(mail any) {
	m.mu.Lock()
	m.mail = append(m.mail, mail)
	m.mu.Unlock()
	select {
	case m.came <- struct{}{}:
	default:
	}
}

func (m *mailbox) take() []any {
	m.mu.Lock()
	defer m.mu.Unlock()
	mail := m.mail
	m.mail = nil
	return mail
}

// feed is the listener that the local server takes the tunnel's connections from, through all sessions. It
// closes at once, which ngrok's own would not on a network that has gone.
type feed struct {
	addr   feedAddr
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

type feedAddr string

func (feedAddr) Network() string  { return "tcp" }
func (a feedAddr) String() string { return string(a) }

// newFeed has the address of the server that it feeds: it is one more way to the same place.
func newFeed(addr string) *feed {
	return &feed{addr: feedAddr(addr), conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (f *feed) put(conn net.Conn) {
	select {
	case f.conns <- conn:
	case <-f.closed:
		_ = conn.Close()
	}
}

func (f *feed) Accept() (net.Conn, error) {
	select {
	case conn := <-f.conns:
		return conn, nil
	case <-f.closed:
		return nil, net.ErrClosed
	}
}

func (f *feed) Close() error {
	f.once.Do(func() { close(f.closed) })
	return nil
}

func (f *feed) Addr() net.Addr { return f.addr }

// tunnelConn is a connection on which no deadline for writing can be set: when one passes, the multiplexer
// under it reuses what it is just sending, and all connections of the session are spoilt.
type tunnelConn struct{ net.Conn }

func (c tunnelConn) SetDeadline(t time.Time) error    { return c.SetReadDeadline(t) }
func (c tunnelConn) SetWriteDeadline(time.Time) error { return nil }

// shutDialer connects until it is shut, and then closes all that it has connected: a client that is between
// two steps when it is told to end would otherwise live on with the next.
type shutDialer struct {
	mu     sync.Mutex
	open   map[net.Conn]struct{}
	closed bool
}

func (d *shutDialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

func (d *shutDialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: 15 * time.Second}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	d.open[conn] = struct{}{}
	return &shutConn{Conn: conn, dialer: d}, nil
}

func (d *shutDialer) shut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	for conn := range d.open {
		_ = conn.Close()
	}
	clear(d.open)
}

type shutConn struct {
	net.Conn
	dialer *shutDialer
}

func (c *shutConn) Close() error {
	c.dialer.mu.Lock()
	delete(c.dialer.open, c.Conn)
	c.dialer.mu.Unlock()
	return c.Conn.Close()
}

// clientLog is the log of ngrok's client: its messages and errors, without all else that it would write, and
// without tokens. bound is told the URL in each answer to a bind: the client itself does not look at it when
// it binds again, and only its log at the finest level holds it.
func clientLog(to *slog.Logger, s secrets, bound func(url string)) *slog.Logger {
	return slog.New(logFilter{to: to, secrets: s, bound: bound})
}

type logFilter struct {
	to      *slog.Logger
	secrets secrets
	bound   func(url string)
}

func (logFilter) Enabled(context.Context, slog.Level) bool { return true }

func (f logFilter) Handle(ctx context.Context, r slog.Record) error {
	var err string
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "resp":
			if url := boundURL(a.Value.Any()); url != "" {
				f.bound(url)
			}
		case "err", "error":
			err = f.secrets.hide(a.Value.String())
		}
		return true
	})
	if r.Level < slog.LevelInfo {
		return nil
	}
	f.to.LogAttrs(ctx, min(r.Level, slog.LevelWarn), "ngrok: "+f.secrets.hide(r.Message), slog.String("error", err))
	return nil
}

func (f logFilter) WithAttrs([]slog.Attr) slog.Handler { return f }
func (f logFilter) WithGroup(string) slog.Handler      { return f }

// boundURL takes the URL out of the client's BindResp, a type that it keeps to itself.
func boundURL(answer any) string {
	v := reflect.Indirect(reflect.ValueOf(answer))
	if v.Kind() != reflect.Struct {
		return ""
	}
	url, refusal := v.FieldByName("URL"), v.FieldByName("Error")
	if url.Kind() != reflect.String || refusal.Kind() != reflect.String || refusal.String() != "" {
		return ""
	}
	return url.String()
}

package app_test

import (
	"context"
	"io"
	"net"
	"sync"

	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// wire is a tunnel with an edge of its own on this machine, which passes on bytes, and which a test can cut,
// freeze and move. Its callers come over a listener of this process, or as an agent's to the server's address.
type wire struct {
	name    string
	metered bool
	names   bool // who called
	inside  bool

	mu     sync.Mutex
	local  tunnel.Local
	emit   func(tunnel.Event)
	edge   net.Listener
	conns  map[net.Conn]bool
	frozen bool
	runs   int
	opened int // connections
	fails  chan error
	pass   func(net.Conn)
}

func newWire() *wire {
	return &wire{name: "command", conns: map[net.Conn]bool{}, fails: make(chan error, 1)}
}

func (w *wire) Name() string  { return w.name }
func (w *wire) Metered() bool { return w.metered }

func (w *wire) NamesCaller() bool { return w.names }

func (w *wire) Run(ctx context.Context, local tunnel.Local, emit func(tunnel.Event)) error {
	w.mu.Lock()
	w.local, w.emit, w.runs = local, emit, w.runs+1
	w.mu.Unlock()
	w.pass = w.agent
	served := make(chan struct{})
	if w.inside {
		in := newInner()
		w.pass = in.offer
		go func() {
			defer close(served)
			_ = local.Serve(ctx, in)
		}()
	} else {
		close(served)
	}
	emit(tunnel.Event{State: tunnel.Connecting})
	w.open()
	var err error
	select {
	case <-ctx.Done():
	case err = <-w.fails:
	}
	w.cut()
	if w.inside && err != nil {
		return err
	}
	<-served
	return err
}

// open takes callers on a new port.
func (w *wire) open() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	w.mu.Lock()
	w.edge, w.frozen = ln, false
	emit := w.emit
	w.mu.Unlock()
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			w.mu.Lock()
			w.opened++
			w.conns[conn] = true
			frozen := w.frozen
			w.mu.Unlock()
			if !frozen {
				go w.pass(conn)
			}
		}
	}()
	emit(tunnel.Event{State: tunnel.Online, URL: "http://" + ln.Addr().String()})
}

// agent passes on as a program on this machine does.
func (w *wire) agent(conn net.Conn) {
	defer conn.Close()
	to, err := net.Dial("tcp", w.local.Addr)
	if err != nil {
		return
	}
	defer to.Close()
	go func() { _, _ = io.Copy(to, conn) }()
	_, _ = io.Copy(conn, to)
}

// cut ends the edge and every connection.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.edge.Close()
	for conn := range w.conns {
		_ = conn.Close()
		delete(w.conns, conn)
	}
}

// move cuts, and opens another edge.
func (w *wire) move(why string) {
	w.cut()
	w.say(tunnel.Event{State: tunnel.Reconnecting, Why: why})
	w.open()
}

func (w *wire) say(e tunnel.Event) {
	w.mu.Lock()
	emit := w.emit
	w.mu.Unlock()
	emit(e)
}

// freeze takes callers and passes nothing on, or does again.
func (w *wire) freeze(yes bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.frozen = yes
}

func (w *wire) url() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return "http://" + w.edge.Addr().String()
}

// count gives how many connections and runs there were.
func (w *wire) count() (opened, runs int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.opened, w.runs
}

// inner is a listener whose connections are given to it.
type inner struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newInner() *inner { return &inner{conns: make(chan net.Conn), done: make(chan struct{})} }

func (i *inner) offer(conn net.Conn) {
	select {
	case i.conns <- conn:
	case <-i.done:
		_ = conn.Close()
	}
}

func (i *inner) Accept() (net.Conn, error) {
	select {
	case conn := <-i.conns:
		return conn, nil
	case <-i.done:
		return nil, net.ErrClosed
	}
}

func (i *inner) Close() error {
	i.once.Do(func() { close(i.done) })
	return nil
}

func (i *inner) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

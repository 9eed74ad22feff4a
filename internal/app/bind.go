package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// Bind listens on addr, HOST:PORT. Where that is busy and was not asked for, a free port of the same
// host is taken instead and moved is true. what names the listener in the error.
func Bind(ctx context.Context, what, addr string, asked bool) (ln net.Listener, moved bool, err error) {
	var lc net.ListenConfig
	ln, err = lc.Listen(ctx, "tcp", addr)
	if err != nil && !asked && errors.Is(err, syscall.EADDRINUSE) {
		host, _, splitErr := net.SplitHostPort(addr)
		if splitErr != nil {
			return nil, false, splitErr
		}
		ln, err = lc.Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
		moved = err == nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("cannot listen for %s on %s: %w; name another address with --addr, or port 0 for a free one", what, addr, err)
	}
	return ln, moved, nil
}

// URLOf is the URL under which this machine reaches a listener. A socket on all addresses takes IPv4
// too, however it was named.
func URLOf(ln net.Listener) string {
	addr := ln.Addr().String()
	if tcp, ok := ln.Addr().(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		addr = net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port))
	}
	return "http://" + addr
}

// local tells whether only this machine can connect to a listener.
func local(ln net.Listener) bool {
	tcp, ok := ln.Addr().(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

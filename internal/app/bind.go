package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	"dev.internal/plivoscope/internal/local"
)

// Bind listens on addr, HOST:PORT, as local.Listen does. Where that is busy and was not asked for, a free port of the same
// host is taken instead and moved is true. what names the listener in the error.
func Bind(ctx context.Context, what, addr string, asked bool) (ln net.Listener, moved bool, err error) {
	ln, err = local.Listen(ctx, addr)
	if err != nil && !asked && errors.Is(err, syscall.EADDRINUSE) {
		host, _, splitErr := net.SplitHostPort(addr)
		if splitErr != nil {
			return nil, false, splitErr
		}
		ln, err = local.Listen(ctx, net.JoinHostPort(host, "0"))
		moved = err == nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("cannot listen for %s on %s: %w; %s", what, addr, err, local.Advice(err, "name another address with --addr, or port 0 for a free one"))
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

// onlyHere tells whether only this machine can connect to a listener.
func onlyHere(ln net.Listener) bool {
	tcp, ok := ln.Addr().(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

package local_test

import (
	"fmt"
	"net"
	"strings"
	"syscall"
	"testing"

	"dev.internal/plivoscope/internal/local"
)

// TestListenOnAllOfIPv4: what was asked for as all addresses of IPv4 is told as these, and takes no others.
func TestListenOnAllOfIPv4(t *testing.T) {
	ln, err := local.Listen(t.Context(), "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	host, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil || host != "0.0.0.0" {
		t.Errorf("it listens on %s", ln.Addr())
	}
	if conn, err := net.Dial("tcp4", net.JoinHostPort("127.0.0.1", port)); err != nil {
		t.Error(err)
	} else {
		_ = conn.Close()
	}
	if conn, err := net.Dial("tcp6", net.JoinHostPort("::1", port)); err == nil {
		_ = conn.Close()
		t.Error("it takes IPv6")
	}
}

// TestListenOnNoAddress: what is no address is told as such, and not looked up.
func TestListenOnNoAddress(t *testing.T) {
	for addr, want := range map[string]string{
		":08443": `it has the port "08443"; write it as 8443`, "127.0.0.1:65536": `it has the port "65536"`, "127.0.0.1:http": `it has the port "http"`,
		"127.0.0.1": "it is no HOST:PORT", "::1": "[::1]:4141", "127.0.0.1:": "it has no port",
	} {
		ln, err := local.Listen(t.Context(), addr)
		if err == nil {
			_ = ln.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", addr, err, want)
		}
	}
}

// TestAdvice: another address is no advice where descriptors are missing.
func TestAdvice(t *testing.T) {
	const other = "name another address"
	for _, err := range []error{syscall.EMFILE, syscall.ENFILE} {
		wrapped := fmt.Errorf("listen: %w", &net.OpError{Op: "listen", Err: err})
		if said := local.Advice(wrapped, other); !strings.Contains(said, "ulimit -n") || strings.Contains(said, other) {
			t.Errorf("%v: %s", err, said)
		}
	}
	if said := local.Advice(syscall.EADDRINUSE, other); said != other {
		t.Errorf("an address in use: %s", said)
	}
}

package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"

	"dev.internal/plivoscope/internal/hostport"
)

// Listen binds HOST:PORT. All addresses of IPv4 are these alone: by itself Go takes 0.0.0.0 for all of
// IPv6 too, and tells it as [::]. Of an address that is none the error says what is wrong with it;
// of another it is the reason alone.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	host, _, err := hostport.Listen(addr)
	if err != nil {
		return nil, fmt.Errorf("it %w", err)
	}
	network := "tcp"
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is4() && ip.IsUnspecified() {
		network = "tcp4"
	}
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, network, addr)
	return ln, reason(err)
}

// reason leaves out of an error the address and the name of the system call.
func reason(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	var call *os.SyscallError
	if errors.As(err, &call) {
		err = call.Err
	}
	return err
}

// Advice is what to do about an error of Listen: other, but where no address helps.
func Advice(err error, other string) string {
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		return `let the program have more open files: "ulimit -n" says how many there may be`
	}
	return other
}

package cli

import (
	"context"
	"errors"
	"os"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// The exit codes of every subcommand.
const (
	exitDone        = 0   // also when the reader of a pipe closed it
	exitUser        = 1   // a flag, a file, a port, the configuration, a bad request
	exitCredentials = 2   // Plivo, or the tunnel's provider, refused the credentials
	exitUpstream    = 3   // the network, Plivo or the tunnel failed
	exitRateLimited = 4   // Plivo's request limit
	exitWantsYes    = 5   // refused for want of --yes
	exitUnmet       = 6   // an expectation was not met
	exitInterrupted = 130 // SIGINT
	exitTerminated  = 143 // SIGTERM, or SIGHUP: the terminal was closed
)

// codedError is an error that knows its exit code.
type codedError struct {
	code int
	err  error
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }

func withCode(code int, err error) error { return &codedError{code: code, err: err} }

// signalError is the cause of a context that a signal ended.
type signalError struct{ signal os.Signal }

func (e *signalError) Error() string { return "stopped by signal: " + e.signal.String() }

// errTimeout is the cause of a context of which the time to wait ran out.
var errTimeout = errors.New("the time to wait ran out (--timeout changes it)")

// exitCode is the table: from what a command returned to what the program ends with.
func exitCode(err error) int {
	var (
		coded  *codedError
		sig    *signalError
		refuse *api.Error
		unmet  *app.UnmetError
		closed *tunnel.Error
	)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &sig):
		if sig.signal == os.Interrupt {
			return exitInterrupted
		}
		return exitTerminated
	case errors.As(err, &unmet), errors.Is(err, errTimeout):
		return exitUnmet
	case errors.As(err, &refuse):
		return apiExitCode(refuse)
	case errors.As(err, &closed):
		if closed.Credentials {
			return exitCredentials
		}
		return exitUpstream
	case errors.Is(err, errReaderGone):
		return exitDone
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	default:
		return exitUser
	}
}

func apiExitCode(e *api.Error) int {
	switch e.Kind {
	case api.Credentials:
		return exitCredentials
	case api.RateLimited:
		return exitRateLimited
	case api.Upstream, api.Network:
		return exitUpstream
	case api.Cancelled:
		return exitInterrupted
	default:
		return exitUser
	}
}

//go:build unix

package tui

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// stop stops the process and those it runs with, as the shell's ctrl+z does, and returns once it goes on.
// It reports false where nothing was stopped: the system does not stop a process that no shell could
// continue, and Bubble Tea's own way would then wait for ever.
var stop = func() bool {
	on := make(chan os.Signal, 1)
	signal.Notify(on, syscall.SIGCONT)
	defer signal.Stop(on)
	if syscall.Kill(0, syscall.SIGTSTP) != nil {
		return false
	}
	select {
	case <-on:
		return true
	case <-time.After(notStopped):
		// A stopped process has no clock: the signal may be there as well, or be handed on just now.
		select {
		case <-on:
			return true
		case <-time.After(notStopped / 5):
			return false
		}
	}
}

// notStopped is how long a stop may take to come about.
const notStopped = 500 * time.Millisecond

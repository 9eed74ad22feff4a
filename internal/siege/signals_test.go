//go:build unix

package siege

import (
	"context"
	"errors"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/screentest"
)

// leased tells whether a server is noted in the history, alive or not.
func (h house) leased(tb testing.TB) bool {
	tb.Helper()
	conn := h.sql(tb)
	defer conn.close()
	var n int
	must(tb, conn.QueryRowContext(tb.Context(), "SELECT count(*) FROM lease").Scan(&n))
	return n > 0
}

// TestEndedInAFlood: a signal that ends the program ends it after what it took is stored and answered; nobody is sent
// to a server that is gone.
func TestEndedInAFlood(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		signal syscall.Signal
		code   int
	}{{syscall.SIGTERM, 143}, {syscall.SIGHUP, 143}, {syscall.SIGINT, 130}} {
		t.Run(c.signal.String(), func(t *testing.T) {
			t.Parallel()
			h, l := newHouse(t), newLedger(t)
			tries, survived := times(1, 30), 0
			for range tries {
				r := h.listen(t)
				l.until(t, r.url, http.StatusOK)
				ctx, cancel := context.WithCancel(t.Context())
				done := l.flood(ctx, r.url, 8)
				enough := l.count() + 20
				wait(t, "a flood", func() bool { return l.count() > enough })
				must(t, r.cmd.Process.Signal(c.signal))
				for range r.events {
				}
				_ = r.cmd.Wait()
				cancel()
				done()
				if code := r.cmd.ProcessState.ExitCode(); code != c.code || h.leased(t) {
					t.Errorf("it ended with %d, not %d; a lease is left: %v\n%s", code, c.code, h.leased(t), r.said())
					continue
				}
				survived++
			}
			figures.Tell(t, figures.Attack{What: "ended in a flood by " + c.signal.String(), Tries: tries, Survived: survived, Lost: l.lost(t, h.exported(t))})
		})
	}
}

// TestStoppedInAFlood: a program that stood still goes on where it was.
func TestStoppedInAFlood(t *testing.T) {
	t.Parallel()
	h, l := newHouse(t), newLedger(t)
	tries, survived := times(2, 30), 0
	r := h.listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := l.flood(ctx, r.url, 8)
	for range tries {
		enough := l.count() + 20
		wait(t, "callbacks", func() bool { return l.count() > enough })
		must(t, r.cmd.Process.Signal(syscall.SIGSTOP))
		time.Sleep(100 * time.Millisecond) // it stands still for that
		must(t, r.cmd.Process.Signal(syscall.SIGCONT))
		survived++
	}
	enough := l.count() + 20
	wait(t, "callbacks", func() bool { return l.count() > enough })
	cancel()
	done()
	r.kill()
	figures.Tell(t, figures.Attack{What: "stopped and continued in a flood", Tries: tries, Survived: survived, Lost: l.lost(t, h.exported(t))})
}

// TestStoppedForLong: who stood still for longer than its lease lives has lost it to nobody, or to who serves now.
func TestStoppedForLong(t *testing.T) {
	t.Parallel()
	if !figures.Collecting() {
		t.Skip("it takes as long as a lease lives")
	}
	h, l := newHouse(t), newLedger(t)
	first := h.listen(t)
	l.until(t, first.url, http.StatusOK)
	first.stop(t, h, false)
	time.Sleep(6 * time.Second)
	second := h.listen(t)
	l.until(t, second.url, http.StatusOK)
	wait(t, "the second's lease", func() bool { return h.serves(t) == second.base })
	must(t, first.cmd.Process.Signal(syscall.SIGCONT))
	l.until(t, first.url, http.StatusOK)
	l.until(t, second.url, http.StatusOK)
	survived := 0
	time.Sleep(2 * time.Second) // two heartbeats of both
	if h.serves(t) == second.base {
		survived = 1
	} else {
		t.Errorf("the lease went back to who had lost it")
	}
	first.kill()
	second.kill()
	figures.Tell(t, figures.Attack{What: "stopped for longer than a lease lives", Tries: 1, Survived: survived, Lost: l.lost(t, h.exported(t))})
}

// stop stops the program with the lock of its history, on the mark or SQLite's, or without. It is looked at when all threads stand still: one
// that waits for the disk does not before that has answered, and others of the program may take the lock until then.
func (r *running) stop(tb testing.TB, h house, locked bool) {
	tb.Helper()
	isLocked := func() bool {
		mark, err := os.Open(h.db() + "-mark")
		must(tb, err)
		defer mark.Close()
		if err := syscall.Flock(int(mark.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
			return true
		}
		other := h.sql(tb)
		defer other.close()
		other.do("PRAGMA busy_timeout = 50")
		_, err = other.ExecContext(tb.Context(), "BEGIN IMMEDIATE")
		return err != nil
	}
	wait(tb, "a stop at the right time", func() bool {
		must(tb, r.cmd.Process.Signal(syscall.SIGSTOP))
		var is syscall.WaitStatus
		_, err := syscall.Wait4(r.cmd.Process.Pid, &is, syscall.WUNTRACED, nil)
		for errors.Is(err, syscall.EINTR) {
			_, err = syscall.Wait4(r.cmd.Process.Pid, &is, syscall.WUNTRACED, nil)
		}
		if must(tb, err); !is.Stopped() {
			tb.Fatalf("it ended with %v\n%s", is, r.said())
		}
		if isLocked() == locked {
			return true
		}
		must(tb, r.cmd.Process.Signal(syscall.SIGCONT))
		return false
	})
}

// TestStoppedWithTheLock: who is stopped while it stores something keeps others from storing, which say so, and go on
// as soon as it does.
func TestStoppedWithTheLock(t *testing.T) {
	t.Parallel()
	if !figures.Collecting() {
		t.Skip("it takes as long as a lock is waited for")
	}
	h, l := newHouse(t), newLedger(t)
	first, second := h.listen(t), h.listen(t)
	tries := 5
	for range tries {
		ctx, cancel := context.WithCancel(t.Context())
		done := l.flood(ctx, first.url, 8)
		enough := l.count() + 20
		wait(t, "a flood", func() bool { return l.count() > enough })
		first.stop(t, h, true)
		l.until(t, second.url, http.StatusServiceUnavailable)
		second.says(t, "is locked by another program", "continue it if it is stopped")
		h.exported(t) // what only reads does so
		must(t, first.cmd.Process.Signal(syscall.SIGCONT))
		l.until(t, second.url, http.StatusOK)
		cancel()
		done()
		l.until(t, first.url, http.StatusOK)
	}
	first.kill()
	second.kill()
	figures.Tell(t, figures.Attack{What: "stopped while it stores, another on its history", Tries: tries, Survived: tries, Lost: l.lost(t, h.exported(t))})
}

// TestScreenThroughSignals: the screens are drawn again after a stop, and end with their terminal.
func TestScreenThroughSignals(t *testing.T) {
	t.Parallel()
	h, l := newHouse(t), newLedger(t)
	for name, end := range map[string]func(*screentest.Terminal){
		"SIGHUP":                 func(s *screentest.Terminal) { must(t, s.Cmd.Process.Signal(syscall.SIGHUP)) },
		"SIGTERM":                func(s *screentest.Terminal) { must(t, s.Cmd.Process.Signal(syscall.SIGTERM)) },
		"the terminal is closed": func(s *screentest.Terminal) { s.Hangup() },
	} {
		s := screentest.Open(t, h.command("--addr", "127.0.0.1:0"), 100, 30)
		s.Wait(`Messages|No messages yet`)
		url := h.serves(t) + "/sms/delivery-report"
		l.until(t, url, http.StatusOK)
		must(t, s.Cmd.Process.Signal(syscall.SIGSTOP))
		must(t, s.Cmd.Process.Signal(syscall.SIGCONT))
		l.until(t, url, http.StatusOK)
		s.Wait(`Messages \(`)
		end(s)
		err := s.Cmd.Wait()
		if state := s.Cmd.ProcessState; !state.Exited() || state.ExitCode() != 143 || h.leased(t) {
			t.Errorf("%s: it ended with %v, %v, and a lease is left: %v\n%s", name, state, err, h.leased(t), s.Text())
		}
	}
	figures.Tell(t, figures.Attack{What: "the screen's signals and its closed terminal", Tries: 3, Survived: 3, Lost: l.lost(t, h.exported(t))})
}

//go:build unix

package siege

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/screentest"
)

// TestLocked: while another program holds the history callbacks wait, then are answered 503, and are taken again when
// it lets go.
func TestLocked(t *testing.T) {
	t.Parallel()
	h, l := newHouse(t), newLedger(t)
	r := h.listen(t)
	l.until(t, r.url, http.StatusOK)
	tries, survived := times(2, 6), 0
	for i := range tries {
		other := h.sql(t)
		other.do([]string{"BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"}[i%2])
		answered := make(chan int, 1)
		go func() { answered <- l.post(t.Context(), r.url) }()
		want := http.StatusOK
		if figures.Collecting() {
			want = http.StatusServiceUnavailable // it holds for longer than is waited
		} else {
			time.Sleep(200 * time.Millisecond) // it holds for that
			other.close()
		}
		if got := <-answered; got == want {
			survived++
		} else {
			t.Errorf("under another program's lock the answer is %d, not %d\n%s", got, want, r.said())
		}
		if figures.Collecting() {
			r.says(t, "Answered 503", "the history "+h.db()+" is locked by another program")
			other.close()
		}
		l.until(t, r.url, http.StatusOK)
	}
	r.kill()
	figures.Tell(t, figures.Attack{What: "locked by another program", Tries: tries, Survived: survived, Lost: l.lost(t, h.exported(t))})
}

// TestLockedAtStart: a program that cannot have its history says who to close.
func TestLockedAtStart(t *testing.T) {
	t.Parallel()
	if !figures.Collecting() {
		t.Skip("it takes as long as a lock is waited for")
	}
	h, l := newHouse(t), newLedger(t)
	r := h.listen(t)
	l.until(t, r.url, http.StatusOK)
	r.kill()
	other := h.sql(t)
	other.do("PRAGMA locking_mode = EXCLUSIVE")
	other.do("BEGIN EXCLUSIVE")
	out, err := h.command("listen", "--addr", "127.0.0.1:0").CombinedOutput()
	survived := 0
	if err != nil && strings.Contains(string(out), "the history "+h.db()+" is locked by another program; wait a moment and try again") {
		survived++
	} else {
		t.Errorf("it ended with %v and said\n%s", err, out)
	}
	s := screentest.Open(t, h.command("--addr", "127.0.0.1:0"), 100, 30)
	s.Wait(`is locked\s+by another program`)
	<-s.Ended
	if err := s.Cmd.Wait(); s.Cmd.ProcessState.ExitCode() == 1 {
		survived++
	} else {
		t.Errorf("the screen ended with %v:\n%s", err, s.Text())
	}
	other.close()
	r = h.listen(t)
	l.until(t, r.url, http.StatusOK)
	r.kill()
	figures.Tell(t, figures.Attack{What: "locked at the start", Tries: 2, Survived: survived, Lost: l.lost(t, h.exported(t))})
}

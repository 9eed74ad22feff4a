//go:build unix

package siege

import (
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"dev.internal/plivoscope/internal/figures"
)

// TestCutLog empties or cuts the log under a program to which nothing comes meanwhile: it says so, goes on, and what
// was in the file, or came after, is there.
func TestCutLog(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"the log is emptied", "the log is cut"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tries, survived, lost := times(1, 5), 0, 0
			for range tries {
				h, l := newHouse(t), newLedger(t)
				r := h.filled(t, l)
				damages[name](t, h.db())
				r.says(t, "was emptied or cut")
				before := maps.Clone(l.acknowledged)
				for range 5 {
					l.until(t, r.url, http.StatusOK)
				}
				must(t, r.cmd.Process.Signal(syscall.SIGTERM))
				for range r.events {
				}
				_ = r.cmd.Wait()
				if code := r.cmd.ProcessState.ExitCode(); code != 143 {
					t.Errorf("it ended with %d and said\n%s", code, r.said())
				}
				b := h.sql(t)
				var says string
				must(t, b.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&says))
				b.close()
				if says != "ok" {
					t.Error(says)
				}
				again := h.listen(t)
				l.until(t, again.url, http.StatusOK)
				again.kill()
				out := h.exported(t)
				missing := 0
				for id := range l.acknowledged {
					switch _, was := before[id]; {
					case out[id] == 1:
					case out[id] == 0 && was:
						missing++
					default:
						t.Errorf("%s is there %d times", id, out[id])
						lost++
					}
				}
				if missing > 5 || missing > 0 && !strings.Contains(r.said(), "may be missing") {
					t.Errorf("%d are missing; it said\n%s", missing, r.said())
					lost += missing
				}
				survived++
			}
			figures.Tell(t, figures.Attack{What: name + " while nothing comes", Tries: tries, Survived: survived, Lost: lost})
		})
	}
}

// TestReplacedGoesOn has another history put in the place: no reader of that ends the program.
func TestReplacedGoesOn(t *testing.T) {
	t.Parallel()
	other := newHouse(t)
	r := other.filled(t, newLedger(t))
	must(t, r.cmd.Process.Signal(syscall.SIGTERM))
	_ = r.cmd.Wait()
	for range times(2, 10) {
		h, l := newHouse(t), newLedger(t)
		r := h.listen(t)
		l.until(t, r.url, http.StatusOK)
		if out, err := exec.Command("cp", other.db(), h.db()+".other").CombinedOutput(); err != nil {
			t.Fatal(err, string(out))
		}
		// At once: what is written between the two puts the history back.
		must(t, os.Rename(h.db(), filepath.Join(filepath.Dir(h.db()), "mine")))
		must(t, os.Rename(h.db()+".other", h.db()))
		l.until(t, r.url, http.StatusServiceUnavailable)
		r.says(t, "was replaced by something else")
		for range 10 {
			l.until(t, r.url, http.StatusServiceUnavailable)
		}
		must(t, os.Remove(h.db()))
		l.until(t, r.url, http.StatusOK)
		r.kill()
	}
}

// TestLogDeletedUnderTwo deletes the log under two programs. The one that stores something first goes on, the other
// answers 503, and does nothing to the history of the first, nor to the log that it has now, when it ends.
func TestLogDeletedUnderTwo(t *testing.T) {
	t.Parallel()
	tries, survived, lost := times(1, 5), 0, 0
	for _, killed := range []bool{true, false} {
		for range tries {
			h, l := newHouse(t), newLedger(t)
			first, second := h.listen(t), h.listen(t)
			for range 5 {
				l.until(t, first.url, http.StatusOK)
				l.until(t, second.url, http.StatusOK)
			}
			must(t, os.Remove(h.db()+"-wal"))
			for range 10 {
				l.until(t, first.url, http.StatusOK)
			}
			l.until(t, second.url, http.StatusServiceUnavailable)
			for range 10 {
				l.until(t, first.url, http.StatusOK)
			}
			if killed {
				first.kill()
			}
			must(t, second.cmd.Process.Signal(syscall.SIGTERM))
			_ = second.cmd.Wait()
			if !killed {
				l.until(t, first.url, http.StatusOK)
				first.kill()
			}
			b := h.sql(t)
			var says string
			must(t, b.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&says))
			b.close()
			if says != "ok" {
				t.Error(says)
			}
			lost += l.lost(t, h.exported(t))
			survived++
		}
	}
	figures.Tell(t, figures.Attack{What: "the log is deleted under two programs", Tries: 2 * tries, Survived: survived, Lost: lost})
}

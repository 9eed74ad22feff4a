//go:build unix

package siege

import (
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
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
				h.whole(t)
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
			h.whole(t)
			lost += l.lost(t, h.exported(t))
			survived++
		}
	}
	figures.Tell(t, figures.Attack{What: "the log is deleted under two programs", Tries: 2 * tries, Survived: survived, Lost: lost})
}

// upTo is how many callbacks may be missing.
var upTo = regexp.MustCompile(`up to (\d+) callbacks`)

// whole holds that the pages of the history fit together.
func (h house) whole(tb testing.TB) {
	tb.Helper()
	b := h.sql(tb)
	defer b.close()
	var says string
	must(tb, b.QueryRowContext(tb.Context(), "PRAGMA integrity_check").Scan(&says))
	if says != "ok" {
		tb.Error(says)
	}
}

// nextID is the ID of the callback that comes next.
func (h house) nextID(tb testing.TB) (n int64) {
	tb.Helper()
	b := h.sql(tb)
	defer b.close()
	must(tb, b.QueryRowContext(tb.Context(), "SELECT next_callback FROM counters").Scan(&n))
	return n
}

// TestCutLogOfTwo empties or cuts the log under two programs: each that says what is missing knows of what the other
// stored, and no ID is given again.
func TestCutLogOfTwo(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"the log is emptied", "the log is cut"} {
		tries, survived, lost := times(1, 10), 0, 0
		for range tries {
			h, l := newHouse(t), newLedger(t)
			first := h.filled(t, l)
			second := h.listen(t)
			for range 5 {
				l.until(t, second.url, http.StatusOK)
			}
			before, next := maps.Clone(l.acknowledged), h.nextID(t)
			damages[name](t, h.db())
			l.until(t, first.url, http.StatusOK)
			if n := h.nextID(t); n <= next {
				t.Errorf("the next ID was %d, and is %d after another callback", next, n)
			}
			for range 5 {
				l.until(t, first.url, http.StatusOK)
				l.until(t, second.url, http.StatusOK)
			}
			said := ""
			for _, r := range []*running{first, second} {
				must(t, r.cmd.Process.Signal(syscall.SIGTERM))
				for range r.events {
				}
				_ = r.cmd.Wait()
				said += r.said()
			}
			h.whole(t)
			out, missing := h.exported(t), 0
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
			most := 0
			for _, told := range upTo.FindAllStringSubmatch(said, -1) {
				n, err := strconv.Atoi(told[1])
				must(t, err)
				most += n
			}
			if missing > most {
				t.Errorf("%d are missing; it said\n%s", missing, said)
				lost += missing
			}
			survived++
		}
		figures.Tell(t, figures.Attack{What: name + " under two programs", Tries: tries, Survived: survived, Lost: lost})
	}
}

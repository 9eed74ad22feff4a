//go:build unix

package siege

import (
	"bytes"
	"context"
	"database/sql"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// garbage overwrites bytes of a file.
func garbage(tb testing.TB, path string, at, n int64) {
	tb.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := f.WriteAt(bytes.Repeat([]byte{0xa5}, int(n)), at); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

func size(tb testing.TB, path string) int64 {
	tb.Helper()
	info, err := os.Stat(path)
	must(tb, err)
	return info.Size()
}

// taken are ways to take the history from a program that runs.
var taken = map[string]func(tb testing.TB, db string){
	"the file is deleted": func(tb testing.TB, db string) { must(tb, os.Remove(db)) },
	"the log is deleted":  func(tb testing.TB, db string) { must(tb, os.Remove(db+"-wal")) },
	"both are deleted": func(tb testing.TB, db string) {
		must(tb, os.Remove(db))
		must(tb, os.Remove(db+"-wal"))
		must(tb, os.Remove(db+"-shm"))
	},
	"the folder is deleted": func(tb testing.TB, db string) { must(tb, os.RemoveAll(filepath.Dir(db))) },
	"the folder is renamed": func(tb testing.TB, db string) { must(tb, os.Rename(filepath.Dir(db), filepath.Dir(db)+".old")) },
	"a folder is in its place": func(tb testing.TB, db string) {
		must(tb, os.Remove(db))
		must(tb, os.Mkdir(db, 0o700))
	},
	"a link to nothing is in its place": func(tb testing.TB, db string) {
		must(tb, os.Remove(db))
		must(tb, os.Symlink(db+".nothing", db))
	},
	"another file is in its place": func(tb testing.TB, db string) {
		must(tb, os.WriteFile(db+".other", []byte("a text of somebody"), 0o600))
		must(tb, os.Rename(db+".other", db))
	},
}

// TestTakenHistory: a history that is taken away under a running program is noticed: nothing is acknowledged that
// nobody would find.
func TestTakenHistory(t *testing.T) {
	t.Parallel()
	for name, take := range taken {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tries, survived, lost := times(1, 5), 0, 0
			for i := range tries {
				h, l := newHouse(t), newLedger(t)
				r := h.listen(t)
				for range 5 {
					l.until(t, r.url, http.StatusOK)
				}
				take(t, h.db())
				if strings.Contains(name, "in its place") {
					l.until(t, r.url, http.StatusServiceUnavailable)
					r.says(t, "was replaced by something else", "is kept in")
					must(t, os.RemoveAll(h.db()))
				}
				for range 10 {
					l.until(t, r.url, http.StatusOK)
				}
				r.says(t, "The", "history "+h.db()+" was", "nothing is lost")
				if i%2 == 0 {
					r.kill()
				} else {
					_ = r.cmd.Process.Signal(syscall.SIGTERM)
					_ = r.cmd.Wait()
				}
				lost += l.lost(t, h.exported(t))
				survived++
			}
			figures.Tell(t, figures.Attack{What: "while it runs " + name, Tries: tries, Survived: survived, Lost: lost})
		})
	}
}

// damages are ways to damage the files of a history; the log has something in it.
var damages = map[string]func(tb testing.TB, db string){
	"the header is overwritten": func(tb testing.TB, db string) { garbage(tb, db, 0, 100) },
	"page 1 is overwritten":     func(tb testing.TB, db string) { garbage(tb, db, 0, 4096) },
	"a page is overwritten":     func(tb testing.TB, db string) { garbage(tb, db, size(tb, db)/4096/2*4096, 4096) },
	"each third page is overwritten": func(tb testing.TB, db string) {
		for at := int64(4096); at < size(tb, db); at += 3 * 4096 {
			garbage(tb, db, at, 4096)
		}
	},
	"all but page 1 is overwritten": func(tb testing.TB, db string) { garbage(tb, db, 4096, size(tb, db)-4096) },
	"the file is cut":               func(tb testing.TB, db string) { must(tb, os.Truncate(db, size(tb, db)*2/3+77)) },
	"the file is cut to 50 bytes":   func(tb testing.TB, db string) { must(tb, os.Truncate(db, 50)) },
	"the file is emptied":           func(tb testing.TB, db string) { must(tb, os.Truncate(db, 0)) },
	"the log is emptied":            func(tb testing.TB, db string) { must(tb, os.Truncate(db+"-wal", 0)) },
	"the log is cut":                func(tb testing.TB, db string) { must(tb, os.Truncate(db+"-wal", size(tb, db+"-wal")/2+11)) },
	"the log's head is overwritten": func(tb testing.TB, db string) { garbage(tb, db+"-wal", 0, 64) },
	"the log is overwritten":        func(tb testing.TB, db string) { garbage(tb, db+"-wal", size(tb, db+"-wal")/2, 5000) },
	"the log's index is garbage":    func(tb testing.TB, db string) { garbage(tb, db+"-shm", 0, size(tb, db+"-shm")) },
	"the log's index is emptied":    func(tb testing.TB, db string) { must(tb, os.Truncate(db+"-shm", 0)) },
}

// filled has a program make a history, with rows in the file and in the log, and gives the program.
func (h house) filled(tb testing.TB, l *ledger) *running {
	tb.Helper()
	r := h.listen(tb)
	ctx, cancel := context.WithTimeout(tb.Context(), time.Minute)
	defer cancel()
	done := l.flood(ctx, r.url, 16)
	wait(tb, "a history", func() bool { return l.count() > 60 })
	cancel()
	done()
	must(tb, r.cmd.Process.Signal(syscall.SIGTERM))
	_ = r.cmd.Wait()
	r = h.listen(tb)
	for range 5 {
		l.until(tb, r.url, http.StatusOK)
	}
	return r
}

// files are those of the history's folder, with what is in them but of the index of the log.
func (h house) files(tb testing.TB) map[string]string {
	tb.Helper()
	names, err := filepath.Glob(filepath.Dir(h.db()) + "/*")
	must(tb, err)
	found := map[string]string{}
	for _, name := range names {
		if b, err := os.ReadFile(name); err == nil && !strings.HasSuffix(name, "-shm") {
			found[name] = string(b)
		}
	}
	return found
}

// told tells whether a program said in a sentence what is wrong with the history.
func told(text string) bool {
	for _, words := range []string{"is damaged", "is not a database", "answers with errors", "is gone or was emptied", "no longer in the history"} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

// moved tells whether nothing was done to a file but that pages of its log were moved into it, as SQLite does when the
// log is whole. What was cut off before such a page is then zeros.
func moved(before, log, after string) bool {
	const page = 4096
	if len(after) < len(before) {
		return false
	}
	for at := 0; at < len(after); at += page {
		now := after[at:min(at+page, len(after))]
		was := before[min(at, len(before)):min(at+page, len(before))]
		same := strings.HasPrefix(now, was) && strings.Trim(now[len(was):], "\x00") == ""
		if !same && !(len(now) == page && strings.Contains(log, now)) {
			return false
		}
	}
	return true
}

// TestDamagedHistory: what was acknowledged of a history that is damaged while it is in use, or before, is there or is
// said not to be; what can be read is kept, and the program can be started with that.
func TestDamagedHistory(t *testing.T) {
	t.Parallel()
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tries, survived, lost := times(1, 4), 0, 0
			for i := range tries {
				h, l := newHouse(t), newLedger(t)
				r := h.filled(t, l)
				running := i%2 == 1 || !figures.Collecting()
				said := ""
				if running {
					damage(t, h.db())
					for range 20 {
						l.post(t.Context(), r.url)
					}
					must(t, r.cmd.Process.Signal(syscall.SIGTERM))
					for range r.events {
					}
					_ = r.cmd.Wait()
				} else {
					r.kill()
					damage(t, h.db())
				}
				said += r.said()
				before := h.files(t)
				var stderr bytes.Buffer
				export := h.command("export", "-o", "json")
				export.Stderr = &stderr
				out, err := export.Output()
				said += stderr.String()
				if (err != nil) != (stderr.Len() > 0) && !told(stderr.String()) {
					t.Errorf("export ended with %v and said\n%s", err, &stderr)
				}
				// Nothing that cannot be read is overwritten, but by what the log has in its place.
				if err != nil {
					after := h.files(t)
					for file, content := range before {
						if !strings.HasSuffix(file, "-wal") && !moved(content, before[file+"-wal"], after[file]) {
							t.Errorf("%s was changed otherwise than by its log", file)
						}
					}
				}
				missing := 0
				for id := range l.acknowledged {
					if !bytes.Contains(out, []byte(id)) {
						missing++
					}
				}
				kept, _ := filepath.Glob(h.db() + ".*")
				t.Logf("%d of %d are missing; %v; the files are %v; it said\n%s", missing, len(l.acknowledged), err, kept, said)
				if missing > 0 && !told(said) {
					t.Errorf("%d of %d acknowledged callbacks are missing without a word", missing, len(l.acknowledged))
					lost += missing
				}
				for _, file := range kept {
					if strings.Contains(file, ".readable-") {
						readable := h.command("listen", "-o", "json", "--addr", "127.0.0.1:0", "--db", file)
						l.until(t, start(t, readable).url, http.StatusOK)
					}
				}
				survived++
			}
			figures.Tell(t, figures.Attack{What: "damage: " + name, Tries: tries, Survived: survived, Lost: lost})
		})
	}
}

// beside is a connection to the history from another process than the program.
type beside struct {
	*sql.Conn
	tb   testing.TB
	pool *sql.DB
}

func (h house) sql(tb testing.TB) beside {
	tb.Helper()
	pool, err := sql.Open("sqlite", "file:"+h.db()+"?_pragma=busy_timeout(10000)") // the program stores all the time
	must(tb, err)
	conn, err := pool.Conn(tb.Context())
	must(tb, err)
	return beside{conn, tb, pool}
}

func (b beside) do(statement string) {
	b.tb.Helper()
	_, err := b.ExecContext(b.tb.Context(), statement)
	must(b.tb, err)
}

func (b beside) close() {
	b.tb.Helper()
	must(b.tb, b.Conn.Close())
	must(b.tb, b.pool.Close())
}

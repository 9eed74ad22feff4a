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

var damages = map[string]func(tb testing.TB, db string){
	"the header is overwritten": func(tb testing.TB, db string) { garbage(tb, db, 0, 100) },
	"page 1 is overwritten":     func(tb testing.TB, db string) { garbage(tb, db, 0, 4096) },
	"a page is overwritten":     func(tb testing.TB, db string) { garbage(tb, db, size(tb, db)/4096/2*4096, 4096) },
	"pages are overwritten": func(tb testing.TB, db string) {
		for at := int64(4096); at < size(tb, db); at += 3 * 4096 {
			garbage(tb, db, at, 4096)
		}
	},
	"all but the header": func(tb testing.TB, db string) { garbage(tb, db, 4096, size(tb, db)-4096) },
	"odd size":           func(tb testing.TB, db string) { must(tb, os.Truncate(db, size(tb, db)*2/3+77)) },
	"short":              func(tb testing.TB, db string) { must(tb, os.Truncate(db, 50)) },
	"emptied":            func(tb testing.TB, db string) { must(tb, os.Truncate(db, 0)) },
	"log emptied":        func(tb testing.TB, db string) { must(tb, os.Truncate(db+"-wal", 0)) },
	"log cut":            func(tb testing.TB, db string) { must(tb, os.Truncate(db+"-wal", size(tb, db+"-wal")/2+11)) },
	"log head":           func(tb testing.TB, db string) { garbage(tb, db+"-wal", 0, 64) },
	"log middle":         func(tb testing.TB, db string) { garbage(tb, db+"-wal", size(tb, db+"-wal")/2, 5000) },
	"index garbage":      func(tb testing.TB, db string) { garbage(tb, db+"-shm", 0, 32768) },
	"index emptied":      func(tb testing.TB, db string) { must(tb, os.Truncate(db+"-shm", 0)) },
}

func TestDamagedHistory(t *testing.T) {
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			h, l := newHouse(t), newLedger(t)
			r := h.listen(t)
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			l.flood(ctx, r.url, 16)()
			_ = r.cmd.Process.Signal(syscall.SIGTERM)
			_ = r.cmd.Wait()
			r = h.listen(t)
			for range 5 {
				l.until(t, r.url, http.StatusOK)
			}
			damage(t, h.db())
			before := l.count()
			after := map[int]int{}
			for range 20 {
				after[l.post(t.Context(), r.url)]++
			}
			t.Logf("after %d that: %v; it said\n%s", before, after, r.said())
			_ = r.cmd.Process.Signal(syscall.SIGTERM)
			_ = r.cmd.Wait()
			t.Logf("at the end it had said\n%s", r.said())
			out, err := h.command("export", "-o", "json").CombinedOutput()
			t.Logf("%v %s %d lines", err, out[:min(len(out), 300)], bytes.Count(out, []byte("\n")))
			names, _ := filepath.Glob(h.dir + "/state*/*")
			t.Log(strings.Join(names, "\n"))
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
	pool, err := sql.Open("sqlite", "file:"+h.db())
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

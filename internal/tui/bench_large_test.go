package tui

import (
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/store"
)

// largeHistory makes a history of so many messages, and a third as many callbacks, as the store's benchmarks
// do. Where PLIVOSCOPE_BENCH_DIR names a folder, it is kept there for the next run.
func largeHistory(b *testing.B, messages int) string {
	b.Helper()
	dir := os.Getenv("PLIVOSCOPE_BENCH_DIR")
	if dir == "" {
		dir = b.TempDir()
	}
	path := filepath.Join(dir, "large-"+strconv.Itoa(messages)+".db")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	script, err := os.ReadFile("../store/testdata/large.sql")
	if err != nil {
		b.Fatal(err)
	}
	openHistory(b, path+".new")()
	db, err := sql.Open("sqlite", path+".new")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(strings.NewReplacer("{messages}", strconv.Itoa(messages), "{callbacks}", strconv.Itoa(messages/3/3*3)).Replace(string(script))); err != nil {
		b.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		b.Fatal(err)
	}
	return path
}

// openHistory makes a history, and gives what closes it.
func openHistory(b *testing.B, path string) func() {
	st, err := store.Open(b.Context(), store.Options{Path: path})
	if err != nil {
		b.Fatal(err)
	}
	return func() { _ = st.Close() }
}

// onHistory is the UI on a real history.
type onHistory struct {
	*driver
	st *store.Store
}

func newOnHistory(b *testing.B, path string) *onHistory {
	st, err := store.Open(b.Context(), store.Options{Path: path})
	if err != nil {
		b.Fatal(err)
	}
	core := newFakeCore()
	d := newDriver(b, core, 120, 36)
	d.m.env.core = storeCore{core, st}
	d.wake()
	return &onHistory{driver: d, st: st}
}

// until presses keys and gives the time until the screen is as it is waited for.
func (o *onHistory) until(ready func(*onHistory) bool, keys ...string) time.Duration {
	o.hold = true
	begun := time.Now()
	o.keys(keys...)
	for range 100_000 {
		o.m.View()
		if ready(o) {
			took := time.Since(begun)
			o.release()
			return took
		}
		o.step()
	}
	o.t.Fatalf("it is never shown:\n%s", o.screen())
	return 0
}

// What is waited for: no question is left, hits are shown, all are counted, an end is reached.
func read(o *onHistory) bool {
	return !o.m.messages.asking && !o.m.requests.asking
}

func hits(o *onHistory) bool {
	if o.m.at == onCallbacks {
		return o.m.requests.grid.Loaded() && o.m.requests.grid.Len() > 0
	}
	return o.m.messages.grid.Loaded() && o.m.messages.grid.Len() > 0
}

func counted(o *onHistory) bool {
	if o.m.at == onCallbacks {
		return o.m.requests.known && !o.m.requests.found.more
	}
	return o.m.messages.known && !o.m.messages.found.more
}

func atOldest(o *onHistory) bool {
	if o.m.at == onCallbacks {
		c, _ := o.m.requests.selected()
		return c.ID == 1
	}
	return o.selected() == 1
}

func atNewest(o *onHistory) bool {
	return hits(o) && strings.Contains(o.m.View(), "following the newest")
}

// BenchmarkLargeHistory uses the screens on a history of 1,000,000 messages beside one of 100: the time from
// a key to what it brings on the screen.
func BenchmarkLargeHistory(b *testing.B) {
	large, small := largeHistory(b, 1_000_000), largeHistory(b, 100)
	b.Run("first frame", func(b *testing.B) {
		first := func(path string) time.Duration {
			begun := time.Now()
			o := newOnHistory(b, path)
			if !strings.Contains(o.m.View(), "Order ") {
				b.Fatal(o.screen())
			}
			took := time.Since(begun)
			_ = o.st.Close()
			return took
		}
		besideSmall(b, func() time.Duration { return first(large) }, func() time.Duration { return first(small) })
	})
	lo, so := newOnHistory(b, large), newOnHistory(b, small)
	defer lo.st.Close()
	defer so.st.Close()
	for _, c := range []struct {
		name   string
		before []string // keys that lead there
		keys   []string
		ready  func(*onHistory) bool
	}{
		{"three pages", []string{"g"}, []string{"pgdown", "pgdown", "pgdown"}, read},
		{"oldest", []string{"g"}, []string{"G"}, atOldest},
		{"newest", []string{"G"}, []string{"g"}, atNewest},
		{"index, hits", nil, []string{"/", "sig:invalid", "enter"}, hits},
		{"index, counted", nil, []string{"/", "sig:invalid", "enter"}, counted},
		{"text, hits", nil, []string{"/", "s -nowhere", "enter"}, hits},
		{"number, hits", nil, []string{"/", "from:+1415555145", "enter"}, hits},
		{"negation, hits", nil, []string{"/", "-status:delivered -status:sent", "enter"}, hits},
		{"negation, counted", nil, []string{"/", "-status:delivered -status:sent", "enter"}, counted},
		{"text in the oldest row alone", nil, []string{"/", "needle", "enter"}, counted},
		{"number of nobody", nil, []string{"/", "to:+999", "enter"}, counted},
	} {
		for _, screen := range []struct{ name, key string }{{"messages", "1"}, {"callbacks", "2"}} {
			b.Run(screen.name+"/"+c.name, func(b *testing.B) {
				op := func(o *onHistory) func() time.Duration {
					return func() time.Duration {
						o.keys(screen.key, "esc", "g")
						o.keys(c.before...)
						return o.until(c.ready, c.keys...)
					}
				}
				besideSmall(b, op(lo), op(so))
			})
		}
	}
	b.Run("memory", func(b *testing.B) {
		for b.Loop() {
			lo.keys("1", "esc", "g")
			for range 200 {
				lo.keys("pgdown")
			}
			lo.keys("G", "g", "/", "order", "enter", "G", "g", "esc", "2", "G", "g")
		}
		if kib, ok := residentKiB(); ok {
			b.ReportMetric(float64(kib)/1024, "MiB-resident")
		}
	})
}

// besideSmall reports the mean time of the first, and how many times that of the second it is.
func besideSmall(b *testing.B, large, small func() time.Duration) {
	large()
	small()
	var of, base, most time.Duration
	for b.Loop() {
		took := large()
		of, most = of+took, max(most, took)
		base += small()
	}
	b.ReportMetric(float64(of.Microseconds())/1000/float64(b.N), "ms")
	b.ReportMetric(float64(most.Microseconds())/1000, "max-ms")
	b.ReportMetric(float64(of)/float64(max(base, 1)), "x-of-100-rows")
}

// residentKiB is the memory that the process has, where the system tells.
func residentKiB() (int, bool) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, false
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	return n, err == nil
}

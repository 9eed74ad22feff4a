package tui

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	table "dev.internal/plivoscope/internal/figures" // figures is a type here
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/store/storetest"
)

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
	large, small := storetest.Large(b, 1_000_000), storetest.Large(b, 100)
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
	const soon, atOnce = 20 * time.Millisecond, 150 * time.Millisecond
	for _, c := range []struct {
		name   string
		goal   time.Duration // 0 for none
		before []string      // keys that lead there
		keys   []string
		ready  func(*onHistory) bool
	}{
		{"page", soon, []string{"g"}, []string{"pgdown"}, read},
		{"three pages", 0, []string{"g"}, []string{"pgdown", "pgdown", "pgdown"}, read},
		{"oldest", soon, []string{"g"}, []string{"G"}, atOldest},
		{"newest", soon, []string{"G"}, []string{"g"}, atNewest},
		{"indexed filter, first hits", atOnce, nil, []string{"/", "sig:invalid", "enter"}, hits},
		{"indexed filter, counted", 0, nil, []string{"/", "sig:invalid", "enter"}, counted},
		{"free text, first hits", atOnce, nil, []string{"/", "s -nowhere", "enter"}, hits},
		{"number, first hits", atOnce, nil, []string{"/", "from:+1415555145", "enter"}, hits},
		{"negation, first hits", atOnce, nil, []string{"/", "-status:delivered -status:sent", "enter"}, hits},
		{"negation, counted", 0, nil, []string{"/", "-status:delivered -status:sent", "enter"}, counted},
		{"text in the oldest row alone", 0, nil, []string{"/", "needle", "enter"}, counted},
		{"number of nobody", 0, nil, []string{"/", "to:+999", "enter"}, counted},
	} {
		var both []besides
		for _, screen := range []struct{ name, key string }{{"messages", "1"}, {"callbacks", "2"}} {
			b.Run(screen.name+"/"+c.name, func(b *testing.B) {
				op := func(o *onHistory) func() time.Duration {
					return func() time.Duration {
						o.keys(screen.key, "esc", "g")
						o.keys(c.before...)
						return o.until(c.ready, c.keys...)
					}
				}
				both = append(both, besideSmall(b, op(lo), op(so)))
			})
		}
		if c.goal > 0 && len(both) > 0 {
			tellLarge(b, c.name, c.goal, both)
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

// besides are the times of something in a large history, and of the same in a small one, in turns.
type besides struct{ large, small []time.Duration }

func (s besides) medians() (large, small time.Duration) {
	at := len(s.large) / 2
	return slices.Sorted(slices.Values(s.large))[at], slices.Sorted(slices.Values(s.small))[at]
}

// besideSmall reports the median time of the first, and how many times that of the second it is.
func besideSmall(b *testing.B, large, small func() time.Duration) besides {
	large()
	small()
	var s besides
	for b.Loop() {
		s.large = append(s.large, large())
		s.small = append(s.small, small())
	}
	of, base := s.medians()
	b.ReportMetric(float64(of.Microseconds())/1000, "ms")
	b.ReportMetric(float64(slices.Max(s.large).Microseconds())/1000, "max-ms")
	b.ReportMetric(float64(of)/float64(max(base, 1)), "x-of-100-rows")
	return s
}

// tellLarge tells the row of what was asked of the large history, on the screen where it took longer.
func tellLarge(b *testing.B, what string, goal time.Duration, screens []besides) {
	b.Helper()
	of, base := screens[0].medians()
	for _, s := range screens[1:] {
		if longer, beside := s.medians(); longer > of {
			of, base = longer, beside
		}
	}
	table.Tell(b, table.Measure{
		What:     "1,000,000 messages / 100: " + what,
		Measured: fmt.Sprintf("%.1f ms", of.Seconds()*1000), Baseline: fmt.Sprintf("%.1f ms", base.Seconds()*1000),
		Ratio: fmt.Sprintf("%.2f", float64(of)/float64(max(base, 1))),
		Goal:  fmt.Sprintf("<= %d ms", goal.Milliseconds()), Reached: of <= goal,
	})
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

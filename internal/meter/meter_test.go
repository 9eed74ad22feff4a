package meter_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/meter"
)

var began = time.Date(2026, 3, 4, 5, 6, 7, 890, time.UTC)

// last is what r tells at a time after its beginning, without the seconds before the first count.
func last(r *meter.Rate, after time.Duration) []uint32 {
	counts := r.Last(began.Add(after))
	for i, n := range counts {
		if n > 0 {
			return counts[i:]
		}
	}
	return nil
}

func TestRate(t *testing.T) {
	r := meter.NewRate(began)
	add := func(after time.Duration, n int) {
		for range n {
			r.Add(began.Add(after))
		}
	}
	add(-time.Hour, 1) // a clock that was set back
	add(0, 2)
	add(999*time.Millisecond, 1)
	add(time.Second, 3)
	if got := last(r, 999*time.Millisecond); got != nil {
		t.Errorf("in the first second: %v", got)
	}
	if got := last(r, time.Second); !slices.Equal(got, []uint32{4}) {
		t.Errorf("in the second one: %v", got)
	}
	if got := last(r, 2*time.Second); !slices.Equal(got, []uint32{4, 3}) {
		t.Errorf("in the third one: %v", got)
	}
	if got := last(r, 60*time.Second); len(got) != 60 || got[0] != 4 {
		t.Errorf("after a minute: %v", got)
	}
	if got := last(r, 61*time.Second); len(got) != 60 || got[0] != 3 {
		t.Errorf("a second later: %v", got)
	}
	if got := last(r, 62*time.Second); got != nil {
		t.Errorf("when all is older than a minute: %v", got)
	}
	add(64*time.Second, 5) // the slot of the first second again
	if got := last(r, 65*time.Second); !slices.Equal(got, []uint32{5}) {
		t.Errorf("in the second round: %v", got)
	}
	if got := last(r, time.Hour); got != nil {
		t.Errorf("an hour later: %v", got)
	}
}

// TestRateProperty compares a Rate with counting by hand.
func TestRateProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := meter.NewRate(began)
		byHand := map[int64]uint32{}
		var at time.Duration
		for _, step := range rapid.SliceOf(rapid.OneOf(rapid.Int64Range(0, int64(time.Second)), rapid.Int64Range(0, int64(3*time.Minute)))).Draw(t, "steps") {
			at += time.Duration(step)
			r.Add(began.Add(at))
			byHand[int64(at/time.Second)]++
		}
		at += time.Duration(rapid.Int64Range(0, int64(2*time.Minute)).Draw(t, "then"))
		for i, n := range r.Last(began.Add(at)) {
			if want := byHand[int64(at/time.Second)-meter.Window+int64(i)]; n != want {
				t.Fatalf("second %d: %d, want %d", i, n, want)
			}
		}
	})
}

// magnitudes are times of all magnitudes from a microsecond on, so many: most numbers of a range have its last digit.
func magnitudes(most int) *rapid.Generator[time.Duration] {
	return rapid.Custom(func(t *rapid.T) time.Duration {
		d := time.Duration(rapid.Float64Range(1, 10).Draw(t, "time") * float64(time.Microsecond))
		for range rapid.IntRange(0, most).Draw(t, "magnitude") {
			d *= 10
		}
		return d
	})
}

// TestLatencyIsWithinItsError compares the percentiles with those of the sorted times.
func TestLatencyIsWithinItsError(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h meter.Histogram
		times := rapid.SliceOfN(magnitudes(7), 1, 300).Draw(t, "times")
		for _, d := range times {
			h.Observe(d)
		}
		slices.Sort(times)
		got := h.Latency()
		if got.Count != int64(len(times)) || got.Max != times[len(times)-1] {
			t.Fatalf("%+v of %d times up to %v", got, len(times), times[len(times)-1])
		}
		for percent, p := range map[int]time.Duration{50: got.P50, 95: got.P95, 99: got.P99} {
			want := times[(len(times)*percent+99)/100-1]
			if off := float64(p-want) / float64(want); off > 0.032 || off < -0.032 {
				t.Fatalf("p%d is %v, %.1f %% off %v", percent, p, 100*off, want)
			}
		}
	})
}

// TestPercentilesOfFewTimes are times that were counted: who sees one request does not see two times of it.
func TestPercentilesOfFewTimes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h meter.Histogram
		times := rapid.SliceOfN(magnitudes(7), 1, 64).Draw(t, "times")
		for _, d := range times {
			h.Observe(d)
		}
		slices.Sort(times)
		got := h.Latency()
		for percent, p := range map[int]time.Duration{50: got.P50, 95: got.P95, 99: got.P99} {
			if want := times[(len(times)*percent+99)/100-1]; p != want {
				t.Fatalf("p%d of %v is %v, not %v", percent, times, p, want)
			}
		}
	})
}

func TestTimesBeyondTheBuckets(t *testing.T) {
	var h meter.Histogram
	if got := h.Latency(); got != (meter.Latency{}) {
		t.Errorf("of nothing: %+v", got)
	}
	h.Observe(-time.Second)
	h.Observe(0)
	if got := h.Latency(); got.Count != 2 || got.P99 != 0 || got.Max != 0 {
		t.Errorf("of nothing that took time: %+v", got)
	}
	h.Observe(time.Hour)
	if got := h.Latency(); got.Count != 3 || got.P50 > 2*time.Microsecond || got.P99 < 130*time.Second || got.Max != time.Hour {
		t.Errorf("with an hour: %+v", got)
	}
}

// TestCountsFromManyGoroutines loses nothing while others count and read.
func TestCountsFromManyGoroutines(t *testing.T) {
	const each, many = 2000, 4
	var h meter.Histogram
	r := meter.NewRate(began)
	var all sync.WaitGroup
	for range many {
		all.Go(func() {
			for i := range each {
				h.Observe(time.Duration(i) * time.Microsecond)
				r.Add(began.Add(time.Duration(i) * time.Millisecond))
				if i%100 == 0 {
					h.Latency()
					r.Last(began.Add(time.Minute))
				}
			}
		})
	}
	all.Wait()
	sum := uint32(0)
	for _, n := range r.Last(began.Add(30 * time.Second)) {
		sum += n
	}
	if got := h.Latency(); got.Count != each*many || sum != each*many {
		t.Errorf("%d times and %d events, want %d", got.Count, sum, each*many)
	}
}

func BenchmarkObserveAndAdd(b *testing.B) {
	var h meter.Histogram
	r := meter.NewRate(began)
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			h.Observe(time.Duration(i%1000) * time.Microsecond)
			r.Add(began.Add(time.Duration(i)))
		}
	})
}

// TestCumulativeCountsWithinItsError compares the counts under bounds with those of the times themselves.
func TestCumulativeCountsWithinItsError(t *testing.T) {
	bounds := []time.Duration{0, time.Millisecond, 5 * time.Millisecond, time.Second, 3 * time.Hour}
	rapid.Check(t, func(t *rapid.T) {
		var h meter.Histogram
		times := rapid.SliceOfN(magnitudes(8), 0, 300).Draw(t, "times")
		var total time.Duration
		for _, d := range times {
			h.Observe(d)
			total += d
		}
		upTo, count, sum := h.Cumulative(bounds)
		if count != int64(len(times)) || sum != total || upTo[len(bounds)-1] != count {
			t.Fatalf("%d times of %v in all, want %d of %v; up to the last bound %d", count, sum, len(times), total, upTo[len(bounds)-1])
		}
		for i, bound := range bounds {
			var least, most int64
			for _, d := range times {
				if float64(d) <= float64(bound)*0.968 {
					least++
				}
				if float64(d) <= float64(bound)*1.032 {
					most++
				}
			}
			if upTo[i] < least || upTo[i] > most {
				t.Fatalf("%d up to %v, want %d to %d", upTo[i], bound, least, most)
			}
		}
	})
}

package meter

import (
	"math/bits"
	"slices"
	"sync/atomic"
	"time"
)

// Each doubling of the time from 2^leastBits to 2^mostBits nanoseconds (0.5 µs to 2.4 h) is cut into parts
// of the same width. The middle of a bucket is then at most half a part, 1/32, off what is in it.
const (
	leastBits = 9
	mostBits  = 43
	partBits  = 4
	parts     = 1 << partBits
)

// Histogram counts times in buckets of a fixed number, so that it costs the same after three events and
// after a billion. What it tells is at most 3.2 % off for times from 1 µs to 2.4 hours; shorter and longer
// ones count as these. Of a few times, each is known as it was. The zero Histogram is ready; its methods may be called
// from any goroutine.
type Histogram struct {
	firsts  [few]atomic.Int64 // nanoseconds, one more than those of the time
	begun   atomic.Int64      // how many of firsts are, or will be, set
	buckets [(mostBits - leastBits) * parts]atomic.Int64
	longest atomic.Int64
	sum     atomic.Int64 // nanoseconds
}

// few is how many times are kept: whoever sees so many beside their percentiles would see that these are none of them.
const few = 64

// Latency is a summary of a Histogram. A percentile is the least time that at least so many percent of
// all took at most; without any it is 0.
type Latency struct {
	Count         int64
	P50, P95, P99 time.Duration
	Max           time.Duration // exact
}

// Observe counts a time.
func (h *Histogram) Observe(d time.Duration) {
	for {
		longest := h.longest.Load()
		if int64(d) <= longest || h.longest.CompareAndSwap(longest, int64(d)) {
			break
		}
	}
	h.sum.Add(int64(max(d, 0)))
	if h.begun.Load() < few {
		if i := h.begun.Add(1) - 1; i < few {
			h.firsts[i].Store(int64(max(d, 0)) + 1)
		}
	}
	h.buckets[bucketOf(d)].Add(1)
}

func bucketOf(d time.Duration) int {
	v := uint64(min(max(d, 1<<leastBits), 1<<mostBits-1))
	doubling := bits.Len64(v) - 1
	part := v >> (doubling - partBits) & (parts - 1)
	return (doubling-leastBits)*parts + int(part)
}

// middleOf is the time in the middle of a bucket.
func middleOf(bucket int) time.Duration {
	width := time.Duration(1) << (leastBits + bucket/parts - partBits)
	return width*time.Duration(parts+bucket%parts) + width/2
}

// Latency sums up what was counted so far.
func (h *Histogram) Latency() Latency {
	var l Latency
	var counts [len(h.buckets)]int64
	for i := range h.buckets {
		counts[i] = h.buckets[i].Load()
		l.Count += counts[i]
	}
	l.Max = time.Duration(h.longest.Load())
	want := []struct {
		percent int64
		into    *time.Duration
	}{{50, &l.P50}, {95, &l.P95}, {99, &l.P99}}
	if times := h.exactly(l.Count); times != nil {
		for _, w := range want {
			*w.into = times[(l.Count*w.percent+99)/100-1]
		}
		return l
	}
	var seen int64
	for i, n := range counts {
		seen += n
		for len(want) > 0 && n > 0 && seen*100 >= want[0].percent*l.Count {
			*want[0].into = min(middleOf(i), l.Max)
			want = want[1:]
		}
	}
	return l
}

// exactly gives all of n times in their order; nil where there were more than are kept, or none.
func (h *Histogram) exactly(n int64) []time.Duration {
	if n == 0 || n > few {
		return nil
	}
	times := make([]time.Duration, n)
	for i := range times {
		kept := h.firsts[i].Load()
		if kept == 0 {
			return nil // it is being counted just now
		}
		times[i] = time.Duration(kept - 1)
	}
	slices.Sort(times)
	return times
}

// Cumulative tells of each of bounds, which ascend, how many times were at most as long, how many there are in all,
// and their sum. A time within 3.2 % of a bound may count on either side of it; the sum is exact, but for times that
// are being counted just now.
func (h *Histogram) Cumulative(bounds []time.Duration) (upTo []int64, count int64, sum time.Duration) {
	upTo = make([]int64, len(bounds))
	sum = time.Duration(h.sum.Load())
	next := 0
	for i := range h.buckets {
		for ; next < len(bounds) && middleOf(i) > bounds[next]; next++ {
			upTo[next] = count
		}
		count += h.buckets[i].Load()
	}
	for ; next < len(bounds); next++ {
		upTo[next] = count
	}
	return upTo, count, sum
}

package siege

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// floodSeconds is how long a flood lasts.
const floodSeconds = 8

// order is a flood that a process of its own makes, so that it does not stand in the way of who measures.
type order struct {
	Base             string
	Addresses, Sides int
	Junk             bool
}

const orderVariable = "SIEGE_FLOOD"

// TestFlooder is the flood of another process of this binary; it does nothing without an order.
func TestFlooder(t *testing.T) {
	var o order
	text := os.Getenv(orderVariable)
	if text == "" {
		t.Skip("no flood was ordered")
	}
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), floodSeconds*time.Second)
	defer cancel()
	u := unsigned{addresses: o.Addresses, sides: o.Sides, junk: o.Junk}
	s := u.flood(ctx, t, &running{base: o.Base}, 0)
	fmt.Printf("flooded %d %d\n", s.all.Load(), s.stored.Load())
}

// elsewhere floods from a process of its own; result waits for its end.
func (u unsigned) elsewhere(b *testing.B, r *running) (result func() (all, stored int64)) {
	b.Helper()
	text, err := json.Marshal(order{r.base, u.addresses, u.sides, u.junk})
	if err != nil {
		b.Fatal(err)
	}
	args := []string{os.Args[0], "-test.run", "^TestFlooder$"}
	if nice, err := exec.LookPath("nice"); err == nil {
		args = append([]string{nice, "-n", "10"}, args...) // who floods is another machine: it does not take the processors
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), orderVariable+"="+string(text))
	var out strings.Builder
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	return func() (all, stored int64) {
		err := cmd.Wait()
		_, line, _ := strings.Cut(out.String(), "flooded ")
		if _, scan := fmt.Sscan(line, &all, &stored); err != nil || scan != nil {
			b.Fatalf("the flood: %v, %v\n%s", err, scan, out.String())
		}
		return all, stored
	}
}

// BenchmarkFloodOfUnsigned takes how long a valid callback waits for its acknowledgement at most, of 99 in a hundred,
// while a flood without valid signatures goes on.
func BenchmarkFloodOfUnsigned(b *testing.B) {
	for _, c := range []struct {
		name string
		unsigned
	}{
		{"from one address", unsigned{addresses: 1, sides: 16}},
		{"from many addresses", unsigned{sides: 16}},
		{"from many addresses on 500 connections", unsigned{sides: 500}},
		{"signed with junk, from many addresses", unsigned{junk: true, sides: 16}},
	} {
		b.Run(strings.ReplaceAll(c.name, " ", "-"), func(b *testing.B) {
			var p99, still time.Duration
			var stored, all int64
			for b.Loop() {
				h := newHouse(b)
				r := h.tunnelled(b)
				quiet := r.honestly(b, outsideURL)
				quiet.called(b, 300)
				still = max(still, quiet.p99())
				r.kill()

				h = newHouse(b)
				r = h.tunnelled(b)
				result := c.elsewhere(b, r)
				callers := r.honestly(b, outsideURL)
				all, stored = result()
				p99 = max(p99, callers.p99())
				if lost := callers.check(b, h); lost > 0 {
					b.Fatalf("%d lost", lost)
				}
			}
			b.ReportMetric(float64(p99.Microseconds())/1000, "ms-p99")
			b.ReportMetric(float64(stored)/floodSeconds, "stored/s")
			b.ReportMetric(0, "ns/op")
			figures.Tell(b, figures.Measure{
				What:     "a valid callback in a flood of unsigned ones " + c.name,
				Measured: fmt.Sprintf("p99 %.1f ms, %d unsigned/s, %d/s stored", float64(p99.Microseconds())/1000, all/floodSeconds, stored/floodSeconds),
				Baseline: fmt.Sprintf("p99 %.1f ms without the flood", float64(still.Microseconds())/1000),
				Ratio:    fmt.Sprintf("%.1f", float64(p99)/float64(max(still, 1))),
				Goal:     "p99 <= 20 ms", Reached: p99 <= 20*time.Millisecond,
			})
		})
	}
}

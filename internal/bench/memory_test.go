package bench

import (
	"testing"

	"dev.internal/plivoscope/internal/figures"
)

// memoryFloods is how many floods of 10,000 callbacks one process takes.
const memoryFloods = 5

// BenchmarkMemory floods listen with 50,000 signed callbacks of as many messages, 10,000 at a time, and
// reports its resident memory: the most that it ever was, beside a bare net/http handler's after the same, and after
// the last flood, beside after the first, which tells whether what comes stays in memory.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		program, least := listen(b), bare(b)
		var early usage
		for i := range memoryFloods {
			for _, s := range []server{program, least} {
				call(b, order{s.url, i * flooded, flooded, 0}).post(b)
			}
			if i == 0 {
				early = use(b, program.cmd.Process.Pid)
			}
		}
		late, bareLate := use(b, program.cmd.Process.Pid), use(b, least.cmd.Process.Pid)
		figures.Tell(b, figures.Measure{
			What:     "memory, most over 50,000 callbacks, listen / bare net/http",
			Measured: memoryText(late.peak), Baseline: memoryText(bareLate.peak), Ratio: timesText(float64(late.peak) / float64(bareLate.peak)),
		})
		figures.Tell(b, figures.Measure{
			What:     "memory of listen, after 50,000 callbacks / after 10,000",
			Measured: memoryText(late.rss), Baseline: memoryText(early.rss), Ratio: timesText(float64(late.rss) / float64(early.rss)),
		})
		b.ReportMetric(float64(late.peak)/1e6, "MB/peak")
		b.ReportMetric(float64(bareLate.peak)/1e6, "MB/bare-peak")
		b.ReportMetric(float64(late.rss)/1e6, "MB/after-all")
		b.ReportMetric(float64(early.rss)/1e6, "MB/after-first")
		b.ReportMetric(0, "ns/op")
		program.close()
		least.close()
	}
}

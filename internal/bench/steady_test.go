package bench

import (
	"path/filepath"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// steadily is how many callbacks come a second, and for how many seconds, so many times.
const steadily, steadySeconds, steadyRounds = 200, 5, 3

// BenchmarkSteady takes 200 signed callbacks a second, each of a new message, and reports the processor
// time as percent of a core: of the UI, which serves and shows them; of listen, which serves and prints
// them; of a UI that shows what another process serves, which is what the screen alone takes; and of a UI
// where nothing comes. The memory is that of the first.
func BenchmarkSteady(b *testing.B) {
	const idle, whole, headless, screen = 0, 1, 2, 3
	var shares [4][]float64
	var memory usage
	add := func(of int, share float64) { shares[of] = append(shares[of], share) }
	for b.Loop() {
		for range steadyRounds {
			u := openUI(b)
			pid := u.Cmd.Process.Pid
			from := use(b, pid)
			time.Sleep(steadySeconds * time.Second / 2)
			add(idle, use(b, pid).share(from))
			add(whole, steady(b, u.url, pid)[0])
			u.waitCounted(b, steadily*steadySeconds)
			memory = use(b, pid)
			u.close()

			history := filepath.Join(b.TempDir(), "history.db")
			s := listen(b, "--db", history)
			watching := openUI(b, "--db", history)
			both := steady(b, s.url, s.cmd.Process.Pid, watching.Cmd.Process.Pid)
			add(headless, both[0])
			add(screen, both[1])
			watching.Wait(`Messages \(` + thousands(steadily*steadySeconds) + `\)`)
			watching.close()
			s.close()
		}
	}
	own := median(shares[screen])
	figures.Tell(b, figures.Measure{
		What:     "processor time at 200 callbacks/s, screens / idle screens",
		Measured: shareText(own), Baseline: shareText(median(shares[idle])),
		Goal: "<= 10 %", Reached: own <= 10,
	})
	figures.Tell(b, figures.Measure{
		What:     "processor time at 200 callbacks/s, UI that serves / listen",
		Measured: shareText(median(shares[whole])), Baseline: shareText(median(shares[headless])), Ratio: timesText(ratio(shares[whole], shares[headless])),
	})
	for i, name := range []string{"idle-ui", "ui", "listen", "watching-ui"} {
		b.ReportMetric(median(shares[i]), "%core/"+name)
	}
	b.ReportMetric(float64(memory.rss)/(1<<20), "MiB/ui")
	b.ReportMetric(0, "ns/op") // mostly waiting
}

// steady posts the callbacks and gives the share of a core that each process took meanwhile, in percent.
func steady(b *testing.B, target string, pids ...int) []float64 {
	b.Helper()
	calls := call(b, order{target, 0, steadily * steadySeconds, steadily})
	from := make([]usage, len(pids))
	for i, pid := range pids {
		from[i] = use(b, pid)
	}
	calls.post(b)
	shares := make([]float64, len(pids))
	for i, pid := range pids {
		shares[i] = use(b, pid).share(from[i])
	}
	return shares
}

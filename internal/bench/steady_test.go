package bench

import (
	"path/filepath"
	"testing"
	"time"
)

// steadily is how many callbacks come a second, and for how many seconds.
const steadily, steadySeconds = 200, 6

// BenchmarkSteady takes 200 signed callbacks a second, each of a new message, and reports the processor
// time as percent of a core: of the UI, which serves and shows them; of listen, which serves and prints
// them; of a UI that shows what another process serves, which is what the screen alone takes; and of a UI
// where nothing comes. The memory is that of the first.
func BenchmarkSteady(b *testing.B) {
	var sums [4]float64
	var memory usage
	for b.Loop() {
		u := openUI(b)
		pid := u.Cmd.Process.Pid
		from := use(b, pid)
		time.Sleep(steadySeconds * time.Second / 2)
		sums[0] += use(b, pid).share(from)
		shares := steady(b, u.url, pid)
		sums[1] += shares[0]
		u.waitCounted(b, steadily*steadySeconds)
		memory = use(b, pid)
		u.close()

		history := filepath.Join(b.TempDir(), "history.db")
		s := listen(b, "--db", history)
		watching := openUI(b, "--db", history)
		shares = steady(b, s.url, s.cmd.Process.Pid, watching.Cmd.Process.Pid)
		sums[2] += shares[0]
		sums[3] += shares[1]
		watching.Wait(`Messages \(` + thousands(steadily*steadySeconds) + `\)`)
		watching.close()
		s.close()
	}
	for i, name := range []string{"idle-ui", "ui", "listen", "watching-ui"} {
		b.ReportMetric(sums[i]/float64(b.N), "%core/"+name)
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

// BenchmarkStart is from the start of the process to its first whole screen, of the UI on a history that is
// new, and beside it to the ready line of listen.
func BenchmarkStart(b *testing.B) {
	var screen, headless time.Duration
	for b.Loop() {
		cmd := command(b)
		began := time.Now()
		u := openOn(b, cmd)
		screen += time.Since(began)
		u.close()

		cmd = command(b, "listen", "-o", "json")
		began = time.Now()
		s := start(b, cmd)
		headless += time.Since(began)
		s.close()
	}
	b.ReportMetric(ms(screen)/float64(b.N), "ms/first-screen")
	b.ReportMetric(ms(headless)/float64(b.N), "ms/listen-ready")
	b.ReportMetric(0, "ns/op") // of both together
}

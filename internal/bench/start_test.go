package bench

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// starts is how many processes of each kind are started, in turns.
const starts = 21

// BenchmarkStart starts the program as the shell does: listen on a new history until its first request is answered,
// beside a bare net/http server; --version until the process has ended, beside the cheapest process there is; and
// the UI on a new history until its first whole screen.
func BenchmarkStart(b *testing.B) {
	empty, err := exec.LookPath("true")
	if err != nil {
		b.Skip("no program to compare --version with")
	}
	var answered, bareAnswered, version, nothing, screen []time.Duration
	for b.Loop() {
		for range starts {
			answered = append(answered, firstAnswer(b, command(b, "listen", "-o", "json")))
			bareAnswered = append(bareAnswered, firstAnswer(b, bareCommand()))
			cmd := command(b)
			cmd.Args = []string{cmd.Path, "--version"}
			version = append(version, wholeRun(b, cmd))
			nothing = append(nothing, wholeRun(b, exec.Command(empty)))
		}
		for range rounds {
			cmd := command(b)
			began := time.Now()
			u := openOn(b, cmd)
			screen = append(screen, time.Since(began))
			u.close()
		}
	}
	first, whole := median(answered), median(version)
	figures.Tell(b, figures.Measure{
		What:     "process start to first answer, listen / bare net/http",
		Measured: msText(first), Baseline: msText(median(bareAnswered)), Ratio: timesText(ratio(answered, bareAnswered)),
		Goal: "<= 60 ms", Reached: first <= 60*time.Millisecond,
	})
	figures.Tell(b, figures.Measure{
		What:     "--version / an empty process",
		Measured: msText(whole), Baseline: msText(median(nothing)), Ratio: timesText(ratio(version, nothing)),
		Goal: "<= 20 ms", Reached: whole <= 20*time.Millisecond,
	})
	figures.Tell(b, figures.Measure{What: "process start to first screen of a new history", Measured: msText(median(screen))})
	b.ReportMetric(ms(first), "ms/first-answer")
	b.ReportMetric(ms(median(bareAnswered)), "ms/bare-first-answer")
	b.ReportMetric(ms(whole), "ms/version")
	b.ReportMetric(ms(median(nothing)), "ms/empty-process")
	b.ReportMetric(ms(median(screen)), "ms/first-screen")
	b.ReportMetric(0, "ns/op") // of all together
}

// firstAnswer is from the start of a server's process to the answer to the first request.
func firstAnswer(b *testing.B, cmd *exec.Cmd) time.Duration {
	b.Helper()
	began := time.Now()
	s := start(b, cmd)
	defer s.close()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(s.url + "/health")
	took := time.Since(began)
	if err != nil {
		b.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		b.Fatalf("the first request was answered %s", resp.Status)
	}
	return took
}

func wholeRun(b *testing.B, cmd *exec.Cmd) time.Duration {
	b.Helper()
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, out)
	}
	return time.Since(began)
}

package bench

import (
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// perRound is how many callbacks, each of a message of its own, a server gets in a round.
const perRound = 5_000

// BenchmarkAcknowledge posts signed callbacks of as many messages to listen -o json as fast as they are acknowledged,
// in turns with a bare net/http handler that reads and discards, each a process of its own; then at half of the rate that
// listen had, for the time that an acknowledgement takes.
func BenchmarkAcknowledge(b *testing.B) {
	for b.Loop() {
		program, least := listen(b), bare(b)
		turns := inTurns(b, 0, program, least)
		of, against := median(turns[0]), median(turns[1])
		share := ratio(turns[0], turns[1])
		figures.Tell(b, figures.Measure{
			What:     "acknowledged, listen / bare net/http",
			Measured: rateText(of), Baseline: rateText(against), Ratio: timesText(share),
			Goal: ">= 0.25", Reached: share >= 0.25,
		})

		const seconds = 2
		pace := of / 2
		var late, leastLate, synced []time.Duration
		for i := range rounds {
			first := (rounds + 2 + i) * perRound
			late = append(late, call(b, order{program.url, first, int(pace * seconds), pace}).post(b).P99)
			leastLate = append(leastLate, call(b, order{least.url, first, int(pace * seconds), pace}).post(b).P99)
			synced = append(synced, syncedP99(b, seconds*time.Second))
		}
		took := median(late)
		figures.Tell(b, figures.Measure{
			What:     "acknowledgement p99 at half that load / bare net/http",
			Measured: msText(took), Baseline: msText(median(leastLate)), Ratio: timesText(ratio(late, leastLate)),
			Goal: "<= 20 ms", Reached: took <= 20*time.Millisecond,
		})
		figures.Tell(b, figures.Measure{What: "27 KiB written and synced each 4 ms, p99, which those wait for", Measured: msText(median(synced))})
		b.ReportMetric(of, "acks/s")
		b.ReportMetric(against, "bare-acks/s")
		b.ReportMetric(share, "of-bare")
		b.ReportMetric(ms(took), "ms/ack-p99-at-half")
		b.ReportMetric(0, "ns/op") // of all together: no number to compare
		program.close()
		least.close()
	}
}

// BenchmarkExpress does the same beside the server that the guide sets up with Express, which verifies with
// the Node SDK and stores nothing: one process under Node. It needs the packages of testdata/express.
func BenchmarkExpress(b *testing.B) {
	const what = "acknowledged, listen / the guide's Express server"
	if why := noExpress(); why != "" {
		figures.Tell(b, figures.Measure{What: what, Measured: "not measured: " + why})
		b.Skip(why)
	}
	for b.Loop() {
		program, guide := listen(b), express(b)
		turns := inTurns(b, 0, program, guide)
		of, against := median(turns[0]), median(turns[1])
		times := ratio(turns[0], turns[1])
		figures.Tell(b, figures.Measure{
			What:     what,
			Measured: rateText(of), Baseline: rateText(against), Ratio: timesText(times),
			Goal: ">= 3", Reached: times >= 3,
		})
		b.ReportMetric(of, "acks/s")
		b.ReportMetric(against, "express-acks/s")
		b.ReportMetric(times, "of-express")
		b.ReportMetric(0, "ns/op")
		program.close()
		guide.close()
	}
}

// inTurns posts to each of the servers in each round, and gives what each acknowledged a second, by server and round. A
// first round, for what is slower at first, is not counted. The messages have numbers from first on.
func inTurns(b *testing.B, first int, servers ...server) [][]float64 {
	b.Helper()
	rates := make([][]float64, len(servers))
	for i := range rounds + 1 {
		for k, s := range servers {
			rate := perSecond(perRound, call(b, order{s.url, first + i*perRound, perRound, 0}).post(b).Took)
			if i > 0 {
				rates[k] = append(rates[k], rate)
			}
		}
	}
	return rates
}

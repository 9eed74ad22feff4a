package bench

import (
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/store/storetest"
)

// pages is how many pages are turned on a large history.
const pages = 60

// BenchmarkLarge opens the UI on a history of 1,000,000 messages, beside one of 100: the time from the start of the
// process to the first screen that counts them and shows the newest; that from a key to the next page on
// the screen; and the memory after pages, the ends and filters, of which one finds nothing. What filters take is measured without
// a terminal, by the benchmark LargeHistory of internal/tui.
func BenchmarkLarge(b *testing.B) {
	var first, smallFirst, page, smallPage []time.Duration
	var memory, smallMemory int64
	for b.Loop() {
		large, small := storetest.Copy(b, 1_000_000), storetest.Copy(b, 100)
		for range rounds {
			first = append(first, firstScreen(b, large, "1,000,000"))
			smallFirst = append(smallFirst, firstScreen(b, small, "100"))
		}
		page, memory = useLarge(b, large)
		smallPage, smallMemory = useLarge(b, small)
	}
	shown, turned := median(first), quantile(page, 0.95)
	figures.Tell(b, figures.Measure{
		What:     "1,000,000 messages / 100: process start to first screen",
		Measured: msText(shown), Baseline: msText(median(smallFirst)), Ratio: timesText(ratio(first, smallFirst)),
		Goal: "<= 300 ms", Reached: shown <= 300*time.Millisecond,
	})
	figures.Tell(b, figures.Measure{
		What:     "1,000,000 messages / 100: key to next page in the terminal p95",
		Measured: msText(turned), Baseline: msText(quantile(smallPage, 0.95)), Ratio: timesText(float64(turned) / float64(quantile(smallPage, 0.95))),
		Goal: "<= 20 ms", Reached: turned <= 20*time.Millisecond,
	})
	figures.Tell(b, figures.Measure{
		What:     "1,000,000 messages / 100: memory after paging and filtering",
		Measured: memoryText(memory), Baseline: memoryText(smallMemory), Ratio: timesText(float64(memory) / float64(smallMemory)),
		Goal: "<= 120 MB", Reached: memory <= 120e6,
	})
	b.ReportMetric(ms(shown), "ms/first-screen")
	b.ReportMetric(ms(turned), "ms/page-p95")
	b.ReportMetric(ms(median(page)), "ms/page-p50")
	b.ReportMetric(float64(memory)/1e6, "MB/resident")
	b.ReportMetric(0, "ns/op") // of all together
}

// firstScreen is from the start of the UI's process on a history to the screen that counts its messages.
func firstScreen(b *testing.B, history, count string) time.Duration {
	b.Helper()
	cmd := command(b, "--db", history)
	began := time.Now()
	u := openOn(b, cmd)
	u.Wait(`Messages \(` + count + `\)(.|\n)*Order `)
	took := time.Since(began)
	u.close()
	return took
}

// useLarge turns pages and back, goes to both ends and filters, and gives the times of the pages and the memory that is
// resident then, in bytes.
func useLarge(b *testing.B, history string) (turns []time.Duration, resident int64) {
	b.Helper()
	u := openUI(b, "--db", history)
	defer u.close()
	u.Wait(`Order `)
	const top = 5 // a line of the list, whatever frames it
	for i := range pages {
		was := u.Line(top)
		key := "\x1b[6~"
		if i%6 >= 3 { // a history of 100 has three pages
			key = "\x1b[5~"
		}
		time.Sleep(pause + time.Duration(i*7%17)*time.Millisecond)
		began := time.Now()
		u.Press(key)
		if why := u.Until(func() bool { now := u.Line(top); return now != was && strings.Contains(now, "+1415555") }); why != "" {
			b.Fatalf("the next page is not shown: %s:\n%s", why, u.Text())
		}
		turns = append(turns, time.Since(began))
	}
	for _, filter := range []string{"status:failed,undelivered", "eight -nowhere", "nowhere"} {
		u.Press("/" + filter + "\r")
		u.Wait(`Messages \([0-9,+]+ of [0-9,]+`)
		u.Press("\x1b")
		u.Wait(`Messages \([0-9,]+\)`)
	}
	u.Press("G")
	u.Wait(`Order 1 is`)
	u.Press("g")
	return turns, use(b, u.Cmd.Process.Pid).rss
}

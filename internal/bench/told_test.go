package bench

import (
	"fmt"
	"slices"
	"time"
)

// rounds is how often what is compared is measured, in turns: of all rounds the median counts, so that what
// the machine does besides in one of them does not.
const rounds = 5

// median is the middle of the values, the upper of two.
func median[T float64 | time.Duration](values []T) T { return quantile(values, 0.5) }

// quantile is the value below which a part q of the values is, in any order; 0 of none.
func quantile[T float64 | time.Duration](values []T, q float64) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(int(float64(len(sorted))*q), len(sorted)-1)]
}

// ratio is the median of the ratios of each round: what two servers did one after the other is compared, not
// what one did early and the other late.
func ratio[T float64 | time.Duration](of, to []T) float64 {
	each := make([]float64, min(len(of), len(to)))
	for i := range each {
		each[i] = float64(of[i]) / float64(to[i])
	}
	return median(each)
}

func perSecond(n int, took time.Duration) float64 { return float64(n) / took.Seconds() }

// The texts of the table.

func rateText(perSecond float64) string { return fmt.Sprintf("%.0f/s", perSecond) }
func msText(d time.Duration) string     { return fmt.Sprintf("%.1f ms", ms(d)) }
func timesText(ratio float64) string    { return fmt.Sprintf("%.2f", ratio) }
func shareText(percent float64) string  { return fmt.Sprintf("%.1f %% of a core", percent) }
func memoryText(bytes int64) string     { return fmt.Sprintf("%.0f MB", float64(bytes)/1e6) }
func ms(d time.Duration) float64        { return float64(d.Microseconds()) / 1000 }

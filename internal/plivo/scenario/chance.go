package scenario

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// parseChance reads a probability: 5% or 0.05. The problem is empty where there is none.
func parseChance(s string) (p float64, problem string) {
	number, percent := strings.CutSuffix(strings.TrimSpace(s), "%")
	p, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if percent {
		p /= 100
	}
	if err != nil || !(p >= 0 && p <= 1) {
		return 0, fmt.Sprintf("%q is no probability; write one from 0%% to 100%%, as 5%% or 0.05", cut(s))
	}
	return p, ""
}

// chanceText writes a probability so that parseChance reads the same.
func chanceText(p float64) string {
	percent := strconv.FormatFloat(p*100, 'g', 10, 64)
	if again, problem := parseChance(percent + "%"); problem == "" && again == p && !strings.ContainsAny(percent, "e") {
		return percent + "%"
	}
	return strconv.FormatFloat(p, 'f', -1, 64)
}

// Delay is how long something takes, as a distribution. The zero Delay is none.
type Delay struct {
	Least, Most time.Duration // anything between is equally likely; the same twice for a fixed time
	Mean        time.Duration // of an exponential distribution, in place of these
}

const delayForms = "write a time as 200ms, a span as 20ms..2s, or a mean as exp 300ms"

// parseDelay reads a delay of at most so much.
func parseDelay(s string, most time.Duration) (d Delay, problem string) {
	word := strings.TrimSpace(s)
	mean, exponential := strings.CutPrefix(word, "exp ")
	least, top, span := strings.Cut(word, "..")
	var err, err2 error
	switch {
	case exponential:
		d.Mean, err = time.ParseDuration(strings.TrimSpace(mean))
	case span:
		d.Least, err = time.ParseDuration(strings.TrimSpace(least))
		d.Most, err2 = time.ParseDuration(strings.TrimSpace(top))
	default:
		d.Least, err = time.ParseDuration(word)
		d.Most = d.Least
	}
	if err != nil || err2 != nil {
		return Delay{}, fmt.Sprintf("%q is no delay; %s", cut(s), delayForms)
	}
	if problem := d.check(most); problem != "" {
		return Delay{}, problem
	}
	return d, ""
}

func (d Delay) check(most time.Duration) string {
	switch {
	case min(d.Least, d.Most, d.Mean) < 0:
		return fmt.Sprintf("the delay %s is below zero; %s", d, delayForms)
	case d.Mean > 0 && d.Most > 0:
		return fmt.Sprintf("the delay %s has a mean and a span; give it one of them", d)
	case d.Least > d.Most:
		return fmt.Sprintf("the delay %s ends before it begins; write the shorter time first", d)
	case max(d.Most, d.Mean) > most:
		return fmt.Sprintf("the delay %s is longer than the %s that are taken here", d, most)
	}
	return ""
}

// String is the delay as a file has it.
func (d Delay) String() string {
	switch {
	case d.Mean != 0:
		return "exp " + d.Mean.String()
	case d.Least == d.Most:
		return d.Least.String()
	}
	return d.Least.String() + ".." + d.Most.String()
}

// At is the delay at a random number from 0 to less than 1. That of a mean is below 40 times the mean.
func (d Delay) At(u float64) time.Duration {
	if d.Mean > 0 {
		return time.Duration(-math.Log1p(-u) * float64(d.Mean))
	}
	return d.Least + time.Duration(u*float64(d.Most-d.Least))
}

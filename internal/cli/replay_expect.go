package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/webhook"
)

// expectations are what --expect-status and --max-latency say of every answer.
type expectations struct {
	words    string   // of --expect-status; empty for any
	statuses [][2]int // from and to, both included
	latency  time.Duration
}

// expectations reads the two flags.
func (f *replayFlags) expectations() (e expectations, err error) {
	if f.maxLatency < 0 {
		return e, fmt.Errorf("--max-latency %s is below zero: give a time as 500ms", f.maxLatency)
	}
	e.latency, e.words = f.maxLatency, f.expectStatus
	if e.words == "" {
		return e, nil
	}
	for word := range strings.SplitSeq(e.words, ",") {
		word = strings.ToLower(strings.TrimSpace(word))
		digits, class := strings.CutSuffix(word, "xx")
		n, err := strconv.Atoi(digits)
		switch {
		case err == nil && class && len(digits) == 1 && n >= 1 && n <= 5:
			e.statuses = append(e.statuses, [2]int{n * 100, n*100 + 99})
		case err == nil && !class && len(digits) == 3 && n >= 100:
			e.statuses = append(e.statuses, [2]int{n, n})
		default:
			return e, fmt.Errorf("--expect-status %q: %q is no status; give them as 200, 4xx or 200,204", cut(f.expectStatus), cut(word))
		}
	}
	return e, nil
}

func (e expectations) takes(status int) bool {
	return slices.ContainsFunc(e.statuses, func(s [2]int) bool { return status >= s[0] && status <= s[1] })
}

// unmet counts what was not as expected.
type unmet struct {
	status  int64
	others  map[int]int64 // answers of another status than one that is expected
	late    int64
	longest time.Duration
	failure string // the first sentence of why there was no answer
}

func (u *unmet) count(e expectations, a *webhook.Attempt) {
	if a.Failure == webhook.Cancelled {
		return
	}
	if a.Failure != "" && u.failure == "" {
		u.failure = a.Err
	}
	if e.words != "" && (a.Failure != "" || !e.takes(a.Answer.Status)) {
		u.status++
		if a.Failure == "" {
			if u.others == nil {
				u.others = map[int]int64{}
			}
			u.others[a.Answer.Status]++
		}
	}
	if e.latency > 0 && a.Timings.Total > e.latency && (a.Failure == "" || a.Failure == webhook.TimedOut) {
		u.late++
		u.longest = max(u.longest, a.Timings.Total)
	}
}

// sentence says what was not as expected; empty where all was.
func (u *unmet) sentence(e expectations, requests int64) string {
	var parts []string
	if u.status > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s did not get the status %s", u.status, plural(int(requests), "request"), e.words))
		got := answerCounts(u.others)
		if u.failure != "" {
			got = append(got, "no answer: "+strings.TrimSuffix(u.failure, "."))
		}
		parts[0] += " (" + strings.Join(got, ", ") + ")"
	}
	if u.late > 0 {
		parts = append(parts, fmt.Sprintf("%d of %s took longer than %s, the longest %s", u.late, plural(int(requests), "request"), e.latency, shortTime(u.longest)))
	}
	return strings.Join(parts, "; ")
}

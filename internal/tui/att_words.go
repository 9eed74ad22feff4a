package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// howWords are how a callback was sent again: a fault by its name.
func howWords(a webhook.Attempt) string {
	switch a.Mode {
	case webhook.AsCaptured:
		return "as captured"
	case webhook.Faulty:
		return brief(a.Fault)
	}
	return "re-signed"
}

// answeredWords are what came back, with a sign: Plivo takes a status from 200 to 299 for taken.
func answeredWords(th *theme, a webhook.Attempt) (grid.Paint, string) {
	switch {
	case a.Failure == webhook.Cancelled:
		return th.muted, "– stopped"
	case a.Failure != "":
		return th.bad, "✗ " + failureWords(a.Failure)
	case a.Mode == webhook.Faulty:
		if asExpected(a) {
			return th.good, "✓ " + strconv.Itoa(a.Answer.Status)
		}
		return th.bad, "✗ " + strconv.Itoa(a.Answer.Status)
	}
	sign, bad := statusMark(a.Answer.Status)
	paint := th.good
	if bad {
		paint = th.warn
	}
	return paint, sign + " " + strconv.Itoa(a.Answer.Status)
}

// asExpected tells whether an app that checks signatures may answer so to what was broken on purpose: a refusal
// is right there, and a forged request that is taken is wrong.
func asExpected(a webhook.Attempt) bool {
	f, known := faultOf(a.Fault)
	return known && (slices.Contains(f.V2, a.Answer.Status) || slices.Contains(f.V3, a.Answer.Status))
}

// wholeAnswer is the status in words, or why there is none.
func wholeAnswer(th *theme, a webhook.Attempt) (grid.Paint, string) {
	paint, words := answerOf(th, a)
	if a.Failure != "" {
		if a.Err != "" { // which says it at more length
			sign, _, _ := strings.Cut(words, " ")
			words = sign + " " + readable(a.Err)
		}
		return paint, words
	}
	words += " in " + tookWords(a.Timings.Total)
	switch {
	case a.Mode != webhook.Faulty:
	case asExpected(a):
		words += ", as expected of this fault"
	default:
		words += ", which no app that checks signatures answers to this fault"
	}
	return paint, words
}

// tookWords is a short time to two digits or so.
func tookWords(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= 10*time.Millisecond:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.2f ms", float64(d.Microseconds())/1000)
}

// faultSays says of a fault what it does and which answers are to be expected.
func faultSays(a webhook.Attempt) []string {
	all := replay.Faults()
	i := slices.IndexFunc(all, func(f replay.Fault) bool { return f.Name == a.Fault })
	if a.Mode != webhook.Faulty || i < 0 {
		return nil
	}
	f := all[i]
	words := []string{f.About, fmt.Sprintf("To expect of an app that checks V2 alone: %s; of one that checks V3: %s.", statusList(f.V2), statusList(f.V3))}
	if f.Note != "" {
		words = append(words, f.Note)
	}
	if got := a.Answer.Status; a.Failure == "" && !slices.Contains(f.V2, got) && !slices.Contains(f.V3, got) {
		words = append(words, fmt.Sprintf("%d is neither: look at how your app checks the signature.", got))
	}
	return words
}

func statusList(all []int) string {
	out := make([]string, len(all))
	for i, n := range all {
		out[i] = strconv.Itoa(n)
	}
	return strings.Join(out, " or ")
}

// timed is a part of an attempt's time.
type timed struct {
	name string
	took time.Duration
	note string
}

// timingsOf are the parts of an attempt's time, in their order.
func timingsOf(a webhook.Attempt) []timed {
	t := a.Timings
	var out []timed
	add := func(name string, took time.Duration, note string) {
		if took > 0 {
			out = append(out, timed{name, took, note})
		}
	}
	add("DNS", t.DNS, "looking up the name")
	add("connect", t.Connect, "opening the connection")
	add("TLS", t.TLS, "the handshake")
	add("first byte", t.FirstByte, "from the beginning to the first byte of the answer")
	add("total", t.Total, "from the beginning to the last byte of the answer")
	return out
}

// requestOfAttempt and answerOfAttempt are the two halves of an attempt as the parts of a callback, for what
// shows those.
func requestOfAttempt(a webhook.Attempt) webhook.Callback {
	c := webhook.Callback{Method: a.Method, URL: a.URL, Header: a.Header, Body: a.Body, Size: a.Size, Truncated: cutRequest(a)}
	c.Report.Params, _ = webhook.ParseParams(a.Method, a.URL, a.Header.Get("Content-Type"), a.Body)
	return c
}

func answerOfAttempt(a webhook.Attempt) webhook.Callback {
	return webhook.Callback{Header: a.Answer.Header, Body: a.Answer.Body, Size: a.Answer.Size, Truncated: a.Answer.Truncated}
}

// cutRequest reports whether the history keeps the beginning of the request's body alone.
func cutRequest(a webhook.Attempt) bool { return a.Size > keptBody }

// keptBody is how many bytes of a body the history keeps.
const keptBody = 64 << 10

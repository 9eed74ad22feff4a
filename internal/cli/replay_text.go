package cli

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/junit"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

var attemptColumns = []column{
	{title: "ID", width: 7, right: true, whole: true},
	{title: "MODE", width: 19, gives: 1},
	{title: "METHOD", width: 6},
	{title: "STATUS", width: 6, right: true},
	{title: "TIME", width: 8, right: true},
	{title: "URL"},
}

// modeWords is how a callback was sent: a fault by its name.
func modeWords(mode webhook.Mode, fault string) string {
	switch mode {
	case webhook.AsCaptured:
		return "as captured"
	case webhook.Faulty:
		return fault
	}
	return "re-signed"
}

// stepColumns are those of a scenario's attempts.
var stepColumns = []column{
	{title: "STEP", width: 4, right: true},
	{title: "CALLBACK", width: 11},
	{title: "MODE", width: 19, gives: 1},
	{title: "METHOD", width: 6},
	{title: "STATUS", width: 6, right: true},
	{title: "TIME", width: 8, right: true},
	{title: "URL", least: 20},
}

// stepWord is what a scenario's callback tells: a status, or what came in.
func stepWord(a webhook.Attempt) string {
	params, _ := webhook.ParseParams(a.Method, a.URL, a.Header.Get("Content-Type"), a.Body)
	report := plivo.NewReport(params)
	switch status := report.Status(); {
	case report.Inbound():
		return "inbound"
	case status != "":
		return string(status)
	}
	return "other"
}

// attemptText prints an attempt in a line; why there was no answer stands in place of the URL, and is never
// cut.
func (j *replayJob) attemptText(a webhook.Attempt) error {
	status := "none"
	if a.Answer.Status != 0 {
		status = strconv.Itoa(a.Answer.Status)
	}
	columns := attemptColumns
	cells := []string{
		strconv.FormatInt(a.CallbackID, 10), modeWords(a.Mode, a.Fault), a.Method, status, shortTime(a.Timings.Total), cmp.Or(a.Err, a.URL),
	}
	if a.Scenario != "" {
		columns = stepColumns
		cells = slices.Insert(cells, 1, stepWord(a))
		cells[0] = strconv.Itoa(a.Step)
		if a.Mode == webhook.Resigned {
			cells[2] = "signed" // nothing was signed before
		}
	}
	if a.Err == "" || j.p.columns() == 0 {
		return j.p.text(columns, cells)
	}
	width := j.p.columns()
	title := header(width, columns)
	if j.p.title != title {
		j.p.title = title
		if err := j.p.lines.write([]byte(title)); err != nil {
			return err
		}
	}
	return j.p.lines.write([]byte(wrapped(row(within(width, columns, cells)), width, 0, 4)))
}

// shortTime is a time to three digits or so.
func shortTime(d time.Duration) string {
	switch {
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= 10*time.Millisecond:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(10 * time.Microsecond).String()
}

// skipped prints why a callback could not be sent.
func (j *replayJob) skipped(id int64, err error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	why := j.p.mask.Sentence(err.Error())
	var of scenarioJSON
	if st := (*stepError)(nil); errors.As(err, &st) {
		of = scenarioJSON{st.scenario, st.step}
	}
	what := fmt.Sprintf("callback %d is sent", id)
	if of.Step > 0 {
		what = fmt.Sprintf("step %d of %s is sent", of.Step, of.Scenario)
	}
	j.report.Add(junit.Case{Class: "plivoscope", Name: what, Outcome: junit.Broken, Kind: "skipped", Problem: why})
	if j.p.json {
		line, err := encode(skippedJSON{"skipped", id, of, why})
		if err != nil {
			return err
		}
		return j.p.lines.write(line)
	}
	number := fmt.Sprintf("%7d", id)
	if of.Step > 0 {
		number = fmt.Sprintf("%4d", of.Step)
	}
	return j.p.lines.write([]byte(wrapped(escape.Line(number+"  not sent: "+why), j.p.columns(), 0, 4)))
}

// summary prints what came of all.
func (j *replayJob) summary(s replay.Summary, planned int64, stopped bool) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.p.json {
		line, err := summaryLine(s, planned, stopped)
		if err != nil {
			return err
		}
		return j.p.lines.write(line)
	}
	r := layout{width: j.p.columns()}
	r.line(0, "")
	head := fmt.Sprintf("%s in %s", plural(int(s.Requests), "request"), shortTime(s.Took))
	if stopped {
		head = fmt.Sprintf("stopped: %d of %s sent in %s", s.Requests, plural(int(planned), "request"), shortTime(s.Took))
	}
	r.line(0, head)
	var failures []string
	answers := answerCounts(s.Answers)
	for _, f := range slices.Sorted(maps.Keys(s.Failures)) {
		failures = append(failures, fmt.Sprintf("%d × %s", s.Failures[f], f))
	}
	if len(answers) > 0 {
		l := s.Latency
		r.field(2, "answers", strings.Join(answers, ", "))
		r.field(2, "latency", fmt.Sprintf("p50 %s, p95 %s, p99 %s, longest %s", shortTime(l.P50), shortTime(l.P95), shortTime(l.P99), shortTime(l.Max)))
	}
	if len(failures) > 0 {
		r.field(2, "no answer", strings.Join(failures, ", "))
	}
	if s.Requests > 0 {
		r.field(2, "bodies", fmt.Sprintf("%s sent, %s received", plural(int(s.BytesOut), "byte"), plural(int(s.BytesIn), "byte")))
	}
	if s.Slow > 0 {
		r.field(2, "slow", fmt.Sprintf("%d took longer than the 5 s that Plivo waits", s.Slow))
	}
	if s.Skipped > 0 {
		r.field(2, "not sent", plural(int(s.Skipped), "callback"))
	}
	return j.p.lines.write([]byte(strings.TrimRight(r.String(), "\n")))
}

// answerCounts says how often each status came.
func answerCounts(of map[int]int64) []string {
	var all []string
	for _, status := range slices.Sorted(maps.Keys(of)) {
		all = append(all, fmt.Sprintf("%d × %d", of[status], status))
	}
	return all
}

// request prints what --dry-run would send, byte by byte but for what a terminal must not get.
func (j *replayJob) request(apart bool, r replay.Request) error {
	if r.Scenario != "" {
		r.Changes = slices.DeleteFunc(r.Changes, ofSending)
	}
	raw, err := r.Bytes()
	if err != nil {
		return err
	}
	if m := j.p.mask; m != nil {
		contentType := http.Header(r.Header).Get("Content-Type")
		raw = maskedWire(m, raw, contentType)
		r.URL, r.SignedURL = m.URL(r.URL), m.URL(r.SignedURL)
		for i, c := range r.Changes {
			r.Changes[i] = maskedChange(m, c, contentType)
		}
	}
	if j.p.json {
		line, err := dryLine(r, raw)
		if err != nil {
			return err
		}
		return j.p.lines.write(line)
	}
	t := layout{width: j.p.columns()}
	if apart {
		t.line(0, "")
	}
	what := fmt.Sprintf("callback %d, %s", r.CallbackID, modeWords(r.Mode, r.Fault))
	if r.Scenario != "" {
		what = fmt.Sprintf("%s, step %d", r.Scenario, r.Step)
		if r.Mode != webhook.Resigned {
			what += ", " + modeWords(r.Mode, r.Fault)
		}
	}
	t.line(0, escape.Line(what+", to "+r.URL))
	if r.SignedURL != "" {
		t.line(0, escape.Line("signed for "+r.SignedURL))
	}
	t.line(0, "")
	for line := range strings.SplitSeq(strings.TrimRight(escape.Block(string(raw)), "\n"), "\n") {
		t.line(2, line)
	}
	if len(r.Changes) > 0 {
		t.line(0, "")
		t.line(0, "what differs from the "+cmp.Or(map[bool]string{true: "scenario"}[r.Scenario != ""], "callback"))
	}
	for _, c := range r.Changes {
		t.line(2, escape.Line(fmt.Sprintf("%s: %s → %s", c.What, orNothing(c.Before), orNothing(c.After))))
	}
	return j.p.lines.write([]byte(strings.TrimRight(t.String(), "\n")))
}

// ofSending tells a change that is made to every callback of a scenario when it is sent: it was signed in
// passing before, and nobody saw that.
func ofSending(c replay.Change) bool {
	return strings.HasPrefix(c.What, "header X-Plivo-Signature") || c.What == "header "+replay.GuardHeader
}

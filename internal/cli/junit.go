package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/junit"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// report begins the report of --junit; nil where none is asked for.
func (f *flags) report(command string) (*junit.Report, error) {
	if f.junit == "" {
		return nil, nil
	}
	return junit.Create(f.junit, "plivoscope "+command, time.Now())
}

// reportAttempt notes what was expected of a request and what came. The attempt is masked already.
func (j *replayJob) reportAttempt(a webhook.Attempt) {
	if j.report == nil {
		return
	}
	j.reported++
	c := junit.Case{Class: "plivoscope.replay", Took: a.Timings.Total}
	of := fmt.Sprintf("callback %d", a.CallbackID)
	if a.Scenario != "" {
		c.Class = "plivoscope.trigger." + a.Scenario
		of = fmt.Sprintf("step %d, %s", a.Step, stepWord(a))
	}
	if a.Mode != webhook.Resigned {
		of += ", " + modeWords(a.Mode, a.Fault)
	}
	begin := fmt.Sprintf("request %d (%s) %s %s: ", j.reported, of, a.Method, a.URL)

	status := c
	status.Name = begin + "is answered" + strings.TrimSuffix(" "+j.expect.words, " ")
	switch {
	case a.Failure == webhook.Cancelled || a.Failure != "" && j.expect.words == "":
		status.Outcome, status.Kind, status.Problem = junit.Broken, string(a.Failure), a.Err
	case a.Failure != "":
		status.Outcome, status.Kind, status.Problem = junit.Failed, string(a.Failure), a.Err
	case j.expect.words != "" && !j.expect.takes(a.Answer.Status):
		status.Outcome, status.Kind = junit.Failed, "status"
		status.Problem = fmt.Sprintf("It was answered %d where %s is expected.", a.Answer.Status, j.expect.words)
	}
	j.report.Add(status)

	if j.expect.latency > 0 && (a.Failure == "" || a.Failure == webhook.TimedOut) {
		c.Name = fmt.Sprintf("%sis answered within %s", begin, j.expect.latency)
		if a.Timings.Total > j.expect.latency {
			c.Outcome, c.Kind = junit.Failed, "latency"
			c.Problem = fmt.Sprintf("It took %s, longer than %s.", shortTime(a.Timings.Total), j.expect.latency)
		}
		j.report.Add(c)
	}
}

// reportEnd notes that not all was sent, where err ended the run.
func (j *replayJob) reportEnd(sum replay.Summary, planned int64, err error) {
	if err == nil {
		return
	}
	j.report.Add(junit.Case{
		Class: "plivoscope", Name: "all requests are sent", Took: sum.Took, Outcome: junit.Broken, Kind: "stopped",
		Problem: fmt.Sprintf("%d of %s sent: %s", sum.Requests, plural(int(planned), "request"), j.p.mask.Sentence(err.Error())),
	})
}

// reportSignature notes whether a callback that came verifies.
func (t *tail) reportSignature(c webhook.Callback, d *signature.Diagnosis) {
	if t.report == nil {
		return
	}
	c, d = t.p.masked(c, d)
	words := []string{fmt.Sprintf("callback %d", c.ID), string(c.Kind), string(c.Report.Status()), c.Report.MessageUUID()}
	one := junit.Case{
		Class: "plivoscope.listen.signature",
		Name:  strings.Join(strings.Fields(strings.Join(words, " ")), " ") + ": its signature is valid",
	}
	if c.Verdict.Outcome != signature.Valid {
		one.Outcome, one.Kind = junit.Failed, cmp.Or(string(c.Verdict.Outcome), "unchecked")
		one.Problem = cmp.Or(inALine(beneath(c, d, 0, nil)), "The request to "+c.URL+" is "+one.Kind+".")
	}
	t.report.Add(one)
}

// inALine joins lines to one.
func inALine(text string) string {
	var parts []string
	for line := range strings.Lines(text) {
		parts = append(parts, strings.TrimSpace(line))
	}
	return strings.Join(parts, "; ")
}

// reportEnd notes whether what was waited for came. err is what ended the wait.
func (t *tail) reportEnd(took time.Duration, err error) {
	one := junit.Case{Class: "plivoscope.listen", Took: took}
	why := ""
	if err != nil {
		why = t.p.mask.Sentence(err.Error())
	}
	unmet := junit.Failed
	if coded := (*codedError)(nil); !errors.As(err, &coded) {
		unmet = junit.Broken // it did not come to its end
	}
	counted := t.end.count > 0 && t.printed >= t.end.count
	if t.end.count > 0 && (counted || !t.met) {
		c := one
		c.Name = plural(t.end.count, "callback") + " come"
		if t.end.count == 1 {
			c.Name += "s"
		}
		if !counted {
			c.Outcome, c.Kind, c.Problem = unmet, "count", cmp.Or(why, "It ended before.")
		}
		t.report.Add(c)
	}
	if t.end.until != "" && (!t.met || !counted) {
		c := one
		c.Name = fmt.Sprintf("a message comes to %s by a verified callback", plivo.Status(t.end.until))
		if !t.met {
			c.Outcome, c.Kind, c.Problem = unmet, "status", cmp.Or(why, "It ended before.")
		}
		t.report.Add(c)
	}
	if err != nil && !t.end.waits() && !errors.Is(err, errReaderGone) {
		one.Name, one.Outcome, one.Kind, one.Problem = "callbacks are received until the end", junit.Broken, "stopped", why
		t.report.Add(one)
	}
}

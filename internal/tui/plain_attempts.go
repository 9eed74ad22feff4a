package tui

import (
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// speakTried tells how often the callbacks of the shown message were sent again.
func (d *detail) speakTried() []string {
	var s speech
	if d.tried.message != d.message.ID || d.tried.Count == 0 {
		return nil
	}
	words := plural(d.tried.Count, "attempt") + " at your app"
	if a := d.tried.last; a.ID != 0 {
		words += ", the last " + answeredSpoken(a) + ", " + lastWords(a, d.env.at)
	}
	s.add("Sent again: %s.", words)
	return s
}

// answeredSpoken is what came back, without a sign.
func answeredSpoken(a webhook.Attempt) string {
	if a.Failure != "" {
		return "got no whole answer, " + strings.ReplaceAll(brief(string(a.Failure)), "_", " ")
	}
	return fmt.Sprintf("answered %d", a.Answer.Status)
}

// saidAttempts bounds the attempts of a callback that are told; the last one is told at length.
const saidAttempts = 20

// speakAttempts tells the attempts of a callback, newest first, and what there is to say of the newest.
func (e *env) speakAttempts(c webhook.Callback, count int, list []webhook.Attempt, last webhook.Attempt, failure error) []string {
	var s speech
	if failure != nil {
		s.add("Its attempts could not be read: %s", head(failure.Error(), noticeBytes))
		return s
	}
	if count == 0 {
		s.add("This callback was not sent again.")
		return s
	}
	s.add("%s, newest first.", plural(count, "attempt"))
	for _, a := range list[:min(len(list), saidAttempts)] {
		s.add("Attempt %d: %s, %s.", a.ID, answeredSpoken(a), lastWords(a, e.at))
	}
	if n := count - saidAttempts; n > 0 {
		s.add("And %s.", plural(n, "more attempt"))
	}
	if last.ID != 0 {
		s = append(s, speakAttempt(c, last)...)
	}
	return s
}

// speakAttempt tells an attempt at length.
func speakAttempt(c webhook.Callback, a webhook.Attempt) []string {
	var s speech
	s.add("Attempt %d at length.", a.ID)
	s.labelled("No whole answer", readable(a.Err))
	for _, words := range faultSays(a) {
		s.add("%s", words)
	}
	s.add("Request: %s %s", readable(a.Method), readable(a.URL))
	s.labelled("Signed for", readable(a.SignedURL))
	s.labelled("Scenario", readable(a.Scenario))
	if a.Timings.Reused {
		s.add("The connection was open already.")
	}
	for _, t := range timingsOf(a) {
		s.add("%s: %s, %s.", t.name, tookWords(t.took), t.note)
	}
	changes := replay.Differences(c, a)
	s.add("%s from the callback.", plural(len(changes), "difference"))
	for _, change := range changes[:min(len(changes), saidEntries)] {
		s.add("%s: was %s; is %s", brief(change.What), orEmpty(readable(change.Before)), orEmpty(readable(change.After)))
	}
	s.rest(len(changes), "difference")
	if a.Answer.Status != 0 {
		s.add("Answer %d.", a.Answer.Status)
		answer := answerOfAttempt(a)
		s = append(s, speakHeaders(answer)...)
		s = append(s, speakBody(answer)...)
	}
	request := requestOfAttempt(a)
	s.add("Request as it was sent, to the host %s.", readable(orNone(a.Host)))
	s = append(s, speakHeaders(request)...)
	return append(s, speakBody(request)...)
}

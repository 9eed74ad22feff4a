package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// telling keeps what was said, so that a tunnel that comes and goes is not told each time.
type telling struct {
	url    string    // the public URL that was told last
	at     time.Time // when trouble was
	missed int       // times that it was not told since
	bad    bool      // what was told last is trouble
}

// mayTell tells whether trouble is to be told now.
func (t *telling) mayTell(now time.Time, pause time.Duration) bool {
	if !t.at.IsZero() && now.Sub(t.at) < pause && now.Sub(t.at) >= 0 {
		t.missed++
		return false
	}
	t.at, t.bad = now, true
	return true
}

// again says how often trouble was not told.
func (t *telling) again() string {
	n := t.missed
	t.missed = 0
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%d more such changes were not told.)", n)
}

// tell says a change to the user. Each one is in the changes and the log; what comes too often is not said.
func (l *link) tell(s TunnelStatus) {
	a, t := l.a, &l.told
	a.log.Info("tunnel", "name", s.Name, "state", string(s.State), "url", s.URL, "why", s.Why, "code", s.Code)
	defer a.store.Wake()
	switch s.State {
	case tunnel.Failed:
		a.notify(Notice{Severity: Failure, Text: fmt.Sprintf("The tunnel (%s) is gone: %s", s.Name, sentence(s.Why)), Ends: true})
	case tunnel.Online:
		words := fmt.Sprintf("%s leads here: a probe came back in %s.", s.URL, roundTrip(s.RoundTrip))
		if t.bad || t.url != s.URL || s.Why != "" {
			a.Notify(Info, strings.TrimSpace(words+" "+s.Why)+t.again())
			t.bad, t.url = false, s.URL
		}
	case Unproved:
		if t.mayTell(a.now(), l.times.flaps) {
			a.Notify(Warning, fmt.Sprintf("It is not proved that %s leads here: %s%s", s.URL, sentence(s.Why), t.again()))
		}
	default:
		if s.Why != "" && t.mayTell(a.now(), l.times.flaps) {
			how := "is not open yet"
			if s.State == tunnel.Reconnecting {
				how = "is down"
			}
			a.Notify(Warning, fmt.Sprintf("The tunnel (%s) %s: %s%s", s.Name, how, sentence(s.Why), t.again()))
		}
	}
}

// strandedByURL says how many messages in flight were sent with another public URL than the present one; before
// is the one until now, empty where there was none.
func (l *link) strandedByURL(ctx context.Context, before string) {
	n, err := l.a.countStranded(ctx)
	if err != nil {
		l.a.log.Warn("messages in flight could not be counted", "err", err)
	}
	url := l.a.publicURL()
	var words string
	switch {
	case before != "":
		words = fmt.Sprintf("The public URL has changed: it is %s now, and was %s.", url, before)
	case n > 0:
		words = fmt.Sprintf("The public URL is %s.", url)
	default:
		return
	}
	switch {
	case n == 1:
		words += " 1 message in flight was sent with another: its reports go there and may be lost."
	case n == strandedMost:
		words += fmt.Sprintf(" %d messages in flight and more were sent with another: their reports go there and may be lost.", n)
	case n > 1:
		words += fmt.Sprintf(" %d messages in flight were sent with another: their reports go there and may be lost.", n)
	}
	l.a.Notify(Warning, words)
}

// sentence ends words with a full stop.
func sentence(words string) string {
	words = strings.TrimSpace(words)
	if words == "" || strings.ContainsRune(".!?", rune(words[len(words)-1])) {
		return words
	}
	return words + "."
}

// roundTrip shows a time to the millisecond.
func roundTrip(d time.Duration) string {
	if d < time.Millisecond {
		return "under 1 ms"
	}
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}

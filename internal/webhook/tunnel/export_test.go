package tunnel

import "time"

// Hurry makes a command's waits short, but for the one for its URL.
func Hurry(t Tunnel, url time.Duration) {
	if c, ok := t.(*command); ok {
		c.pace = pace{first: 5 * time.Millisecond, most: 40 * time.Millisecond, url: url, ready: 100 * time.Millisecond, steady: time.Hour, grace: 200 * time.Millisecond}
	}
}

// Unanswered explains an error of a probe.
var Unanswered = unanswered

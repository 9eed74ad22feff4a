package tunnel

import (
	"slices"
	"strconv"
	"time"
)

// Hurry makes the waits of a command short, but for the one for its URL, and those between looks at an agent.
func Hurry(t Tunnel, url time.Duration) {
	switch c := t.(type) {
	case *agentTunnel:
		c.every = 5 * time.Millisecond
	case *command:
		c.pace = pace{first: 5 * time.Millisecond, most: 40 * time.Millisecond, url: url, ready: 100 * time.Millisecond, steady: time.Hour, grace: 200 * time.Millisecond}
	}
}

// Unanswered explains an error of a probe.
var Unanswered = unanswered

// Times are those of ngrok's tunnel that tests choose.
type Times struct {
	Connect   time.Duration // for a session to come online, or back
	Refused   time.Duration // how long refusals are borne
	Heartbeat time.Duration // interval and tolerance of heartbeats
}

// Haste makes the other waits of ngrok's tunnel short.
func Haste(t Tunnel, times Times) {
	t.(*ngrokTunnel).pace = ngrokPace{
		interval: times.Heartbeat, tolerance: times.Heartbeat, first: 5 * time.Millisecond, most: 40 * time.Millisecond,
		connect: times.Connect, refusedAtFirst: times.Refused, refused: times.Refused, unbind: 200 * time.Millisecond,
	}
}

// Code is what is known of one of ngrok's codes.
type Code struct {
	Number             int
	Final, Token, Edge bool
	Means              string
}

// Codes lists them by their numbers.
func Codes() []Code {
	var all []Code
	for number, c := range codes {
		n, _ := strconv.Atoi(number)
		all = append(all, Code{Number: n, Final: c.final, Token: c.token, Edge: c.edge, Means: c.means})
	}
	slices.SortFunc(all, func(a, b Code) int { return a.Number - b.Number })
	return all
}

// Command is the command of a preset as a user would type it.
func Command(t Tunnel, addr string) string { return t.(*command).byHand(addr) }

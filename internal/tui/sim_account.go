package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// simAccount is how the account stands with Plivo's limits, and what the simulator counted.
type simAccount struct {
	panel *simPanel
	simList
}

func (s *simAccount) name() string                   { return "Account" }
func (s *simAccount) learn(*app.SimulatorState)      {}
func (s *simAccount) key(tea.KeyMsg) (tea.Cmd, bool) { return nil, false }
func (s *simAccount) move(n int)                     { s.top = max(s.top+n, 0) }
func (s *simAccount) click(int)                      {}
func (s *simAccount) keys() []key.Binding            { return nil }

func (s *simAccount) lines(w, h int) []string {
	th, st := s.panel.env.th, &s.panel.st
	p := &figures{page: page{th: th, w: w}}
	a, n := st.Standing, st.Stats
	p.row("counts",
		figure{"accepted", count(n.Accepted), th.text}, figure{"refused", count(n.Refused), alarming(n.Refused, th.text, th.warn)},
		figure{"posted", count(n.Posted), th.text}, figure{"not 200", count(n.Unanswered), alarming(n.Unanswered, th.text, th.bad)}, figure{"inbound", count(n.Inbound), th.text})
	balance, paint := brief(a.Balance)+" USD", th.text
	if a.Unpaid {
		balance, paint = "! "+balance+"; sends are refused for want of money", th.bad
	}
	p.field("balance", paint, balance)
	if a.Disabled {
		p.field("account", th.bad, "! disabled")
	}
	p.field("requests", th.text, limited(a.Requests, a.Limit, "5 s"))
	p.field("lists", th.text, limited(a.Lists, max(a.ListLimit, 0), "minute"))
	switch {
	case a.MPS == simulator.MPSByType:
		p.field("rate", th.text, "each number sends as fast as Plivo lets its type"+queuedWords(a.Queued))
	case a.MPS > 0:
		p.field("rate", th.text, fmt.Sprintf("%g messages a second from a number", a.MPS)+queuedWords(a.Queued))
	default:
		p.field("rate", th.muted, "no queue: as many messages a second as are sent")
	}
	if a.OptedOut >= 0 {
		p.field("opted out", alarming(int64(a.OptedOut), th.muted, th.warn), plural(a.OptedOut, "phone"))
	}
	geo := "no country is blocked"
	if len(a.GeoBlocked) > 0 {
		geo = "blocked: " + brief(strings.Join(a.GeoBlocked, ", "))
	}
	p.field("geo", th.muted, geo)
	s.top = max(min(s.top, len(p.lines)-h), 0)
	return p.lines[s.top:min(s.top+h, len(p.lines))]
}

func queuedWords(n int) string {
	if n <= 0 {
		return ""
	}
	return "; the next message of " + plural(n, "number") + " waits"
}

// limited says how much of a limit is used in a time; below zero that is not told.
func limited(n, most int, span string) string {
	switch {
	case most <= 0:
		return "no limit"
	case n < 0:
		return fmt.Sprintf("at most %s in %s", count(int64(most)), map[bool]string{true: "a " + span, false: span}[span == "minute"])
	}
	return fmt.Sprintf("%s of %s in the last %s", count(int64(n)), count(int64(most)), span)
}

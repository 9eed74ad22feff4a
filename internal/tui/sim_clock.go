package tui

import (
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// simSpeeds are those that the keys step through.
var simSpeeds = []float64{0.1, 0.5, 1, 2, 5, 10, 20, 60, 100, 1000}

// now is the simulator's time, as far as it has come since the state was read.
func (s *simPanel) now() time.Time {
	c := s.st.Clock
	if c.Stopped {
		return c.Now
	}
	past := s.env.at.Sub(s.read)
	if s.stale() {
		past = min(past, simStale) // how it goes on is not known
	}
	return c.Now.Add(max(past, 0))
}

// clockLine is what the clock shows, and what it comes to next.
func (s *simPanel) clockLine(w int) string {
	th, c := s.env.th, s.st.Clock
	if !s.known {
		return line(w)
	}
	now := s.now()
	here := now.In(s.env.at.Location())
	show := here.Format("15:04:05")
	state := []span{{th.good, " ● "}, {th.strong, show}, {th.text, " runs"}}
	if c.Stopped {
		state = []span{{th.warn, " ■ "}, {th.strong, here.Format("15:04:05.000")}, {th.warn, " stands still"}}
	}
	if s.stale() {
		state = []span{{th.warn, " ? "}, {th.strong, show}, {th.warn, " when it was read last"}}
	}
	if here.Format("2006-01-02") != s.env.at.Format("2006-01-02") {
		state = append(state, span{th.muted, here.Format(" of 2006-01-02")})
	}
	speed := span{th.muted, "  " + speedWords(c.Speed)}
	if c.Speed != 1 {
		speed.paint = th.accent
	}
	state = append(state, speed)
	next := "  nothing is due"
	switch {
	case c.Pending > 0 && c.Next.IsZero():
		next = "  " + count(int64(c.Pending)) + " on the way"
	case !c.Next.IsZero():
		next = "  next " + ahead(c.Next.Sub(now)) + "  " + count(int64(c.Pending)) + " pending"
	}
	state = append(state, span{th.text, next})
	km := s.env.keys
	var hints []span
	minute := km.oneMinute.Help().Desc
	if c.Speed != 1 {
		minute += " of Plivo's (" + minuteHere(c.Speed) + " here)"
	}
	for _, b := range []struct{ key, words string }{
		{km.stopClock.Help().Key, km.stopClock.Help().Desc},
		{km.nextDue.Help().Key, km.nextDue.Help().Desc},
		{km.oneMinute.Help().Key, minute},
		{km.advanceBy.Help().Key, km.advanceBy.Help().Desc},
		{km.faster.Help().Key + " " + km.slower.Help().Key, "speed"},
	} {
		hints = append(hints, span{th.key, b.key}, span{th.muted, " " + b.words + "  "})
	}
	if c.Speed != 1 && spansWidth(state)+1+spansWidth(hints) > w {
		for i := range hints {
			hints[i].text = strings.ReplaceAll(hints[i].text, minute, minuteHere(c.Speed)+" here")
		}
	}
	if s.typing() {
		hints = nil
	}
	return sides(w, state, hints)
}

// clockSentence says what the clock shows, and what it comes to next.
func (s *simPanel) clockSentence() string {
	c := s.st.Clock
	here := s.now().In(s.env.at.Location())
	day := ""
	if here.Format("2006-01-02") != s.env.at.Format("2006-01-02") {
		day = here.Format(" of 2006-01-02")
	}
	pace := ""
	if c.Speed != 1 {
		pace = strconv.FormatFloat(c.Speed, 'g', -1, 64) + " times "
	}
	words := "The clock shows " + here.Format("15:04:05") + day + " and runs " + pace + "as fast as Plivo"
	switch {
	case s.stale():
		words = "The clock showed " + here.Format("15:04:05") + day + " when it was read last"
	case c.Stopped:
		words = "The clock stands still at " + here.Format("15:04:05.000") + day
	}
	switch {
	case c.Pending > 0 && c.Next.IsZero():
		words += "; " + plural(c.Pending, "callback") + " on the way"
	case !c.Next.IsZero():
		words += "; the next callback is due " + ahead(c.Next.Sub(s.now())) + ", " + count(int64(c.Pending)) + " pending"
	default:
		words += "; nothing is due"
	}
	return words + "."
}

func speedWords(speed float64) string { return strconv.FormatFloat(speed, 'g', -1, 64) + "×" }

// ahead says how long it is until something is due.
func ahead(d time.Duration) string {
	if d <= 0 {
		return "now"
	}
	return "in " + short(d)
}

// clockKey handles the keys of the clock, which act in every part.
func (s *simPanel) clockKey(k tea.KeyMsg) (tea.Cmd, bool) {
	km, c := s.env.keys, s.st.Clock
	if !s.known {
		return nil, false
	}
	switch {
	case key.Matches(k, km.stopClock) && c.Stopped:
		return s.do("starting the clock", "The simulator's clock runs on.", app.SimulatorChange{Start: true}), true
	case key.Matches(k, km.stopClock):
		return s.do("stopping the clock", "The simulator's clock stands still: nothing is posted until it is moved on or started.", app.SimulatorChange{Stop: true}), true
	case key.Matches(k, km.nextDue):
		if c.Next.IsZero() && c.Pending == 0 { // else what follows of what is on its way may be the next
			s.wrong = "Nothing is due that the clock could be moved on to."
			return nil, true
		}
		return s.do("moving the clock on to what is due next", "", app.SimulatorChange{ToNext: true}), true
	case key.Matches(k, km.oneMinute):
		cmd, problem := s.advance(time.Minute)
		s.wrong = problem
		return cmd, true
	case key.Matches(k, km.advanceBy):
		s.ask("Move by", "a time of Plivo's, as 90s or 1h30m", "", func(text string) (tea.Cmd, string) {
			d, err := time.ParseDuration(text)
			if err != nil || d <= 0 {
				return nil, "“" + brief(text) + "” is no time to move the clock on by; write it as 90s or 1h30m."
			}
			if d > simFarthest {
				return nil, "The clock goes on by up to 720h (30 days) at once."
			}
			return s.advance(d)
		})
	case key.Matches(k, km.faster):
		return s.setSpeed(nextStep(simSpeeds, c.Speed, 1)), true
	case key.Matches(k, km.slower):
		return s.setSpeed(nextStep(simSpeeds, c.Speed, -1)), true
	default:
		return nil, false
	}
	return nil, true
}

// minuteHere is how long a minute of Plivo's takes at a speed.
func minuteHere(speed float64) string {
	if speed <= 0 {
		return "?"
	}
	return time.Duration(float64(time.Minute) / speed).Round(time.Millisecond).String()
}

// simFarthest is how far the simulator lets its clock be moved on at once.
const simFarthest = 30 * 24 * time.Hour

func (s *simPanel) advance(d time.Duration) (tea.Cmd, string) {
	words := "moving the clock on by " + d.String()
	if speed := s.st.Clock.Speed; speed != 1 && speed > 0 {
		words += " of Plivo's time"
	}
	return s.change(words, "", app.SimulatorChange{Advance: d})
}

func (s *simPanel) setSpeed(speed float64) tea.Cmd {
	if speed == s.st.Clock.Speed {
		return nil
	}
	return s.do("setting the speed", "From now on the simulator is "+speedWords(speed)+" as fast as Plivo; what is scheduled keeps its time.", app.SimulatorChange{Speed: speed})
}

// nextStep is the next of some steps above a value, or below it.
func nextStep(steps []float64, v float64, by int) float64 {
	for i := range steps {
		if by > 0 && steps[i] > v {
			return steps[i]
		}
		if j := len(steps) - 1 - i; by < 0 && steps[j] < v {
			return steps[j]
		}
	}
	return v
}

// simulatorSign is what the first line says of the simulator that is not to be forgotten; nothing otherwise.
func (e *env) simulatorSign() []span {
	var out []span
	if e.status.Clock.Stopped {
		out = append(out, span{e.th.warn, " ! clock stands still"})
	}
	if e.status.Chaos != "" {
		out = append(out, span{e.th.warn, " ! chaos"})
	}
	return out
}

// tellClock writes how the simulator's clock and chaos are, where they are not as Plivo's.
func (e *env) tellClock(p *figures, c simulator.Clock) {
	th := e.th
	if c.Stopped {
		p.field("clock", th.warn, "! stands still at "+moment(c.Now, e.at)+": nothing is posted; "+e.keys.simulator.Help().Key+" moves it on")
	}
	if e.status.Chaos != "" {
		p.field("chaos", th.warn, "! "+strings.ReplaceAll(e.status.Chaos, ",", ", ")+"; "+e.keys.simulator.Help().Key+" changes it")
	}
}

package tui

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/tui/grid"
)

// simChaos is what goes wrong, each kind with a slider. A kind goes by its name and value in the text form of chaos,
// which everything that is set passes through.
type simChaos struct {
	panel *simPanel
	simList
	rows    []chaosRow
	usual   int       // how many of them there are always
	setting *simDoing // that the rows show already
}

// chaosRow is a kind of chaos with its value; empty for none.
type chaosRow struct {
	name, about string
	steps       []string // from nothing on
	value       string
}

// chanceSteps and those of times are what the arrows go through; anything else can be typed.
var (
	chanceSteps  = []string{"", "1%", "2%", "5%", "10%", "25%", "50%", "100%"}
	delaySteps   = []string{"", "100ms", "500ms", "1s", "2s", "5s", "10s", "30s"}
	latencySteps = []string{"", "50ms", "100ms", "250ms", "500ms", "1s", "2s", "5s"}
)

// badDay is chaos that an app should live through.
const badDay = "delay=exp 2s,duplicate=10%,reorder=5%,lost=2%,late=5%,cut=1%,api-latency=50ms..1s,api-429=2%,api-500=1%"

func newSimChaos(s *simPanel) *simChaos {
	c := &simChaos{panel: s, rows: []chaosRow{
		{name: "delay", about: "all go later", steps: delaySteps},
		{name: "duplicate", about: "a report goes twice", steps: chanceSteps},
		{name: "reorder", about: "it goes after the next one", steps: chanceSteps},
		{name: "lost", about: "a report never goes", steps: chanceSteps},
		{name: "late", about: "it goes long after others", steps: chanceSteps},
		{name: "wrong-signature", about: "signed with another's token", steps: chanceSteps},
		{name: "wrong-host", about: "signed for another host", steps: chanceSteps},
		{name: "truncated", about: "its body ends early", steps: chanceSteps},
		{name: "cut", about: "the connection ends before it", steps: chanceSteps},
		{name: "api-latency", about: "the API answers later", steps: latencySteps},
		{name: "api-429", about: "the API: too many calls", steps: chanceSteps},
		{name: "api-500", about: "the API fails", steps: chanceSteps},
		{name: "api-503", about: "the API is unavailable", steps: chanceSteps},
	}}
	c.usual = len(c.rows)
	return c
}

func (s *simChaos) name() string { return "Chaos" }

// learn takes the values that hold, but while others are being set, which are shown already.
func (s *simChaos) learn(st *app.SimulatorState) {
	if !slices.Contains(s.panel.doing, s.setting) {
		s.show(st.Chaos)
	}
}

// show takes the values of chaos. Errors of the API that have no slider get one for as long as they hold.
func (s *simChaos) show(c scenario.Chaos) {
	values := chaosValues(c)
	rows := s.rows[:s.usual]
	for i := range rows {
		r := &rows[i]
		r.value = values[r.name]
		delete(values, r.name)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		rows = append(rows, chaosRow{name: name, about: "the API answers so", steps: chanceSteps, value: values[name]})
	}
	s.rows = rows
	s.at = min(s.at, len(rows)-1)
}

// chaosValues are the parts of chaos by their names.
func chaosValues(c scenario.Chaos) map[string]string {
	out := map[string]string{}
	if c.None() {
		return out
	}
	for part := range strings.SplitSeq(c.String(), ",") {
		name, value, _ := strings.Cut(part, "=")
		out[name] = value
	}
	return out
}

// size is what a value counts for, to find its step: a probability, or seconds; a span and a mean by what is usual.
func (r chaosRow) size(value string) float64 {
	if value == "" {
		return 0
	}
	c, err := scenario.ParseChaos(r.name + "=" + value)
	if err != nil {
		return 0
	}
	for _, d := range []scenario.Delay{c.Delay, c.Latency} {
		if d != (scenario.Delay{}) {
			return max(d.Mean, (d.Least+d.Most)/2).Seconds()
		}
	}
	text, _ := strings.CutSuffix(chaosValues(c)[r.name], "%")
	p, _ := strconv.ParseFloat(text, 64)
	if !strings.HasSuffix(chaosValues(c)[r.name], "%") {
		p *= 100
	}
	return p
}

// place is the step that the value has reached.
func (r chaosRow) place() int {
	at, v := 0, r.size(r.value)
	for i, step := range r.steps {
		if r.size(step) <= v+1e-12 {
			at = i
		}
	}
	if at == 0 && v > 0 {
		at = 1 // something that is less than the first step is not nothing
	}
	return at
}

// turned is the value by a step more or less.
func (r chaosRow) turned(by int) string {
	v := r.size(r.value)
	if by > 0 {
		for _, step := range r.steps {
			if r.size(step) > v+1e-12 {
				return step
			}
		}
		return r.value
	}
	for _, step := range slices.Backward(r.steps) {
		if r.size(step) < v-1e-12 {
			return step
		}
	}
	return ""
}

func (s *simChaos) place() (at, n int) { return s.at, len(s.rows) }

func (s *simChaos) move(n int) { s.simList.move(n, len(s.rows)) }

func (s *simChaos) click(y int) {
	if y--; y >= 0 && y < s.h && s.top+y < len(s.rows) {
		s.at = s.top + y
	}
}

// with is the chaos that holds with another value of a kind.
func (s *simChaos) with(name, value string) (scenario.Chaos, error) {
	var parts []string
	for _, r := range s.rows {
		if r.name == name {
			r.value = value
		}
		if r.value != "" {
			parts = append(parts, r.name+"="+r.value)
		}
	}
	return scenario.ParseChaos(strings.Join(parts, ","))
}

// set has chaos set. It is shown at once; the answer brings what holds.
func (s *simChaos) set(c scenario.Chaos, told string) (tea.Cmd, string) {
	cmd, problem := s.panel.change("setting chaos", told, app.SimulatorChange{Chaos: &c})
	if problem == "" {
		s.setting = s.panel.doing[len(s.panel.doing)-1]
		s.show(c)
	}
	return cmd, problem
}

func (s *simChaos) key(k tea.KeyMsg) (tea.Cmd, bool) {
	p, km := s.panel, s.panel.env.keys
	r := s.rows[s.at]
	by := 0
	switch {
	case key.Matches(k, km.more):
		by = 1
	case key.Matches(k, km.less):
		by = -1
	case key.Matches(k, km.typeValue):
		p.ask(r.name, "5%, or a time as 200ms, 20ms..2s or exp 300ms", r.value, func(text string) (tea.Cmd, string) {
			if text == "0" {
				text = ""
			}
			if strings.ContainsAny(text, ",=") {
				return nil, "That is more than a value of " + r.name + ": each kind is set in its own row."
			}
			if _, err := scenario.ParseChaos(r.name + "=" + text); text != "" && err != nil {
				return nil, p.shownError(err)
			}
			c, err := s.with(r.name, text)
			if err != nil {
				return nil, p.shownError(err)
			}
			return s.set(c, "")
		})
		return nil, true
	case key.Matches(k, km.calm):
		return s.turn(scenario.Chaos{}, "Calm: nothing goes wrong any more for messages that are sent from now on."), true
	case key.Matches(k, km.badDay):
		c, err := scenario.ParseChaos(badDay)
		if err != nil {
			p.wrong = err.Error()
			return nil, true
		}
		return s.turn(c, "A bad day: some of everything goes wrong."), true
	default:
		return nil, false
	}
	value := r.turned(by)
	if value == r.value {
		return nil, true
	}
	c, err := s.with(r.name, value)
	if err != nil {
		p.wrong = p.shownError(err)
		return nil, true
	}
	return s.turn(c, ""), true
}

// turn sets chaos by a key: why it is not is said.
func (s *simChaos) turn(c scenario.Chaos, told string) tea.Cmd {
	cmd, problem := s.set(c, told)
	s.panel.wrong = problem
	return cmd
}

func (s *simChaos) keys() []key.Binding {
	km := s.panel.env.keys
	return []key.Binding{s.panel.env.sliding(), km.typeValue, when(!s.panel.st.Chaos.None(), km.calm), km.badDay}
}

// sliderCells is how long the line of a slider is for each step.
const sliderCells = 2

func (s *simChaos) lines(w, h int) []string {
	th := s.panel.env.th
	title := []span{{th.good, " Calm"}, {th.muted, "  nothing goes wrong"}}
	if c := s.panel.st.Chaos; !c.None() {
		title = []span{{th.warn, " Chaos"}, {th.text, "  " + plural(len(chaosValues(c)), "kind")}, {th.muted, " at work, for what is sent from now on"}}
	}
	out := []string{line(w, title...)}
	from, to := s.seen(h-1, len(s.rows))
	for i := from; i < to; i++ {
		r := s.rows[i]
		sign, words := th.marked(i == s.at)
		value, paint := r.value, th.warn
		if value == "" {
			value, paint = "0", th.muted
		}
		at := r.place() * sliderCells
		bar := []span{
			{paint, strings.Repeat("━", at) + "●"}, {th.faint, strings.Repeat("─", (len(r.steps)-1)*sliderCells-at)},
		}
		spans := append([]span{sign, {words, grid.Fit(r.name, 17, false)}}, bar...)
		spans = append(spans, span{paint, " " + grid.Fit(value, 12, false)})
		if w >= simWide {
			spans = append(spans, span{th.muted, " " + r.about})
		}
		out = append(out, line(w, spans...))
	}
	return out
}

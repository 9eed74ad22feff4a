package tui

import (
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// fieldVariable is the field of the first variable of a scenario; those of the others follow.
const fieldVariable field = 1000

// sceneForm is the scenario that is sent, and the variables that can be given to it.
type sceneForm struct {
	all  []scenario.Scenario
	vars []scenario.Variable
	// What is put back: the timing of callbacks, and what was typed for a variable, by its name.
	timing string
	typed  map[string]string
}

// shownVariables are those that every scenario has and that are worth a field.
var shownVariables = []string{"from", "to", "text"}

// fields are those of the variables.
func (f *sceneForm) fields() []field {
	out := make([]field, len(f.vars))
	for i := range f.vars {
		out[i] = fieldVariable + field(i)
	}
	return out
}

// label names the field of a variable.
func (f *sceneForm) label(of field) string { return f.vars[of-fieldVariable].Name }

// chosen is the scenario of a name.
func (f *sceneForm) chosen(name string) (scenario.Scenario, bool) {
	i := slices.IndexFunc(f.all, func(s scenario.Scenario) bool { return s.Name == name })
	if i < 0 {
		return scenario.Scenario{}, false
	}
	return f.all[i], true
}

// begin shows the scenarios, the first one chosen.
func (s *replayScreen) begin() {
	s.scene.timing = s.choices[fieldTiming]
	if s.scene.all == nil {
		s.scene.all = scenario.Builtin()
	}
	name := s.choices[fieldScenario]
	if _, ok := s.scene.chosen(name); !ok {
		name = s.scene.all[0].Name
	}
	s.chooseScenario(name)
}

// leaveScenario puts back the timing that callbacks had: that of a scenario is its own.
func (s *replayScreen) leaveScenario() {
	if s.source.kind == ofScenario {
		s.choices[fieldTiming] = s.scene.timing
	}
}

// keepVariables remembers what was typed for the variables.
func (s *replayScreen) keepVariables() {
	if s.scene.typed == nil {
		s.scene.typed = map[string]string{}
	}
	for i, v := range s.scene.vars {
		s.scene.typed[v.Name] = s.word(fieldVariable + field(i))
	}
}

// chooseScenario shows the variables of a scenario: its own, and those of all that say something of a message.
func (s *replayScreen) chooseScenario(name string) {
	s.choices[fieldScenario] = name
	s.keepVariables()
	chosen, _ := s.scene.chosen(name)
	s.scene.vars = slices.Clone(chosen.Variables)
	for _, v := range scenario.Usual() {
		own := slices.ContainsFunc(s.scene.vars, func(o scenario.Variable) bool { return o.Name == v.Name })
		if !own && slices.Contains(shownVariables, v.Name) {
			s.scene.vars = append(s.scene.vars, v)
		}
	}
	for f := range s.inputs {
		if f >= fieldVariable {
			delete(s.inputs, f)
		}
	}
	for i, v := range s.scene.vars {
		s.addInput(fieldVariable+field(i), brief(v.Value))
		s.put(fieldVariable+field(i), s.scene.typed[v.Name])
	}
	s.choices[fieldTiming] = timingAtOnce
	if chosen.Wait {
		s.choices[fieldTiming] = timingOriginal
	}
	s.setSize(s.w, s.h) // the fields are new
	s.lineUp()
}

// turnScenario goes on to another scenario.
func (s *replayScreen) turnScenario(n int) {
	names := s.scenarioNames()
	i := slices.Index(names, s.choices[fieldScenario])
	s.chooseScenario(names[(i+n+len(names))%len(names)])
}

func (s *replayScreen) scenarioNames() []string {
	names := make([]string, len(s.scene.all))
	for i, sc := range s.scene.all {
		names[i] = sc.Name
	}
	return names
}

// openScenarios lists the scenarios.
func (s *replayScreen) openScenarios() {
	sheet := &choiceSheet{env: s.env, title: "Scenarios", pick: func(name string) tea.Cmd {
		s.chooseScenario(name)
		return s.follow()
	}}
	for i, sc := range s.scene.all {
		sheet.all = append(sheet.all, listedChoice{name: sc.Name, words: plural(sc.Steps(), "step"), more: sc.Summary})
		if sc.Name == s.choices[fieldScenario] {
			sheet.at = i
		}
	}
	s.env.sheet = sheet
}

// scenePlan is the scenario as the fields say; nil where there is none.
func (s *replayScreen) scenePlan() *app.ScenarioPlan {
	chosen, ok := s.scene.chosen(s.choices[fieldScenario])
	if !ok {
		return nil
	}
	p := &app.ScenarioPlan{Scenario: chosen, Vars: map[string]string{}, Paced: s.choices[fieldTiming] == timingOriginal}
	for i, v := range s.scene.vars {
		if text := s.word(fieldVariable + field(i)); strings.TrimSpace(text) != "" {
			p.Vars[v.Name] = text
		}
	}
	return p
}

// about says what the scenario does.
func (s *replayScreen) aboutScenario() string {
	chosen, _ := s.scene.chosen(s.choices[fieldScenario])
	words := chosen.Summary
	if s.focus == fieldScenario {
		words += " · enter lists all " + fmt.Sprint(len(s.scene.all))
	}
	return words
}

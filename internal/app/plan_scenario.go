package app

import (
	"time"

	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// ScenarioPlan is a scenario that is sent, as often as the plan's Run.Count says, each time with messages of
// its own.
type ScenarioPlan struct {
	Scenario scenario.Scenario
	Vars     map[string]string // in place of the values that the variables have
	// Paced is whether the callbacks go at their times, divided by Run.Speed. Without it they go as the rest of
	// Run says, and tell of messages that were sent so much earlier.
	Paced bool
}

// make makes the scenario the source of the plan.
func (p *prepared) make(m ScenarioPlan) error {
	o := ScenarioOptions{
		Vars: m.Vars, To: p.options.To, Keys: p.options.Keys, Now: time.Now(), Pacing: scenario.AtOnce, Speed: p.run.Speed, Rounds: p.run.Count,
	}
	if m.Paced {
		o.Pacing = scenario.Paced
		p.run.Original, p.run.Began = true, o.Now
	}
	made, err := NewScenario(m.Scenario, o)
	if err != nil {
		return err
	}
	p.run.Concurrency = max(p.run.Concurrency, 1) // they arrive in their order unless told otherwise
	p.run.Count, p.run.Speed = 1, 0               // the source has all rounds, at their times
	p.source = made.Source()
	p.build = func(cb webhook.Callback) (replay.Request, error) {
		return replay.Build(cb, made.Options(cb, p.options))
	}
	return nil
}

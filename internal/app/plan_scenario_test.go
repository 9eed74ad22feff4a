package app_test

import (
	"net/url"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// TestStartReplayOfAScenario sends scenarios to an application that checks signatures: those that are signed
// wrongly are refused, and each round has a message of its own.
func TestStartReplayOfAScenario(t *testing.T) {
	t.Parallel()
	a := running(t, app.Options{})
	to := checking(t, a.SimulatorToken())
	for _, c := range []struct {
		name   string
		paced  bool
		rounds int
		want   map[int]int64
	}{
		{"lifecycle", true, 1, map[int]int64{200: 3}},
		{"delivered", false, 2, map[int]int64{200: 6}},
		{"wrong-token", false, 1, map[int]int64{403: 1}},
	} {
		s, ok := scenario.Find(c.name)
		if !ok {
			t.Fatalf("there is no %s", c.name)
		}
		plan := app.ReplayPlan{
			Make:    &app.ScenarioPlan{Scenario: s, Vars: map[string]string{"to": "14155550199"}, Paced: c.paced},
			Options: replay.Options{To: to}, Run: replay.RunOptions{Count: c.rounds, Speed: 20},
		}
		preview, err := a.PreviewReplay(within(t), plan)
		if err != nil {
			t.Fatal(err)
		}
		r, err := a.StartReplay(within(t), plan)
		if err != nil {
			t.Fatal(err)
		}
		wait(t, r.Done())
		sum, err := r.Result()
		for status, n := range c.want {
			if sum.Answers[status] < 1 || sum.Answers[status] != preview.Requests || c.name != "wrong-token" && sum.Answers[status] != n {
				t.Errorf("%s: %v, previewed %d, answers %v, want %v", c.name, err, preview.Requests, sum.Answers, c.want)
			}
		}
		uuids := map[string]bool{}
		for _, at := range r.Last() {
			if at.Scenario != c.name || at.Step == 0 || at.CallbackID != 0 {
				t.Errorf("%s: the attempt is of %q, step %d, callback %d", c.name, at.Scenario, at.Step, at.CallbackID)
			}
			cb := requestParams(t, at.Body)
			uuids[cb["MessageUUID"]] = true
			if cb["To"] != "14155550199" {
				t.Errorf("%s: the message is to %q", c.name, cb["To"])
			}
		}
		if len(uuids) != c.rounds {
			t.Errorf("%s: %d messages in %d rounds", c.name, len(uuids), c.rounds)
		}
	}
	if _, err := a.PreviewReplay(within(t), app.ReplayPlan{Make: &app.ScenarioPlan{Scenario: scenario.Builtin()[0], Vars: map[string]string{"nothing": "x"}}, Options: replay.Options{To: to}}); err == nil {
		t.Error("a variable that there is not is taken")
	}
}

func requestParams(t *testing.T, body []byte) map[string]string {
	t.Helper()
	values, err := url.ParseQuery(string(body))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for name := range values {
		out[name] = values.Get(name)
	}
	return out
}

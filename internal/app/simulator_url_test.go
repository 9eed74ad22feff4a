package app_test

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// TestEmbeddedSimulatorIsControlled finds the simulator of a running program by its history, and it has the rules and
// the signatures that the program was given.
func TestEmbeddedSimulatorIsControlled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	if url, err := app.RunningSimulatorURL(within(t), path); err != nil || url != "" {
		t.Errorf("before there is one it is at %q: %v", url, err)
	}
	rules, err := scenario.ParseRules([]byte("rules:\n  - to: +49*\n    fate: undelivered:30\n"), "rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sign, err := scenario.ParseFamilies("v3")
	if err != nil {
		t.Fatal(err)
	}
	a := running(t, app.Options{HistoryPath: path, Rules: rules, Sign: sign})
	sent, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: a.Status().DefaultSender, To: []string{"+4915123456789"}, Text: "hi"}})
	if err != nil {
		t.Fatal(err)
	}
	ms, err := follow(t, a, sent.IDs, plivo.Undelivered)
	if err != nil || ms[0].ErrorCode != "30" {
		t.Errorf("the message is %+v: %v", ms, err)
	}
	url, err := app.RunningSimulatorURL(within(t), path)
	if err != nil || url != a.Status().APIURL {
		t.Fatalf("it is at %q: %v", url, err)
	}
	r, err := http.Get(url + "/_simulator/state")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Body.Close() }()
	var state struct {
		Rules  int
		Sign   []string
		Counts struct{ Accepted int }
	}
	if err := json.NewDecoder(r.Body).Decode(&state); err != nil || state.Rules != 1 || len(state.Sign) != 1 || state.Sign[0] != "v3" || state.Counts.Accepted != 1 {
		t.Errorf("its state is %+v: %v", state, err)
	}
}

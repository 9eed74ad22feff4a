package simulator_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestTriedIsTheLatest has more attempts than are at hand, of messages that are all remembered, or a few of them.
func TestTriedIsTheLatest(t *testing.T) {
	for name, keep := range map[string]int{"all are remembered": 0, "a few are": 7} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, simulator.Options{Speed: 1e4, Keep: keep})
			for range 5 {
				b.send(b.draft(numbers(100)...), "")
				b.settle()
				for _, most := range []int{1, 50, 1000, 1400} {
					if diff := cmp.Diff(b.Searched(most), b.Tried(most)); diff != "" {
						t.Fatalf("of %d attempts (-want +got):\n%s", most, diff)
					}
				}
			}
			if n := len(b.Tried(2000)); n != map[int]int{0: 1500, 7: 21}[keep] {
				t.Errorf("there are %d attempts", n)
			}
			if err := b.Reset(t.Context()); err != nil {
				t.Fatal(err)
			}
			if left := b.Tried(10); len(left) != 0 {
				t.Errorf("after a reset there are %+v", left)
			}
		})
	}
}

// TestControlTellsTheCause says of a callback, whether it was made or comes, what chaos did to it.
func TestControlTellsTheCause(t *testing.T) {
	chaos, err := scenario.ParseChaos("lost=100%")
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Chaos: chaos})
	uuid := b.send(b.draft("+14155550123"), "")[0]
	if err := b.AdvanceToNext(t.Context()); err != nil {
		t.Fatal(err)
	}
	for path, where := range map[string][]any{
		"callbacks":          {"attempts", 0, "cause"},
		"messages/" + uuid:   {"callbacks", 0, "cause"},
		"state?detail=5":     {"callbacks", "attempts", 0, "cause"},
		"callbacks?limit=12": {"upcoming", 0, "cause"},
	} {
		if _, answer := b.control("GET", path, ""); at(answer, where...) != "chaos: lost" {
			t.Errorf("%s answers %v", path, answer)
		}
	}
}

// TestControlDetail has the state with all that a panel shows, and no more than was asked for.
func TestControlDetail(t *testing.T) {
	rules, err := scenario.ParseRules([]byte("rules:\n  - {name: germans, to: +49*, fate: sent}\n"), "rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Rules: rules})
	b.send(b.draft(numbers(3)...), "")
	if err := b.AdvanceToNext(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, state := b.control("GET", "state?detail=2", "")
	if made, _ := at(state, "callbacks", "attempts").([]any); len(made) != 2 {
		t.Errorf("the attempts are %v", made)
	}
	if due, _ := at(state, "callbacks", "upcoming").([]any); len(due) != 2 {
		t.Errorf("what comes is %v", due)
	}
	if name := at(state, "rules_file", "rules", 0, "name"); name != "germans" {
		t.Errorf("the rules are %v", state["rules_file"])
	}
	_, state = b.control("GET", "state", "")
	if state["callbacks"] != nil || state["rules_file"] != nil {
		t.Errorf("the state is %v", state)
	}
	if status, answer := b.control("GET", "state?detail=1001", ""); status != 400 {
		t.Errorf("it answers %d %v", status, answer)
	}
}

// BenchmarkTried is a look at the latest attempts of many that are remembered.
func BenchmarkTried(b *testing.B) {
	receiver := newCounter(b)
	a := newBenchAPI(b, simulator.Options{Seed: 1, Speed: 1e6})
	w := dial(b, a.address, " 202 ", a.send("http://"+receiver.address+"/sms"))
	for range 10_000 {
		if err := w.ask(); err != nil {
			b.Fatal(err)
		}
	}
	if err := a.Idle(b.Context()); err != nil {
		b.Fatal(err)
	}
	for name, tried := range map[string]func(int) []simulator.Tried{"at hand": a.Tried, "searched": a.Searched} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if got := tried(200); len(got) != 200 {
					b.Fatalf("there are %d", len(got))
				}
			}
		})
	}
}

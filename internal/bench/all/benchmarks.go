package main

import (
	"regexp"
	"strings"
)

// benchmark is one that tells rows: of which package, by which expression go test finds it, and for how long or how often
// it is done. Those of the whole program have their rounds in themselves.
type benchmark struct{ pkg, name, time string }

const once = "1x"

// path is what -run is matched with, as bench/Flood.
func (b benchmark) path() string { return b.pkg + "/" + b.name }

// benchmarks are in the order of the table.
var benchmarks = []benchmark{
	{"bench", "Acknowledge", once},
	{"bench", "Express", once},
	{"bench", "Flood", once},
	{"bench", "Steady", once},
	{"bench", "Start", once},
	{"bench", "Large", once},
	{"bench", "Memory", once},
	{"bench", "Forward", once},
	{"bench", "ForwardLatency", once},
	{"siege", "FloodOfUnsigned", once},
	{"tui", "LargeHistory/(messages|callbacks)/^(page|oldest|newest|.*hits)$", "10x"},
	{"tui", "Frame/120x36", "300ms"},
	{"store", "Commit", once},
	{"store", "Growth", once},
	{"store", "Trim", once},
	{"app", "Send", once},
	{"webhook/replay", "Replay", "5x"},
	{"plivo/simulator", "API/(baseline|send)", "1s"},
	{"plivo/simulator", "Messages", "1s"},
	{"plivo/signature", "DiagnoseUnexplained/callback", "50x"},
}

// matching are the benchmarks whose package and name, as bench/Flood, match.
func matching(match *regexp.Regexp) (chosen []benchmark) {
	for _, b := range benchmarks {
		if match.MatchString(b.path()) {
			chosen = append(chosen, b)
		}
	}
	return chosen
}

// commands are the arguments of go that run the benchmarks, those of a package that stand together by one command.
func commands(chosen []benchmark) (all [][]string) {
	for i := 0; i < len(chosen); {
		first := chosen[i]
		names := []string{first.name}
		for i++; i < len(chosen) && together(first, chosen[i]); i++ {
			names = append(names, chosen[i].name)
		}
		// The expression of a benchmark's parts stands after a slash, and has to match within them.
		name, part, _ := strings.Cut(strings.Join(names, "|"), "/")
		expr := "^Benchmark(" + name + ")$"
		if part != "" {
			expr += "/" + part
		}
		all = append(all, []string{"test", "./internal/" + first.pkg, "-vet=off", "-run", "^$", "-bench", expr, "-benchtime", first.time, "-timeout", "30m"})
	}
	return all
}

func together(a, b benchmark) bool {
	return a.pkg == b.pkg && a.time == b.time && !strings.Contains(a.name+b.name, "/")
}

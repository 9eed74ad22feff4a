package tui

import (
	"fmt"
	"strconv"
	"strings"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// Values of the fields that are chosen, in the order of choosing.
const (
	orderAsIs    = "as they came"
	orderShuffle = "shuffled"

	timingAtOnce   = "one after the other"
	timingOriginal = "as far apart as they came"
)

var (
	replayModes   = []string{"re-signed", "as captured", "with a fault"}
	replayOrders  = []string{orderAsIs, orderShuffle}
	replayTimings = []string{timingAtOnce, timingOriginal}
)

// modeOf is what a chosen word means.
func modeOf(word string) webhook.Mode {
	switch word {
	case replayModes[1]:
		return webhook.AsCaptured
	case replayModes[2]:
		return webhook.Faulty
	}
	return webhook.Resigned
}

// faultOf is a fault by its name.
func faultOf(name string) (replay.Fault, bool) {
	for _, f := range replay.Faults() {
		if f.Name == name {
			return f, true
		}
	}
	return replay.Fault{}, false
}

// replayWords is what was typed and chosen on the Replay screen, but for what is edited of the request.
type replayWords map[field]string

// plan says how requests are made and sent, and what is wrong with each field.
func (w replayWords) plan() (o replay.Options, run replay.RunOptions, problems map[field]string) {
	problems = map[field]string{}
	o = replay.Options{Mode: modeOf(w[fieldMode]), Guard: "replay"}
	if to, err := replay.CheckTarget(w[fieldTarget]); err != nil {
		problems[fieldTarget] = sentence(err)
	} else {
		o.To = to
	}
	if o.Mode == webhook.Faulty {
		o.Fault = w[fieldFault]
	}
	if u := strings.TrimSpace(w[fieldSignURL]); u != "" {
		if o.SignURL, problems[fieldSignURL] = u, checked(u); problems[fieldSignURL] == "" && o.Mode == webhook.AsCaptured {
			problems[fieldSignURL] = "As captured nothing is signed; leave it empty, or send re-signed."
		}
	}
	run.Shuffle = w[fieldOrder] == orderShuffle
	run.Original = w[fieldTiming] == timingOriginal
	run.Count = wholeNumber(w[fieldCount], 1, 1, problems, fieldCount)
	run.Duplicates = wholeNumber(w[fieldDuplicates], 0, 0, problems, fieldDuplicates)
	run.Concurrency = wholeNumber(w[fieldConcurrency], 0, 1, problems, fieldConcurrency)
	run.Rate = positive(w[fieldRate], problems, fieldRate)
	if run.Original {
		run.Speed = positive(w[fieldSpeed], problems, fieldSpeed)
		switch {
		case run.Rate > 0:
			problems[fieldRate] = "At the original spacing there is no other rate; leave it empty."
		case run.Shuffle:
			problems[fieldOrder] = "The original spacing has an order of its own; choose one of the two."
		}
	}
	for f, p := range problems {
		if p == "" {
			delete(problems, f)
		}
	}
	return o, run, problems
}

func checked(url string) string {
	if _, err := replay.CheckTarget(url); err != nil {
		return strings.Replace(sentence(err), "The target", "The URL", 1)
	}
	return ""
}

// mostRequests bounds a number that is typed: more is a slip of the finger.
const mostRequests = 10_000_000

// wholeNumber reads a number of at least least; an empty field is none.
func wholeNumber(text string, none, least int, problems map[field]string, f field) int {
	text = strings.ReplaceAll(strings.TrimSpace(text), ",", "")
	if text == "" {
		return none
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > mostRequests {
		problems[f] = fmt.Sprintf("%q is no number from %d to %s.", brief(text), least, count(mostRequests))
		return none
	}
	return n
}

// positive reads a number above 0; an empty field is 0.
func positive(text string, problems map[field]string, f field) float64 {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n > 0) || n > mostRequests {
		problems[f] = fmt.Sprintf("%q is no number above 0, as 50 or 0.5.", brief(text))
		return 0
	}
	return n
}

// sentence is an error as a sentence.
func sentence(err error) string {
	s := err.Error()
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

// sourceKind is where the callbacks come from that are sent.
type sourceKind int

const (
	ofCallbacks sourceKind = iota
	ofFilter
	ofScenario
)

// replaySource is what is sent.
type replaySource struct {
	kind sourceKind
	ids  []int64          // of callbacks that were chosen, in the order to send them
	one  webhook.Callback // the only one of them, once it was read
	read bool
}

// words name the source.
func (s replaySource) words() string {
	switch {
	case s.kind == ofFilter:
		return "all that a filter finds"
	case s.kind == ofScenario:
		return "a scenario"
	case len(s.ids) == 0:
		return "no callback yet"
	case len(s.ids) > 1:
		return count(int64(len(s.ids))) + " marked callbacks"
	}
	words := fmt.Sprintf("callback %d", s.ids[0])
	if s.read {
		words += " · " + kindWords(s.one.Kind)
		if st := s.one.Report.Status(); st != "" {
			words += " · " + statusSign(st) + " " + brief(string(st))
		}
	}
	return words
}

// single reports whether the source is one callback that is at hand, whose request can be edited as a whole.
func (s replaySource) single() bool { return s.kind == ofCallbacks && len(s.ids) == 1 && s.read }

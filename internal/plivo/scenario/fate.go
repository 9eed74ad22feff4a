package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
)

// Fate is what becomes of a message on the simulator. The zero Fate is delivered.
type Fate struct {
	Silent bool // there are no callbacks

	word     string
	scenario *Scenario // nil for delivered
	vars     map[string]string
}

// The codes of undelivered and failed where none is named.
const (
	defaultUndelivered = "30"
	defaultFailed      = "300"
)

const fateForms = "delivered, sent, undelivered, undelivered:CODE, failed, failed:CODE, none, or the name of a scenario of an outbound message, which \"plivoscope trigger list\" lists"

// ParseFate reads delivered, sent, undelivered[:CODE], failed[:CODE], none, or the name of a built-in scenario
// of one outbound message, with a code where it takes one. The code of undelivered and failed must be one of
// Plivo's messaging error codes and fit the status. Without one undelivered stands for 30 and failed for 300. A
// message of the fate none is delivered, as the API tells when asked, but posts no callback.
func ParseFate(s string) (Fate, error) {
	word := strings.ToLower(strings.TrimSpace(s))
	name, code, coded := strings.Cut(word, ":")
	status := plivo.Status(name)
	switch {
	case coded && (status == plivo.Undelivered || status == plivo.Failed):
		return codedFate(code, status)
	case coded && (status == plivo.Delivered || status == plivo.Sent || name == "none"):
		return Fate{}, fmt.Errorf("cannot use the fate %q: of these only undelivered and failed take an error code; use %s", s, fateForms)
	}
	switch status {
	case plivo.Sent:
		return named("sent-only", "", "sent"), nil
	case plivo.Undelivered:
		return named("undelivered", defaultUndelivered, "undelivered"), nil
	case plivo.Failed:
		return named("failed", defaultFailed, "failed"), nil
	case "none":
		return Fate{Silent: true, word: "none"}, nil
	}
	return scenarioFate(word, s)
}

// scenarioFate is the fate that is a scenario. given is what was asked for.
func scenarioFate(word, given string) (Fate, error) {
	name, _, _ := strings.Cut(word, ":")
	if _, found := Find(name); !found {
		return Fate{}, fmt.Errorf("cannot use the fate %q: it is not known; use %s", given, fateForms)
	}
	sc, vars, err := Named(word)
	if err != nil {
		return Fate{}, fmt.Errorf("cannot use the fate %q: %w", given, err)
	}
	if err := sc.Outbound(); err != nil {
		return Fate{}, fmt.Errorf("cannot use the fate %q: it is not known of an outbound message (%w); use %s", given, err, fateForms)
	}
	return Fate{scenario: builtinNamed(sc.Name), vars: vars, word: word}, nil
}

// named is the fate of a built-in scenario, which is there: a test uses all of these.
func named(name, code, word string) Fate {
	f := Fate{scenario: builtinNamed(name), word: word}
	if code != "" {
		f.vars = map[string]string{"code": code}
	}
	return f
}

// CodedFate is the fate that ends with one of Plivo's error codes.
func CodedFate(code string) (Fate, error) { return codedFate(code, "") }

// codedFate is the fate that ends with an error code. want is the status asked for, or empty for the
// one that fits the code.
func codedFate(code string, want plivo.Status) (Fate, error) {
	known, ok := plivo.LookupCode(code)
	if _, err := strconv.Atoi(code); err != nil || !ok {
		return Fate{}, fmt.Errorf("cannot give a message the error code %q: Plivo documents no such messaging error code; use one as 30 or 450", code)
	}
	switch {
	case known.Status != plivo.Undelivered && known.Status != plivo.Failed:
		return Fate{}, fmt.Errorf("cannot give a message the error code %s: it does not end an outbound message; use one as 30 or 450", known.Code)
	case want != "" && want != known.Status:
		return Fate{}, fmt.Errorf("cannot give a message the fate %s:%s: error code %s goes with %s; write %s:%s", want, known.Code, known.Code, known.Status, known.Status, known.Code)
	}
	return named(string(known.Status), known.Code, string(known.Status)+":"+known.Code), nil
}

// String is the fate as ParseFate reads it, or the name of a scenario that stands in a rules file.
func (f Fate) String() string {
	if f.word == "" {
		return string(plivo.Delivered)
	}
	return f.word
}

// Make gives the callbacks of a message with this fate, as Make does of a scenario; in.Message is the message. Of a
// scenario that is of another type of message, which is WhatsApp's, the reports that it was read are left out: no other
// message is. It is an error where nothing is left then.
func (f Fate) Make(in Input) ([]Step, error) {
	s := f.scenario
	if s == nil {
		s = builtinNamed(string(plivo.Delivered))
	}
	if len(f.vars) > 0 {
		vars := maps.Clone(f.vars)
		for name, value := range in.Vars {
			if _, own := vars[name]; !own {
				vars[name] = value
			}
		}
		in.Vars = vars
	}
	steps, err := Make(*s, in)
	if err != nil {
		return nil, err
	}
	if kind := s.messages[0].kind; kind.given && kind.text != in.Message.Type {
		steps = slices.DeleteFunc(steps, func(st Step) bool { return st.Status == plivo.Read })
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf("the fate %s leaves nothing of a message of type %s: it is only read, as those of WhatsApp alone are; give it another status too, or the rule the type whatsapp", f, in.Message.Type)
	}
	return steps, nil
}

package simulator

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// FateHeader is the request header of a send that says what is to become of its messages, as ParseFate
// reads it; those to magic numbers have a fate of their own. Plivo knows no such header.
const FateHeader = "X-Plivoscope-Fate"

// Fate is what becomes of a message. The zero Fate is delivered.
type Fate struct {
	scenario scenario.Scenario // without a name for delivered
	vars     map[string]string
	silent   bool // no callbacks
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
		return named("sent-only", nil), nil
	case plivo.Undelivered:
		return named("undelivered", map[string]string{"code": defaultUndelivered}), nil
	case plivo.Failed:
		return named("failed", map[string]string{"code": defaultFailed}), nil
	case "none":
		return Fate{silent: true}, nil
	}
	return scenarioFate(word, s)
}

// scenarioFate is the fate that is a scenario. given is what was asked for.
func scenarioFate(word, given string) (Fate, error) {
	name, _, _ := strings.Cut(word, ":")
	if _, found := scenario.Find(name); !found {
		return Fate{}, fmt.Errorf("cannot use the fate %q: it is not known; use %s", given, fateForms)
	}
	sc, vars, err := scenario.Named(word)
	if err != nil {
		return Fate{}, fmt.Errorf("cannot use the fate %q: %w", given, err)
	}
	if err := sc.Outbound(); err != nil {
		return Fate{}, fmt.Errorf("cannot use the fate %q: it is not known of an outbound SMS (%w); use %s", given, err, fateForms)
	}
	return Fate{scenario: sc, vars: vars}, nil
}

// named is the fate of a built-in scenario, which is there: a test uses all of these.
func named(name string, vars map[string]string) Fate {
	sc, _ := scenario.Find(name)
	return Fate{scenario: sc, vars: vars}
}

// steps are the callbacks of a message with this fate, at the simulator's pace.
func (f Fate) steps(m *message, pace Pace, speed float64, random io.Reader) ([]scenario.Step, error) {
	if f.scenario.Name == "" {
		f = Fate{scenario: named("delivered", nil).scenario, silent: f.silent}
	}
	vars := map[string]string{
		"queued_after": pace.Queued.String(), "sent_after": pace.Sent.String(),
		"final_after": pace.Final.String(), "late_by": pace.Late.String(),
	}
	maps.Copy(vars, f.vars)
	return scenario.Make(f.scenario, scenario.Input{
		Vars: vars, Now: m.created, Random: random, Pacing: scenario.Paced, Speed: speed,
		Bare: m.url == "" || f.silent,
		Message: &scenario.Message{
			UUID: m.uuid, From: m.from, To: m.to, Type: m.kind, Units: m.units, Requester: m.ip, Powerpack: m.extra().powerpack,
		},
	})
}

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
	return named(string(known.Status), map[string]string{"code": known.Code}), nil
}

// magicPrefix begins the destinations that name their own fate: +1500555CCCC.
const magicPrefix = "1500555"

// isMagic tells whether a normalised destination names its own fate.
func isMagic(to string) bool {
	return strings.HasPrefix(to, magicPrefix) && len(to) == len(magicPrefix)+4
}

// refusal is a magic destination that makes the API refuse the whole request.
type refusal int

// magicFate reads the fate out of a normalised destination. magic is false for an ordinary number;
// refuse is the HTTP status to refuse the request with, or 0.
func magicFate(to string) (f Fate, refuse refusal, magic bool, err error) {
	digits, found := strings.CutPrefix(to, magicPrefix)
	if !found || len(digits) != 4 {
		return Fate{}, 0, false, nil
	}
	switch digits {
	case "0000":
		return Fate{}, 0, true, nil
	case "0001":
		return named("sent-only", nil), 0, true, nil
	case "0002":
		return Fate{silent: true}, 0, true, nil
	case "0003":
		return named("out-of-order", nil), 0, true, nil
	case "0004":
		return named("duplicate", nil), 0, true, nil
	case "0005":
		return named("wrong-token", nil), 0, true, nil
	case "0006":
		return named("late", nil), 0, true, nil
	case "0007":
		return named("trailing-slash", nil), 0, true, nil
	case "9400":
		return Fate{}, http.StatusBadRequest, true, nil
	case "9401":
		return Fate{}, http.StatusUnauthorized, true, nil
	case "9429":
		return Fate{}, http.StatusTooManyRequests, true, nil
	case "9500":
		return Fate{}, http.StatusInternalServerError, true, nil
	}
	if f, err = codedFate(digits, ""); err != nil {
		return Fate{}, 0, true, errors.New("+" + to + " is a magic number of the simulator: " + err.Error())
	}
	return f, 0, true, nil
}

package simulator

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// FateHeader is the request header of a send that says what is to become of its messages, as ParseFate
// reads it; those to magic numbers have a fate of their own. Plivo knows no such header.
const FateHeader = "X-Plivoscope-Fate"

// Fate is what becomes of a message. The zero Fate is delivered.
type Fate = scenario.Fate

// ParseFate reads the words for a fate, as scenario.ParseFate does.
func ParseFate(s string) (Fate, error) { return scenario.ParseFate(s) }

// steps are the callbacks of a message with a fate, at the simulator's pace.
func (m *message) steps(fate Fate, pace Pace, speed float64, random io.Reader) ([]scenario.Step, error) {
	return fate.Make(scenario.Input{
		Vars: map[string]string{
			"queued_after": pace.Queued.String(), "sent_after": pace.Sent.String(),
			"final_after": pace.Final.String(), "late_by": pace.Late.String(),
		},
		Now: m.created, Random: random, Pacing: scenario.Paced, Speed: speed,
		Bare: m.url == "" || fate.Silent,
		Message: &scenario.Message{
			UUID: m.uuid, From: m.from, To: m.to, Type: cmp.Or(m.kind, plivo.SMS), Units: m.units, Requester: m.ip, Powerpack: m.extra().powerpack,
		},
	})
}

// magicPrefix begins the destinations that name their own fate: +1500555CCCC.
const magicPrefix = "1500555"

// isMagic tells whether a normalised destination names its own fate.
func isMagic(to string) bool {
	return strings.HasPrefix(to, magicPrefix) && len(to) == len(magicPrefix)+4
}

// refusal is a magic destination that makes the API refuse the whole request.
type refusal int

// The magic destinations that are no error code, by their last digits.
var (
	magicFates = map[string]string{
		"0000": "delivered", "0001": "sent", "0002": "none", "0003": "out-of-order", "0004": "duplicate",
		"0005": "wrong-token", "0006": "late", "0007": "trailing-slash",
	}
	magicRefusals = map[string]refusal{
		"9400": http.StatusBadRequest, "9401": http.StatusUnauthorized, "9429": http.StatusTooManyRequests,
		"9500": http.StatusInternalServerError,
	}
)

// magicFate reads the fate out of a normalised destination. magic is false for an ordinary number;
// refuse is the HTTP status to refuse the request with, or 0.
func magicFate(to string) (f Fate, refuse refusal, magic bool, err error) {
	digits, found := strings.CutPrefix(to, magicPrefix)
	if !found || len(digits) != 4 {
		return Fate{}, 0, false, nil
	}
	if status := magicRefusals[digits]; status != 0 {
		return Fate{}, status, true, nil
	}
	if word := magicFates[digits]; word != "" {
		f, err = ParseFate(word)
	} else {
		f, err = scenario.CodedFate(digits)
	}
	if err != nil {
		return Fate{}, 0, true, errors.New("+" + to + " is a magic number of the simulator: " + err.Error())
	}
	return f, 0, true, nil
}

package simulator

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
)

// FateHeader is the request header of a send that says what is to become of its messages, as ParseFate
// reads it; those to magic numbers have a fate of their own. Plivo knows no such header.
const FateHeader = "X-Plivoscope-Fate"

// quirk is how the callbacks of a message misbehave.
type quirk int

const (
	wellBehaved quirk = iota
	outOfOrder
	twice
	wrongSignature
	lastLate
	otherURL
)

// Fate is what becomes of a message. The zero Fate is delivered.
type Fate struct {
	final  plivo.Status // empty for delivered
	code   string       // of a final status that is no success
	silent bool         // no callbacks
	quirk  quirk
}

// The codes of undelivered and failed where none is named.
const (
	defaultUndelivered = "30"
	defaultFailed      = "300"
)

const fateForms = "delivered, sent, undelivered, undelivered:CODE, failed, failed:CODE or none"

// ParseFate reads delivered, sent, undelivered[:CODE], failed[:CODE] or none. A code must be one of
// Plivo's messaging error codes and fit the status. Without one undelivered stands for 30 and failed
// for 300. A message of the fate none is delivered, as the API tells when asked, but posts no callback.
func ParseFate(s string) (Fate, error) {
	name, code, coded := strings.Cut(strings.ToLower(strings.TrimSpace(s)), ":")
	status := plivo.Status(name)
	switch {
	case coded && (status == plivo.Undelivered || status == plivo.Failed):
		return codedFate(code, status)
	case coded:
		return Fate{}, fmt.Errorf("cannot use the fate %q: only undelivered and failed take an error code; use %s", s, fateForms)
	}
	switch status {
	case plivo.Delivered, plivo.Sent:
		return Fate{final: status}, nil
	case plivo.Undelivered:
		return Fate{final: status, code: defaultUndelivered}, nil
	case plivo.Failed:
		return Fate{final: status, code: defaultFailed}, nil
	case "none":
		return Fate{silent: true}, nil
	}
	return Fate{}, fmt.Errorf("cannot use the fate %q: it is not known; use %s", s, fateForms)
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
	return Fate{final: known.Status, code: known.Code}, nil
}

// magicPrefix begins the destinations that name their own fate: +1500555CCCC.
const magicPrefix = "1500555"

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
		return Fate{final: plivo.Sent}, 0, true, nil
	case "0002":
		return Fate{silent: true}, 0, true, nil
	case "0003":
		return Fate{quirk: outOfOrder}, 0, true, nil
	case "0004":
		return Fate{quirk: twice}, 0, true, nil
	case "0005":
		return Fate{quirk: wrongSignature}, 0, true, nil
	case "0006":
		return Fate{quirk: lastLate}, 0, true, nil
	case "0007":
		return Fate{quirk: otherURL}, 0, true, nil
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

package plivo

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

// ErrorCode is what is known of one of Plivo's messaging error codes.
type ErrorCode struct {
	Code      string
	Status    Status // the final status of a message with it; empty for a code of inbound messages
	Short     string // the meaning in at most 24 characters
	Meaning   string // a sentence without its full stop
	Fault     string // none, sender, recipient, carrier, account or plivo
	Retryable string // yes, no or maybe
	Advice    string // one or more sentences
}

// errorCodes is the table, one code a line. Which codes there are and what they mean is from Plivo's
// documentation and support articles, in few cases from what users report (the meaning says so). The
// status is documented for 420 alone; for the others it follows from Plivo's rule that failed is
// before the carrier and undelivered after it.
//
//go:embed error_codes.tsv
var errorCodes string

// inbound marks, in the column of the status, a code that no outbound message gets.
const inbound = "inbound"

var codes = sync.OnceValue(func() []ErrorCode {
	var list []ErrorCode
	lines := strings.Split(strings.TrimSuffix(errorCodes, "\n"), "\n")
	for _, line := range lines[1:] {
		f := strings.Split(line, "\t")
		if len(f) != 7 {
			panic(fmt.Sprintf("error_codes.tsv: %d columns in %q", len(f), line))
		}
		c := ErrorCode{f[0], Status(f[1]), f[2], f[3], f[4], f[5], f[6]}
		if f[1] == inbound {
			c.Status = ""
		}
		list = append(list, c)
	}
	return list
})

// Codes is the table of error codes, in its order. It belongs to all readers: nobody may change it.
func Codes() []ErrorCode { return codes() }

// HasError tells whether an error code says that something failed: Plivo sends "000" with delivered messages.
func HasError(code string) bool { return strings.Trim(code, "0") != "" }

// LookupCode finds a code; leading zeros do not matter. An unknown one is not found.
func LookupCode(code string) (ErrorCode, bool) {
	if code == "" {
		return ErrorCode{}, false
	}
	digits := strings.TrimLeft(code, "0")
	for _, c := range codes() {
		if strings.TrimLeft(c.Code, "0") == digits {
			return c, true
		}
	}
	return ErrorCode{}, false
}

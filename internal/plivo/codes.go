package plivo

// ErrorCode is what is known of one of Plivo's messaging error codes.
type ErrorCode struct {
	Code      string
	Status    Status // the final status a message with it gets
	Meaning   string
	Fault     string // none, sender, recipient, carrier, account or plivo
	Retryable string // yes, no or maybe
	Advice    string
}

// LookupCode finds a code; leading zeros do not matter. An unknown one is not found.
func LookupCode(code string) (ErrorCode, bool) { panic("unwritten") }

// Codes lists all known codes in the order of the table.
func Codes() []ErrorCode { panic("unwritten") }

package plivo

// Codes is the table of error codes.
func Codes() []ErrorCode { return codes() }

package plivo

import (
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// Report is the parameters of a callback, known and unknown ones, in the order they arrived.
type Report struct {
	Params []signature.Param
}

// Get gives the first value of a parameter and whether it was there.
func (r Report) Get(name string) (string, bool) { panic("unwritten") }

// MessageUUID, From, To, Type, Text, Status and ErrorCode are the parameters of these names, trimmed
// of nothing; empty where absent.
func (r Report) MessageUUID() string { panic("unwritten") }

// Status is the Status parameter, lower-cased where that makes it a known one.
func (r Report) Status() Status { panic("unwritten") }

// ErrorCode is the ErrorCode parameter as it arrived.
func (r Report) ErrorCode() string { panic("unwritten") }

// Units is the number of billed segments; 0 where absent or no number.
func (r Report) Units() int { panic("unwritten") }

// Sequence is Plivo's order of the callbacks of one message; false where absent or no number.
func (r Report) Sequence() (int, bool) { panic("unwritten") }

// Time parses one of MessageTime, QueuedTime, SentTime and DeliveryReportTime; false where absent or
// unreadable. Plivo writes them without a zone: they are taken as UTC.
func (r Report) Time(name string) (time.Time, bool) { panic("unwritten") }

package plivo

import (
	"strconv"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// Report is the parameters of a callback, known and unknown ones, in the order they arrived. Of a
// repeated name the first value counts.
type Report struct {
	Params []signature.Param
}

// NewReport makes a Report of decoded parameters; it keeps the slice.
func NewReport(params []signature.Param) Report { return Report{Params: params} }

// Get gives the first value of a parameter and whether it was there. Names are case-sensitive, as
// Plivo's signatures are.
func (r Report) Get(name string) (string, bool) {
	for i := range r.Params {
		if r.Params[i].Name == name {
			return r.Params[i].Value, true
		}
	}
	return "", false
}

func (r Report) value(name string) string {
	v, _ := r.Get(name)
	return v
}

// MessageUUID, From, To, Type, Text, Status and ErrorCode are the parameters of these names, trimmed
// of nothing; empty where absent.
func (r Report) MessageUUID() string { return r.value("MessageUUID") }

// From is the sender: a number without '+', a short code or an alphanumeric sender.
func (r Report) From() string { return r.value("From") }

// To is the destination: a number without '+'.
func (r Report) To() string { return r.value("To") }

// Type is sms, mms or whatsapp.
func (r Report) Type() string { return r.value("Type") }

// Text is an inbound message's text; delivery reports have none.
func (r Report) Text() string { return r.value("Text") }

// Status is the Status parameter, lower-cased where that makes it a known one.
func (r Report) Status() Status { return parseStatus(r.value("Status")) }

// ErrorCode is the ErrorCode parameter as it arrived.
func (r Report) ErrorCode() string { return r.value("ErrorCode") }

// Units is the number of billed segments; 0 where absent or no number.
func (r Report) Units() int {
	n, _ := number(r.value("Units"))
	return n
}

// Sequence is Plivo's order of the callbacks of one message; false where absent or no number.
func (r Report) Sequence() (int, bool) { return number(r.value("Sequence")) }

// Inbound reports whether these are the parameters of an inbound message: the status received, or no
// status at all and a text or media instead.
func (r Report) Inbound() bool {
	if status := r.value("Status"); status != "" {
		return parseStatus(status) == Received
	}
	if _, ok := r.Get("Text"); ok {
		return true
	}
	_, ok := r.Get("Media0")
	return ok
}

// Time parses one of MessageTime, QueuedTime, SentTime and DeliveryReportTime; false where absent or
// unreadable. Plivo writes them without a zone: they are taken as UTC. A zone, as message records
// have it, is honoured.
func (r Report) Time(name string) (time.Time, bool) {
	v := r.value(name)
	// The layouts are told apart beforehand: a failed time.Parse is slow.
	if len(v) < len(time.DateTime) || len(v) > len(time.RFC3339Nano)+4 {
		return time.Time{}, false
	}
	layout := time.DateTime
	zoned := strings.ContainsAny(v[len(time.DateTime):], "Z+-")
	switch {
	case v[10] == 'T' && zoned:
		layout = time.RFC3339
	case v[10] == 'T':
		layout = "2006-01-02T15:04:05"
	case zoned:
		layout = "2006-01-02 15:04:05Z07:00"
	}
	t, err := time.Parse(layout, v)
	if err != nil {
		return time.Time{}, false
	}
	return t.UTC(), true
}

// number reads a non-negative decimal number of ASCII digits alone.
func number(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 63)
	if err != nil || n > uint64(maxInt) {
		return 0, false
	}
	return int(n), true
}

const maxInt = int(^uint(0) >> 1)

package plivo

import (
	"cmp"
	"math"
	"unicode/utf8"
)

// Bounds on what a Fold keeps of a callback's text, in bytes, so that its state stays small whatever
// arrives. The callback itself is kept whole elsewhere.
const (
	maxField = 128
	maxText  = 4096
)

// noTime stands for a DeliveryReportTime that is absent: later than all.
const noTime = math.MaxInt64

// claim is what one callback says of its message.
type claim struct {
	status   Status // empty where the callback has none and is no inbound message
	sequence int    // 0 where absent
	reported int64  // DeliveryReportTime in Unix microseconds, or noTime
	received int64  // in Unix microseconds
	code     string
	units    int
	from     string
	to       string
	kind     string // the Type parameter
	text     string // of an inbound message
}

func newClaim(o Observation) (c claim, sequenced bool) {
	r := o.Report
	c = claim{
		status:   Status(cut(string(r.Status()), maxField)),
		reported: noTime,
		received: o.ReceivedAt.UnixMicro(),
		code:     cut(r.ErrorCode(), maxField),
		units:    r.Units(),
		from:     cut(r.From(), maxField),
		to:       cut(r.To(), maxField),
		kind:     cut(r.Type(), maxField),
	}
	c.sequence, sequenced = r.Sequence()
	if t, ok := r.Time("DeliveryReportTime"); ok {
		c.reported = t.UnixMicro()
	}
	if r.Inbound() {
		c.status = Received
		c.text = cut(r.Text(), maxText)
	}
	return c, sequenced
}

// cut keeps at most limit bytes, never half a character.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	n := limit
	for n > limit-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// progress orders claims of non-terminal statuses: the greatest is the state of the message.
func progress(a, b *claim) int {
	if n := cmp.Or(
		cmp.Compare(a.sequence, b.sequence),
		cmp.Compare(a.status.Rank(), b.status.Rank()),
		cmp.Compare(a.status, b.status),
	); n != 0 {
		return n
	}
	return -rest(a, b)
}

// verdict orders claims of terminal statuses: the smallest is believed.
func verdict(a, b *claim) int {
	if n := cmp.Or(cmp.Compare(a.sequence, b.sequence), cmp.Compare(a.reported, b.reported)); n != 0 {
		return n
	}
	return rest(a, b)
}

// rest makes the orders total over everything that is kept, so that the choice among callbacks that
// differ only in what should be equal does not depend on which came first.
func rest(a, b *claim) int {
	return cmp.Or(
		cmp.Compare(a.reported, b.reported),
		cmp.Compare(a.code, b.code),
		cmp.Compare(a.units, b.units),
		cmp.Compare(a.from, b.from),
		cmp.Compare(a.to, b.to),
		cmp.Compare(a.kind, b.kind),
		cmp.Compare(a.text, b.text),
		cmp.Compare(a.received, b.received),
	)
}

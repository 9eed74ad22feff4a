package plivo

import (
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// Observation is one callback as folding sees it.
type Observation struct {
	Report     Report
	Result     signature.Result
	ReceivedAt time.Time // to the microsecond
}

// Fold is what has to be remembered of a message's callbacks to fold the next one: of constant size,
// however many there were. The zero value has seen none.
//
// What Apply says depends on the set of callbacks alone, never on their order. Those that verified are
// folded apart from all others, and decide as soon as one of them has a status. Among statuses that
// are not final the greatest (Sequence, missing as 0; then rank; then text) is the message's. A final
// one beats them all; of contradicting final ones (delivered and read are one) the smallest Sequence
// wins, then the earliest DeliveryReportTime, then failed before undelivered before delivered before
// the rest; and delivered becomes read once that was seen.
type Fold struct {
	count            int
	first, last      int64 // ReceivedAt, Unix microseconds
	unknown          bool  // a status that is not known was seen
	missing, invalid bool  // such an outcome was seen
	worst            signature.Result
	verified, others tier
}

// Add folds one callback in and says what was odd about its arrival.
func (f *Fold) Add(o Observation) Arrival {
	c, sequenced := newClaim(o)

	if f.count == 0 || c.received < f.first {
		f.first = c.received
	}
	if f.count == 0 || c.received > f.last {
		f.last = c.received
	}
	f.worsen(o.Result)
	f.count++
	f.unknown = f.unknown || c.status != "" && !c.status.Known()

	t := &f.others
	if o.Result.Outcome == signature.Valid {
		t = &f.verified
	}
	a := t.arrival(&c, sequenced)
	if t == &f.others {
		b := f.verified.arrival(&c, sequenced)
		a = Arrival{
			Duplicate:     a.Duplicate || b.Duplicate,
			OutOfOrder:    (a.OutOfOrder || b.OutOfOrder) && !a.Duplicate && !b.Duplicate,
			AfterTerminal: a.AfterTerminal || b.AfterTerminal,
		}
	}
	t.add(&c)
	t.arrivals.add(&c, sequenced)
	return a
}

// worsen keeps the worst result; of equally bad ones the first by scheme, header and token.
func (f *Fold) worsen(r signature.Result) {
	switch r.Outcome {
	case signature.Valid:
	case signature.Invalid:
		f.invalid = true
	case signature.Missing:
		f.missing = true
	default:
		r.Outcome = signature.Unchecked
	}
	r.Scheme = signature.Scheme(cut(string(r.Scheme), maxField))
	r.Header = cut(r.Header, maxField)
	r.Token = cut(r.Token, maxField)
	switch {
	case f.count == 0:
		f.worst = r
	case r.Outcome != f.worst.Outcome:
		if f.worst.Outcome.Worse(r.Outcome) == r.Outcome {
			f.worst = r
		}
	case resultLess(r, f.worst):
		f.worst = r
	}
}

func resultLess(a, b signature.Result) bool {
	if a.Scheme != b.Scheme {
		return a.Scheme < b.Scheme
	}
	if a.Header != b.Header {
		return a.Header < b.Header
	}
	return a.Token < b.Token
}

// Apply writes what the callbacks say into m: direction, status, code, units, numbers, type, times,
// count, signature and anomalies, and an inbound message's text (its first 4,096 bytes). What only the
// sender knows is left: ID, UUID, text, callback URL, refusal. CreatedAt and UpdatedAt only widen, so
// those of a send hold. A Fold that has seen nothing leaves m as it is.
//
// Folding the next callback and applying again to the same m gives what one Apply at the end gives.
func (f *Fold) Apply(m *Message) {
	if f.count == 0 {
		return
	}
	m.Callbacks = f.count
	m.Signature = f.worst
	if first := time.UnixMicro(f.first).UTC(); m.CreatedAt.IsZero() || first.Before(m.CreatedAt) {
		m.CreatedAt = first
	}
	if last := time.UnixMicro(f.last).UTC(); last.After(m.UpdatedAt) {
		m.UpdatedAt = last
	}

	t, other := &f.verified, &f.others
	won, contradiction := t.winner()
	unverified := won == nil
	if unverified {
		t, other = other, t
		won, contradiction = t.winner()
	}
	m.Anomalies = f.anomalies(contradiction)
	if won == nil {
		won = &claim{}
	} else {
		m.Status, m.Unverified = won.status, unverified
		m.ErrorCode = won.code
		m.Units = won.units
		if m.Units == 0 {
			m.Units = t.units
		}
		m.FinalAt = time.Time{}
		if won.status.Terminal() {
			m.FinalAt = time.UnixMicro(won.received).UTC()
		}
	}
	f.direct(m, won)
	if v := firstOf(won.from, t.from, other.from); v != "" {
		m.From = international(v)
	}
	if v := firstOf(won.to, t.to, other.to); v != "" {
		m.To = international(v)
	}
	if v := firstOf(won.kind, t.kind, other.kind); v != "" {
		m.Type = v
	}
}

// direct sets the direction, and the text where the message is inbound. A message that was outbound
// before and has a text was sent from here: no callback rewrites that.
func (f *Fold) direct(m *Message, won *claim) {
	if won.status != Received {
		if m.Direction == Inbound {
			m.Text = "" // written by an Apply that knew less
		}
		m.Direction = Outbound
		return
	}
	if m.Direction == Outbound && m.Text != "" {
		return
	}
	m.Direction, m.Text = Inbound, won.text
}

func (f *Fold) anomalies(contradiction bool) []Anomaly {
	var as []Anomaly
	if contradiction {
		as = append(as, Contradiction)
	}
	if f.unknown {
		as = append(as, UnknownStatus)
	}
	if f.missing {
		as = append(as, Unsigned)
	}
	if f.invalid {
		as = append(as, InvalidSigned)
	}
	return as
}

func firstOf(vs ...string) string {
	for _, v := range vs {
		if v != "" {
			return v
		}
	}
	return ""
}

// international gives a number the '+' that callbacks leave out, so that one number looks the same in
// every row. Anything that could be a short code or a name is left.
func international(v string) string {
	if len(v) < 9 || len(v) > 15 || v[0] == '0' || strings.Trim(v, "0123456789") != "" {
		return v
	}
	return "+" + v
}

package plivo

import "slices"

// Arrival says what was odd about a callback when it came, given those before it. Unlike anomalies
// these depend on the order of arrival and belong to the callback's own row. A callback that verified
// is only compared with such, so that a forged one cannot mark it.
type Arrival struct {
	Duplicate     bool `json:"duplicate"`      // status, sequence and code were there before
	OutOfOrder    bool `json:"out_of_order"`   // one that comes later in the message's life came first
	AfterTerminal bool `json:"after_terminal"` // a final status was there that it does not follow
}

// With is what was odd about either of two.
func (a Arrival) With(b Arrival) Arrival {
	return Arrival{a.Duplicate || b.Duplicate, a.OutOfOrder || b.OutOfOrder, a.AfterTerminal || b.AfterTerminal}
}

// arrivals is what a tier remembers of the order in which callbacks came. It feeds Arrival and nothing
// else: what a message says must not depend on it.
type arrivals struct {
	sequenced    bool
	lastSequence int      // the greatest seen
	sequenceRank int      // the highest rank at lastSequence
	rank         int      // the highest rank of a known status
	recent       []uint64 // fingerprints of different reports, a ring once it is full
	next         int      // the oldest in a full ring
}

// remembered is how many different reports of one message a tier can recognise as duplicates.
const remembered = 32

func (a *arrivals) add(c *claim, sequenced bool) {
	if fp := c.fingerprint(); !slices.Contains(a.recent, fp) {
		if len(a.recent) < remembered {
			a.recent = append(a.recent, fp)
		} else {
			a.recent[a.next] = fp
			a.next = (a.next + 1) % remembered
		}
	}
	rank := 0
	if c.status.Known() {
		rank = c.status.Rank()
	}
	a.rank = max(a.rank, rank)
	if !sequenced {
		return
	}
	if !a.sequenced || c.sequence > a.lastSequence {
		a.sequenced, a.lastSequence, a.sequenceRank = true, c.sequence, rank
	} else if c.sequence == a.lastSequence {
		a.sequenceRank = max(a.sequenceRank, rank)
	}
}

// arrival compares a claim with those that came to this tier before it.
func (t *tier) arrival(c *claim, sequenced bool) Arrival {
	if slices.Contains(t.arrivals.recent, c.fingerprint()) {
		return Arrival{Duplicate: true, AfterTerminal: t.closed(c)}
	}
	return Arrival{OutOfOrder: t.arrivals.late(c, sequenced), AfterTerminal: t.closed(c)}
}

// late reports whether something that follows c has been seen: by sequence where both have one, else
// by the order of the statuses.
func (a *arrivals) late(c *claim, sequenced bool) bool {
	if sequenced && a.sequenced {
		if c.sequence != a.lastSequence {
			return c.sequence < a.lastSequence
		}
		return c.status.Known() && c.status.Rank() < a.sequenceRank
	}
	return c.status.Known() && c.status.Rank() < a.rank
}

// closed reports whether a final status has been seen that c should not follow. Read may follow
// delivered, and a final status itself.
func (t *tier) closed(c *claim) bool {
	if c.status == "" {
		return false
	}
	for i, s := range finals {
		if t.finally[i] && class(s) != class(c.status) {
			return true
		}
	}
	return false
}

// class puts read, which is more of delivered, with it.
func class(s Status) Status {
	if s == Read {
		return Delivered
	}
	return s
}

// fingerprint hashes what makes a report a duplicate (FNV-1a: kept in the history, so it has to be the
// same in every process).
func (c *claim) fingerprint() uint64 {
	const prime = 1099511628211
	h := uint64(14695981039346656037)
	for i := range len(c.status) {
		h = (h ^ uint64(c.status[i])) * prime
	}
	h = (h ^ 0xff) * prime
	for i := range len(c.code) {
		h = (h ^ uint64(c.code[i])) * prime
	}
	h = (h ^ 0xff) * prime
	for n := uint64(c.sequence); n > 0; n >>= 8 {
		h = (h ^ n&0xff) * prime
	}
	return h
}

package plivo

import (
	"cmp"
	"slices"
)

// finals are the terminal statuses, in the order that decides between contradicting ones when neither
// sequence nor time does. Their index is a claim's place in a tier, and part of the kept format.
var finals = [...]Status{Failed, Undelivered, Delivered, Read, Rejected, Received}

const (
	deliveredSlot = 2
	readSlot      = 3
)

// tier folds the callbacks of one standing: those that verified, or all others. Of each terminal
// status, and of the non-terminal ones together, one claim stands for all; the terminal statuses
// contend through these alone, since comparing callback with callback would not be transitive.
type tier struct {
	open    claim // the greatest non-terminal claim; no status when there is none
	final   [len(finals)]claim
	finally [len(finals)]bool // which of final are set

	// What is known of the message when the deciding claim does not say: chosen by value.
	units          int // the largest
	from, to, kind string

	arrivals arrivals
}

func (t *tier) add(c *claim) {
	t.units = max(t.units, c.units)
	t.from = smallest(t.from, c.from)
	t.to = smallest(t.to, c.to)
	t.kind = smallest(t.kind, c.kind)
	if c.status == "" {
		return
	}
	if !c.status.Terminal() {
		if t.open.status == "" || progress(c, &t.open) > 0 {
			t.open = *c
		}
		return
	}
	i := slices.Index(finals[:], c.status)
	if !t.finally[i] || verdict(c, &t.final[i]) < 0 {
		t.final[i], t.finally[i] = *c, true
	}
}

func smallest(a, b string) string {
	if a == "" || b != "" && b < a {
		return b
	}
	return a
}

// winner gives the claim that decides, nil where no callback had a status, and whether terminal
// statuses contradict each other.
func (t *tier) winner() (won *claim, contradiction bool) {
	classes := 0
	for i := range t.final {
		if !t.finally[i] {
			continue
		}
		c := &t.final[i]
		switch {
		case i == readSlot && t.finally[deliveredSlot]:
			// Delivered and read contend together, and that class has had its turn.
			continue
		case i == deliveredSlot && t.finally[readSlot]:
			if verdict(&t.final[readSlot], c) < 0 {
				c = &t.final[readSlot]
			}
		}
		classes++
		if won == nil || cmp.Or(cmp.Compare(c.sequence, won.sequence), cmp.Compare(c.reported, won.reported)) < 0 {
			won = c
		}
	}
	if won == nil {
		if t.open.status == "" {
			return nil, false
		}
		return &t.open, false
	}
	if won.status == Delivered && t.finally[readSlot] {
		won = &t.final[readSlot]
	}
	return won, classes > 1
}

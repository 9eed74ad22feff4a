package scenario

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// course lays out the statuses of a message, in the order in which it comes to them, and counts them as
// Plivo does.
func (m *maker) course(message int, of *Message) ([]hop, error) {
	var hops []hop
	for i := range m.s.steps {
		st := &m.s.steps[i]
		if st.kind != DeliveryReport || st.message >= 0 && st.message != message {
			continue
		}
		p := plain{of: of, uuid: of.UUID, step: i + 1, message: m.nameOf(message), at: m.now.Add(m.times[i].after)}
		status, err := m.value(st.status, "", p)
		if err != nil {
			return nil, err
		}
		otherwise := ""
		if s := plivo.Status(status); s == plivo.Delivered || s == plivo.Read {
			otherwise = "000"
		}
		code, err := m.value(st.code, otherwise, p)
		if err != nil {
			return nil, err
		}
		hops = append(hops, hop{step: i, after: m.times[i].after, status: plivo.Status(status), code: code})
	}
	slices.SortStableFunc(hops, func(a, b hop) int { return cmp.Compare(a.after, b.after) })
	for i := range hops {
		var err error
		if hops[i].sequence, err = m.number(m.s.steps[hops[i].step].sequence, i+1, 0, maxSequence, "a sequence number"); err != nil {
			return nil, err
		}
	}
	return hops, nil
}

// report is what is told of a message at the last of these statuses.
func (m *maker) report(of *Message, hops []hop) Report {
	now := hops[len(hops)-1]
	network := NetworkOf(of.To)
	r := Report{
		MessageUUID: of.UUID, From: of.From, To: of.To, Type: of.Type, Status: now.status,
		Units: of.Units, TotalRate: network.Rate(), TotalAmount: network.Amount(now.status, of.Units),
		MCC: network.MCC, MNC: network.MNC, ErrorCode: now.code, Sequence: now.sequence,
		MessageTime: m.now, RequesterIP: of.Requester, PowerpackUUID: of.Powerpack,
	}
	for _, h := range hops {
		at := m.now.Add(h.after)
		switch {
		case h.status == plivo.Queued:
			r.QueuedTime = at
		case h.status == plivo.Sent:
			r.SentTime = at
		case h.status.Terminal() && h.status != plivo.Read:
			r.DeliveryTime = at
		}
	}
	if of.Type == plivo.WhatsApp && !r.SentTime.IsZero() {
		r.Conversation = ConversationOf(of.From, of.To, r.SentTime)
	}
	return r
}

// ConversationOf is the one that a message sent at a time is of: the same for both numbers, until it ends.
func ConversationOf(from, to string, sent time.Time) Conversation {
	sum := sha256.Sum256([]byte("conversation " + from + " " + to))
	return Conversation{ID: hex.EncodeToString(sum[:16]), Origin: "service", Expires: sent.Add(24 * time.Hour)}
}

// hop is one status on a message's way.
type hop struct {
	step     int // index
	after    time.Duration
	sequence int
	status   plivo.Status
	code     string
}

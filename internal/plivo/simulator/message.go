package simulator

import (
	"io"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// message is one message to or from one number. It does not change: an inbound one is replaced.
type message struct {
	number    uint64 // of the simulator's messages, from 1
	uuid      string
	direction plivo.Direction
	from, to  string // without a plus
	units     int
	powerpack string
	kind      string // sms, mms or whatsapp; empty for sms
	dlt       dlt
	log       string
	ip        string // of the requester
	method    string // of the callbacks
	url       string // of the callbacks; empty for none
	fate      fated
	chaos     *scenario.Chaos // that befalls its callbacks; nil for none
	network   scenario.Network
	created   time.Time
	course    []hop
}

// hop is one status on a message's way.
type hop struct {
	status plivo.Status
	code   string
	at     time.Time
}

// plan lays out the course of an outbound message, and gives its callbacks in the order in which they go. The
// message does not keep these: it is remembered longer than they are needed.
func (m *message) plan(pace Pace, speed float64, random io.Reader) ([]scenario.Step, error) {
	steps, err := m.steps(pace, speed, random)
	if err != nil {
		return nil, err
	}
	for _, st := range steps {
		if st.Copy == 0 {
			m.course = append(m.course, hop{status: st.Status, code: st.ErrorCode, at: st.At})
		}
	}
	slices.SortStableFunc(m.course, func(a, b hop) int { return a.at.Compare(b.at) })
	if m.url == "" || m.fate.Silent {
		return nil, nil
	}
	return steps, nil
}

// state is the hop the message is at.
func (m *message) state(now time.Time) hop {
	at := m.course[0]
	for _, h := range m.course[1:] {
		if !h.at.After(now) {
			at = h
		}
	}
	return at
}

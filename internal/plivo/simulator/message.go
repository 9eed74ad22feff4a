package simulator

import (
	"encoding/json"
	"io"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// message is one message to or from one number. It does not change: an inbound one is replaced. It is kept for long,
// so it holds no text, and what few messages have is apart.
type message struct {
	round     *round
	number    uint64 // of the round's messages, from 1
	owner     *tenant
	uuid      string
	direction plivo.Direction
	from, to  string // without a plus
	units     int
	kind      string // sms, mms or whatsapp; empty for sms
	log       string
	ip        string          // of the requester
	method    string          // of the callbacks
	url       string          // of the callbacks; empty for none
	rule      string          // that its fate is of; empty for none
	chaos     *scenario.Chaos // that befalls its callbacks; nil for none
	created   time.Time
	course    []hop
	extras    *extras // nil for none
}

// extras are the parameters of a send that few have. Messages of one send share them.
type extras struct {
	powerpack string
	dlt       dlt
	media     []string                   // URLs and IDs of files
	objects   map[string]json.RawMessage // template, interactive and location
}

func (m *message) extra() extras {
	if m.extras == nil {
		return extras{}
	}
	return *m.extras
}

// hop is one status on a message's way.
type hop struct {
	status plivo.Status
	code   string
	at     time.Time
}

// plan lays out the course of an outbound message with a fate, and gives its callbacks in the order in which they go.
// The message does not keep these: it is remembered longer than they are needed.
func (m *message) plan(fate Fate, pace Pace, speed float64, random io.Reader) ([]scenario.Step, error) {
	steps, err := m.steps(fate, pace, speed, random)
	if err != nil {
		return nil, err
	}
	m.course = make([]hop, 0, len(steps))
	for _, st := range steps {
		if st.Copy == 0 {
			m.course = append(m.course, hop{status: st.Status, code: st.ErrorCode, at: st.At})
		}
	}
	slices.SortStableFunc(m.course, func(a, b hop) int { return a.at.Compare(b.at) })
	if m.url == "" || fate.Silent {
		return nil, nil
	}
	return steps, nil
}

// charged tells that the message gets to the carrier at some time, for which the account pays.
func (m *message) charged() bool {
	return slices.ContainsFunc(m.course, func(h hop) bool { return h.status != plivo.Queued && h.status != plivo.Failed })
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

// answers tells that it is no message, but stands for the answer to a call that is posted.
func (m *message) answers() bool { return m.number == 0 }

// is tells whether m and other are the same message, one of them in a later state maybe.
func (m *message) is(other *message) bool { return m.round == other.round && m.number == other.number }

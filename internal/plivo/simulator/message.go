package simulator

import (
	"fmt"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// message is one message to or from one number. It does not change: an inbound one is replaced.
type message struct {
	number    uint64 // of the simulator's messages, from 1
	uuid      string
	direction plivo.Direction
	from, to  string // without a plus
	units     int
	powerpack string
	log       string
	ip        string // of the requester
	method    string // of the callbacks
	url       string // of the callbacks; empty for none
	fate      Fate
	network   network
	created   time.Time
	course    []hop
}

// hop is one status on a message's way.
type hop struct {
	status plivo.Status
	code   string
	at     time.Time
}

// course lays out the statuses of an outbound message.
func course(f Fate, created time.Time, o Options) []hop {
	queued := hop{status: plivo.Queued, at: created.Add(o.hurried(o.Pace.Queued))}
	sent := hop{status: plivo.Sent, at: created.Add(o.hurried(o.Pace.Sent))}
	final := hop{status: f.final, code: f.code, at: created.Add(o.hurried(o.Pace.Final))}
	switch f.final {
	case plivo.Sent:
		return []hop{queued, sent}
	case plivo.Failed:
		return []hop{queued, final}
	case plivo.Undelivered:
		return []hop{queued, sent, final}
	default:
		final.status, final.code = plivo.Delivered, "000"
		return []hop{queued, sent, final}
	}
}

// posting is a callback that is to be posted.
type posting struct {
	report Report
	at     time.Time
	copy   uint64 // tells the posts of the same report apart
}

// postings gives the callbacks of a message in the order they go out.
func (m *message) postings(o Options) []posting {
	if m.url == "" || m.fate.silent {
		return nil
	}
	var ps []posting
	for i, h := range m.course {
		ps = append(ps, posting{report: m.report(i), at: h.at})
	}
	last := len(ps) - 1
	switch m.fate.quirk {
	case outOfOrder:
		first := ps[0]
		first.at = ps[last].at
		ps = append(ps[1:], first)
	case twice:
		for i := last; i >= 0; i-- {
			again := ps[i]
			again.copy = 1
			ps = slices.Insert(ps, i+1, again)
		}
	case lastLate:
		ps[last].at = ps[last].at.Add(o.hurried(o.Pace.Late))
	}
	return ps
}

// report is what is told of the message at hop i of its course.
func (m *message) report(i int) Report {
	r := Report{
		MessageUUID: m.uuid, From: m.from, To: m.to, Type: "sms", Status: m.course[i].status,
		Units: m.units, TotalRate: dollars(m.network.rate), TotalAmount: m.amount(m.course[i].status),
		MCC: m.network.mcc, MNC: m.network.mnc, ErrorCode: m.course[i].code, Sequence: i + 1,
		MessageTime: m.created, RequesterIP: m.ip, PowerpackUUID: m.powerpack,
	}
	for _, h := range m.course[:i+1] {
		switch h.status {
		case plivo.Queued:
			r.QueuedTime = h.at
		case plivo.Sent:
			r.SentTime = h.at
		default:
			r.DeliveryTime = h.at
		}
	}
	return r
}

// amount is the price: Plivo charges nothing for a message that failed before the carrier.
func (m *message) amount(s plivo.Status) string {
	if s == plivo.Failed {
		return dollars(0)
	}
	return dollars(m.network.rate * m.units)
}

// dollars writes an amount of hundred-thousandths of a dollar.
func dollars(n int) string { return fmt.Sprintf("%d.%05d", n/100_000, n%100_000) }

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

// network is who a number is served by, as far as the simulator makes it up.
type network struct {
	prefix   string
	country  string // ISO 3166 alpha-2
	mcc, mnc string
	rate     int // hundred-thousandths of a dollar a unit; made up
}

var networks = []network{
	{"1", "US", "310", "004", 550},
	{"31", "NL", "204", "08", 7320},
	{"33", "FR", "208", "01", 6540},
	{"34", "ES", "214", "07", 6110},
	{"39", "IT", "222", "01", 6900},
	{"41", "CH", "228", "01", 5830},
	{"43", "AT", "232", "01", 8420},
	{"44", "GB", "234", "10", 4120},
	{"46", "SE", "240", "01", 6270},
	{"48", "PL", "260", "01", 3950},
	{"49", "DE", "262", "01", 8990},
	{"52", "MX", "334", "020", 2980},
	{"55", "BR", "724", "05", 2640},
	{"61", "AU", "505", "01", 4460},
	{"65", "SG", "525", "01", 4050},
	{"81", "JP", "440", "10", 7100},
	{"91", "IN", "404", "10", 3180},
}

// networkOf finds a destination's network; one of no listed country has no names and a middling rate.
func networkOf(number string) network {
	for _, n := range networks {
		if len(number) > len(n.prefix) && number[:len(n.prefix)] == n.prefix {
			return n
		}
	}
	return network{rate: 6000}
}

package simulator

import (
	"slices"
	"strings"
	"sync"

	"dev.internal/plivoscope/internal/plivo"
)

// Whole messages, in any case, by which a phone opts out of a number, opts in again, or asks for help.
var (
	optOutWords = []string{"STOP", "END", "QUIT", "CANCEL", "UNSUBSCRIBE", "UNSUB", "STOP ALL"}
	optInWords  = []string{"START", "YES", "RESUME", "UNSTOP", "GO"}
	helpWords   = []string{"HELP", "INFO"}
)

// helpAnswer is what HELP and INFO are answered with; made up.
const helpAnswer = "Reply STOP to get no more messages from this number, or START to get them again. Message and data rates may apply."

// maxOptOuts bounds the phones that are remembered as opted out.
const maxOptOuts = 1_000_000

// optOuts are the phones that opted out, each of a number or of a pool.
type optOuts struct {
	mu  sync.Mutex
	out map[optOut]struct{}
}

func (o *optOuts) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.out = nil
}

type optOut struct{ sender, phone string }

// keyword does what an inbound message asks Plivo itself: STOP and its likes opt the phone out, START in, and HELP is
// answered. The message goes on to the number's application all the same.
func (s *Simulator) keyword(m *message, text string) {
	word := strings.ToUpper(strings.Join(strings.Fields(text), " "))
	stop, start, help := slices.Contains(optOutWords, word), slices.Contains(optInWords, word), slices.Contains(helpWords, word)
	if !stop && !start && !help || !s.obeys(m.to, m.from) {
		return
	}
	key := optOut{s.campaign(m.to), strings.Clone(m.from)}
	o := &s.optOuts
	o.mu.Lock()
	switch {
	case stop && len(o.out) < maxOptOuts:
		if o.out == nil {
			o.out = make(map[optOut]struct{})
		}
		o.out[key] = struct{}{}
	case start:
		delete(o.out, key)
	}
	o.mu.Unlock()
	if !help {
		return
	}
	answer := order{owner: s.ownerOf(m), src: m.to, dst: []string{m.from}, kind: plivo.SMS, text: helpAnswer, log: "true", fates: []fated{{Fate: s.ordinary()}}, automatic: true}
	if ms, posts, err := s.take(answer, ""); err == nil {
		s.launchAll(ms, posts)
	} else {
		s.o.Logger.Warn("help not answered", "message_uuid", m.uuid, "error", err.Error())
	}
}

// optedOut tells whether a phone wants nothing more from a number.
func (s *Simulator) optedOut(from, phone string) bool {
	s.optOuts.mu.Lock()
	any := len(s.optOuts.out) > 0
	s.optOuts.mu.Unlock()
	if !any || !s.obeys(from, phone) {
		return false
	}
	key := optOut{s.campaign(from), phone}
	s.optOuts.mu.Lock()
	defer s.optOuts.mu.Unlock()
	_, out := s.optOuts.out[key]
	return out
}

// obeys tells whether Plivo looks for keywords between a number and a phone: by itself it does so for long codes and
// toll-free numbers of the US and Canada.
func (s *Simulator) obeys(number, phone string) bool {
	if s.o.OptOutEverywhere {
		return true
	}
	s.mu.Lock()
	n, _ := s.owned.number(number)
	s.mu.Unlock()
	return n.Type != "shortcode" && isNorthAmerican(number) && isNorthAmerican(phone)
}

func isNorthAmerican(number string) bool {
	return len(number) == 11 && isDigits(number) && inUSOrCanada(number)
}

// campaign names what a phone opts out of with a number: the pool of its Powerpack, its 10DLC campaign, or the number
// alone.
func (s *Simulator) campaign(number string) string {
	for _, p := range s.powerpacks() {
		if slices.Contains(p.Numbers, number) {
			return "powerpack " + p.UUID
		}
	}
	s.mu.Lock()
	n, ok := s.owned.number(number)
	s.mu.Unlock()
	if ok && (n.Campaign != "" || n.TenDLC == registered) {
		return "10DLC " + n.Subaccount + " " + n.Campaign
	}
	return number
}

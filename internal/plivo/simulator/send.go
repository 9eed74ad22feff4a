package simulator

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unique"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// What the API takes for a src.
const (
	maxNumber     = 14 // digits
	maxSenderName = 11 // characters
)

// order is a send that can be accepted.
type order struct {
	owner          *tenant // nil for the one that has src
	automatic      bool    // Plivo sends it itself, also to who opted out
	src, powerpack string
	pool           []string // of the Powerpack: src is one of these for each destination
	dst            []string // normalised, distinct, in order
	invalid        []string // as they were written
	kind           string   // sms, mms or whatsapp
	text           string
	objects        map[string]json.RawMessage // of WhatsApp: template, interactive, location
	url, method    string
	log            string
	expiry         time.Duration // in the queue; 0 for Plivo's
	extras         *extras
	fates          []fated // of dst
	rules          *ruling // that gave these; nil for none
}

// serveSend is POST Message/.
func (s *Simulator) serveSend(c *call) error {
	p, err := c.params(s)
	if err != nil {
		return err
	}
	o, err := s.readOrder(c.by, p)
	if err != nil {
		return err
	}
	var ms []*message
	var posts [][]scenario.Step
	s.during(nil, func() {
		if err = s.readFates(&o, c.r.Header); err == nil {
			ms, posts, err = s.take(o, requester(c.r))
		}
	})
	if err != nil {
		return err
	}
	body := struct {
		APIID   string   `json:"api_id"`
		Message string   `json:"message"`
		UUIDs   []string `json:"message_uuid"`
		Invalid []string `json:"invalid_number,omitempty"`
	}{APIID: c.apiID, Message: "message(s) queued", Invalid: o.invalid}
	for _, m := range ms {
		body.UUIDs = append(body.UUIDs, m.uuid)
	}
	// Callbacks that are due at once may come before the answer, as they may from Plivo. Were they scheduled after it,
	// a long answer would be read, and the clock moved on, without them.
	s.launchAll(ms, posts)
	answer(c.w, http.StatusAccepted, body)
	return nil
}

// errFull is the answer to a call whose callbacks find no room.
var errFull = refuse(http.StatusTooManyRequests, "too many requests: the simulator is stopping, or has as many callbacks to post as it can hold")

// take accepts an order; its callbacks go with launchAll.
func (s *Simulator) take(o order, ip string) ([]*message, [][]scenario.Step, error) {
	ms, posts, paid, err := s.messagesOf(o, ip)
	if err != nil {
		o.rules.unused(false)
		return nil, nil, err
	}
	count := 0
	for _, ps := range posts {
		if len(ps) > 0 {
			count++
		}
	}
	if !s.begin(count) {
		s.purse.giveBack(paid)
		s.unload(posts)
		o.rules.unused(false)
		return nil, nil, errFull
	}
	s.remember(ms)
	for _, m := range ms {
		s.emit(Event{Event: EventAccepted, MessageUUID: m.uuid, From: m.from, To: m.to, Status: plivo.Queued, Units: m.units, Method: m.method, URL: m.url, Cause: m.rule})
	}
	return ms, posts, nil
}

func (s *Simulator) launchAll(ms []*message, posts [][]scenario.Step) {
	for i, ps := range posts {
		if len(ps) > 0 {
			s.launch(ms[i], ps)
		}
	}
}

func (s *Simulator) readOrder(by *tenant, p params) (order, error) {
	o := order{owner: by}
	var dst string
	err := p.texts(map[string]*string{
		"src": &o.src, "powerpack_uuid": &o.powerpack, "dst": &dst, "text": &o.text, "type": &o.kind, "url": &o.url,
		"method": &o.method,
	})
	if err != nil {
		return order{}, err
	}
	if o.kind, err = checkType(o.kind); err != nil {
		return order{}, err
	}
	if err := s.check(&o, dst, func() error { return o.readOptions(p) }); err != nil {
		return order{}, err
	}
	return o, nil
}

// check goes through what holds for every order, a call's and a reply's. options are what is to be checked of this
// one besides, in its turn.
func (s *Simulator) check(o *order, dst string, options func() error) error {
	for _, check := range []func() error{
		func() error { return s.checkSender(o) },
		func() error { return o.readDestinations(dst) },
		o.checkName,
		func() error { return s.checkGeo(o) },
		options,
		func() error { return s.checkMMS(o) },
		func() error { return s.checkCallback(o) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Simulator) checkSender(o *order) error {
	given := o.src
	o.src = alphanumeric(o.unprefixed(given))
	switch {
	case s.purse.refuses(s.now()):
		return badRequest("Insufficient Credit")
	case given != "" && o.powerpack != "":
		return badRequest("either src or powerpack_uuid can be given, not both")
	case o.powerpack != "" && o.kind == plivo.WhatsApp:
		return badRequest("a message of type whatsapp needs src, and no powerpack_uuid")
	case o.powerpack != "":
		return s.choosePool(o)
	case o.src == "":
		return badRequest("src is required")
	case isDigits(o.src) && len(o.src) > maxNumber, !isDigits(o.src) && len(o.src) > maxSenderName:
		return badRequest(fmt.Sprintf("src is not valid: a number has at most %d digits, a sender name at most %d characters", maxNumber, maxSenderName))
	case s.o.StrictSenders && !s.owns(o.owner, o.src):
		return badRequest(notAllowed + ": src is not a number of this account, and the simulator is strict about senders")
	case s.mute(o.src):
		return badRequest("src is a number of this account that is not enabled for SMS")
	}
	return nil
}

// checkName refuses a sender's name to where only numbers may send.
func (o *order) checkName() error {
	if isDigits(o.src) {
		return nil
	}
	for _, to := range o.dst {
		if !isMagic(to) && inUSOrCanada(to) {
			return badRequest(notAllowed + ": the US and Canada take no sender name, so " + o.src + " cannot send to " + to)
		}
	}
	return nil
}

// unprefixed is a number of WhatsApp without what some write before it.
func (o *order) unprefixed(number string) string {
	if o.kind != plivo.WhatsApp {
		return number
	}
	return strings.TrimPrefix(strings.TrimSpace(number), "whatsapp:")
}

// notAllowed is what Plivo says of a src that may not send.
const notAllowed = "This caller ID is not allowed for outbound message"

// readDestinations splits, strips and checks dst. Numbers that cannot be are set apart; only when there
// are no others the request is refused.
func (o *order) readDestinations(dst string) error {
	if strings.TrimSpace(dst) == "" {
		return badRequest("dst is required")
	}
	seen := make(map[string]bool)
	for _, raw := range strings.Split(dst, "<") {
		n := undecorated(o.unprefixed(raw))
		switch {
		case n == "" || seen[n]:
			continue
		case n == o.src && len(o.pool) == 0:
			return badRequest("dst is identical to src")
		case isNumber(n):
			o.dst = append(o.dst, strings.Clone(n)) // not all of dst is kept with a message
		default:
			o.invalid = append(o.invalid, raw)
		}
		seen[n] = true
	}
	switch {
	case len(seen) > plivo.MaxDestinations:
		return badRequest(fmt.Sprintf("dst has %d destinations, at most %d are taken", len(seen), plivo.MaxDestinations))
	case len(o.dst) == 0:
		return badRequest("dst is not a valid number with its country code")
	}
	return nil
}

func checkText(text string) error {
	if text == "" {
		return badRequest("text is required")
	}
	seg := plivo.Segment(text)
	most := plivo.MaxGSM7
	if seg.Encoding == plivo.UCS2 {
		most = plivo.MaxUCS2
	}
	if seg.Length > most {
		return badRequest(fmt.Sprintf("text is too long: it has %d %s characters, at most %d are taken", seg.Length, seg.Encoding, most))
	}
	return nil
}

func (s *Simulator) checkCallback(o *order) error {
	if o.url != "" {
		if words := s.checkURL(o.url); words != "" {
			return badRequest(words)
		}
	}
	switch o.method = strings.ToUpper(o.method); o.method {
	case "":
		o.method = http.MethodPost
	case http.MethodPost, http.MethodGet:
	default:
		return badRequest("method must be POST or GET")
	}
	return nil
}

// readFates gives each destination its fate: its magic number's, else the request header's, else what was said of the
// next messages, else the first rule's that fits, else the default. A magic number or a rule may refuse the whole
// request: then none is used up, but a rule that refuses has counted.
func (s *Simulator) readFates(o *order, header http.Header) error {
	o.rules = s.ruling(o)
	err := o.findFates(header)
	if err != nil {
		refusal, ok := err.(*apiError)
		o.rules.unused(ok && refusal.cause != "")
	}
	return err
}

func (o *order) findFates(header http.Header) error {
	var ordinary *Fate // of all; nil where the rules are asked
	if given := header.Get(FateHeader); given != "" {
		f, err := ParseFate(given)
		if err != nil {
			return badRequest(err.Error())
		}
		ordinary = &f
	}
	for _, to := range o.dst {
		var f fated
		var err error
		magic, refusal, known, problem := magicFate(to)
		switch {
		case problem != nil:
			return badRequest(problem.Error())
		case refusal != 0:
			return refuse(int(refusal), refusalWords(refusal))
		case known:
			f.Fate = magic
		case ordinary != nil:
			f.Fate = *ordinary
		default:
			if f, err = o.rules.fate(o.sender(to), to); err != nil {
				return err
			}
		}
		o.fates = append(o.fates, f)
	}
	return nil
}

// messagesOf gives the messages of an order, the callbacks of each, and what was paid for them all.
func (s *Simulator) messagesOf(o order, ip string) (ms []*message, posts [][]scenario.Step, paid int64, err error) {
	if o.owner == nil {
		o.owner = s.ownerOfNumber(o.src)
	}
	first, round := s.nextMessages(len(o.dst))
	created, speed, units, chaos := s.now(), s.Speed(), o.units(), s.chaos()
	url := intern(o.url)
	ms = make([]*message, len(o.dst))
	posts = make([][]scenario.Step, len(o.dst))
	for i, to := range o.dst {
		n := first + uint64(i)
		m := &message{
			round: round, number: n, owner: o.owner, uuid: s.dice.uuid("message", n), direction: plivo.Outbound, from: intern(o.sender(to)), to: to,
			units: units, extras: o.extras, kind: o.kind, log: o.log, ip: ip, method: o.method, url: url, created: created,
			rule: o.fates[i].rule, chaos: chaos,
		}
		steps, price, err := s.send(m, &o, o.fates[i].Fate, speed)
		paid += price
		if err != nil {
			err = badRequest(err.Error())
		} else if steps = s.disturb(m, steps, s.o.Pace.Late); !s.load(steps) {
			err = errFull
		}
		if err != nil {
			s.purse.giveBack(paid)
			s.unload(posts)
			return nil, nil, 0, err
		}
		ms[i], posts[i] = m, steps
	}
	return ms, posts, paid, nil
}

// send lays out what becomes of a message: what the account's state says of it, else its fate, after the time that it
// waits in the queue, and if there is the money.
func (s *Simulator) send(m *message, o *order, fate Fate, speed float64) (posts []scenario.Step, paid int64, err error) {
	random := func() io.Reader { return s.dice.reader("scenario", m.number) }
	pace := s.o.Pace
	instead := func(f Fate) ([]scenario.Step, int64, error) {
		m.rule = "" // which this is not of
		posts, err := m.plan(f, pace, speed, random())
		return posts, 0, err
	}
	if over, yes := s.overruled(o, m); yes {
		return instead(over)
	}
	if posts, err = m.plan(fate, pace, speed, random()); err != nil {
		return nil, 0, err
	}
	// The money comes first: one that there is none for holds nobody up. A magic number is what becomes of the message,
	// whatever the account has.
	price := int64(scenario.NetworkOf(m.to).Price(m.units))
	switch {
	case !m.charged():
	case isMagic(m.to):
		paid = s.purse.take(price)
	case s.purse.pay(price, m.created.Add(time.Duration(float64(unpaidPause)/speed))):
		paid = price
	default:
		return instead(failedWith("900"))
	}
	wait, ok := s.queue(m, o.expiry, speed)
	if pace = pace.later(wait); !ok {
		s.purse.giveBack(paid)
		return instead(failedWith("420"))
	}
	if wait > 0 {
		posts, err = m.plan(fate, pace, speed, random())
	}
	return posts, paid, err
}

// later is the pace of a message that waits before it is sent.
func (p Pace) later(wait time.Duration) Pace {
	p.Sent, p.Final = min(p.Sent+wait, scenario.MaxTime), min(p.Final+wait, scenario.MaxTime)
	return p
}

// intern gives one string for all that are equal, where many messages have it.
func intern(s string) string { return unique.Make(s).Value() }

func (s *Simulator) remember(ms []*message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range ms {
		if m.round == s.round {
			s.ledger.add(m)
		}
	}
}

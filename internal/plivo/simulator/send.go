package simulator

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// What the API takes for a src.
const (
	maxNumber     = 14 // digits
	maxSenderName = 11 // characters
)

// Parameters of sends that the simulator does not have.
var otherParams = []string{"callback_url"}

// order is a send that can be accepted.
type order struct {
	src, powerpack string
	dst            []string // normalised, distinct, in order
	invalid        []string // as they were written
	kind           string   // sms, mms or whatsapp
	text           string
	special        bool // it has a template, an interactive message or a location
	url, method    string
	log            string
	dlt            dlt
	fates          []Fate // of dst
}

// serveSend is POST Message/.
func (s *Simulator) serveSend(w http.ResponseWriter, r *http.Request, apiID string) error {
	p, err := readParams(r)
	if err != nil {
		return err
	}
	o, err := s.readOrder(p)
	if err != nil {
		return err
	}
	if err := s.readFates(&o, r.Header); err != nil {
		return err
	}
	ms, posts, err := s.take(o, requester(r))
	if err != nil {
		return err
	}
	body := struct {
		APIID   string   `json:"api_id"`
		Message string   `json:"message"`
		UUIDs   []string `json:"message_uuid"`
		Invalid []string `json:"invalid_number,omitempty"`
	}{APIID: apiID, Message: "message(s) queued", Invalid: o.invalid}
	for _, m := range ms {
		body.UUIDs = append(body.UUIDs, m.uuid)
	}
	answer(w, http.StatusAccepted, body)
	s.launchAll(ms, posts)
	return nil
}

// take accepts an order; its callbacks go with launchAll.
func (s *Simulator) take(o order, ip string) ([]*message, [][]scenario.Step, error) {
	ms, posts, err := s.messagesOf(o, ip)
	if err != nil {
		return nil, nil, badRequest(err.Error())
	}
	count := 0
	for _, ps := range posts {
		if len(ps) > 0 {
			count++
		}
	}
	if !s.begin(count) {
		return nil, nil, refuse(http.StatusTooManyRequests, "too many requests: the simulator is stopping, or has as many callbacks to post as it can hold")
	}
	s.remember(ms)
	for _, m := range ms {
		s.emit(Event{Event: EventAccepted, MessageUUID: m.uuid, From: m.from, To: m.to, Status: plivo.Queued, Units: m.units, Method: m.method, URL: m.url})
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

func (s *Simulator) readOrder(p params) (order, error) {
	for _, name := range otherParams {
		if p.has(name) {
			return order{}, refuse(http.StatusNotImplemented, "the simulator does not have the parameter "+name+": it sends text, files and the objects of WhatsApp")
		}
	}
	var o order
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
	for _, check := range []func() error{
		func() error { return s.checkSender(&o) },
		func() error { return o.readDestinations(dst) },
		func() error { return o.readOptions(p) },
		func() error { return s.checkCallback(&o) },
	} {
		if err := check(); err != nil {
			return order{}, err
		}
	}
	return o, nil
}

func (s *Simulator) checkSender(o *order) error {
	given := o.src
	o.src = alphanumeric(given)
	switch {
	case s.refusesUnpaid():
		return badRequest("Insufficient Credit")
	case given != "" && o.powerpack != "":
		return badRequest("either src or powerpack_uuid can be given, not both")
	case o.powerpack != "":
		o.src = s.o.Numbers[0]
		if p, ok := s.powerpack(o.powerpack); ok && len(p.Numbers) > 0 {
			o.src = p.Numbers[0]
		}
		return nil
	case o.src == "":
		return badRequest("src is required")
	case isDigits(o.src) && len(o.src) > maxNumber, !isDigits(o.src) && len(o.src) > maxSenderName:
		return badRequest(fmt.Sprintf("src is not valid: a number has at most %d digits, a sender name at most %d characters", maxNumber, maxSenderName))
	case s.o.StrictSenders && !s.owns(o.src):
		return badRequest("src is not a number of this account, and the simulator is strict about senders")
	case s.mute(o.src):
		return badRequest("src is a number of this account that is not enabled for SMS")
	}
	return nil
}

// readDestinations splits, strips and checks dst. Numbers that cannot be are set apart; only when there
// are no others the request is refused.
func (o *order) readDestinations(dst string) error {
	if strings.TrimSpace(dst) == "" {
		return badRequest("dst is required")
	}
	seen := make(map[string]bool)
	for _, raw := range strings.Split(dst, "<") {
		n := undecorated(raw)
		switch {
		case n == "" || seen[n]:
			continue
		case n == o.src:
			return badRequest("dst is identical to src")
		case isNumber(n):
			o.dst = append(o.dst, n)
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

func checkExpiry(given string) error {
	if given == "" {
		return nil
	}
	if seconds, err := strconv.Atoi(given); err != nil || seconds < 5 || seconds > 10_799 {
		return badRequest("message_expiry must be a number of seconds from 5 to 10799")
	}
	return nil
}

// readFates gives each destination its fate: its magic number's, else the request header's, else the
// default. A magic number may refuse the whole request.
func (s *Simulator) readFates(o *order, header http.Header) error {
	ordinary := s.ordinary()
	if s.broke() {
		ordinary = s.unpaid()
	} else if given := header.Get(FateHeader); given != "" {
		var err error
		if ordinary, err = ParseFate(given); err != nil {
			return badRequest(err.Error())
		}
	}
	for _, to := range o.dst {
		f, refusal, magic, err := magicFate(to)
		switch {
		case err != nil:
			return badRequest(err.Error())
		case refusal != 0:
			return refuse(int(refusal), refusalWords(refusal))
		case !magic:
			f = ordinary
		}
		o.fates = append(o.fates, f)
	}
	return nil
}

func refusalWords(status refusal) string {
	switch status {
	case http.StatusUnauthorized:
		return unauthorized
	case http.StatusTooManyRequests:
		return "too many requests"
	case http.StatusBadRequest:
		return "dst is a number that the simulator refuses"
	default:
		return "internal server error"
	}
}

// messagesOf gives the messages of an order, and the callbacks of each.
func (s *Simulator) messagesOf(o order, ip string) ([]*message, [][]scenario.Step, error) {
	first := s.nextMessages(len(o.dst))
	created := s.now()
	units := o.units()
	ms := make([]*message, len(o.dst))
	posts := make([][]scenario.Step, len(o.dst))
	for i, to := range o.dst {
		n := first + uint64(i)
		ms[i] = &message{
			number: n, uuid: s.dice.uuid("message", n), direction: plivo.Outbound, from: o.src, to: to,
			units: units, powerpack: o.powerpack, kind: o.kind, dlt: o.dlt, log: o.log, ip: ip, method: o.method, url: o.url,
			fate: o.fates[i], network: scenario.NetworkOf(to), created: created,
		}
		var err error
		if posts[i], err = ms[i].plan(s.o.Pace, s.Speed(), s.dice.reader("scenario", n)); err != nil {
			return nil, nil, err
		}
	}
	return ms, posts, nil
}

func (s *Simulator) remember(ms []*message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range ms {
		s.ledger.add(m)
	}
}

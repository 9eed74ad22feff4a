package simulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// InboundMessage is a message from a phone to the account.
type InboundMessage struct {
	From  string
	To    string   // empty for the account's first number
	Text  string   // may be empty where there are Media
	Media []string // http or https URLs of its files, up to 10; it is an MMS then
	URL   string   // where it is posted; empty for the message_url of the number's application, with its method
}

// maxMedia is how many files a message has at most.
const maxMedia = 10

// codeForbidden is Plivo's code of an inbound message that its URL answered 403.
const codeForbidden = "2403"

// Inbound posts one signed inbound message and gives its UUID, which also stands when the callback server did not
// answer 200: that is an error, and the message is posted again as a delivery report is. Where ctx ends before there
// is an answer, the message goes on its way.
func (s *Simulator) Inbound(ctx context.Context, in InboundMessage) (string, error) {
	got, err := s.receive(ctx, in)
	return got.uuid, err
}

// receipt is what came of the first attempt to post an inbound message.
type receipt struct {
	uuid    string
	event   Event
	answer  string   // the beginning of it
	replies []string // UUIDs of those that were sent
}

// receive is Inbound that tells more. A receipt without uuid is of a message that was not posted at all.
func (s *Simulator) receive(ctx context.Context, in InboundMessage) (receipt, error) {
	var m *message
	var err error
	s.during(nil, func() { m, err = s.takeInbound(in) })
	if err != nil {
		return receipt{}, fmt.Errorf("cannot post an inbound message: %w", err)
	}
	report := scenario.InboundReport{MessageUUID: m.uuid, From: m.from, To: m.to, Text: in.Text, Type: m.kind, Media: in.Media}
	step := scenario.Step{Number: 1, Kind: scenario.Inbound, Status: plivo.Received, Params: report.Params()}
	s.missign(m, &step)
	type outcome struct {
		receipt
		err error
	}
	first := make(chan outcome, 1)
	s.schedule(&task{
		due: m.created, m: m, attempt: 1,
		steps: []scenario.Step{step},
		do: func(t *task) {
			got, err := s.runInbound(t)
			first <- outcome{got, err}
		},
	})
	select {
	case came := <-first:
		return came.receipt, came.err
	case <-ctx.Done():
		err = ctx.Err()
	case <-m.round.ctx.Done():
		err = errStopping
		if s.ctx.Err() == nil {
			err = errReset
		}
	}
	return receipt{uuid: m.uuid}, fmt.Errorf("cannot wait until %s has answered the inbound message: %w", m.url, err)
}

// takeInbound accepts an inbound message, which is pending from then on.
func (s *Simulator) takeInbound(in InboundMessage) (*message, error) {
	m, err := s.inboundMessage(in)
	if err != nil {
		return nil, err
	}
	if !s.begin(1) {
		return nil, errors.New("the simulator is stopping or has too much to post; try again later")
	}
	s.remember([]*message{m})
	s.keyword(m, in.Text)
	return m, nil
}

// runInbound makes an attempt to post an inbound message, and says why it was not taken.
func (s *Simulator) runInbound(t *task) (receipt, error) {
	var body bytes.Buffer
	e, err := s.post(t, &body)
	e.Event, e.Units = EventInbound, t.m.units
	got := receipt{uuid: t.m.uuid, answer: excerpt(body.Bytes())}
	state := hop{status: plivo.Delivered, at: s.now()} // as Plivo's record of an inbound message has it
	switch {
	case t.m.round.over():
		s.end(t)
		return got, fmt.Errorf("cannot post an inbound message to %s: the simulator stops, or was reset", t.m.url)
	case err == nil && e.Answered == http.StatusOK:
		got.replies, e.Problem = s.sendReplies(t.m, body.Bytes())
		s.clock.inherit(t)
	case err != nil:
		err = fmt.Errorf("cannot post an inbound message to %s: %s; check that the callback server runs there", t.m.url, e.Problem)
	default:
		err = fmt.Errorf("the inbound message was not taken: %s answered %d where Plivo expects 200; check what that path does", t.m.url, e.Answered)
	}
	if err != nil {
		state.status, e.Status = plivo.Undelivered, plivo.Undelivered
		if e.Answered == http.StatusForbidden {
			state.code = codeForbidden
		}
	}
	settled := *t.m
	settled.course = []hop{t.m.course[0], state}
	again := err != nil && t.attempt <= len(retryAfter)
	if again {
		e.Status, settled.course = plivo.Received, settled.course[:1]
	}
	s.mu.Lock()
	s.ledger.replace(&settled)
	s.mu.Unlock()
	s.tell(t.m, e)
	if again {
		s.againBy(t, func(t *task) { _, _ = s.runInbound(t) })
	} else {
		s.end(t)
	}
	got.event = e
	return got, err
}

// sendReplies sends the messages that the answer to an inbound message asks for, gives their UUIDs, and says what is
// wrong where one cannot be sent. An answer that is no XML asks for none.
func (s *Simulator) sendReplies(to *message, body []byte) (uuids []string, problem string) {
	if !bytes.HasPrefix(bytes.TrimLeft(body, "\ufeff \t\r\n"), []byte("<")) {
		return nil, ""
	}
	replies, err := plivo.ParseReplies(body)
	if err != nil {
		return nil, "the answer cannot be read, so no reply was sent: " + err.Error()
	}
	for i, r := range replies {
		var sent []string
		err := errReset
		s.during(to.round, func() { sent, err = s.sendReply(to, r) })
		if err != nil {
			return uuids, fmt.Sprintf("the reply %d of the answer was not sent: %v", i+1, err)
		}
		uuids = append(uuids, sent...)
	}
	return uuids, ""
}

func (s *Simulator) sendReply(to *message, r plivo.Reply) (uuids []string, err error) {
	if r.Type != "" && r.Type != plivo.SMS {
		return nil, fmt.Errorf("the simulator sends plain SMS, and its type is %s", r.Type)
	}
	o := order{owner: s.ownerOf(to), kind: plivo.SMS, src: r.From, text: r.Text, url: r.CallbackURL, method: r.CallbackMethod, log: "true"}
	if err := s.check(&o, r.To, func() error { return checkText(o.text) }); err != nil {
		return nil, err
	}
	if err := s.readFates(&o, nil); err != nil {
		return nil, err
	}
	ms, posts, err := s.take(o, "")
	if err != nil {
		return nil, err
	}
	s.launchAll(ms, posts)
	for _, m := range ms {
		uuids = append(uuids, m.uuid)
	}
	return uuids, nil
}

// inboundMessage checks in and gives it its number and UUID.
func (s *Simulator) inboundMessage(in InboundMessage) (*message, error) {
	if in.To == "" {
		in.To = s.o.Numbers[0]
	}
	from, to, err := s.parties(in.From, in.To)
	if err != nil {
		return nil, err
	}
	method := http.MethodPost
	if a, ok := s.appOf(to); ok && in.URL == "" {
		in.URL, method = a.MessageURL, a.MessageMethod
	}
	switch {
	case in.URL == "":
		return nil, errors.New("there is no url to post it to: name one with the message (--url), or start the simulator with --inbound-url, as http://127.0.0.1:4141/sms/inbound")
	}
	if words := s.checkURL(in.URL); words != "" {
		return nil, errors.New(words)
	}
	kind, units := plivo.SMS, plivo.Segment(in.Text).Segments
	if len(in.Media) > 0 {
		kind, units = plivo.MMS, 1
	}
	if err := checkInboundMedia(in.Media); err != nil {
		return nil, err
	}
	n, round := s.nextMessages(1)
	created := s.now()
	return &message{
		round: round, number: n, uuid: s.dice.uuid("message", n), direction: plivo.Inbound, from: from, to: to,
		units: units, kind: kind, log: "true", method: method, url: in.URL,
		owner: s.ownerOfNumber(to), chaos: s.chaos(), created: created, course: []hop{{status: plivo.Received, at: created}},
	}, nil
}

func checkInboundMedia(media []string) error {
	if len(media) > maxMedia {
		return fmt.Errorf("a message has up to %d files, and media names %d", maxMedia, len(media))
	}
	for _, raw := range media {
		if u, err := url.Parse(raw); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
			return fmt.Errorf("media has %q, which is no absolute http or https URL", raw)
		}
	}
	return nil
}

// serveInbound is the control call POST /plivoscope/inbound: {from, to, text, media, url}, with the account's
// credentials, answered when the message was posted. The control API's own tells more.
func (s *Simulator) serveInbound(w http.ResponseWriter, r *http.Request, apiID string) error {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		return refuse(http.StatusMethodNotAllowed, "method not allowed")
	}
	p, err := readParams(r)
	if err != nil {
		return err
	}
	var in InboundMessage
	if err := p.texts(map[string]*string{"from": &in.From, "to": &in.To, "text": &in.Text, "url": &in.URL}); err != nil {
		return err
	}
	if in.Media, err = p.urls("media"); err != nil {
		return err
	}
	uuid, err := s.Inbound(r.Context(), in)
	switch {
	case uuid == "":
		return badRequest(err.Error())
	case err != nil:
		return refuse(http.StatusBadGateway, err.Error())
	}
	answer(w, http.StatusAccepted, map[string]string{"api_id": apiID, "message": "inbound message posted", "message_uuid": uuid})
	return nil
}

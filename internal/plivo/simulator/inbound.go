package simulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// InboundMessage is a message from a phone to the account.
type InboundMessage struct {
	From string
	To   string // empty for the account's first number
	Text string
	URL  string // where it is posted; empty for the message_url of the number's application, with its method
}

// codeForbidden is Plivo's code of an inbound message that its URL answered 403.
const codeForbidden = "2403"

// Inbound posts one signed inbound message and gives its UUID, which also stands when the callback server did not
// answer 200: that is an error, and the message is posted again as a delivery report is. Where ctx ends before there
// is an answer, the message goes on its way.
func (s *Simulator) Inbound(ctx context.Context, in InboundMessage) (string, error) {
	m, err := s.inboundMessage(in)
	if err != nil {
		return "", fmt.Errorf("cannot post an inbound message: %w", err)
	}
	if !s.begin(1) {
		return "", errors.New("cannot post an inbound message: the simulator is stopping or has too much to post; try again later")
	}
	s.remember([]*message{m})
	s.keyword(m, in.Text)
	report := scenario.InboundReport{MessageUUID: m.uuid, From: m.from, To: m.to, Text: in.Text, Type: "sms"}
	first := make(chan error, 1)
	s.schedule(&task{
		due: m.created, m: m, attempt: 1,
		steps: []scenario.Step{{Number: 1, Kind: scenario.Inbound, Status: plivo.Received, Params: report.Params()}},
		do:    func(t *task) { first <- s.runInbound(t) },
	})
	select {
	case err = <-first:
		return m.uuid, err
	case <-ctx.Done():
		err = ctx.Err()
	case <-m.round.ctx.Done():
		err = errStopping
		if s.ctx.Err() == nil {
			err = errReset
		}
	}
	return m.uuid, fmt.Errorf("cannot wait until %s has answered the inbound message: %w", m.url, err)
}

// runInbound makes an attempt to post an inbound message, and says why it was not taken.
func (s *Simulator) runInbound(t *task) error {
	var body bytes.Buffer
	e, err := s.post(t, &body)
	e.Event, e.Units = EventInbound, t.m.units
	state := hop{status: plivo.Delivered, at: s.now()} // as Plivo's record of an inbound message has it
	switch {
	case t.m.round.over():
		s.done()
		return fmt.Errorf("cannot post an inbound message to %s: the simulator stops", t.m.url)
	case err == nil && e.Answered == http.StatusOK:
		e.Problem = s.sendReplies(body.Bytes())
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
	s.emit(e)
	if again {
		s.againBy(t, func(t *task) { _ = s.runInbound(t) })
	} else {
		s.done()
	}
	return err
}

// sendReplies sends the messages that the answer to an inbound message asks for, and says what is wrong where one
// cannot be sent. An answer that is no XML asks for none.
func (s *Simulator) sendReplies(body []byte) (problem string) {
	if !bytes.HasPrefix(bytes.TrimLeft(body, "\ufeff \t\r\n"), []byte("<")) {
		return ""
	}
	replies, err := plivo.ParseReplies(body)
	if err != nil {
		return "the answer cannot be read, so no reply was sent: " + err.Error()
	}
	for i, r := range replies {
		if err := s.sendReply(r); err != nil {
			return fmt.Sprintf("the reply %d of the answer was not sent: %v", i+1, err)
		}
	}
	return ""
}

func (s *Simulator) sendReply(r plivo.Reply) error {
	if r.Type != "" && r.Type != "sms" {
		return fmt.Errorf("the simulator sends plain SMS, and its type is %s", r.Type)
	}
	o := order{src: r.From, text: r.Text, url: r.CallbackURL, method: r.CallbackMethod, log: "true"}
	for _, check := range []func() error{
		func() error { return s.checkSender(&o) },
		func() error { return o.readDestinations(r.To) },
		func() error { return s.checkCallback(&o) },
		func() error { return s.readFates(&o, nil) },
	} {
		if err := check(); err != nil {
			return err
		}
	}
	ms, posts, err := s.take(o, "")
	if err == nil {
		s.launchAll(ms, posts)
	}
	return err
}

// inboundMessage checks in and gives it its number and UUID.
func (s *Simulator) inboundMessage(in InboundMessage) (*message, error) {
	if in.To == "" {
		in.To = s.o.Numbers[0]
	}
	from, to, method := alphanumeric(in.From), alphanumeric(in.To), http.MethodPost
	if a, ok := s.appOf(to); ok && in.URL == "" {
		in.URL, method = a.MessageURL, a.MessageMethod
	}
	switch {
	case from == "":
		return nil, errors.New("from is required, as +14155550123")
	case !isDigits(to) || len(to) > maxNumber:
		return nil, fmt.Errorf("to must be a number of the account, as +%s", s.o.Numbers[0])
	case in.URL == "":
		return nil, errors.New("there is no url to post it to; name the one of your callback server's inbound path")
	}
	if words := s.checkURL(in.URL); words != "" {
		return nil, errors.New(words)
	}
	n, round := s.nextMessages(1)
	created := s.now()
	return &message{
		round: round, number: n, uuid: s.dice.uuid("message", n), direction: plivo.Inbound, from: from, to: to,
		units: plivo.Segment(in.Text).Segments, log: "true", method: method, url: in.URL,
		owner: s.ownerOfNumber(to), created: created, course: []hop{{status: plivo.Received, at: created}},
	}, nil
}

// serveInbound is the control call POST /plivoscope/inbound: {from, to, text, url}, answered when the
// message was posted.
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

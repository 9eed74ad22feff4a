package simulator

import (
	"net/http"

	"dev.internal/plivoscope/internal/plivo"
)

// shownReceipt is what came of an inbound message: the answer to its first attempt.
type shownReceipt struct {
	Error    string       `json:"error,omitempty"` // it was not taken
	UUID     string       `json:"message_uuid"`
	From     string       `json:"from"`
	To       string       `json:"to"`
	Method   string       `json:"method"`
	URL      string       `json:"url"`
	Status   plivo.Status `json:"status"`
	Answered int          `json:"answered"`
	Answer   string       `json:"answer"`
	Replies  []string     `json:"replies"`          // UUIDs of the messages that the answer sent
	Problem  string       `json:"problem"`          // what Plivo would not take of the answer, or why there is none
	RetryIn  float64      `json:"retry_in_seconds"` // 0 for no more
}

// controlInbound is POST inbound.
func (s *Simulator) controlInbound(w http.ResponseWriter, r *http.Request) (any, error) {
	var in struct {
		From  string   `json:"from"`
		To    string   `json:"to"`
		Text  string   `json:"text"`
		Media []string `json:"media"`
		URL   string   `json:"url"`
	}
	if err := readJSON(w, r, &in); err != nil {
		return nil, err
	}
	ctx, cancel := s.untimed(w, r)
	defer cancel()
	got, err := s.receive(ctx, InboundMessage{From: in.From, To: in.To, Text: in.Text, Media: in.Media, URL: in.URL})
	e := got.event
	if got.uuid == "" || e.Event == "" {
		return nil, err
	}
	shown := shownReceipt{
		UUID: got.uuid, From: e.From, To: e.To, Method: e.Method, URL: e.URL, Status: e.Status, Answered: e.Answered,
		Answer: got.answer, Replies: append([]string{}, got.replies...), Problem: e.Problem, RetryIn: e.RetryIn,
	}
	if err != nil {
		shown.Error = err.Error()
		return nil, &controlError{status: http.StatusBadGateway, body: shown, words: shown.Error}
	}
	shown.Status = plivo.Delivered // as Plivo's record has it
	return shown, nil
}

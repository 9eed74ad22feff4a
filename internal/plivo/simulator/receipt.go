package simulator

import (
	"context"
	"time"
)

// Receipt is what came of the first attempt to post an inbound message.
type Receipt struct {
	UUID        string
	Method, URL string // where it was posted
	Answered    int    // HTTP status; 0 where no answer came
	Answer      string // the beginning of its body
	Replies     []string
	Problem     string        // what Plivo would not take of the answer, or why there is none
	RetryIn     time.Duration // until it is posted again; 0 for never
}

// Receive is Inbound that tells what was answered. A Receipt without UUID is of a message that was not posted at all;
// one that was not answered 200 comes with an error too.
func (s *Simulator) Receive(ctx context.Context, in InboundMessage) (Receipt, error) {
	got, err := s.receive(ctx, in)
	e := got.event
	return Receipt{
		UUID: got.uuid, Method: e.Method, URL: e.URL, Answered: e.Answered, Answer: got.answer, Replies: got.replies,
		Problem: e.Problem, RetryIn: time.Duration(e.RetryIn * float64(time.Second)),
	}, err
}

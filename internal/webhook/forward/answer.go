package forward

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"dev.internal/plivoscope/internal/webhook"
)

// asksMost is how many answers are waited for at once.
const asksMost = 64

// answering is the route whose application answers a callback; nil for none.
func (f *Forwarder) answering(c *webhook.Callback) *lane {
	for _, l := range f.lanes {
		if l.route.Answers && l.route.takes(c, f.o.Prefix) {
			return l
		}
	}
	return nil
}

// Answer gives what asks an application for the answer to a callback; nil where none answers it. It is
// called before the callback is stored, and what it gives afterwards. The answer is whole and may be passed
// on; where there was none within 5 s it is a 504. The callback is not sent again from here: Plivo does
// that.
func (f *Forwarder) Answer(c *webhook.Callback) func(context.Context) webhook.TargetAnswer {
	l := f.answering(c)
	if l == nil || l.route.drops(c) || c.Truncated {
		return nil
	}
	return func(ctx context.Context) webhook.TargetAnswer {
		ctx, cancel := context.WithTimeout(ctx, answerWithin)
		defer cancel()
		known := c.Answer.Status != 0
		answer := l.answer(ctx, c)
		l.mu.Lock()
		if !known {
			if l.answers == nil {
				l.answers = map[int64]webhook.Answer{}
			}
			l.answers[c.ID] = webhook.Answer{Status: answer.Status, At: f.o.Now()}
		}
		l.mu.Unlock()
		l.poke()
		return answer
	}
}

func (l *lane) answer(ctx context.Context, c *webhook.Callback) webhook.TargetAnswer {
	if l.f.paused.Load() {
		l.count(func(s *Stats) { s.Unanswered++ })
		return noAnswer("Forwarding is paused.")
	}
	r, err := l.build(c)
	if err != nil {
		l.unsent(c.ID, err)
		return noAnswer("The callback cannot be sent to the app.")
	}
	// In their order, as far as they come one after the other.
	done, ok := l.turns.take(ctx, c.Report.MessageUUID())
	defer done()
	if ok {
		select {
		case l.f.asks <- struct{}{}:
			defer func() { <-l.f.asks }()
		case <-ctx.Done():
			ok = false
		}
	}
	if !ok {
		l.count(func(s *Stats) { s.Unanswered++ })
		return noAnswer("The app is busy with other callbacks.")
	}
	l.count(func(s *Stats) { s.InFlight++ })
	a := l.send(ctx, l.f.quick, r, keepSoonWithin)
	l.count(func(s *Stats) { s.InFlight-- })
	status := a.Answer.Status
	if a.Failure != "" || a.Answer.Truncated || status < 200 || status > 599 {
		l.count(func(s *Stats) { s.Unanswered++ })
		if a.Err == "" {
			a.Err = fmt.Sprintf("The answer of the app (%s) cannot be passed on: it is longer than 64 KiB, or no final one.", lastWords(&a))
		}
		a.Answer.Status = 0
		l.fell(&a, false)
		return noAnswer("The app did not answer in time, or not as HTTP wants it.")
	}
	switch fateOf(&a) {
	case unanswered:
		l.count(func(s *Stats) { s.Forwarded++; s.Refused++ })
		l.fell(&a, false)
	case refused:
		l.rose(&a, true)
	default:
		l.rose(&a, false)
	}
	return a.Answer
}

func noAnswer(why string) webhook.TargetAnswer {
	return webhook.TargetAnswer{
		Status: http.StatusGatewayTimeout,
		Header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}}, Body: []byte(why + "\n"),
	}
}

// turns lets those of one message go one after the other.
type turns struct {
	mu   sync.Mutex
	last map[string]chan struct{} // of each message: closed when the last that came is done
}

// take waits for the turn of a message's next; false where ctx ended before. done has to be called either
// way.
func (t *turns) take(ctx context.Context, uuid string) (done func(), ok bool) {
	if uuid == "" {
		return func() {}, true
	}
	mine := make(chan struct{})
	t.mu.Lock()
	before := t.last[uuid]
	t.last[uuid] = mine
	t.mu.Unlock()
	done = func() {
		t.mu.Lock()
		if t.last[uuid] == mine {
			delete(t.last, uuid)
		}
		t.mu.Unlock()
		close(mine)
	}
	if before == nil {
		return done, true
	}
	select {
	case <-before:
		return done, true
	case <-ctx.Done():
		// The one after this one still has to wait for the one before.
		return func() { go func() { <-before; done() }() }, false
	}
}

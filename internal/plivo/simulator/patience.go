package simulator

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

const (
	connectTimeout = 15 * time.Second // of a callback, until it was written: a full listen queue is asked again after 1, 3, 7 and 15 s
	answerTimeout  = 5 * time.Second  // from then on; slower counts as none
)

var (
	errNoAnswer     = fmt.Errorf("no answer within %v s", answerTimeout.Seconds())
	errNoConnection = errors.New("it could not be written within 15 s: no connection was accepted, or nothing was read of it")
)

// patience ends an attempt to post a callback that takes too long. What passes until there is a connection is not
// counted as the time that the app takes to answer.
type patience struct {
	timer   *time.Timer
	answer  time.Duration
	written atomic.Bool
	cancel  context.CancelCauseFunc
}

// newPatience gives a context that ends with errNoConnection where a request was not written within connect, and with
// errNoAnswer a time of answer after that. The caller calls end.
func newPatience(ctx context.Context, connect, answer time.Duration) (context.Context, *patience) {
	p := &patience{answer: answer}
	ctx, p.cancel = context.WithCancelCause(ctx)
	p.timer = time.AfterFunc(connect, p.over)
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { p.wrote() }}), p
}

func (p *patience) over() {
	if p.written.Load() {
		p.cancel(errNoAnswer)
	} else {
		p.cancel(errNoConnection)
	}
}

// wrote begins the wait for the answer.
func (p *patience) wrote() {
	p.written.Store(true)
	p.timer.Reset(p.answer)
}

func (p *patience) end() {
	p.timer.Stop()
	p.cancel(nil)
}

// why is the reason for which ctx ended, or err where it did not.
func (p *patience) why(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); err != nil && (cause == errNoAnswer || cause == errNoConnection) {
		return cause
	}
	return err
}

package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"
	sdk "github.com/plivo/plivo-go/v7"
)

// Retry says how a call is tried again that Plivo cannot have taken; the zero value is not at all.
type Retry struct {
	Times int           // how often again at most
	First time.Duration // the first pause, which doubles each time; 0 for half a second. Half of it more or less is chance
	Total time.Duration // no further try begins later than this after the first; 0 for 20 s
}

const (
	firstPause = 500 * time.Millisecond
	mostPause  = 5 * time.Second // Plivo counts requests in 5 s
	mostTime   = 20 * time.Second
)

// policy is the pauses of one call.
func (r Retry) policy() []backoff.RetryOption {
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.Multiplier, pauses.MaxInterval = r.First, 2, mostPause
	pauses.RandomizationFactor = 0.5
	if r.First <= 0 {
		pauses.InitialInterval = firstPause
	}
	total := r.Total
	if total <= 0 {
		total = mostTime
	}
	return []backoff.RetryOption{
		backoff.WithBackOff(pauses), backoff.WithMaxTries(uint(max(r.Times, 0)) + 1), backoff.WithMaxElapsedTime(total),
	}
}

// do runs one call of the SDK, again where that is safe, and gives what was answered.
func (c *Client) do(ctx context.Context, op string, extra http.Header, call func(*sdk.Client) error) (*exchange, error) {
	var last *Error
	tries := 0
	try := func() (*exchange, error) {
		if err := c.await(ctx, c.pace.request(time.Now()), "to 300 requests in 5 s"); err != nil {
			return nil, backoff.Permanent(err)
		}
		tries++
		ex, err := c.once(ctx, op, extra, call)
		if err == nil {
			return ex, nil
		}
		last = err
		switch {
		case !err.untaken:
			return nil, backoff.Permanent(err)
		case err.RetryAfter > 0:
			return nil, fmt.Errorf("%w: %w", &backoff.RetryAfterError{Duration: err.RetryAfter}, err)
		default:
			return nil, err
		}
	}
	told := backoff.WithNotify(func(_ error, pause time.Duration) {
		c.stats.again()
		c.tell(ctx, fmt.Sprintf("Plivo did not take the request (%s); trying again in %s, %d of %d.", last.Reason(), rounded(pause), tries, c.retry.Times))
	})
	ex, err := backoff.Retry(ctx, try, append(c.retry.policy(), told)...)
	switch {
	case err == nil:
		return ex, nil
	case last == nil, ctx.Err() != nil && last.untaken:
		// Given up while waiting.
		last = &Error{Kind: Cancelled, Op: op, Err: context.Canceled}
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			last.Kind, last.Err = Network, ctx.Err()
		}
	}
	last.Tries = tries
	return nil, last
}

// untaken reports of a call that failed whether Plivo cannot have taken it, and may take it a moment later.
func untaken(ex *exchange, e *Error) bool {
	switch {
	case e.Kind == Cancelled || e.Unclear:
		return false
	case ex.status == http.StatusTooManyRequests:
		return true
	case ex.status == http.StatusServiceUnavailable:
		return len(ex.body) == 0 || e.APIID != "" // the API's own, or of who has not asked it: see statusError
	case ex.status != 0 || ex.err == nil || ex.written.Load():
		return false
	}
	// Nothing was written. A wrong name or certificate is none the better for waiting.
	var name *net.DNSError
	return !isCertificate(ex.err) && (!errors.As(ex.err, &name) || !name.IsNotFound)
}

// retryAfter reads how long a server asks to be left alone; 0 where it does not say.
func retryAfter(h http.Header, now time.Time) time.Duration {
	raw := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.Atoi(raw); err == nil && seconds > 0 {
		return time.Duration(min(seconds, int(24*time.Hour/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(raw); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}

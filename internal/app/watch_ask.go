package app

import (
	"context"
	"errors"
	"net/http"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
)

// Bounds of what is asked of the API, beside the watch's own rate.
const (
	// watchedFor is the age from which a message is not asked about any more.
	watchedFor = 24 * time.Hour
	// unknownMost is how often a message is asked about that the API does not know.
	unknownMost = 3
)

// askPauses are the pauses after an answer that is not final; the last one is used again.
var askPauses = []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour}

// asked writes an answer of the API into what is known of a message.
func asked(p *plivo.Provider, at time.Time, r api.Record) {
	p.Asked++
	p.AskedAt, p.Problem = at, ""
	p.Status, p.ErrorCode, p.Units, p.ChangedAt = r.Status, r.ErrorCode, r.Units, r.UpdatedAt
}

// notTold writes down why the API told nothing. everybody is whether that concerns all messages: then it does
// not count for this one.
func notTold(p *plivo.Provider, at time.Time, err error) (everybody bool) {
	p.AskedAt, p.Problem = at, err.Error()
	if errors.Is(err, errElsewhere) {
		return false
	}
	if errors.Is(err, errForgotten) {
		p.Asked++
		return false
	}
	var e *api.Error
	if errors.As(err, &e) && e.Kind == api.BadRequest {
		p.Asked++
		return false
	}
	return true
}

var (
	errElsewhere = errors.New("the API told of another message")
	// errForgotten is of a message that a simulator had.
	errForgotten = errors.New("the simulator does not know it: an earlier one forgot it when it ended, or this one when it was reset")
)

// lookUp asks for one message. An answer about another one is an error, as of a cache in between; and errForgotten is
// that of a simulator of ours that does not know it.
func lookUp(ctx context.Context, c *api.Client, uuid string, simulated bool) (api.Record, error) {
	r, err := c.Message(api.Quietly(ctx), uuid)
	switch {
	case err == nil && r.UUID != uuid:
		return api.Record{}, errElsewhere
	case simulated && isNotFound(err):
		return api.Record{}, errForgotten
	}
	return r, err
}

// life is since when the simulator runs that messages go to. What is older went to an earlier one, which kept nothing.
type life struct {
	simulated bool      // there is one
	began     time.Time // zero where that is not known, as of another process's
}

func (a *App) life() life {
	l := life{simulated: a.simulated()}
	if a.sim != nil {
		l.began = a.started
	}
	return l
}

// outlived tells whether a message went to an earlier simulator, so that nobody can be asked about it.
func (l life) outlived(m plivo.Message) bool { return l.simulated && m.CreatedAt.Before(l.began) }

// nextAsk is when a message is asked about again, after what is known of it now; zero for never.
func nextAsk(m plivo.Message, now time.Time) time.Time {
	p := m.Provider
	unknown := p.Status == "" && p.Asked >= unknownMost
	if p.Status.Terminal() || unknown || now.Sub(m.CreatedAt) > watchedFor {
		return time.Time{}
	}
	return now.Add(askPauses[min(max(p.Asked-1, 0), len(askPauses)-1)])
}

// isNotFound tells whether the API does not know a message.
func isNotFound(err error) bool {
	var e *api.Error
	return errors.Is(err, errForgotten) || errors.As(err, &e) && e.Status == http.StatusNotFound
}

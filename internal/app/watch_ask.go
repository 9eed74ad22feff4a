package app

import (
	"context"
	"errors"
	"net/http"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/store"
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
	if errors.Is(err, errForgotten) || errors.Is(err, errNotThere) {
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
	// errForgotten is of a message whose simulator is known to have ended, or to have been reset.
	errForgotten = errors.New("its simulator has ended or was reset, and has forgotten it: send it again where it is needed still")
	// errNotThere is of one that a simulator does not know, and whose callbacks it may yet post all the same.
	errNotThere = errors.New("the simulator that runs now does not know it: it was reset since the send, remembers only its last 10,000 messages, or the message did not go through it but through one that has ended, another server or an account; its callbacks may still come, so wait for them, or ask the server that it went through")
)

// lookUp asks for one message. An answer about another one is an error, as of a cache in between; and errForgotten and
// errNotThere are those of a simulator of ours that does not know it.
func lookUp(ctx context.Context, c *api.Client, l life, m plivo.Message) (api.Record, error) {
	r, err := c.Message(api.Quietly(ctx), m.UUID)
	switch {
	case err == nil && r.UUID != m.UUID:
		return api.Record{}, errElsewhere
	case l.simulated && isNotFound(err) && l.wiped(m):
		return api.Record{}, errForgotten
	case l.simulated && isNotFound(err):
		return api.Record{}, errNotThere
	}
	return r, err
}

// life is what is known of the simulators that messages of the history went to: those of its servers.
type life struct {
	simulated bool            // one is asked
	url       string          // of the API that is asked
	began     time.Time       // those of before have ended: they keep nothing. Zero where that is not known
	reset     time.Time       // of the one of this process, the last; zero for never
	over      map[string]bool // what was found of others, by the URLs of their APIs
}

func (a *App) life() life {
	l := life{simulated: a.simulated(), url: a.apiURL, over: map[string]bool{}}
	if since := a.alone.Load(); since != nil {
		l.began = *since
	}
	if at := a.simReset.Load(); at != nil {
		l.reset = *at
	}
	return l
}

// wiped tells whether a message that the simulator does not know went to it before it was reset.
func (l life) wiped(m plivo.Message) bool {
	return m.Simulator != "" && m.Simulator == l.url && m.CreatedAt.Before(l.reset)
}

// notThere tells whether the simulator that is asked did not know a message the last time.
func (l life) notThere(p plivo.Provider) bool { return l.simulated && p.Problem == errNotThere.Error() }

// nextAsk is when a message is asked about again, after what is known of it now; zero for never. What a simulator did
// not know an account may, and another server's.
func (l life) nextAsk(m plivo.Message, now time.Time) time.Time {
	p := m.Provider
	unknown := p.Status == "" && p.Asked >= unknownMost && (l.simulated || p.Problem != errNotThere.Error())
	switch {
	case p.Status.Terminal() || unknown || now.Sub(m.CreatedAt) > watchedFor:
		return time.Time{}
	case l.notThere(p):
		return now.Add(lookSeldom)
	}
	return now.Add(askPauses[min(max(p.Asked-1, 0), len(askPauses)-1)])
}

// nextLook is when a message is looked at again whose silence was judged; zero for never. Of one that the API has told
// all of, the cause is looked for sooner than a probe is given up that goes through a tunnel which stands still. What a
// simulator does not know it may post callbacks of all the same, so that the next one can be missed.
func (l life) nextLook(m plivo.Message, d store.Watched, now time.Time) time.Time {
	ask := l.nextAsk(m, now)
	switch {
	case d.Silence.Cause == plivo.Forgotten:
		return time.Time{}
	case !ask.IsZero() && !l.outlived(m):
		return ask
	case l.notThere(d.Provider) && now.Sub(m.CreatedAt) <= watchedFor:
		return now.Add(lookSeldom)
	case d.Silence.Cause != plivo.UnknownSilence || now.Sub(d.Provider.AskedAt) >= lookFor:
		return time.Time{}
	}
	return now.Add(lookAgain)
}

// isNotFound tells whether the API does not know a message.
func isNotFound(err error) bool {
	var e *api.Error
	return errors.Is(err, errForgotten) || errors.Is(err, errNotThere) || errors.As(err, &e) && e.Status == http.StatusNotFound
}

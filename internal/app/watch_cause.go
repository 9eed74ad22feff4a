package app

import (
	"context"
	"slices"
	"strconv"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// judge finds the likely cause of a silence in what the history and this process know.
type judge struct {
	store   *store.Store
	now     time.Time
	public  string // that is served now; empty where that is not known
	own     string // the address of the server of now, or of the one that would be started; empty where not known
	life    life
	outages []store.Outage
	refused *refusals // by this process; nil for none
	noted   []store.Refusal
	bad     []store.BadAnswer
	badRead bool
}

// newJudge reads what concerns all messages alike.
func newJudge(ctx context.Context, s *store.Store, now time.Time, public, own string, l life, refused *refusals) (*judge, error) {
	outages, err := s.Outages(ctx, now.Add(-watchedFor-mostPatience))
	if err != nil {
		return nil, err
	}
	noted, err := s.Refusals(ctx, now.Add(-watchedFor-mostPatience))
	if err != nil {
		return nil, err
	}
	return &judge{store: s, now: now, public: public, own: own, life: l, outages: outages, refused: refused, noted: noted}, nil
}

// silence says why nothing was heard of a message. What the API said goes before what could have been; what
// concerns this message before what was so at the time.
func (j *judge) silence(ctx context.Context, m plivo.Message) (plivo.Silence, error) {
	s := plivo.Silence{Cause: plivo.UnknownSilence, At: j.now}
	since := heard(m)
	if m.CallbackURL == "" && m.Callbacks == 0 {
		s.Cause = plivo.NoURL
		return s, nil
	}
	if cause := j.ended(m); cause != "" {
		bad, err := j.store.BadAnswersOf(ctx, m.UUID)
		if err == nil && !answeredBadly(&s, bad) {
			s.Cause = cause
		}
		return s, err
	}
	if said := m.Provider.Status; said != "" && !m.Ahead() {
		country, may := plivo.SentMayBeFinal(m.To)
		switch {
		case said == plivo.Queued:
			s.Cause = plivo.ProviderQueued
			return s, nil
		case said == plivo.Sent && may:
			s.Cause, s.Detail = plivo.SentFinal, country
			return s, nil
		case said == plivo.Sent:
			s.Cause = plivo.ProviderSent
			return s, nil
		}
	}
	bad, err := j.store.BadAnswersOf(ctx, m.UUID)
	if err != nil {
		return s, err
	}
	if answeredBadly(&s, bad) {
		return s, nil
	}
	if j.elsewhere(m.CallbackURL) {
		s.Cause, s.Detail = plivo.OtherURL, m.CallbackURL
		return s, nil
	}
	from, until := due(m)
	if o, found := j.outage(from, until); found {
		s.Cause, s.Detail, s.From, s.To = plivo.Down, o.Why, o.From, o.To
		return s, nil
	}
	r, found := j.refused.latest(since, until)
	if !found {
		r, found = latestRefusal(j.noted, since, until) // by another process, or an earlier one
	}
	if found {
		s.Cause, s.Detail, s.From, s.To = plivo.AnsweredBadly, r.Status, r.From, r.To
		return s, nil
	}
	if bad, err = j.badSince(ctx, since); err != nil {
		return s, err
	}
	country, may := plivo.SentMayBeFinal(m.To)
	switch {
	case answeredBadly(&s, bad):
	case m.Unverified:
		s.Cause = plivo.NotVerified
	case m.Status == plivo.Sent && may:
		s.Cause, s.Detail = plivo.SentFinal, country
	case j.life.notThere(m.Provider) && m.Provider.Status == "":
		s.Cause = plivo.NotThere
	}
	return s, nil
}

// forgottenAt is the silence of a message that its simulator is found to have forgotten.
func forgottenAt(now time.Time) plivo.Silence {
	return plivo.Silence{Cause: plivo.Forgotten, At: now}
}

// ended gives the cause of a silence that lasts because the simulator that a message went to has ended or was reset;
// empty where that is not so, or not known. Where it was known once, it is so for who cannot know it too.
func (j *judge) ended(m plivo.Message) plivo.SilenceCause {
	known := m.Simulator != "" && m.Silence.Cause == plivo.Forgotten && !m.UpdatedAt.After(m.Silence.At)
	switch {
	case !known && !j.life.outlived(m), m.Provider.Status.Terminal():
		return ""
	case m.Unverified && m.Status.Terminal():
		return plivo.NotVerified // it had posted all of it
	}
	return plivo.Forgotten
}

// elsewhere tells whether callbacks to a URL come to no server of this history. While none is known to serve, a name
// may come back as it was, and so may the usual address; but a port that was free, as a send has one, is nobody's once
// its process has ended.
func (j *judge) elsewhere(url string) bool {
	switch {
	case url == "" || j.public != "" && sameHost(url, j.public):
		return false
	case j.public != "":
		return true
	}
	return onLoopback(url) && !sameHost(url, "http://"+DefaultAddr) && !sameHost(url, j.own)
}

// again judges a silence that may be known. One that lasts, of the same cause and with the same answer of the API,
// keeps the time at which that was judged first: it is no news.
func (j *judge) again(ctx context.Context, m plivo.Message, known store.Watched) (plivo.Silence, error) {
	s, err := j.silence(ctx, m)
	if s.Cause == known.Silence.Cause && m.Provider.Status == known.Provider.Status && !m.UpdatedAt.After(known.Silence.At) {
		s.At = known.Silence.At
	}
	return s, err
}

// answeredBadly makes bad answers, the oldest first, the cause; false where there are none.
func answeredBadly(s *plivo.Silence, bad []store.BadAnswer) bool {
	if len(bad) == 0 {
		return false
	}
	last := bad[len(bad)-1]
	s.Cause, s.Detail, s.From, s.To = plivo.AnsweredBadly, strconv.Itoa(last.Status), bad[0].At, last.At
	return true
}

// badSince gives the bad answers to anybody's callbacks from a time on. They are read once for all messages.
func (j *judge) badSince(ctx context.Context, since time.Time) (_ []store.BadAnswer, err error) {
	if !j.badRead {
		if j.bad, err = j.store.BadAnswers(ctx); err != nil {
			return nil, err
		}
		// They came in this order, but for those that were stored at the same time.
		slices.SortStableFunc(j.bad, func(x, y store.BadAnswer) int { return x.At.Compare(y.At) })
		j.badRead = true
	}
	first, _ := slices.BinarySearchFunc(j.bad, since, func(b store.BadAnswer, t time.Time) int { return b.At.Compare(t) })
	return j.bad[first:], nil
}

// servedURL is the public URL of now; empty while a tunnel has none, which may well come back as it was.
func (a *App) servedURL() string {
	if url := a.publicURL(); a.link == nil || url != a.listenURL {
		return url
	}
	return ""
}

// heard is when something was heard of a message for the last time, its acceptance included.
func heard(m plivo.Message) time.Time {
	if m.UpdatedAt.After(m.CreatedAt) {
		return m.UpdatedAt
	}
	return m.CreatedAt
}

// due is the time in which the callback that is missed of a message should have come, with the tries that Plivo
// makes: an outage that began long after is not why it did not.
func due(m plivo.Message) (from, until time.Time) {
	from = heard(m)
	at := m.Provider.ChangedAt
	if m.Ahead() && m.Callbacks > 0 && at.After(from) {
		from = at // it was due when what Plivo tells came about
	}
	until = from
	if m.Ahead() && at.After(until) {
		until = at
	}
	return from, until.Add(mostPatience)
}

// outage gives the one that covers most of a time.
func (j *judge) outage(since, until time.Time) (longest store.Outage, found bool) {
	if until.After(j.now) {
		until = j.now
	}
	var most time.Duration
	for _, o := range j.outages {
		from, to := o.From, o.To
		if to.IsZero() || to.After(until) {
			to = until
		}
		if from.Before(since) {
			from = since
		}
		if d := to.Sub(from); d > most {
			longest, most, found = o, d, true
		}
	}
	return longest, found
}

// nobodyServes adds that no server has run since the watch over messages was there last, as it is while none runs on
// the history: the next one writes it down at its start.
func (j *judge) nobodyServes(ctx context.Context) error {
	state, err := j.store.WatchState(ctx)
	if err == nil && !state.There.IsZero() {
		j.outages = append(j.outages, store.Outage{From: state.There, Why: plivo.NotRunning})
	}
	return err
}

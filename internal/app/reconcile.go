package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/time/rate"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// missedAfter is the age from which a message without its callbacks is reconciled: a younger one's may just
// be on their way.
const missedAfter = 5 * time.Second

// asksReconciling is how many messages a second Plivo is asked for by a reconcile, which somebody waits for:
// its limit is 60 of all requests.
const asksReconciling = 10

// ReconcilePlan says which messages are asked about, and what becomes of the callbacks that are missed.
type ReconcilePlan struct {
	IDs   []int64       // of messages; none for all that callbacks which verify have not told the last of
	UUIDs []string      // the same, by UUIDs
	Since time.Duration // how old messages may be that neither names; 0 for a day
	// To is an application that is sent each missed callback, as the user wrote it; empty for none.
	To      string
	DryRun  bool // without To nothing is asked, with it nothing is sent
	Again   bool // also send what the application took before
	Timeout time.Duration
}

// Reconciled is what came of one message.
type Reconciled struct {
	Message plivo.Message // as it is now, with what the API said
	Asked   bool          // the API answered now
	Err     error         // why it did not
	Request *replay.Request
	Attempt *webhook.Attempt // at sending Request; nil where it was not sent
}

// Taken tells whether the application was given the missed callback now, and took it.
func (r Reconciled) Taken() bool {
	return r.Attempt != nil && r.Attempt.Err == "" && r.Attempt.Answer.Status/100 == 2
}

// ReconcileSummary counts the messages of a reconcile.
type ReconcileSummary struct {
	Messages int // without their callbacks
	Asked    int // the API answered for
	Known    int // it knows more of than callbacks told
	Lost     int // of these: callbacks were asked for
	Same     int // it knows no more of
	Unknown  int // it does not know
	Failed   int // it could not be asked about
	Sent     int // synthetic callbacks
	Taken    int // of these: answered 2xx
	Before   int // missed callbacks that the application took before
}

func (s *ReconcileSummary) count(r Reconciled) {
	m := r.Message
	if r.Asked {
		s.Asked++
	}
	switch {
	case isNotFound(r.Err):
		s.Unknown++
	case r.Err != nil:
		s.Failed++
	case m.Ahead():
		s.Known++
	case m.Provider.Status != "":
		s.Same++
	}
	if m.CallbackLost() {
		s.Lost++
	}
	if r.Attempt != nil {
		s.Sent++
	}
	if r.Taken() {
		s.Taken++
	}
}

// Reconciler asks the API about messages without their callbacks. It belongs to an App, or works beside one
// on the same history.
type Reconciler struct {
	store  *store.Store
	api    *api.Client
	keys   replay.Keys
	asks   *rate.Limiter
	now    func() time.Time
	public string
	life   life
	served string   // as the judge has its own address
	idle   bool     // no server runs on the history
	own    []string // URLs of this program, to which no callback is sent
	close  func() error
}

// Reconciler gives that of the App; it needs no Close.
func (a *App) Reconciler() *Reconciler {
	r := &Reconciler{
		store: a.store, api: a.api, keys: a.replayKeys, now: a.now, public: a.servedURL(), asks: rate.NewLimiter(asksReconciling, asksReconciling),
		life: a.life(), served: a.listenURL, own: []string{a.listenURL, a.publicURL()},
	}
	if a.simulated() {
		r.asks = a.askLimit()
	}
	return r
}

// ErrNoSimulator says that the messages of a simulator that does not run any more cannot be asked about.
var ErrNoSimulator = errors.New("no simulator runs on this history, and one forgets its messages when it ends: start plivoscope, or give the credentials of a live account")

// OpenReconciler opens a history beside whatever runs on it, and serves nothing. It asks the account of o, or the
// simulator that runs on the history in another process (ErrNoSimulator where none does).
func OpenReconciler(ctx context.Context, o Options) (_ *Reconciler, err error) {
	if _, err := os.Stat(o.HistoryPath); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("there is no history at %s yet: send something first, or name another file with --db", o.HistoryPath)
	}
	r := &Reconciler{now: o.Now, life: life{simulated: o.Mode == Simulator, over: map[string]bool{}}, asks: rate.NewLimiter(asksReconciling, asksReconciling)}
	if r.now == nil {
		r.now = time.Now
	}
	if r.store, err = store.Open(ctx, store.Options{Path: o.HistoryPath, Keep: o.Keep, Hide: o.Hide, Now: o.Now, Logger: o.Logger, OnProblem: o.OnProblem}); err != nil {
		return nil, err
	}
	r.close = r.store.Close
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Close())
		}
	}()
	lease, live, err := r.store.Lease(ctx)
	if err != nil {
		return nil, err
	}
	if r.idle, r.served, r.life.began = !live, lease.ListenURL, lease.AloneSince; !live {
		r.served = cmp.Or(o.PublicURL, "http://"+cmp.Or(o.Addr, DefaultAddr))
	}
	config := o.apiConfig()
	r.keys = replay.Keys{Account: signature.NewToken("account", config.AuthToken), Main: signature.NewToken("main account", o.MainToken.Reveal())}
	if live && (o.Mode == Simulator || lease.PublicURL != lease.ListenURL) {
		r.public = lease.PublicURL // else a tunnel may be opening
	}
	if o.Mode == Simulator {
		if !live || lease.SimToken == "" {
			return nil, ErrNoSimulator
		}
		config.AuthID, config.AuthToken, config.BaseURL = lease.AuthID, lease.SimToken, lease.APIURL
		r.keys, r.asks = simulatorKeys(lease.SimToken), rate.NewLimiter(asksOfOurs, asksOfOurs)
	}
	r.api, err = api.New(config)
	return r, err
}

// Close closes what OpenReconciler opened.
func (r *Reconciler) Close() error {
	if r.close == nil {
		return nil
	}
	if r.api != nil {
		r.api.Close()
	}
	return r.close()
}

// Run asks about the messages of a plan, one after the other, oldest first, and calls each with what came of
// it. It ends early with the error of each, of the history, or of the API where that concerns all messages
// (an *api.Error: no connection, credentials, too many requests, or no answer as it should be); the summary
// tells what was done until then.
func (r *Reconciler) Run(ctx context.Context, plan ReconcilePlan, each func(Reconciled) error) (sum ReconcileSummary, err error) {
	var give *giver
	if plan.To != "" {
		if give, err = r.giver(ctx, plan); err != nil {
			return sum, err
		}
		defer give.sender.Close()
	}
	ms, err := r.messages(ctx, plan)
	if err != nil {
		return sum, err
	}
	sum.Messages = len(ms)
	j, err := newJudge(ctx, r.store, r.now(), r.public, r.served, r.life, nil)
	if err == nil && r.idle {
		err = j.nobodyServes(ctx)
	}
	if err != nil {
		return sum, err
	}
	for _, m := range ms {
		one, err := r.one(ctx, j, m, plan, give)
		sum.count(one)
		if one.Message.Ahead() && give != nil && one.Request == nil && one.Err == nil {
			sum.Before++
		}
		if err == nil || one.Err != nil {
			err = errors.Join(each(one), err)
		}
		if err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// one reconciles a message. The error is one that concerns all of them.
func (r *Reconciler) one(ctx context.Context, j *judge, m plivo.Message, plan ReconcilePlan, give *giver) (one Reconciled, err error) {
	one.Message = m
	if plan.DryRun && give == nil {
		return one, nil
	}
	if r.life.outlived(m) {
		one.Err = errForgotten
		one.Message.Provider.Problem = errForgotten.Error()
		one.Message, err = r.note(ctx, j, one.Message, true)
		return one, err
	}
	if err := r.asks.Wait(ctx); err != nil {
		return one, context.Cause(ctx)
	}
	record, err := lookUp(ctx, r.api, r.life, m)
	if ctx.Err() != nil {
		return one, context.Cause(ctx)
	}
	everybody := false
	if one.Err = err; err == nil {
		one.Asked = true
		asked(&one.Message.Provider, r.now(), record)
	} else {
		everybody = notTold(&one.Message.Provider, r.now(), err)
	}
	// A callback may have come meanwhile.
	if one.Message, err = r.note(ctx, j, one.Message, errors.Is(err, errForgotten)); err != nil {
		return one, err
	}
	if everybody {
		return one, one.Err
	}
	if give != nil && one.Err == nil && one.Message.Ahead() && (plan.Again || one.Message.Provider.GivenAt.IsZero()) {
		return one, give.one(ctx, &one, record, plan.DryRun)
	}
	return one, nil
}

// note keeps what was said of a message, with why its callbacks are missed, and gives it as it is now.
func (r *Reconciler) note(ctx context.Context, j *judge, m plivo.Message, forgotten bool) (plivo.Message, error) {
	said := m.Provider
	ms, err := r.store.MessagesByID(ctx, []int64{m.ID})
	if err != nil || len(ms) == 0 {
		return m, err
	}
	m = ms[0]
	known := store.Watched{Provider: m.Provider, Silence: m.Silence}
	said.GivenAt = m.Provider.GivenAt
	m.Provider = said
	w := store.Watched{MessageID: m.ID, Provider: said, Silence: m.Silence}
	if !m.Done() {
		j.now = r.now()
		if forgotten {
			m.Silence = forgottenAt(j.now)
		}
		if m.Silence, err = j.again(ctx, m, known); err != nil {
			return m, err
		}
		w.Silence = m.Silence
		w.Due = j.life.nextLook(m, w, j.now)
	}
	return m, r.store.NoteWatched(ctx, w)
}

// messages finds those of a plan.
func (r *Reconciler) messages(ctx context.Context, plan ReconcilePlan) (all []plivo.Message, err error) {
	if len(plan.IDs) > 0 || len(plan.UUIDs) > 0 {
		return r.named(ctx, plan)
	}
	since := r.now().Add(-cmp.Or(plan.Since, watchedFor))
	after, err := r.store.FirstSince(ctx, since)
	if err != nil {
		return nil, err
	}
	for after--; ; {
		ms, upTo, err := r.store.Unfinished(ctx, after, r.now().Add(-missedAfter))
		if err != nil || upTo == after {
			return all, err
		}
		after = upTo
		ids := make([]int64, len(ms))
		for i, m := range ms {
			ids[i] = m.ID
		}
		if ms, err = r.store.MessagesByID(ctx, ids); err != nil {
			return nil, err
		}
		for _, m := range ms {
			if m.UUID != "" && !m.CreatedAt.Before(since) && r.now().Sub(heard(m)) >= missedAfter {
				all = append(all, m)
			}
		}
	}
}

func (r *Reconciler) named(ctx context.Context, plan ReconcilePlan) ([]plivo.Message, error) {
	byID, err := r.store.MessagesByID(ctx, plan.IDs)
	if err != nil {
		return nil, err
	}
	byUUID, err := r.store.MessagesByUUID(ctx, plan.UUIDs)
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for _, m := range byUUID {
		found[m.UUID] = true
	}
	for _, uuid := range plan.UUIDs {
		if !found[uuid] {
			return nil, fmt.Errorf("there is no message %q in the history: \"plivoscope history\" shows those that are there", uuid)
		}
	}
	all := append(byID, byUUID...)
	for _, m := range all {
		if m.UUID == "" {
			return nil, errors.New("a message that Plivo did not accept has no UUID, so nothing can be asked about it")
		}
	}
	return all, nil
}

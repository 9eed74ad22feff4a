package store

import (
	"context"
	"sync"
	"sync/atomic"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

const (
	followMost      = 1024    // callbacks that are held for one who follows them
	followMostBytes = 4 << 20 // of their bodies
)

// Follower reads callbacks in their order as they come. What this process has just recorded it gives from memory, as
// it would be read; all else from the history. Its methods are called from one goroutine.
type Follower struct {
	s *Store

	mu    sync.Mutex
	rows  []webhook.Callback // recorded since the last reading, without a gap between their IDs
	bytes int
}

// followers are all who follow.
type followers struct {
	mu    sync.Mutex
	all   map[*Follower]struct{}
	count atomic.Int32
}

// Follow begins to hold what is recorded; after stop all is read from the history. Subscribe tells when to read.
func (s *Store) Follow() (f *Follower, stop func()) {
	f = &Follower{s: s}
	fs := &s.followers
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if fs.all == nil {
		fs.all = map[*Follower]struct{}{}
	}
	fs.all[f] = struct{}{}
	fs.count.Store(int32(len(fs.all)))
	return f, func() {
		fs.mu.Lock()
		defer fs.mu.Unlock()
		delete(fs.all, f)
		fs.count.Store(int32(len(fs.all)))
		f.forget()
	}
}

// Callbacks gives the callbacks with a larger ID than after, oldest first, at most limit. Fewer than limit are all that
// there were, or there is a wake for the others.
func (f *Follower) Callbacks(ctx context.Context, after int64, limit int) ([]webhook.Callback, error) {
	if rows := f.take(after, limit); len(rows) > 0 {
		return rows, nil
	}
	return f.s.Callbacks(ctx, Window{After: after, Oldest: true, Limit: limit})
}

// take takes those that follow after from memory, and drops those before.
func (f *Follower) take(after int64, limit int) []webhook.Callback {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.rows) == 0 || after+1 < f.rows[0].ID {
		return nil // others are between
	}
	from := min(int(after+1-f.rows[0].ID), len(f.rows))
	to := min(from+limit, len(f.rows))
	taken := f.rows[from:to:to]
	f.rows = f.rows[to:]
	if len(f.rows) == 0 {
		f.rows, f.bytes = nil, 0
	}
	return taken
}

// hold keeps a callback for the next reading. Where the one before it is not there, or there are too many, it begins
// anew: what is missing is then read from the history.
func (f *Follower) hold(c *webhook.Callback) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := len(f.rows); n > 0 && (f.rows[n-1].ID != c.ID-1 || n >= followMost || f.bytes > followMostBytes) {
		f.rows, f.bytes = nil, 0
	}
	f.rows, f.bytes = append(f.rows, *c), f.bytes+len(c.Body)
}

// forget makes the next reading one of the history.
func (f *Follower) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rows, f.bytes = nil, 0
}

func (fs *followers) any() bool { return fs.count.Load() > 0 }

// recorded hands on what was committed. It comes before the wake.
func (fs *followers) recorded(batch []*request) {
	if !fs.any() {
		return
	}
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for f := range fs.all {
		for _, r := range batch {
			c := r.callback.asRead
			if c == nil {
				f.forget()
				continue
			}
			c.ID, c.Arrival = r.callback.id, r.callback.arrival
			f.hold(c)
		}
	}
}

// changed says that something else was written, here or by another process: callbacks that came with it are in the
// history alone. It comes before the wake.
func (fs *followers) changed() {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	for f := range fs.all {
		f.forget()
	}
}

// follows gives a callback as it would be read, of which kept is stored by p; nil where that may differ or changes
// soon: what has a token in it, what is going to be explained, and what is not answered yet.
func follows(c, kept *webhook.Callback, p *pending) *webhook.Callback {
	outcome := p.seen.Result.Outcome
	if kept != c || outcome == signature.Invalid || outcome == signature.Missing || c.Answer.Status == 0 {
		return nil
	}
	read := webhook.Callback{
		ReceivedAt: p.seen.ReceivedAt, Kind: c.Kind, Method: c.Method, URL: c.URL, ReceivedURL: c.ReceivedURL,
		Protocol: c.Protocol, RemoteAddr: c.RemoteAddr, Header: c.Header, Body: c.Body, Truncated: c.Truncated,
		Report: c.Report, Problem: c.Problem, Verdict: p.seen.Result,
		Answer: webhook.Answer{Status: c.Answer.Status, At: moment(micros(c.Answer.At))},
	}
	if c.Truncated {
		read.Report = plivo.Report{}
	}
	return &read
}

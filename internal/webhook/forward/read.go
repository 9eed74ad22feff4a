package forward

import (
	"context"
	"errors"
	"log/slog"
	"maps"

	"dev.internal/plivoscope/internal/webhook"
)

// begin holds what an earlier run has left open.
func (l *lane) begin(ctx context.Context) {
	for _, id := range l.claimed.Open {
		heads, err := l.f.o.Store.CallbackHeads(ctx, id-1, 1)
		switch {
		case err != nil:
			// It is tried like any other, and the history will say what is wrong with it.
			l.count(func(s *Stats) { s.Came++ })
			l.q.add(&job{id: id})
		case len(heads) == 0 || heads[0].ID != id:
			l.count(func(s *Stats) { s.Came++ })
			l.unsent(id, errGone)
		default:
			l.count(func(s *Stats) { s.Came++ })
			l.receive(&heads[0])
		}
	}
	l.claimed.Open = nil
}

// look reads a page of what came: to hold it where there is room, else to count it. found is how many
// it has, and more says that there is another page.
func (l *lane) look(ctx context.Context) (found int, more bool) {
	full := len(l.q.open) > heldMost-pageSize
	after, read := l.read, l.f.o.Store.CallbackHeads
	if full {
		after = max(l.read, l.counted.Load())
	} else if l.downs == 0 && !l.f.paused.Load() {
		read = l.f.o.Store.CallbacksAfter // they go soon: a page of them is cheaper than each alone
	}
	heads, err := read(ctx, after, pageSize)
	if ctx.Err() != nil {
		return 0, false
	}
	if err != nil {
		if !l.failing {
			l.tell(slog.LevelError, "waits, because the history cannot be read: %v", err)
		}
		l.failing = true
		return 0, false
	}
	l.failing = false
	counted := l.counted.Load()
	for i := range heads {
		h := &heads[i]
		mine := l.route.takes(h, l.f.o.Prefix)
		if h.ID > counted {
			if mine {
				l.count(func(s *Stats) { s.Came++ })
			}
			l.counted.Store(h.ID)
		}
		if full {
			if mine {
				l.ahead++
			}
			continue
		}
		if mine && h.ID <= counted {
			l.ahead--
		}
		l.read, l.dirty = h.ID, true
		if mine {
			l.receive(h)
		}
	}
	more = len(heads) == pageSize
	l.unread = more
	if !full && (!more || l.read > counted) {
		l.passed(max(l.read, counted))
	}
	l.resume(full)
	return len(heads), more
}

// passed notes that all up to an ID that can be read was read: what was counted and is missing was removed
// meanwhile.
func (l *lane) passed(id int64) {
	if id > l.read {
		l.read, l.dirty = id, true
	}
	gone := l.ahead
	if l.ahead = 0; gone == 0 {
		return
	}
	l.count(func(s *Stats) { s.Unsent += gone })
	l.f.o.Logger.Warn("callbacks not forwarded", "callbacks", gone, "route", l.route.Name, "err", errGone)
	if l.once(errGone.Error()) {
		l.tell(slog.LevelWarn, "leaves out %s: %v. Others for the same reason are only counted.", plural(gone, "callback"), errGone)
	}
}

// receive holds a callback for the route, unless it goes nowhere.
func (l *lane) receive(h *webhook.Callback) {
	switch {
	case l.route.drops(h):
		l.count(func(s *Stats) { s.Dropped++ })
	case h.ID <= l.claimed.Newest && l.f.o.Now().Sub(h.ReceivedAt) > tooOld:
		l.count(func(s *Stats) { s.Skipped++ })
	case h.Truncated:
		l.unsent(h.ID, errCut)
	case h.ID > l.claimed.Newest && l.f.answering(h) == l:
		// It is sent by whoever waits for the answer.
	default:
		j := &job{id: h.ID, uuid: h.Report.MessageUUID()}
		if !h.Omitted {
			whole := *h
			j.whole = &whole
		}
		l.q.add(j)
	}
}

// resume tells what earlier runs have left, once all of it was seen.
func (l *lane) resume(full bool) {
	if l.resumed || l.counted.Load() < l.claimed.Newest && l.unread || l.read < l.claimed.Newest && l.unread && !full {
		return
	}
	l.resumed = true
	s := l.stats()
	switch {
	case s.Skipped > 0 && s.Waiting > 0:
		l.tell(slog.LevelWarn, "goes on with %s that came before; %d that are more than an hour old %s skipped.", plural(s.Waiting, "callback"), s.Skipped, were(s.Skipped))
	case s.Skipped > 0:
		l.tell(slog.LevelWarn, "begins with what comes now; %s from before that %s more than an hour old %s skipped.", plural(s.Skipped, "callback"), are(s.Skipped), were(s.Skipped))
	case s.Waiting > 0:
		l.tell(slog.LevelInfo, "goes on with %s that came before.", plural(s.Waiting, "callback"))
	}
}

// unsent counts a callback that cannot be sent, and tells of the first for each reason.
func (l *lane) unsent(id int64, err error) {
	l.count(func(s *Stats) { s.Unsent++ })
	l.f.o.Logger.Warn("callback not forwarded", "id", id, "route", l.route.Name, "err", err)
	what, text := "unsent", err.Error()
	for _, known := range []error{errLoop, errGone, errCut} {
		if errors.Is(err, known) {
			what = known.Error()
		}
	}
	if l.once(what) {
		l.tell(slog.LevelWarn, "leaves out callback %d: %s. Others for the same reason are only counted.", id, text)
	}
}

// toSave tells whether there is something to save.
func (l *lane) toSave() bool {
	if l.dirty {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.answers) > 0
}

// saving gives what writes the progress, and the answers that were given.
func (l *lane) saving(ctx context.Context, keep func(context.Context, webhook.Progress) error) func() error {
	p := webhook.Progress{Route: l.route.Name, Read: l.read, Open: l.q.ids()}
	l.dirty = false
	return func() error { return errors.Join(l.noteAnswers(ctx), keep(ctx, p)) }
}

// noteAnswers writes the answers that were given.
func (l *lane) noteAnswers(ctx context.Context) error {
	l.mu.Lock()
	answers := l.answers
	l.answers = nil
	l.mu.Unlock()
	err := l.f.o.Store.SetAnswers(ctx, answers)
	if err != nil {
		l.mu.Lock()
		maps.Copy(answers, l.answers)
		l.answers = answers
		l.mu.Unlock()
	}
	return err
}

// saved notes what came of saving.
func (l *lane) saved(err error) {
	if err == nil {
		return
	}
	l.dirty = true
	if errors.Is(err, webhook.ErrRouteTaken) {
		l.lost = true
		l.count(func(s *Stats) { s.Elsewhere = true })
		return
	}
	l.f.o.Logger.Warn("what was forwarded could not be noted, and may be sent again after a restart", "route", l.route.Name, "err", err)
}

package tui

import (
	"context"
	"math"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/tui/grid"
)

const (
	// searchTime is how long one step of a search may take: a page that is wanted meanwhile waits so long.
	searchTime = 15 * time.Millisecond
	// recentRows is how many of the newest IDs are looked at again after each change: what is new changes most.
	recentRows = 2000
	// restFor is how many times as long a search rests as a step took that only looked again at what it knows.
	restFor = 9
)

// finder finds the rows of one filter step by step, and remembers which they are: so what was looked at
// once needs not be looked at again for the next page, after a change, or to count. It belongs to one
// question at a time, and to no goroutine besides.
//
// What it knows is one stretch of the history. The rows of the stretch may change, so that they match no
// more or match from now on: the rows of a page are tested again when they are read, the newest ones after
// each change, and all others in turn while nothing else is to be done, for a tenth of the time.
type finder[T any] struct {
	filter store.Filter
	from   searchSource[T]
	now    func() time.Time

	ids         []int64 // that match, newest first
	lo, hi      int64   // all rows of these IDs were looked at; none where lo is above hi
	top, bottom bool    // there is nothing above hi, nothing below lo
	newest      int64   // of the history
	oldest      int64

	most int // of the rows that were known at once

	changed bool      // since the newest were looked at
	tail    int64     // from here on the newest are still to be looked at; 0 for nothing
	stale   bool      // something changed since the present round over all began
	again   int64     // the rows below this one are to be looked at again in this round; 0 for none
	rested  time.Time // when that may go on
}

// searchSource is where the rows of a search come from.
type searchSource[T any] struct {
	scan     func(context.Context, store.Window, time.Duration) (store.Scan, error)
	matching func(context.Context, store.Filter, []int64) ([]T, error)
	id       func(T) int64
}

// found is how far a search has come.
type found struct {
	rows    int   // that match, so far
	whole   bool  // these are all
	more    bool  // it has to go on
	later   bool  // it has to look again at what it knows
	covered int64 // IDs that were looked at, of all
	of      int64
}

func newFinder[T any](f store.Filter, from searchSource[T]) *finder[T] {
	return &finder[T]{filter: f, from: from, now: time.Now, lo: 1}
}

// page reads the rows that q asks for, as far as they are known after one step. ready is whether they are
// worth showing: some are there, or there are none.
func (s *finder[T]) page(ctx context.Context, q grid.Query, changed bool) (p grid.Page[T], f found, ready bool, err error) {
	s.changed, s.stale = s.changed || changed, s.stale || changed
	s.turn(q)
	if err := s.step(ctx, q); err != nil {
		return p, f, false, err
	}
	above, below := s.around(q)
	lacking := s.lacks(q) != nowhere
	ids := slices.Concat(above, below)
	if len(ids) > 0 {
		if p.Rows, err = s.from.matching(ctx, s.filter, ids); err != nil {
			return p, f, false, err
		}
		s.forget(ids, p.Rows)
	}
	p.AtTop = s.top && (len(s.ids) == 0 || len(ids) > 0 && ids[0] >= s.ids[0])
	p.AtEnd = s.bottom && (len(s.ids) == 0 || len(ids) > 0 && ids[len(ids)-1] <= s.ids[len(s.ids)-1])
	f = found{
		rows: s.rows(), whole: s.top && s.bottom, more: lacking || s.counting() || s.changed || s.tail > 0, later: s.stale || s.again > 0,
		covered: max(s.hi-max(s.lo, s.oldest)+1, 0), of: s.newest - s.oldest + 1,
	}
	return p, f, len(p.Rows) > 0 || !lacking && len(ids) == 0, nil
}

// rows is how many rows match, as far as is known.
func (s *finder[T]) rows() int {
	if s.top && s.bottom {
		return len(s.ids)
	}
	return max(len(s.ids), s.most)
}

// turn begins another stretch where q is about rows that are not next to the present one.
func (s *finder[T]) turn(q grid.Query) {
	switch {
	case q.Anchor > 0 && (q.Anchor < s.lo-1 || q.Anchor > s.hi && !s.top || s.hi == 0):
		s.restart(q.Anchor)
	case q.Anchor > 0:
	case q.Oldest && !s.bottom:
		s.restart(0)
		s.bottom = true
	case !q.Oldest && !s.top:
		s.restart(math.MaxInt64 - 1)
		s.top = true
	}
}

func (s *finder[T]) restart(at int64) {
	s.most = s.rows()
	s.ids, s.lo, s.hi, s.top, s.bottom, s.again, s.tail = nil, at+1, at, false, false, 0, 0
}

type side int

const (
	nowhere side = iota
	above
	below
)

// around are the known IDs that q asks for.
func (s *finder[T]) around(q grid.Query) (over, under []int64) {
	switch {
	case q.Anchor > 0:
		k := s.place(q.Anchor)
		return s.ids[max(k-q.Above, 0):k], s.ids[k:min(k+q.Below, len(s.ids))]
	case q.Oldest:
		return nil, s.ids[max(len(s.ids)-q.Below, 0):]
	default:
		return nil, s.ids[:min(q.Below, len(s.ids))]
	}
}

// lacks tells on which side rows are missing that q asks for.
func (s *finder[T]) lacks(q grid.Query) side {
	over, under := s.around(q)
	switch {
	case q.Oldest && q.Anchor == 0:
		if len(under) < q.Below && !s.top {
			return above
		}
	case len(under) < q.Below && !s.bottom:
		return below
	case q.Anchor > 0 && len(over) < q.Above && !s.top:
		return above
	}
	return nowhere
}

// counting tells whether the rows of the filter are still to be counted.
func (s *finder[T]) counting() bool { return s.rows() <= countUpTo && !(s.top && s.bottom) }

// step looks further for a while: where rows are missing, then to count, then again.
func (s *finder[T]) step(ctx context.Context, q grid.Query) error {
	if err := s.lookAtNewest(ctx); err != nil {
		return err
	}
	end := s.now().Add(searchTime)
	for {
		left := end.Sub(s.now())
		if left <= 0 {
			return nil
		}
		to, limit := s.lacks(q), q.Above+q.Below
		if to == nowhere && s.counting() {
			limit = countUpTo + 1
			if to = below; s.bottom {
				to = above
			}
		}
		switch to {
		case below:
			sc, err := s.look(ctx, store.Window{Before: s.lo, Limit: limit}, left)
			if err != nil {
				return err
			}
			s.bottom = sc.End
		case above:
			sc, err := s.look(ctx, store.Window{After: s.hi, Oldest: true, Limit: limit}, left)
			if err != nil {
				return err
			}
			s.top = sc.End
		default:
			return s.lookAgain(ctx, left)
		}
	}
}

// lookAtNewest takes what came since the newest rows were looked at, and what changed of them.
func (s *finder[T]) lookAtNewest(ctx context.Context) error {
	if s.tail == 0 && s.changed {
		s.changed = false
		if s.top && s.lo < math.MaxInt64 {
			s.tail = max(s.lo, min(s.hi, s.newest)-recentRows+1)
		}
	}
	if s.tail == 0 {
		return nil
	}
	sc, err := s.look(ctx, store.Window{After: s.tail - 1, Oldest: true, Limit: math.MaxInt32}, searchTime/2)
	if err != nil {
		return err
	}
	if s.tail = sc.To + 1; sc.End {
		s.tail = 0
	}
	return nil
}

// lookAgain goes on with the round over what is known, newest first, where that is due.
func (s *finder[T]) lookAgain(ctx context.Context, budget time.Duration) error {
	begun := s.now()
	if begun.Before(s.rested) {
		return nil
	}
	if s.again == 0 {
		if !s.stale {
			return nil
		}
		s.again, s.stale = s.hi+1, false
	}
	sc, err := s.look(ctx, store.Window{Before: s.again, After: s.lo - 1, Limit: math.MaxInt32}, budget)
	if err != nil {
		return err
	}
	if s.again = sc.From; sc.End || s.again <= s.lo {
		s.again = 0
	}
	now := s.now()
	s.rested = now.Add(restFor * now.Sub(begun))
	return nil
}

// look takes a step, and what it found into what is known.
func (s *finder[T]) look(ctx context.Context, w store.Window, budget time.Duration) (store.Scan, error) {
	w.Filter = s.filter
	sc, err := s.from.scan(ctx, w, budget)
	if err != nil {
		return sc, err
	}
	s.newest, s.oldest = sc.Newest, sc.Oldest
	if s.hi < s.lo && s.lo == math.MaxInt64 {
		s.hi, s.lo = sc.To, sc.To+1 // the first step from the newest row tells which that is
	}
	if sc.From > sc.To {
		return sc, nil
	}
	if w.Oldest {
		slices.Reverse(sc.IDs)
	}
	first, end := s.place(sc.To), s.place(sc.From-1)
	s.ids = slices.Replace(s.ids, first, end, sc.IDs...)
	s.lo, s.hi = min(s.lo, sc.From), max(s.hi, sc.To)
	return sc, nil
}

// place is the index of the first ID that is not above id.
func (s *finder[T]) place(id int64) int {
	i, _ := slices.BinarySearchFunc(s.ids, id, func(have, id int64) int {
		if have > id {
			return -1
		}
		return 1
	})
	return i
}

// forget drops the IDs of rows that were asked for and are gone or match no more.
func (s *finder[T]) forget(asked []int64, rows []T) {
	if len(rows) == len(asked) {
		return
	}
	there := make(map[int64]bool, len(rows))
	for _, r := range rows {
		there[s.from.id(r)] = true
	}
	gone := make(map[int64]bool)
	for _, id := range asked {
		gone[id] = !there[id]
	}
	s.ids = slices.DeleteFunc(s.ids, func(id int64) bool { return gone[id] })
}

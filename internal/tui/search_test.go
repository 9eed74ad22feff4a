package tui

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/tui/grid"
)

// rows are a history in memory: which IDs are there, and which of them match.
type historyRows struct {
	there   []int64 // rising
	matches map[int64]bool
	step    int64
	fails   bool
}

func (h *historyRows) source() searchSource[int64] {
	id := func(id int64) int64 { return id }
	return searchSource[int64]{
		scan: func(_ context.Context, w store.Window, _ time.Duration) (store.Scan, error) {
			if h.fails {
				return store.Scan{}, errors.New("busy")
			}
			rows := slices.Clone(h.there)
			slices.Reverse(rows)
			return scanRows(rows, id, func(id int64) bool { return h.matches[id] }, w, h.step), nil
		},
		matching: func(_ context.Context, _ store.Filter, ids []int64) ([]int64, error) {
			var out []int64
			for _, id := range slices.Backward(h.there) {
				if h.matches[id] && slices.Contains(ids, id) {
					out = append(out, id)
				}
			}
			return out, nil
		},
		id: id,
	}
}

// answer is what a page has to be in the end.
func (h *historyRows) answer(q grid.Query) (p grid.Page[int64]) {
	var all []int64
	for _, id := range slices.Backward(h.there) {
		if h.matches[id] {
			all = append(all, id)
		}
	}
	from, to := 0, min(q.Below, len(all))
	switch {
	case q.Anchor > 0:
		k := 0
		for k < len(all) && all[k] > q.Anchor {
			k++
		}
		from, to = max(k-q.Above, 0), min(k+q.Below, len(all))
	case q.Oldest:
		from, to = max(len(all)-q.Below, 0), len(all)
	}
	return grid.Page[int64]{Rows: all[from:to], AtTop: from == 0, AtEnd: to == len(all)}
}

// settle asks until the search has no more to do, looking again at all that it knows.
func settleSearch(t rapid.TB, f *finder[int64], h *historyRows, q grid.Query, changed bool) (grid.Page[int64], found) {
	for range 10_000 {
		f.rested = time.Time{}
		p, so, ready, err := f.page(context.Background(), q, changed)
		if err != nil {
			t.Fatal(err)
		}
		changed = false
		if !slices.IsSortedFunc(f.ids, func(a, b int64) int { return int(b - a) }) {
			t.Fatalf("the known rows are out of order: %v", f.ids)
		}
		if want := h.answer(q); ready && !so.more && !so.later && slices.Equal(p.Rows, want.Rows) {
			if p.AtTop != want.AtTop && len(want.Rows) > 0 || p.AtEnd != want.AtEnd && len(want.Rows) > 0 {
				t.Fatalf("%+v: at the top %v, at the end %v, want %v and %v", q, p.AtTop, p.AtEnd, want.AtTop, want.AtEnd)
			}
			return p, so
		}
	}
	t.Fatalf("%+v: the search does not come to an end; want %v, knows %v in %d..%d", q, h.answer(q), f.ids, f.lo, f.hi)
	panic("unreachable")
}

// TestSearchFindsAll asks for pages of a history that changes: whatever the steps, what is shown in the
// end is what there is.
func TestSearchFindsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := &historyRows{matches: map[int64]bool{}, step: rapid.Int64Range(1, 60).Draw(t, "step")}
		next := int64(1)
		grow := func(n int) {
			for range n {
				if rapid.IntRange(0, 9).Draw(t, "hole") > 0 {
					h.there = append(h.there, next)
					h.matches[next] = rapid.Bool().Draw(t, "matches")
				}
				next++
			}
		}
		grow(rapid.IntRange(0, 120).Draw(t, "rows"))
		f := newFinder(store.Filter{}, h.source())
		for range rapid.IntRange(1, 12).Draw(t, "questions") {
			changed := true
			switch rapid.IntRange(0, 4).Draw(t, "change") {
			case 0:
				grow(rapid.IntRange(1, 30).Draw(t, "new"))
			case 1:
				for range 5 {
					if len(h.there) > 0 {
						id := rapid.SampledFrom(h.there).Draw(t, "changing")
						h.matches[id] = !h.matches[id]
					}
				}
			case 2:
				h.there = h.there[min(len(h.there), rapid.IntRange(0, 20).Draw(t, "gone")):]
			default:
				changed = false
			}
			q := grid.Query{Below: rapid.IntRange(1, 20).Draw(t, "below")}
			switch rapid.IntRange(0, 2).Draw(t, "question") {
			case 0:
				q.Oldest = true
			case 1:
				if next == 1 {
					continue
				}
				q.Anchor, q.Above = rapid.Int64Range(1, next-1).Draw(t, "anchor"), rapid.IntRange(1, 20).Draw(t, "above")
			}
			settleSearch(t, f, h, q, changed)
		}
	})
}

// TestSearchShowsFirstHitsAtOnce looks at few rows in a step: the first page is there before the end, and
// all are counted after it.
func TestSearchShowsFirstHitsAtOnce(t *testing.T) {
	h := &historyRows{matches: map[int64]bool{}, step: 20}
	for id := int64(1); id <= 10_000; id++ {
		h.there = append(h.there, id)
		h.matches[id] = id%100 == 0
	}
	f := newFinder(store.Filter{}, h.source())
	f.now = ticking()
	q := grid.Query{Below: 60}
	var first, last found
	steps := 0
	for ; ; steps++ {
		p, so, ready, err := f.page(t.Context(), q, false)
		if err != nil {
			t.Fatal(err)
		}
		if ready && first.rows == 0 {
			first = so
			if len(p.Rows) == 0 || p.Rows[0] != 10_000 || !p.AtTop || p.AtEnd {
				t.Fatalf("the first page is %+v", p)
			}
		}
		if last = so; !so.more {
			break
		}
	}
	if first.rows == 0 || first.covered > 200 || first.whole || !first.more {
		t.Errorf("the first rows were shown at %+v", first)
	}
	if !last.whole || last.rows != 100 || last.covered != last.of || last.of != 10_000 {
		t.Errorf("in the end %+v", last)
	}
	if steps < 100 {
		t.Errorf("all of it took %d steps", steps)
	}
}

// TestSearchCountsNoFurtherThanIsShown holds that a filter that most rows match is not looked for in all of
// them, and that each end is found from that end.
func TestSearchCountsNoFurtherThanIsShown(t *testing.T) {
	h := &historyRows{matches: map[int64]bool{}, step: 500}
	for id := int64(1); id <= 50_000; id++ {
		h.there = append(h.there, id)
		h.matches[id] = true
	}
	f := newFinder(store.Filter{}, h.source())
	p, so := settleSearch(t, f, h, grid.Query{Below: 30}, false)
	if so.rows <= countUpTo || so.covered > 2000 || len(p.Rows) != 30 {
		t.Errorf("%+v for the newest", so)
	}
	p, so = settleSearch(t, f, h, grid.Query{Oldest: true, Below: 30}, false)
	if so.rows <= countUpTo || so.covered > 2000 || p.Rows[29] != 1 {
		t.Errorf("%+v for the oldest, %v", so, p.Rows)
	}
}

// TestSearchGoesOnAfterAFailure holds that what failed is asked again and nothing is lost by it.
func TestSearchGoesOnAfterAFailure(t *testing.T) {
	h := &historyRows{there: []int64{1, 2, 3}, matches: map[int64]bool{1: true, 3: true}, fails: true}
	f := newFinder(store.Filter{}, h.source())
	if _, _, _, err := f.page(t.Context(), grid.Query{Below: 9}, true); err == nil {
		t.Fatal("no error")
	}
	h.fails = false
	settleSearch(t, f, h, grid.Query{Below: 9}, false)
	h.there, h.matches[4], h.fails = append(h.there, 4), true, true
	if _, _, _, err := f.page(t.Context(), grid.Query{Below: 9}, true); err == nil {
		t.Fatal("no error")
	}
	h.fails = false
	settleSearch(t, f, h, grid.Query{Below: 9}, false)
}

// TestSearchTellsHowFarItIs shows the progress of a search that takes long, and its hits meanwhile; another
// filter ends it.
func TestSearchTellsHowFarItIs(t *testing.T) {
	core := newFakeCore()
	core.add(queued(4000)...)
	for i := range core.messages {
		if i%1000 == 999 {
			core.messages[i].Status = plivo.Failed
		}
	}
	core.scanStep = 100
	d := newDriver(t, core, 120, 36)
	d.hold = true
	d.keys("/", "status:failed", "enter")
	d.m.messages.search.now = ticking()
	d.expect("Messages (… of 4,000, status:failed)")
	d.now = d.now.Add(searchShown)
	for range 3 {
		d.step()
	}
	d.expect(" found, searched ", " of 4,000 …, status:failed)", "✗ failed")
	d.hold = false
	d.release()
	d.expect("Messages (4 of 4,000, status:failed)")
	d.keys("G")
	if d.selected() != 1000 {
		t.Errorf("selected %d, want the oldest hit", d.selected())
	}
	d.keys("esc")
	d.expect("Messages (4,000)")
	d.hold = true
	d.keys("/", "status:read", "enter")
	d.m.messages.search.now = ticking()
	d.now = d.now.Add(searchShown)
	d.step()
	d.step()
	d.expect("(0 found, searched ", "Nothing found yet", "esc ends the search")
	d.keys("esc")
	d.hold = false
	d.release()
	d.expect("Messages (4,000)", "burst 999 ") // where it was before
}

// ticking is a clock by which a step of a search looks at one part alone.
func ticking() func() time.Time {
	at := time.Unix(0, 0)
	return func() time.Time {
		at = at.Add(searchTime / 2)
		return at
	}
}

// step runs the commands that are held, and holds what follows from them.
func (d *driver) step() {
	d.t.Helper()
	held := d.held
	d.held = nil
	for _, cmd := range held {
		d.run(cmd)
	}
}

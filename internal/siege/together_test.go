package siege

import (
	"context"
	"net/http"
	"testing"

	"dev.internal/plivoscope/internal/figures"
)

// TestTogether: two programs take callbacks into one history, and one of them is killed again and again.
func TestTogether(t *testing.T) {
	t.Parallel()
	h, l := newHouse(t), newLedger(t)
	tries, survived := times(2, 30), 0
	steady := h.listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := l.flood(ctx, steady.url, 4)
	for range tries {
		other := h.listen(t)
		l.until(t, other.url, http.StatusOK)
		while, stop := context.WithCancel(ctx)
		flooded := l.flood(while, other.url, 4)
		enough := l.count() + 20
		wait(t, "callbacks", func() bool { return l.count() > enough })
		other.kill()
		stop()
		flooded()
		l.until(t, steady.url, http.StatusOK)
		if h.serves(t) == steady.base {
			survived++
		}
	}
	cancel()
	done()
	steady.kill()
	figures.Tell(t, figures.Attack{What: "two programs on one history, one killed", Tries: tries, Survived: survived, Lost: l.lost(t, h.exported(t))})
}

// TestStartedTogether: programs that make one history at the same moment find one.
func TestStartedTogether(t *testing.T) {
	t.Parallel()
	tries, survived, lost := times(1, 20), 0, 0
	for range tries {
		h, l := newHouse(t), newLedger(t)
		var all []*running
		begun := make(chan *running)
		const programs = 3
		for range programs {
			go func() {
				var r *running
				defer func() { begun <- r }()
				r = h.listen(t)
			}()
		}
		for range programs {
			if r := <-begun; r != nil {
				all = append(all, r)
				l.until(t, r.url, http.StatusOK)
			}
		}
		for _, r := range all {
			r.kill()
		}
		if len(all) == programs {
			survived++
		}
		lost += l.lost(t, h.exported(t))
	}
	figures.Tell(t, figures.Attack{What: "programs that make one history at once", Tries: tries, Survived: survived, Lost: lost})
}

//go:build unix

package siege

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// TestClockOfEarlierRuns: the history was written by a clock that was ahead or behind, as after one that was set.
func TestClockOfEarlierRuns(t *testing.T) {
	t.Parallel()
	shifts := []time.Duration{24 * time.Hour, -24 * time.Hour, 365 * 24 * time.Hour, -365 * 24 * time.Hour}
	h, l := newHouse(t), newLedger(t)
	survived := 0
	for _, shift := range shifts {
		r := h.listen(t)
		for range 3 {
			l.until(t, r.url, http.StatusOK)
		}
		r.kill() // its lease is left
		// All that has a time gets that of the other clock.
		conn := h.sql(t)
		by := shift.Microseconds()
		for _, change := range []string{
			"UPDATE callbacks SET received_at = received_at + ?1, answered_at = answered_at + ?1",
			"UPDATE messages SET created_at = created_at + ?1, updated_at = updated_at + ?1",
			"UPDATE counters SET latest = latest + ?1, marked = marked + ?1",
			"UPDATE OR REPLACE marks SET at = at + ?1",
			"UPDATE lease SET heartbeat = heartbeat + ?1",
		} {
			_, err := conn.ExecContext(t.Context(), change, by)
			must(t, err)
		}
		conn.close()
		r = h.listen(t)
		l.until(t, r.url, http.StatusOK)
		if at := h.serves(t); at != r.base {
			t.Errorf("after a clock of %s the lease is that of %s", shift, at)
			continue
		}
		newest := uuid(int(l.next.Load()))
		out, err := h.command("history", "-o", "json", "--callbacks", "--filter", "since:5m").Output()
		if err != nil || !strings.Contains(string(out), newest) {
			t.Errorf("after a clock of %s since: does not find what came now: %v", shift, err)
			continue
		}
		survived++
		r.kill()
	}
	figures.Tell(t, figures.Attack{What: "a clock that was set back or forward", Tries: len(shifts), Survived: survived, Lost: l.lost(t, h.exported(t))})
}

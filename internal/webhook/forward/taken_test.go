package forward_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/forward"
)

// own lets a process have the routes of a history for the next half minute; process 1 always runs.
func own(t *testing.T, s *store.Store, pid int) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.Path()+"?_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("UPDATE routes SET pid = ?, heartbeat = ?", pid, time.Now().Add(30*time.Second).UnixMicro()); err != nil {
		t.Fatal(err)
	}
}

// TestAnswersWhileTaken ends a server right after it passed answers on, while another process has the route:
// the history has them all the same.
func TestAnswersWhileTaken(t *testing.T) {
	t.Parallel()
	s, a := history(t), app(t, "", nil)
	r, at := serving(t, s, a.URL, webhook.Accept)
	own(t, s, 1)
	r.until("another process has the route", func(s forward.Stats) bool { return s.Elsewhere })
	const many = 20
	for n := range many {
		if status, _, _ := post(t, at, callback("m", n+1)); status != 200 {
			t.Errorf("answered %d", status)
		}
	}
	r.stop()
	cs, err := s.Callbacks(t.Context(), store.Window{})
	if err != nil || len(cs) != many {
		t.Fatalf("%d callbacks, %v", len(cs), err)
	}
	for _, c := range cs {
		if c.Answer.Status != 200 {
			t.Errorf("callback %d was answered %d as the history has it", c.ID, c.Answer.Status)
		}
	}
}

// TestTaken gives the route to another process, one that always runs, and later sets it free: what came
// meanwhile is sent then, and not before.
func TestTaken(t *testing.T) {
	t.Parallel()
	s, a := history(t), app(t, "", nil)
	r := run(t, s, []forward.Route{route(t, a.URL)}, nil)
	record(t, s, callback("m", 1))
	r.forwarded(1)
	own(t, s, 1)
	r.until("it is told that another process has the route", func(s forward.Stats) bool { return s.Elsewhere })
	record(t, s, callback("m", 2))
	r.until("it was told", func(forward.Stats) bool { return strings.Contains(strings.Join(r.told(), "\n"), "another process") })
	if n := len(a.all()); n != 1 {
		t.Errorf("%d came while another process had the route", n)
	}
	own(t, s, 0)
	// The first one too, where its end was not kept before.
	r.until("the rest is forwarded", func(s forward.Stats) bool { return s.Forwarded >= 2 && s.Waiting == 0 && len(a.all()) >= 2 })
	if n := inOrder(t, a.all()); n != 2 {
		t.Errorf("%d came", n)
	}
	if told := r.told(); len(told) < 2 || !strings.Contains(told[1], "is done by this process from now on") {
		t.Errorf("told %v", told)
	}
}

package forward_test

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/webhook/forward"
)

// TestTaken gives the route to another process, one that always runs, and later sets it free: what came
// meanwhile is sent then, and not before.
func TestTaken(t *testing.T) {
	t.Parallel()
	s, a := history(t), app(t, "", nil)
	db, err := sql.Open("sqlite", "file:"+s.Path()+"?_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	owner := func(pid int) {
		t.Helper()
		if _, err := db.Exec("UPDATE routes SET pid = ?, heartbeat = ?", pid, time.Now().Add(30*time.Second).UnixMicro()); err != nil {
			t.Fatal(err)
		}
	}
	r := run(t, s, []forward.Route{route(t, a.URL)}, nil)
	record(t, s, callback("m", 1))
	r.forwarded(1)
	owner(1)
	r.until("it is told that another process has the route", func(s forward.Stats) bool { return s.Elsewhere })
	record(t, s, callback("m", 2))
	r.until("it was told", func(forward.Stats) bool { return strings.Contains(strings.Join(r.told(), "\n"), "another process") })
	if n := len(a.all()); n != 1 {
		t.Errorf("%d came while another process had the route", n)
	}
	owner(0)
	// The first one too, where its end was not kept before.
	r.until("the rest is forwarded", func(s forward.Stats) bool { return s.Forwarded >= 2 && s.Waiting == 0 && len(a.all()) >= 2 })
	if n := inOrder(t, a.all()); n != 2 {
		t.Errorf("%d came", n)
	}
	if told := r.told(); len(told) < 2 || !strings.Contains(told[1], "is done by this process from now on") {
		t.Errorf("told %v", told)
	}
}

package forward_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/forward"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// TestResigned lets a callback go: it verifies at the URL that the application is asked by, with its own
// path, query and body.
func TestResigned(t *testing.T) {
	t.Parallel()
	s, a := history(t), app(t, "", nil)
	r := run(t, s, []forward.Route{route(t, a.URL)}, nil)
	c := callback("m", 1)
	record(t, s, c)
	st := r.forwarded(1)
	g := a.all()[0]
	if g.outcome != signature.Valid || g.path != "/sms/delivery-report?env=dev" || g.body != string(c.Body) {
		t.Errorf("came as %+v", g)
	}
	if g.header.Get(replay.GuardHeader) != forward.Guard(r.Forwarder) {
		t.Errorf("the guard is %q", g.header.Get(replay.GuardHeader))
	}
	if st.Health.State != forward.Up || st.Health.Last != "200 OK" || st.Latency.Count != 1 || st.Came != 1 {
		t.Errorf("%+v", st)
	}
}

// TestDownThenUp lets callbacks come while the application is not there, more than are held: all are sent when
// it is, in order, and the user is told once of either.
func TestDownThenUp(t *testing.T) {
	t.Parallel()
	s, at := history(t), nowhere(t)
	r := run(t, s, []forward.Route{route(t, "http://"+at)}, nil)
	const messages, each = 300, 4 // more than are held
	for n := range each {
		var cs []*webhook.Callback
		for m := range messages {
			cs = append(cs, callback(fmt.Sprint("m", m), n+1))
		}
		record(t, s, cs...)
	}
	st := r.until("all are counted as waiting", func(s forward.Stats) bool { return s.Waiting == messages*each && s.Health.State == forward.Down })
	if !strings.Contains(st.Health.Last, "Nothing listens") || st.Forwarded != 0 {
		t.Errorf("%+v", st)
	}
	a := app(t, at, nil)
	r.forwarded(messages * each)
	if n := inOrder(t, a.all()); n != messages*each || a.most > 1 {
		t.Errorf("%d came, at most %d of one message at once", n, a.most)
	}
	told := r.told()
	if len(told) != 2 || !strings.Contains(told[0], "fails") || !strings.Contains(told[1], "works again") {
		t.Errorf("told:\n%s", strings.Join(told, "\n"))
	}
}

// TestHoldsFew lets many wait and looks how many a lane holds.
func TestHoldsFew(t *testing.T) {
	t.Parallel()
	s := history(t)
	r := run(t, s, []forward.Route{route(t, "http://"+nowhere(t))}, nil)
	var cs []*webhook.Callback
	for m := range forward.HeldMost + 200 {
		cs = append(cs, callback(fmt.Sprint("m", m), 1))
	}
	record(t, s, cs...)
	r.until("all are counted", func(s forward.Stats) bool { return s.Waiting == int64(len(cs)) })
	r.stop()
	if n := forward.Held(r.Forwarder); n == 0 || n > forward.HeldMost {
		t.Errorf("%d are held", n)
	}
}

// TestRemovedWhileDown lets the history remove callbacks that wait, held ones and such that were only counted:
// they wait no more, and whoever waits for the rest is not kept.
func TestRemovedWhileDown(t *testing.T) {
	t.Parallel()
	const keep, all = 100, forward.HeldMost + 600
	s, at := history(t), nowhere(t)
	r := run(t, s, []forward.Route{route(t, "http://"+at)}, nil)
	r.Pause(true) // so that none is held whole
	var cs []*webhook.Callback
	for m := range all - 1 {
		cs = append(cs, callback(fmt.Sprint("m", m), 1))
	}
	record(t, s, cs...)
	r.until("they are counted", func(s forward.Stats) bool { return s.Waiting == all-1 })
	few, err := store.Open(context.Background(), store.Options{Path: s.Path(), Keep: keep})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = few.Close() })
	record(t, few, callback("last", 1))
	for end := time.Now().Add(time.Minute); ; time.Sleep(2 * time.Millisecond) {
		left, err := s.CallbackHeads(context.Background(), 0, all)
		if err != nil || time.Now().After(end) {
			t.Fatal(len(left), err)
		}
		if len(left) == keep {
			break
		}
	}
	a := app(t, at, nil)
	r.Pause(false)
	st := r.until("none waits", func(s forward.Stats) bool { return s.Came == all && s.Waiting == 0 })
	if st.Forwarded != keep || st.Unsent != all-keep || len(a.all()) != keep || !r.Settled(all) {
		t.Errorf("%d came; %+v", len(a.all()), st)
	}
	if told := strings.Join(r.told(), "\n"); strings.Count(told, "removed from the history") != 1 {
		t.Errorf("told:\n%s", told)
	}
}

// TestOrder is the property: whatever the application answers and however long it takes, no callback of a
// message is sent before the one before it was answered for good.
func TestOrder(t *testing.T) {
	t.Parallel()
	dice := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	var mu sync.Mutex
	roll := func(n int) int { mu.Lock(); defer mu.Unlock(); return dice.IntN(n) }
	s := history(t)
	var took sync.Map
	a := app(t, "", func(w http.ResponseWriter, _ *http.Request, _ int, g got) {
		time.Sleep(time.Duration(roll(2000)) * time.Microsecond)
		switch roll(6) {
		case 0:
			w.WriteHeader([]int{500, 502, 503, 429}[roll(4)])
			return
		case 1:
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = conn.Close()
			}
			return
		}
		if last, _ := took.Load(g.uuid); last == nil && g.sequence != 1 || last != nil && last != g.sequence-1 {
			t.Errorf("of message %s %d was taken after %v", g.uuid, g.sequence, last)
		}
		took.Store(g.uuid, g.sequence)
		w.WriteHeader([]int{200, 204, 404}[roll(3)])
	})
	r := run(t, s, []forward.Route{route(t, a.URL)}, nil)
	const messages, each = 30, 8
	r.Pause(true) // so that all of a message wait at once
	for n := range each {
		mu.Lock()
		order := dice.Perm(messages)
		mu.Unlock()
		for _, m := range order {
			record(t, s, callback(fmt.Sprint("m", m), n+1))
		}
	}
	r.Pause(false)
	st := r.forwarded(messages * each)
	if a.most > 1 || st.Retries == 0 || st.Refused == 0 || st.Retrying != 0 {
		t.Errorf("at most %d of one message at once; %+v", a.most, st)
	}
	inOrder(t, a.all())
}

// TestStuck lets one message fail for ever: the others go on.
func TestStuck(t *testing.T) {
	t.Parallel()
	s := history(t)
	a := app(t, "", func(w http.ResponseWriter, _ *http.Request, _ int, g got) {
		if g.uuid == "bad" {
			w.WriteHeader(500)
		}
	})
	r := run(t, s, []forward.Route{route(t, a.URL)}, nil)
	record(t, s, callback("bad", 1), callback("bad", 2))
	for m := range 50 {
		record(t, s, callback(fmt.Sprint("m", m), 1))
	}
	st := r.until("the others are forwarded", func(s forward.Stats) bool { return s.Forwarded == 50 && s.Retries > 3 })
	if st.Waiting != 2 || st.Retrying != 1 {
		t.Errorf("%+v", st)
	}
	for _, g := range a.all() {
		if g.uuid == "bad" && g.sequence == 2 {
			t.Error("the second of the message that fails was sent")
		}
	}
	if told := r.told(); len(told) != 1 || !strings.Contains(told[0], "500") {
		t.Errorf("told:\n%s", strings.Join(told, "\n"))
	}
}

// TestOddTargets are what an application may do wrong.
func TestOddTargets(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer  func(w http.ResponseWriter, r *http.Request, n int, g got)
		ok      func(s forward.Stats) bool
		request int // how many at least
	}{
		"redirects": {
			func(w http.ResponseWriter, r *http.Request, _ int, _ got) {
				http.Redirect(w, r, "/elsewhere", http.StatusFound)
			},
			func(s forward.Stats) bool { return s.Forwarded == 1 && s.Refused == 1 && s.Health.Last == "302 Found" }, 1,
		},
		"slow once": {
			func(_ http.ResponseWriter, r *http.Request, n int, _ got) {
				if n == 1 {
					<-r.Context().Done()
				}
			},
			func(s forward.Stats) bool { return s.Forwarded == 1 && s.Retries == 1 }, 2,
		},
		"half closed before the answer": {
			func(w http.ResponseWriter, _ *http.Request, n int, _ got) {
				if n < 3 {
					conn, _, _ := w.(http.Hijacker).Hijack()
					_ = conn.Close()
				}
			},
			func(s forward.Stats) bool { return s.Forwarded == 1 && s.Retries == 2 }, 3,
		},
		"half closed in the answer": {
			func(w http.ResponseWriter, _ *http.Request, _ int, _ got) {
				w.Header().Set("Content-Length", "1000")
				_, _ = w.Write([]byte("half"))
			},
			func(s forward.Stats) bool { return s.Forwarded == 1 && s.Retries == 0 }, 1,
		},
		"100 MB": {
			func(w http.ResponseWriter, _ *http.Request, _ int, _ got) {
				chunk := make([]byte, 1<<20)
				for range 100 {
					if _, err := w.Write(chunk); err != nil {
						return
					}
				}
			},
			func(s forward.Stats) bool { return s.Forwarded == 1 && s.Retries == 0 }, 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, a := history(t), app(t, "", c.answer)
			r := runWith(t, s, []forward.Route{route(t, a.URL)}, nil, 200*time.Millisecond)
			record(t, s, callback("m", 1))
			r.until("it is over", c.ok)
			if n := len(a.all()); n != c.request {
				t.Errorf("%d requests", n)
			}
		})
	}
}

// TestLoop lets the target send what it gets back to this program.
func TestLoop(t *testing.T) {
	t.Parallel()
	s := history(t)
	a := app(t, "", func(_ http.ResponseWriter, r *http.Request, _ int, g got) {
		c := callback(g.uuid, g.sequence)
		c.Header[replay.GuardHeader] = r.Header[replay.GuardHeader]
		record(t, s, c)
	})
	r := run(t, s, []forward.Route{route(t, a.URL)}, nil)
	record(t, s, callback("m", 1))
	st := r.until("the loop is cut", func(s forward.Stats) bool { return s.Unsent == 1 && s.Waiting == 0 })
	if told := r.told(); st.Forwarded != 1 || len(told) != 1 || !strings.Contains(told[0], "came back") {
		t.Errorf("%+v, told %v", st, told)
	}
}

// TestPause lets callbacks come while forwarding is paused.
func TestPause(t *testing.T) {
	t.Parallel()
	s, a := history(t), app(t, "", nil)
	r := run(t, s, []forward.Route{route(t, a.URL)}, nil)
	r.Pause(true)
	record(t, s, callback("m", 1), callback("m", 2))
	st := r.until("they wait", func(s forward.Stats) bool { return s.Waiting == 2 })
	if !st.Paused || len(a.all()) != 0 {
		t.Errorf("%+v, %d came", st, len(a.all()))
	}
	r.Pause(false)
	r.forwarded(2)
	inOrder(t, a.all())
}

// TestRestart stops in the middle, and goes on with another Forwarder and another Store: nothing is lost
// or sent twice.
func TestRestart(t *testing.T) {
	t.Parallel()
	s, at := history(t), nowhere(t)
	routes := []forward.Route{route(t, "http://"+at)}
	r := run(t, s, routes, nil)
	for n := range 3 {
		for m := range 20 {
			record(t, s, callback(fmt.Sprint("m", m), n+1))
		}
	}
	r.until("all wait", func(s forward.Stats) bool { return s.Waiting == 60 })
	r.stop()

	a := app(t, at, func(_ http.ResponseWriter, _ *http.Request, n int, _ got) { time.Sleep(time.Millisecond) })
	r = run(t, s, routes, nil)
	r.until("some are forwarded", func(s forward.Stats) bool { return s.Forwarded >= 10 })
	r.stop()
	before := r.Stats()[0]
	path := s.Path()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = reopen(t, path)
	record(t, s, callback("late", 1)) // while nothing forwards
	r = run(t, s, routes, nil)
	r.forwarded(61 - before.Forwarded)
	if n := inOrder(t, a.all()); n != 61 || len(a.all()) != 61 {
		t.Errorf("%d different ones of %d came", n, len(a.all()))
	}
	if told := strings.Join(r.told(), "\n"); before.Forwarded < 60 && !strings.Contains(told, "goes on with") {
		t.Errorf("told %q", told)
	}
}

// TestFirstUse begins with what comes after it.
func TestFirstUse(t *testing.T) {
	t.Parallel()
	s, a := history(t), app(t, "", nil)
	record(t, s, callback("before", 1))
	r := run(t, s, []forward.Route{route(t, a.URL)}, nil)
	record(t, s, callback("after", 1))
	r.forwarded(1)
	if all := a.all(); len(all) != 1 || all[0].uuid != "after" || len(r.told()) != 0 {
		t.Errorf("%+v; told %v", all, r.told())
	}
}

// TestTooOld starts again after more than an hour: what is older is skipped, and said so.
func TestTooOld(t *testing.T) {
	t.Parallel()
	s, at := history(t), nowhere(t)
	routes := []forward.Route{route(t, "http://"+at)}
	now := time.Now()
	r := run(t, s, routes, nil)
	for m, age := range []time.Duration{3 * time.Hour, 61 * time.Minute, 59 * time.Minute, time.Minute} {
		c := callback(fmt.Sprint("m", m), 1)
		c.ReceivedAt = now.Add(-age)
		record(t, s, c)
	}
	r.until("all wait", func(s forward.Stats) bool { return s.Waiting == 4 && s.Retries > 0 })
	r.stop()
	a := app(t, at, nil)
	r = run(t, s, routes, func() time.Time { return now })
	st := r.forwarded(2)
	if st.Skipped != 2 || st.Came != 4 {
		t.Errorf("%+v", st)
	}
	for _, g := range a.all() {
		if g.uuid < "m2" {
			t.Errorf("%s was sent", g.uuid)
		}
	}
	if told := r.told(); len(told) != 1 || !strings.Contains(told[0], "goes on with 2 callbacks") || !strings.Contains(told[0], "2 that are more than an hour old were skipped") {
		t.Errorf("told %v", told)
	}
}

package app

import (
	"io"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// TestRefusals tells when requests were answered without being kept, and that 503 is worse than the noise of
// strangers.
func TestRefusals(t *testing.T) {
	t.Parallel()
	var stats webhook.Stats
	r := &refusals{answered: func() webhook.Stats { return stats }}
	begin := time.Unix(1000, 0)
	at := func(seconds int) time.Time { return begin.Add(time.Duration(seconds) * time.Second) }
	for i, s := range []webhook.Stats{{Refused: 5, Dropped: 5}, {Refused: 5, Dropped: 5}, {Refused: 5, Dropped: 6}, {Refused: 5, Dropped: 9}, {Refused: 5, Dropped: 9}, {Refused: 8, Dropped: 9}, {Refused: 10, Barred: 2, Dropped: 9}, {Refused: 11, Barred: 3, Dropped: 9}, {Refused: 13, Barred: 3, Crowded: 1, Dropped: 9}} {
		stats = s
		r.sample(at(i))
	}
	for _, test := range []struct {
		since, until int
		status       string
		from, to     int
		requests     int64
	}{
		{0, 99, "503", 1, 3, 4},
		{2, 99, "503", 1, 3, 4},
		{3, 6, "403", 5, 7, 3},
		{3, 99, "4xx or 503", 7, 8, 2},
		{3, 4, "4xx", 4, 5, 3},
		{6, 6, "403", 5, 7, 3},
		{3, 3, "", 0, 0, 0},
		{8, 99, "", 0, 0, 0},
	} {
		got, found := r.latest(at(test.since), at(test.until))
		want := store.Refusal{Status: test.status, Requests: test.requests}
		if want.Status != "" {
			want.From, want.To = at(test.from), at(test.to)
		}
		if found != (test.status != "") || got != want {
			t.Errorf("from %d to %d: %v %+v", test.since, test.until, found, got)
		}
	}
	if _, found := (*refusals)(nil).latest(begin, at(99)); found {
		t.Error("without a server something was refused")
	}
	for i := range 2 * keptSpans {
		if i%2 == 0 {
			stats.Dropped++
		}
		r.sample(at(10 + i))
	}
	if len(r.spans) > keptSpans {
		t.Errorf("%d spans are kept", len(r.spans))
	}
}

// TestOutageOfASilence takes the outage that covers most of the time since something was heard.
func TestOutageOfASilence(t *testing.T) {
	t.Parallel()
	begin := time.Unix(1000, 0)
	at := func(seconds int) time.Time { return begin.Add(time.Duration(seconds) * time.Second) }
	j := judge{now: at(100), outages: []store.Outage{
		{From: at(0), To: at(30), Why: "long ago"}, {From: at(40), To: at(45), Why: "short"}, {From: at(50), To: at(60), Why: "longer"}, {From: at(99), Why: "now"},
	}}
	for since, want := range map[int]string{0: "long ago", 25: "longer", 59: "longer", 60: "now", 99: "now", 100: ""} {
		if got, _ := j.outage(at(since), at(1000)); got.Why != want {
			t.Errorf("since %d it is %q, want %q", since, got.Why, want)
		}
	}
	for until, want := range map[int]string{35: "", 42: "short", 45: "short", 58: "longer", 99: "longer"} {
		if got, _ := j.outage(at(30), at(until)); got.Why != want {
			t.Errorf("until %d it is %q, want %q", until, got.Why, want)
		}
	}
}

// TestDue bounds when a callback should have come: by what was heard last, or by when what Plivo tells came about.
func TestDue(t *testing.T) {
	t.Parallel()
	begin := time.Unix(1000, 0)
	at := func(minutes int) time.Time { return begin.Add(time.Duration(minutes) * time.Minute) }
	silent := plivo.Message{Status: plivo.Queued, CreatedAt: at(0), UpdatedAt: at(1)}
	told := silent
	told.Callbacks = 1
	delivered := plivo.Provider{Status: plivo.Delivered, ChangedAt: at(60)}
	for name, c := range map[string]struct {
		m           plivo.Message
		said        plivo.Provider
		from, until int
	}{
		"nothing is known":        {silent, plivo.Provider{}, 1, 11},
		"no callback came at all": {silent, delivered, 1, 70},
		"the last one did not":    {told, delivered, 60, 70},
		"Plivo knows no more":     {told, plivo.Provider{Status: plivo.Queued, ChangedAt: at(60)}, 1, 11},
		"its clock is behind":     {told, plivo.Provider{Status: plivo.Delivered, ChangedAt: at(0)}, 1, 11},
	} {
		c.m.Provider = c.said
		if from, until := due(c.m); !from.Equal(at(c.from)) || !until.Equal(at(c.until)) {
			t.Errorf("%s: from %v to %v", name, from.Sub(begin), until.Sub(begin))
		}
	}
}

// TestNextAsk asks seldom, not for ever, and not about what is final.
func TestNextAsk(t *testing.T) {
	t.Parallel()
	var ever life
	begin := time.Unix(1000, 0)
	m := plivo.Message{UUID: "a", CreatedAt: begin}
	now, n := begin.Add(time.Minute), 0
	for ; ; n++ {
		asked(&m.Provider, now, api.Record{UUID: "a", Status: plivo.Sent})
		next := ever.nextAsk(m, now)
		if next.IsZero() {
			break
		}
		if next.Sub(now) < time.Minute {
			t.Fatalf("question %d comes %v after the one before", n+2, next.Sub(now))
		}
		now = next
	}
	if n > 15 || now.Sub(begin) < 20*time.Hour || now.Sub(begin) > 48*time.Hour {
		t.Errorf("the last of %d questions comes after %v", n, now.Sub(begin))
	}
	m.Provider = plivo.Provider{}
	m.CreatedAt = now
	for range unknownMost {
		if ever.nextAsk(m, now).IsZero() {
			t.Errorf("given up after %d questions", m.Provider.Asked)
		}
		if notTold(&m.Provider, now, &api.Error{Kind: api.BadRequest, Status: 404}) {
			t.Error("what one message lacks concerns all")
		}
	}
	if at := ever.nextAsk(m, now); !at.IsZero() {
		t.Errorf("what the API does not know is asked for again at %v", at)
	}
	for _, kind := range []api.Kind{api.Network, api.Credentials, api.RateLimited, api.Upstream} {
		if before := m.Provider.Asked; !notTold(&m.Provider, now, &api.Error{Kind: kind, Err: io.EOF}) || m.Provider.Asked != before {
			t.Errorf("%s counts for one message", kind)
		}
	}
	asked(&m.Provider, now, api.Record{UUID: "a", Status: plivo.Delivered})
	if at := ever.nextAsk(m, now); !at.IsZero() {
		t.Errorf("what is final is asked for again at %v", at)
	}
}

package store_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// accepted makes messages that the API accepted, a second apart from at on, and gives their IDs.
func accepted(t testing.TB, s *store.Store, at time.Time, uuids ...string) []int64 {
	t.Helper()
	var ids []int64
	for i, uuid := range uuids {
		made, err := s.BeginSend(context.Background(), []plivo.Message{{From: "+14155550100", To: "+4915123456789", CallbackURL: "https://a.test/in", CreatedAt: at.Add(time.Duration(i) * time.Second)}})
		if err != nil {
			t.Fatal(err)
		}
		if uuid != "" {
			if err := s.FinishSend(context.Background(), []store.SendOutcome{{ID: made[0], UUID: uuid}}); err != nil {
				t.Fatal(err)
			}
		}
		ids = append(ids, made...)
	}
	return ids
}

// TestUnfinished looks over what was sent and not told the end of, once, and up to a time.
func TestUnfinished(t *testing.T) {
	s := openStore(t, store.Options{Now: func() time.Time { return start.Add(time.Hour) }})
	accepted(t, s, start, "silent", "delivered", "", "sent")
	later := func(c *webhook.Callback) *webhook.Callback { c.ReceivedAt = start.Add(10 * time.Second); return c }
	record(t, s, later(report("delivered", plivo.Delivered, 3)), later(report("sent", plivo.Sent, 2)))
	forged := later(report("delivered-they-say", plivo.Delivered, 3))
	forged.Verdict.Outcome = signature.Invalid
	made := accepted(t, s, start.Add(4*time.Second), "delivered-they-say")
	anybody := later(report("of anybody", plivo.Queued, 1))
	anybody.Verdict.Outcome = signature.Missing
	refused, err := s.BeginSend(t.Context(), []plivo.Message{{To: "+14155550123", CreatedAt: start.Add(5 * time.Second)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.FinishSend(t.Context(), []store.SendOutcome{{ID: refused[0], Refusal: "no credit"}}); err != nil {
		t.Fatal(err)
	}
	record(t, s, forged, anybody, later(report("from elsewhere", plivo.Queued, 1)), later(report("inbound", plivo.Received, 1, "Text", "hi")))
	// names also holds that what is told of each is as in the history.
	names := func(ms []plivo.Message) (names []string) {
		ids := make([]int64, len(ms))
		for i, m := range ms {
			ids[i] = m.ID
		}
		whole, err := s.MessagesByID(t.Context(), ids)
		if err != nil || len(whole) != len(ms) {
			t.Fatalf("%v; of %d messages there are %d", err, len(ms), len(whole))
		}
		for i, m := range whole {
			some := plivo.Message{ID: m.ID, To: m.To, Callbacks: m.Callbacks, CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt}
			if diff := cmp.Diff(some, ms[i]); diff != "" {
				t.Errorf("%s (-history +unfinished):\n%s", m.UUID, diff)
			}
			names = append(names, m.UUID)
		}
		return names
	}
	ms, upTo, err := s.Unfinished(t.Context(), 0, start.Add(2*time.Second))
	if err != nil || upTo != 3 {
		t.Fatalf("%v; up to %d", err, upTo)
	}
	if diff := cmp.Diff([]string{"silent", ""}, names(ms)); diff != "" {
		t.Errorf("in the first seconds (-want +got):\n%s", diff)
	}
	ms, upTo, err = s.Unfinished(t.Context(), upTo, start.Add(time.Minute))
	if diff := cmp.Diff([]string{"sent", "delivered-they-say", "from elsewhere"}, names(ms)); diff != "" || err != nil || ms[1].ID != made[0] {
		t.Errorf("%v; after that (-want +got):\n%s", err, diff)
	}
	if ms, again, err := s.Unfinished(t.Context(), upTo, start.Add(time.Minute)); err != nil || len(ms) != 0 || again != upTo {
		t.Errorf("%v; at the end there are %d more, up to %d", err, len(ms), again)
	}
	// What is of the future holds nothing up.
	accepted(t, s, start.Add(1000*time.Hour), "future")
	accepted(t, s, start.Add(2*time.Minute), "behind")
	if ms, _, err = s.Unfinished(t.Context(), upTo, start.Add(3*time.Minute)); len(ms) != 2 || err != nil {
		t.Errorf("%v; with one of the future there are %v", err, names(ms))
	}
}

// TestWatchedIsKept writes down what is known of a message, over what is older, and finds it after a restart.
func TestWatchedIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s := openStore(t, store.Options{Path: path, Now: func() time.Time { return start }})
	ids := accepted(t, s, start, "a", "b")
	at := func(minute int) time.Time { return start.Add(time.Duration(minute) * time.Minute) }
	state := store.WatchState{Seen: ids[1], There: at(1)}
	if err := s.NoteWatch(t.Context(), state, []store.Watched{{MessageID: ids[0], Due: at(3)}, {MessageID: ids[1], Due: at(2)}}); err != nil {
		t.Fatal(err)
	}
	due, err := s.Due(t.Context(), at(2), 10)
	if err != nil || len(due) != 1 || due[0].MessageID != ids[1] {
		t.Fatalf("%v; due is %+v", err, due)
	}
	w := store.Watched{
		MessageID: ids[0], Due: at(9),
		Provider: plivo.Provider{Status: plivo.Delivered, ErrorCode: "000", Units: 2, ChangedAt: at(4), Asked: 2, AskedAt: at(5)},
		Silence:  plivo.Silence{Cause: plivo.Down, At: at(5), From: at(1), To: at(3), Detail: "away"},
	}
	older := w
	older.Provider.AskedAt, older.Provider.Status = at(4), plivo.Sent
	if err := s.NoteWatched(t.Context(), w, older); err != nil {
		t.Fatal(err)
	}
	for since, want := range map[time.Time]store.Missed{start: {Silent: 1, Lost: 1}, at(1): {}} {
		if n, err := s.Missed(t.Context(), since); n != want || err != nil {
			t.Errorf("%v; since %v missed are %+v", err, since, n)
		}
	}
	unheard := func(since time.Time, want ...store.Unheard) {
		t.Helper()
		got, err := s.Unheard(t.Context(), since)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v; since %v not heard of (-want +got):\n%s", err, since, diff)
		}
	}
	silent := store.Unheard{MessageID: ids[0], Cause: plivo.Down, Said: plivo.Delivered, JudgedAt: at(5), UpdatedAt: start}
	unheard(start, silent)
	unheard(at(1))
	if err := s.NoteGiven(t.Context(), ids[0], at(6)); err != nil {
		t.Fatal(err)
	}
	if err := s.NoteWatched(t.Context(), w); err != nil { // by who does not know that
		t.Fatal(err)
	}
	// What was found again is there already.
	if err := s.NoteWatch(t.Context(), store.WatchState{Seen: 1, There: at(0)}, []store.Watched{{MessageID: ids[0], Due: at(1)}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openStore(t, store.Options{Path: path})
	if got, err := s.WatchState(t.Context()); got != state || err != nil {
		t.Errorf("%v; the watch is at %+v", err, got)
	}
	w.Provider.GivenAt = at(6)
	read := func() plivo.Message {
		t.Helper()
		ms := messages(t, s, store.Window{Filter: filter(t, "uuid:a")})
		byID, err := s.MatchingMessages(t.Context(), filter(t, "uuid:a"), ids)
		if diff := cmp.Diff(ms, byID); diff != "" || err != nil || len(ms) != 1 {
			t.Fatalf("%v; two ways to read it differ:\n%s", err, diff)
		}
		return ms[0]
	}
	m := read()
	if diff := cmp.Diff([]any{w.Provider, w.Silence}, []any{m.Provider, m.Silence}); diff != "" {
		t.Errorf("the message has not what was kept (-want +got):\n%s", diff)
	}
	if m.Status != plivo.Queued || !m.CallbackLost() || !m.Silent() {
		t.Errorf("the message is %+v", m)
	}
	if n, err := s.Missed(t.Context(), start); n != (store.Missed{}) || err != nil {
		t.Errorf("%v; once it was given missed are %+v", err, n)
	}
	silent.GivenAt = at(6)
	unheard(start, silent)
	late := report("a", plivo.Delivered, 3)
	late.ReceivedAt = at(7)
	record(t, s, late)
	unheard(start)
	if m = read(); m.CallbackLost() || m.Silent() || m.Status != plivo.Delivered || m.Provider.Status != plivo.Delivered {
		t.Errorf("after the callback has come the message is %+v", m)
	}
}

// TestAnswersOfTheAPIAreNeverFolded records callbacks and notes answers of the API in any order: the message is
// that of its callbacks, and what the API said last stands beside it.
func TestAnswersOfTheAPIAreNeverFolded(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s, err := store.Open(t.Context(), store.Options{})
		if err != nil {
			rt.Fatal(err)
		}
		defer s.Close()
		statuses := []plivo.Status{plivo.Queued, plivo.Sent, plivo.Delivered, plivo.Undelivered, plivo.Failed, "strange"}
		ids := accepted(t, s, start, "a")
		var steps []func()
		var f plivo.Fold
		want := plivo.Message{UUID: "a", Direction: plivo.Outbound, From: "+14155550100", To: "+4915123456789", Status: plivo.Queued, CreatedAt: start, UpdatedAt: start, CallbackURL: "https://a.test/in"}
		var last plivo.Provider
		for i := range rapid.IntRange(0, 6).Draw(rt, "callbacks") {
			c := report("a", rapid.SampledFrom(statuses).Draw(rt, "status"), i+1, "To", "4915123456789")
			c.ReceivedAt = start.Add(time.Duration(i) * time.Second)
			c.Verdict.Outcome = rapid.SampledFrom([]signature.Outcome{signature.Valid, signature.Invalid}).Draw(rt, "outcome")
			f.Add(plivo.Observation{Report: c.Report, Result: c.Verdict, ReceivedAt: c.ReceivedAt})
			steps = append(steps, func() { record(t, s, c) })
		}
		f.Apply(&want)
		for i := range rapid.IntRange(0, 4).Draw(rt, "answers") {
			p := plivo.Provider{Status: rapid.SampledFrom(statuses).Draw(rt, "said"), Asked: i + 1, AskedAt: start.Add(time.Duration(i+1) * time.Minute)}
			last = p
			steps = append(steps, func() {
				if err := s.NoteWatched(t.Context(), store.Watched{MessageID: ids[0], Provider: p}); err != nil {
					rt.Fatal(err)
				}
			})
		}
		for _, step := range rapid.Permutation(steps).Draw(rt, "order") {
			step()
		}
		ms, err := s.MessagesByUUID(t.Context(), []string{"a"})
		if err != nil || len(ms) != 1 {
			rt.Fatal(err, ms)
		}
		got := ms[0]
		if got.Provider != last {
			rt.Fatalf("the API said %+v last, and the message has %+v", last, got.Provider)
		}
		got.Provider = plivo.Provider{}
		if got.Callbacks == 0 {
			want.UpdatedAt = got.UpdatedAt // of FinishSend
			want.Signature = got.Signature
		} else if got.UpdatedAt.Before(want.UpdatedAt) {
			rt.Fatalf("it was changed at %v, want %v", got.UpdatedAt, want.UpdatedAt)
		}
		want.UpdatedAt = got.UpdatedAt
		if diff := cmp.Diff(want, got, sameMessage); diff != "" {
			rt.Fatalf("the message differs (-callbacks alone +history):\n%s", diff)
		}
	})
}

// TestPaces tells how fast callbacks came of what was sent from here.
func TestPaces(t *testing.T) {
	s := openStore(t, store.Options{})
	accepted(t, s, start.Add(-3*time.Second), "a", "b", "c")
	first, final := report("a", plivo.Queued, 1, "To", "4915123456789"), report("a", plivo.Delivered, 3, "To", "4915123456789")
	final.ReceivedAt = start.Add(5 * time.Second)
	forged := report("c", plivo.Delivered, 3)
	forged.Verdict.Outcome = signature.Invalid
	record(t, s, first, final, report("b", plivo.Sent, 2, "To", "4915123456789"), report("elsewhere", plivo.Delivered, 3), forged)
	got, err := s.Paces(t.Context(), 10)
	want := []store.Pace{{To: "+4915123456789", First: 2 * time.Second}, {To: "+4915123456789", First: 3 * time.Second, Final: 8 * time.Second}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v; the paces (-want +got):\n%s", err, diff)
	}
}

// TestBadAnswers finds callbacks that were kept and not answered 2xx.
func TestBadAnswers(t *testing.T) {
	s := openStore(t, store.Options{})
	for i, status := range []int{200, 403, 413, 200, 0} {
		c := report(fmt.Sprint("m", i%2), plivo.Queued, i)
		c.ReceivedAt = start.Add(time.Duration(i) * time.Minute)
		c.Answer.Status = status
		record(t, s, c)
	}
	bad := []store.BadAnswer{{At: start.Add(time.Minute), Status: 403}, {At: start.Add(2 * time.Minute), Status: 413}}
	got, err := s.BadAnswers(t.Context())
	if diff := cmp.Diff(bad, got); diff != "" || err != nil {
		t.Errorf("%v; of all (-want +got):\n%s", err, diff)
	}
	for uuid, want := range map[string][]store.BadAnswer{"m0": bad[1:], "m1": bad[:1], "m2": nil} {
		if got, err := s.BadAnswersOf(t.Context(), uuid); err != nil || !slices.Equal(got, want) {
			t.Errorf("of %s: %v, %+v", uuid, err, got)
		}
	}
}

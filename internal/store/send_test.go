package store_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

func begin(t *testing.T, s *store.Store, to ...string) []int64 {
	t.Helper()
	ms := make([]plivo.Message, len(to))
	for i := range to {
		ms[i] = plivo.Message{From: "+14155550100", To: to[i], Text: "hello", Type: "sms", CallbackURL: "https://example.test/sms/delivery-report", CreatedAt: start, UpdatedAt: start}
	}
	ids, err := s.BeginSend(t.Context(), ms)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func finish(t *testing.T, s *store.Store, outs ...store.SendOutcome) {
	t.Helper()
	if err := s.FinishSend(t.Context(), outs); err != nil {
		t.Fatal(err)
	}
}

func TestSend(t *testing.T) {
	now := start.Add(time.Minute)
	s := openStore(t, store.Options{Now: func() time.Time { return now }})
	ids := begin(t, s, "+14155550111", "+14155550112", "+14155550113")
	for _, m := range messages(t, s, store.Window{}) {
		if m.Status != plivo.Sending || m.Direction != plivo.Outbound || m.Text != "hello" || !m.CreatedAt.Equal(start) {
			t.Errorf("begun: %+v", m)
		}
	}
	finish(t, s, store.SendOutcome{ID: ids[0], UUID: "a"}, store.SendOutcome{ID: ids[1], Refusal: "It was refused."})
	ms, err := s.MessagesByID(t.Context(), []int64{ids[2], ids[0], 99, ids[1]})
	if err != nil {
		t.Fatal(err)
	}
	type short struct {
		ID            int64
		UUID, Refusal string
		Status        plivo.Status
		Final         bool
	}
	var got []short
	for _, m := range ms {
		got = append(got, short{m.ID, m.UUID, m.Refusal, m.Status, !m.FinalAt.IsZero()})
	}
	want := []short{{ids[2], "", "", plivo.Sending, false}, {ids[0], "a", "", plivo.Queued, false}, {ids[1], "", "It was refused.", plivo.Failed, true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sends differ (-want +got):\n%s", diff)
	}
	record(t, s, report("a", plivo.Delivered, 3, "To", "14155550111"))
	m := messages(t, s, store.Window{Filter: filter(t, "uuid:a")})[0]
	if m.ID != ids[0] || m.Status != plivo.Delivered || m.Text != "hello" || m.Callbacks != 1 || m.CallbackURL == "" || !m.CreatedAt.Equal(start) {
		t.Errorf("delivered: %+v", m)
	}
}

// TestSendMergesWithEarlierCallbacks answers a send after its first callbacks, told twice: one row with
// the ID of the send, and the next callback folds on.
func TestSendMergesWithEarlierCallbacks(t *testing.T) {
	s := openStore(t, store.Options{})
	ids := begin(t, s, "+14155550123", "+14155550124")
	record(t, s, report("a", plivo.Queued, 1), report("a", plivo.Sent, 2))
	if n := totals(t, s).Messages; n != 3 {
		t.Errorf("%d messages before, want 3", n)
	}
	finish(t, s, store.SendOutcome{ID: ids[0], UUID: "a"})
	finish(t, s, store.SendOutcome{ID: ids[0], UUID: "a"})
	record(t, s, report("a", plivo.Delivered, 3))
	ms := messages(t, s, store.Window{Oldest: true})
	if len(ms) != 2 || totals(t, s).Messages != 2 {
		t.Fatalf("%d messages, totals %+v", len(ms), totals(t, s))
	}
	if m := ms[0]; m.ID != ids[0] || m.Status != plivo.Delivered || m.Callbacks != 3 || m.Text != "hello" {
		t.Errorf("merged: %+v", m)
	}

	// A UUID that another send has already is not taken from it.
	finish(t, s, store.SendOutcome{ID: ids[1], UUID: "a"})
	ms = messages(t, s, store.Window{Oldest: true})
	if len(ms) != 2 || ms[0].UUID != "a" || ms[1].UUID != "" || ms[1].Status != plivo.Failed || ms[1].Refusal == "" {
		t.Errorf("with a UUID twice: %+v", ms)
	}
	if err := s.FinishSend(t.Context(), []store.SendOutcome{{ID: 99, UUID: "z"}}); err == nil {
		t.Error("the answer to a send that never was is taken")
	}
}

// TestUnverifiedSend shows what unsigned callbacks say of a send as unverified.
func TestUnverifiedSend(t *testing.T) {
	s := openStore(t, store.Options{})
	finish(t, s, store.SendOutcome{ID: begin(t, s, "+14155550123")[0], UUID: "a"})
	c := report("a", plivo.Delivered, 3)
	c.Verdict.Outcome = "missing"
	record(t, s, c)
	if m := messages(t, s, store.Window{})[0]; !m.Unverified || m.Status != plivo.Delivered {
		t.Errorf("got %+v", m)
	}
}

// TestSendThatWaitsLong has a program wait for its sender's turn for long: another that opens the history does not
// take the send for forgotten, and gives what Plivo tells of to no other send meanwhile.
func TestSendThatWaitsLong(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	now := start
	clock := func() time.Time { return now }
	waiting := openStore(t, store.Options{Path: path, Now: clock})
	ids := begin(t, waiting, "+14155550111", "+14155550112", "+14155550113")
	finish(t, waiting, store.SendOutcome{ID: ids[2], UUID: "answered"})
	other := unclearSend(t, waiting, "+14155550111")
	for range 6 {
		now = now.Add(store.SendBeat)
		if err := waiting.StillSending(t.Context(), ids); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(90 * time.Second)
	s := openStore(t, store.Options{Path: path, Now: clock})
	if err := s.ResolveUnclear(t.Context(), other, []store.Candidate{{UUID: "theirs", From: "14155550100", To: "14155550111"}}, ""); err != nil {
		t.Fatal(err)
	}
	byID := map[int64]plivo.Message{}
	for _, m := range messages(t, s, store.Window{}) {
		byID[m.ID] = m
	}
	for _, id := range ids[:2] {
		if m := byID[id]; m.Status != plivo.Sending || m.Unclear || m.Refusal != "" {
			t.Errorf("still waiting: %+v", m)
		}
	}
	if m := byID[ids[2]]; !m.UpdatedAt.Equal(start) || m.UUID != "answered" {
		t.Errorf("answered: %+v", m)
	}
	if m := byID[other[0]]; !m.Unclear || m.UUID != "" {
		t.Errorf("the unclear one: %+v", m)
	}
	// The program is killed: two minutes after its last sign of life nobody waits any more.
	now = now.Add(time.Minute)
	for _, m := range messages(t, openStore(t, store.Options{Path: path, Now: clock}), store.Window{}) {
		if m.ID == ids[0] && !m.Unclear {
			t.Errorf("forgotten: %+v", m)
		}
	}
}

// TestForgottenSends has a program end between asking Plivo and its answer: the next one that opens the
// history says so, but not of a send that another program may still be waiting for.
func TestForgottenSends(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	now := start
	clock := func() time.Time { return now }
	dead := openStore(t, store.Options{Path: path, Now: clock})
	old := begin(t, dead, "+14155550111", "+14155550112", "+14155550113")
	finish(t, dead, store.SendOutcome{ID: old[1], UUID: "answered"})
	now = start.Add(90 * time.Second)
	young, err := dead.BeginSend(t.Context(), []plivo.Message{{From: "+14155550100", To: "+14155550114"}})
	if err != nil {
		t.Fatal(err)
	}
	now = start.Add(3 * time.Minute)
	s := openStore(t, store.Options{Path: path, Now: clock})

	byID := map[int64]plivo.Message{}
	for _, m := range messages(t, s, store.Window{}) {
		byID[m.ID] = m
	}
	for _, id := range []int64{old[0], old[2]} {
		m := byID[id]
		if m.Status != plivo.Sending || !m.Unclear || !m.FinalAt.IsZero() || !m.UpdatedAt.Equal(start) || !strings.Contains(m.Refusal, "may have been accepted") || !strings.Contains(m.Refusal, "console") {
			t.Errorf("forgotten: %+v", m)
		}
	}
	if m := byID[old[1]]; m.Status != plivo.Queued || m.Refusal != "" {
		t.Errorf("answered: %+v", m)
	}
	if m := byID[young[0]]; m.Status != plivo.Sending || m.Unclear || m.Refusal != "" {
		t.Errorf("perhaps still on its way: %+v", m)
	}

	// An answer that comes after all is the truth.
	finish(t, dead, store.SendOutcome{ID: old[0], UUID: "late"})
	m := messages(t, s, store.Window{Filter: filter(t, "uuid:late")})[0]
	if m.ID != old[0] || m.Status != plivo.Queued || m.Unclear || m.Refusal != "" || !m.FinalAt.IsZero() {
		t.Errorf("answered late: %+v", m)
	}
}

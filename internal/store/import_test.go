package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

func add(t testing.TB, i *store.Import, cs ...*webhook.Callback) int {
	t.Helper()
	n, err := i.Add(context.Background(), cs)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func allCallbacks(t testing.TB, s *store.Store) []webhook.Callback {
	t.Helper()
	cs, err := s.Callbacks(t.Context(), store.Window{Oldest: true, Limit: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	return cs
}

// copied is a callback as another history would hand it over.
func copied(c webhook.Callback) *webhook.Callback {
	c.ID = 0
	return &c
}

// TestImportKeepsWhatWas moves a history into another: times, answers, verdicts, causes and arrival flags
// are those of then, and the message is the one that the callbacks fold into.
func TestImportKeepsWhatWas(t *testing.T) {
	from := openStore(t, store.Options{})
	invalid := report("a", plivo.Delivered, 3)
	invalid.Verdict.Outcome = signature.Invalid
	invalid.ReceivedAt = start.Add(3 * time.Microsecond)
	late := report("a", plivo.Queued, 1)
	late.ReceivedAt = start.Add(time.Hour)
	loose := post("")
	loose.Kind = webhook.Other
	record(t, from, report("a", plivo.Sent, 2), late, invalid, loose)
	if err := from.SetCauses(t.Context(), map[int64]string{invalid.ID: "slash"}); err != nil {
		t.Fatal(err)
	}
	want := allCallbacks(t, from)
	if !want[1].Arrival.OutOfOrder || want[2].Cause != "slash" {
		t.Fatalf("the history is not what is to be moved: %+v", want)
	}

	to := openStore(t, store.Options{})
	var batch []*webhook.Callback
	for i := len(want) - 1; i >= 0; i-- { // in another order than they came
		batch = append(batch, copied(want[i]))
	}
	if n := add(t, to.NewImport(), batch...); n != 4 {
		t.Fatalf("added %d", n)
	}
	got := allCallbacks(t, to)
	for i, c := range got {
		if c.ID != int64(i+1) || batch[i].ID != c.ID {
			t.Errorf("callback %d has ID %d, and the caller was told %d", i, c.ID, batch[i].ID)
		}
	}
	for i, j := 0, len(got)-1; i < j; i, j = i+1, j-1 {
		got[i], got[j] = got[j], got[i]
	}
	for n := range want {
		want[n].Imported = true
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(webhook.Callback{}, "ID")); diff != "" {
		t.Errorf("moved (-was +is):\n%s", diff)
	}
	ignored := cmpopts.IgnoreFields(plivo.Message{}, "ID")
	if diff := cmp.Diff(messages(t, from, store.Window{}), messages(t, to, store.Window{}), ignored); diff != "" {
		t.Errorf("message (-was +is):\n%s", diff)
	}
	if a, b := totals(t, from), totals(t, to); a != b {
		t.Errorf("totals %+v, were %+v", b, a)
	}
}

// TestImportAddsNothingTwice imports the same again, by the same Import, a new one, and beside a writer that
// is not the import.
func TestImportAddsNothingTwice(t *testing.T) {
	s := openStore(t, store.Options{})
	live := report("a", plivo.Sent, 1)
	record(t, s, live)
	batch := func() []*webhook.Callback {
		later := report("a", plivo.Sent, 1)
		later.ReceivedAt = start.Add(time.Microsecond) // the same content at another time is another callback
		other := post("")
		other.Method = "PUT"
		return []*webhook.Callback{report("a", plivo.Sent, 1), later, other, report("b", plivo.Sent, 1), report("b", plivo.Sent, 1)}
	}
	i := s.NewImport()
	if n := add(t, i, batch()...); n != 3 {
		t.Errorf("added %d at first, want 3", n)
	}
	// What was received since, by whatever way, is known too.
	record(t, s, report("b", plivo.Delivered, 2), post("x=1"))
	again := append(batch(), report("b", plivo.Delivered, 2), post("x=1"))
	if n := add(t, i, again...); n != 0 {
		t.Errorf("added %d again", n)
	}
	if n := add(t, s.NewImport(), again...); n != 0 {
		t.Errorf("added %d by another import", n)
	}
	if again[0].ID != 0 {
		t.Errorf("what was passed over has ID %d", again[0].ID)
	}
	if n := totals(t, s).Callbacks; n != 6 {
		t.Errorf("%d callbacks, want 6", n)
	}
}

// TestImportWithoutTimes takes what says no time for the same as any of the same content.
func TestImportWithoutTimes(t *testing.T) {
	now := start.Add(24 * time.Hour)
	s := openStore(t, store.Options{Now: func() time.Time { return now }})
	record(t, s, report("a", plivo.Sent, 1))
	timeless := func(sequence int) *webhook.Callback {
		c := report("a", plivo.Sent, sequence)
		c.ReceivedAt = time.Time{}
		return c
	}
	fresh := timeless(2)
	if n := add(t, s.NewImport(), timeless(1), fresh, timeless(2)); n != 1 {
		t.Errorf("added %d, want 1", n)
	}
	if c, _, err := s.Callback(t.Context(), fresh.ID); err != nil || !c.ReceivedAt.Equal(now) {
		t.Errorf("received %v, %v; want the time of the import", c.ReceivedAt, err)
	}
	if n := add(t, s.NewImport(), timeless(2), timeless(1)); n != 0 {
		t.Errorf("added %d again", n)
	}
}

// TestImportMarksNoArrival imports what is older than what the history has: it came in no wrong order.
func TestImportMarksNoArrival(t *testing.T) {
	s := openStore(t, store.Options{})
	record(t, s, report("a", plivo.Delivered, 3))
	older := report("a", plivo.Queued, 1)
	add(t, s.NewImport(), older)
	c, _, err := s.Callback(t.Context(), older.ID)
	if err != nil || c.Arrival != (plivo.Arrival{}) {
		t.Errorf("arrival %+v, %v", c.Arrival, err)
	}
	if m := messages(t, s, store.Window{})[0]; m.Arrival != (plivo.Arrival{}) || m.Callbacks != 2 || m.Status != plivo.Delivered {
		t.Errorf("message %+v", m)
	}
}

// TestImportIsAllOrNothing leaves nothing of a batch that was cancelled, and goes on after it.
func TestImportIsAllOrNothing(t *testing.T) {
	s := openStore(t, store.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	i := s.NewImport()
	var batch []*webhook.Callback
	for n := range 1200 { // more than one statement's, and than one batch of the server's
		batch = append(batch, report(fmt.Sprint("m", n%400), plivo.Sent, n))
	}
	if n, err := i.Add(ctx, batch); err == nil || n != 0 {
		t.Errorf("added %d, %v", n, err)
	}
	if n := totals(t, s).Callbacks; n != 0 {
		t.Errorf("%d callbacks are there", n)
	}
	if n := add(t, i, batch...); n != 1200 {
		t.Errorf("added %d", n)
	}
	if n := totals(t, s); n.Callbacks != 1200 || n.Messages != 400 {
		t.Errorf("totals %+v", n)
	}
}

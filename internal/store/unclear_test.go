package store_test

import (
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// unclearSend is a send whose answer did not come.
func unclearSend(t *testing.T, s *store.Store, to ...string) []int64 {
	t.Helper()
	ids := begin(t, s, to...)
	for _, id := range ids {
		finish(t, s, store.SendOutcome{ID: id, Refusal: "No answer came in time.", Unclear: true})
	}
	return ids
}

func atOnce() store.Options { return store.Options{Now: func() time.Time { return start }} }

func TestUnclearSend(t *testing.T) {
	s := openStore(t, atOnce())
	ids := unclearSend(t, s, "+14155550123")
	m := messages(t, s, store.Window{})[0]
	if !m.Unclear || m.Status != plivo.Sending || !m.FinalAt.IsZero() || m.Refusal != "No answer came in time." {
		t.Errorf("unclear: %+v", m)
	}
	open, err := s.UnclearSends(t.Context(), start, 10)
	if err != nil || len(open) != 1 || open[0].ID != ids[0] {
		t.Errorf("unclear sends: %+v, %v", open, err)
	}
	if open, err = s.UnclearSends(t.Context(), start.Add(time.Second), 10); err != nil || len(open) != 0 {
		t.Errorf("younger ones: %+v, %v", open, err)
	}
}

// TestNoteUnclear keeps what is known so far of sends that are unclear, and of no others.
func TestNoteUnclear(t *testing.T) {
	s := openStore(t, atOnce())
	ids := append(unclearSend(t, s, "+14155550123"), begin(t, s, "+14155550124")...)
	finish(t, s, store.SendOutcome{ID: ids[1], Refusal: "Refused."})
	if err := s.NoteUnclear(t.Context(), append(ids, 99), func(was string) string { return was + " Asked once." }); err != nil {
		t.Fatal(err)
	}
	want := map[int64]string{ids[0]: "No answer came in time. Asked once.", ids[1]: "Refused."}
	for _, m := range messages(t, s, store.Window{}) {
		if m.Refusal != want[m.ID] || m.Unclear != (m.ID == ids[0]) {
			t.Errorf("%+v", m)
		}
	}
}

// TestUnclearSendIsProvedByItsCallback has callback and outcome come in either order, in one batch and in several:
// there is one row, that of the send.
func TestUnclearSendIsProvedByItsCallback(t *testing.T) {
	unsigned := func(c *webhook.Callback) *webhook.Callback {
		c.Verdict = signature.Result{Outcome: signature.Missing}
		return c
	}
	in := func(d time.Duration, c *webhook.Callback) *webhook.Callback {
		c.ReceivedAt = start.Add(d)
		return c
	}
	for name, play := range map[string]func(s *store.Store, ids []int64, unclear func()){
		"the outcome first": func(s *store.Store, _ []int64, unclear func()) {
			unclear()
			record(t, s, in(time.Second, report("a", plivo.Queued, 1)), in(2*time.Second, report("a", plivo.Delivered, 3)))
		},
		"the callbacks first": func(s *store.Store, _ []int64, unclear func()) {
			record(t, s, in(time.Second, report("a", plivo.Queued, 1)), in(2*time.Second, report("a", plivo.Delivered, 3)))
			unclear()
		},
		"in between": func(s *store.Store, _ []int64, unclear func()) {
			record(t, s, in(time.Second, report("a", plivo.Queued, 1)))
			unclear()
			record(t, s, in(2*time.Second, report("a", plivo.Delivered, 3)))
		},
		"one that proves nothing first": func(s *store.Store, _ []int64, unclear func()) {
			unclear()
			record(t, s, unsigned(in(time.Second, report("a", plivo.Queued, 1))))
			if n := totals(t, s).Messages; n != 2 {
				t.Errorf("an unsigned callback was taken for proof: %d messages", n)
			}
			record(t, s, in(2*time.Second, report("a", plivo.Delivered, 3)))
		},
		"after Plivo was asked in vain": func(s *store.Store, ids []int64, unclear func()) {
			unclear()
			if err := s.ResolveUnclear(t.Context(), ids, nil, "Not there."); err != nil {
				t.Fatal(err)
			}
			record(t, s, in(time.Second, report("a", plivo.Queued, 1)), in(2*time.Second, report("a", plivo.Delivered, 3)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := openStore(t, atOnce())
			ids := begin(t, s, "+14155550123")
			play(s, ids, func() {
				finish(t, s, store.SendOutcome{ID: ids[0], Refusal: "No answer came in time.", Unclear: true})
			})
			ms := messages(t, s, store.Window{})
			if len(ms) != 1 || totals(t, s).Messages != 1 {
				t.Fatalf("%d messages, totals %+v", len(ms), totals(t, s))
			}
			m := ms[0]
			if m.ID != ids[0] || m.UUID != "a" || m.Unclear || m.Refusal != "" || m.Status != plivo.Delivered || m.Text != "hello" || m.Callbacks < 2 {
				t.Errorf("got %+v", m)
			}
		})
	}
}

func TestOtherCallbacksAreNotClaimed(t *testing.T) {
	for name, change := range map[string]func(*webhook.Callback){
		"to another number":   func(c *webhook.Callback) { *c = *report("a", plivo.Queued, 1, "To", "14155550199") },
		"from another":        func(c *webhook.Callback) { *c = *report("a", plivo.Queued, 1, "From", "14155550199") },
		"at another URL":      func(c *webhook.Callback) { c.URL = "https://example.test/sms/delivery-reports" },
		"before the send":     func(c *webhook.Callback) { c.ReceivedAt = start.Add(-time.Second) },
		"hours after it":      func(c *webhook.Callback) { c.ReceivedAt = start.Add(5 * time.Hour) },
		"unsigned":            func(c *webhook.Callback) { c.Verdict.Outcome = signature.Missing },
		"one that is invalid": func(c *webhook.Callback) { c.Verdict.Outcome = signature.Invalid },
		"inbound": func(c *webhook.Callback) {
			*c = *post("From=14155550100&To=14155550123&Text=hi&MessageUUID=a&Type=sms")
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, first := range []bool{true, false} {
				s := openStore(t, atOnce())
				ids := begin(t, s, "+14155550123")
				outcome := func() {
					finish(t, s, store.SendOutcome{ID: ids[0], Refusal: "No answer came in time.", Unclear: true})
				}
				c := report("a", plivo.Queued, 1)
				change(c)
				if first {
					outcome()
				}
				record(t, s, c)
				if !first {
					outcome()
				}
				if ms := messages(t, s, store.Window{Oldest: true}); len(ms) != 2 || !ms[0].Unclear {
					t.Errorf("outcome first %v: %+v", first, ms)
				}
			}
		})
	}
}

func TestCallbackByGETIsClaimed(t *testing.T) {
	s := openStore(t, atOnce())
	ids := unclearSend(t, s, "+14155550123")
	c := report("a", plivo.Sent, 2)
	c.Method, c.URL, c.Body = "GET", c.URL+"?"+string(c.Body), nil
	record(t, s, c)
	if m := messages(t, s, store.Window{})[0]; m.ID != ids[0] || m.Status != plivo.Sent {
		t.Errorf("got %+v", m)
	}
}

// TestTwoUnclearSendsToOneNumber gives each its own message, in their order.
func TestTwoUnclearSendsToOneNumber(t *testing.T) {
	s := openStore(t, atOnce())
	one, two := unclearSend(t, s, "+14155550123"), unclearSend(t, s, "+14155550123")
	record(t, s, report("a", plivo.Queued, 1), report("b", plivo.Queued, 1), report("c", plivo.Queued, 1))
	ms := messages(t, s, store.Window{Oldest: true})
	if len(ms) != 3 || ms[0].ID != one[0] || ms[0].UUID != "a" || ms[1].ID != two[0] || ms[1].UUID != "b" || ms[2].UUID != "c" {
		t.Errorf("got %+v", ms)
	}
}

func TestResolveUnclear(t *testing.T) {
	s := openStore(t, atOnce())
	known := begin(t, s, "+14155550123")
	finish(t, s, store.SendOutcome{ID: known[0], UUID: "known"})
	ids := unclearSend(t, s, "+14155550123", "+14155550124", "+14155550125")
	stray := report("stray", plivo.Delivered, 3, "To", "14155550124")
	stray.URL = "https://elsewhere.test/" // so that its callback proved nothing
	record(t, s, stray)
	err := s.ResolveUnclear(t.Context(), append(ids, known[0]), []store.Candidate{
		{UUID: "known", From: "14155550100", To: "14155550123"}, // another send's
		{UUID: "mine", From: "14155550100", To: "14155550123"},
		{UUID: "stray", From: "14155550100", To: "14155550124"},
		{UUID: "other", From: "14155550199", To: "14155550125"},
	}, "")
	if err != nil {
		t.Fatal(err)
	}
	look := func() map[int64]plivo.Message {
		out := map[int64]plivo.Message{}
		for _, m := range messages(t, s, store.Window{}) {
			out[m.ID] = m
		}
		if n := totals(t, s).Messages; int(n) != len(out) || n != 4 {
			t.Errorf("%d rows, totals %d, want 4", len(out), n)
		}
		return out
	}
	got := look()
	if m := got[ids[0]]; m.UUID != "mine" || m.Status != plivo.Queued || m.Unclear || m.Refusal != "" {
		t.Errorf("found: %+v", m)
	}
	if m := got[ids[1]]; m.UUID != "stray" || m.Status != plivo.Delivered || m.Callbacks != 1 || m.Unclear {
		t.Errorf("found, with callbacks: %+v", m)
	}
	if m := got[ids[2]]; !m.Unclear || m.Status != plivo.Sending {
		t.Errorf("not looked for to the end: %+v", m)
	}
	for range 2 {
		if err := s.ResolveUnclear(t.Context(), ids, nil, "Plivo does not have it."); err != nil {
			t.Fatal(err)
		}
	}
	got = look()
	if m := got[ids[2]]; m.Unclear || m.Status != plivo.Failed || m.Refusal != "Plivo does not have it." {
		t.Errorf("missing: %+v", m)
	}
	if m := got[ids[0]]; m.UUID != "mine" || m.Status != plivo.Queued {
		t.Errorf("found before: %+v", m)
	}
}

// TestSendOnItsWayKeepsItsMessage: while a second send to the number waits for its answer, what callbacks and the API
// tell of may be the second one's, and is not given to the unclear one.
func TestSendOnItsWayKeepsItsMessage(t *testing.T) {
	check := func(t *testing.T, s *store.Store, unclear, second int64) {
		t.Helper()
		finish(t, s, store.SendOutcome{ID: second, UUID: "second"})
		record(t, s, report("second", plivo.Delivered, 3), report("first", plivo.Sent, 2))
		ms := messages(t, s, store.Window{Oldest: true})
		if len(ms) != 2 || ms[0].ID != unclear || ms[0].UUID != "first" || ms[1].ID != second || ms[1].UUID != "second" || ms[1].Status != plivo.Delivered {
			t.Errorf("got %+v", ms)
		}
	}
	t.Run("a callback", func(t *testing.T) {
		s := openStore(t, atOnce())
		first := unclearSend(t, s, "+14155550123")
		second := begin(t, s, "+14155550123")
		record(t, s, report("second", plivo.Queued, 1))
		check(t, s, first[0], second[0])
	})
	t.Run("an outcome that becomes unclear", func(t *testing.T) {
		s := openStore(t, atOnce())
		first, second := begin(t, s, "+14155550123"), begin(t, s, "+14155550123")
		record(t, s, report("second", plivo.Queued, 1))
		finish(t, s, store.SendOutcome{ID: first[0], Refusal: "No answer came in time.", Unclear: true})
		check(t, s, first[0], second[0])
	})
	t.Run("a list", func(t *testing.T) {
		s := openStore(t, atOnce())
		first := unclearSend(t, s, "+14155550123")
		second := begin(t, s, "+14155550123")
		found := []store.Candidate{{UUID: "second", From: "14155550100", To: "14155550123"}}
		for _, found := range [][]store.Candidate{found, nil} {
			if err := s.ResolveUnclear(t.Context(), first, found, "Plivo does not have it."); err != nil {
				t.Fatal(err)
			}
		}
		if m := messages(t, s, store.Window{Oldest: true})[0]; !m.Unclear || m.UUID != "" {
			t.Errorf("while the second is on its way: %+v", m)
		}
		check(t, s, first[0], second[0])
	})
	t.Run("one that never got its answer", func(t *testing.T) {
		now := start
		s := openStore(t, store.Options{Now: func() time.Time { return now }})
		begin(t, s, "+14155550123")
		first := unclearSend(t, s, "+14155550123")
		now = start.Add(5 * time.Minute)
		record(t, s, report("first", plivo.Queued, 1))
		if m := messages(t, s, store.Window{})[0]; m.ID != first[0] || m.UUID != "first" {
			t.Errorf("it is waited for no more: %+v", m)
		}
	})
}

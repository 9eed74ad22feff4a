package store_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// TestFilterOfStates holds is: to what plivo says of the same messages: every status under everything that the API
// may have said, judged before and after the last callback, with and without a callback URL, verified or not.
func TestFilterOfStates(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds, most of them alone")
	}
	now := start.Add(time.Hour)
	s := openStore(t, store.Options{Now: func() time.Time { return now }})
	statuses := []plivo.Status{"", plivo.Queued, "Strange", plivo.Sent, plivo.Delivered, plivo.Failed, plivo.Read}
	var begun []plivo.Message
	var outcomes []store.SendOutcome
	var told []*webhook.Callback
	var watched []store.Watched
	add := func(url string, status, said plivo.Status, outcome signature.Outcome, judged time.Time) {
		id := int64(len(begun) + 1)
		uuid := fmt.Sprint("u", id)
		begun = append(begun, plivo.Message{From: "+14155550100", To: "+14155550123", CallbackURL: url, CreatedAt: start})
		outcomes = append(outcomes, store.SendOutcome{ID: id, UUID: uuid})
		if status != "" {
			c := report(uuid, status, 1)
			c.Verdict.Outcome = outcome
			told = append(told, c)
		}
		w := store.Watched{MessageID: id, Provider: plivo.Provider{Status: said}}
		if !judged.IsZero() {
			w.Silence = plivo.Silence{Cause: plivo.UnknownSilence, At: judged}
		}
		if said != "" || !judged.IsZero() {
			watched = append(watched, w)
		}
	}
	for _, url := range []string{"", "https://a.test/in"} {
		for _, status := range statuses {
			for _, said := range statuses {
				for _, outcome := range []signature.Outcome{signature.Valid, signature.Invalid} {
					for _, judged := range []time.Time{{}, start.Add(-time.Hour), now.Add(time.Hour)} {
						add(url, status, said, outcome, judged)
					}
				}
			}
		}
	}
	ids, err := s.BeginSend(t.Context(), begun)
	if err != nil || ids[0] != 1 || ids[len(ids)-1] != int64(len(begun)) {
		t.Fatalf("%v (%v)", ids, err)
	}
	finish(t, s, outcomes...)
	var recording sync.WaitGroup
	for _, c := range told {
		recording.Go(func() {
			if err := s.Record(t.Context(), c); err != nil {
				t.Error(err)
			}
		})
	}
	recording.Wait()
	if err := s.NoteWatched(t.Context(), watched...); err != nil {
		t.Fatal(err)
	}
	doubtful := begin(t, s, "+14155550199")
	finish(t, s, store.SendOutcome{ID: doubtful[0], Refusal: "no answer", Unclear: true})

	all := messages(t, s, store.Window{Limit: 10_000})
	for value, holds := range map[string]func(plivo.Message) bool{
		"unclear": func(m plivo.Message) bool { return m.Unclear },
		"lost":    plivo.Message.CallbackLost,
		"silent":  func(m plivo.Message) bool { return (m.Silent() || m.Ahead()) && !m.CallbackLost() },
	} {
		var want []int64
		for _, m := range all {
			if holds(m) {
				want = append(want, m.ID)
			}
		}
		if len(want) == 0 || len(want) == len(all) {
			t.Fatalf("is:%s is of %d of %d messages: nothing is tested", value, len(want), len(all))
		}
		var got []int64
		for _, m := range messages(t, s, store.Window{Filter: filter(t, "is:"+value), Limit: 10_000}) {
			got = append(got, m.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("is:%s gives %d messages, want %d", value, len(got), len(want))
		}
		if rest := messages(t, s, store.Window{Filter: filter(t, "-is:"+value), Limit: 10_000}); len(rest) != len(all)-len(want) {
			t.Errorf("-is:%s gives %d messages, want %d", value, len(rest), len(all)-len(want))
		}
		cs, err := s.Callbacks(t.Context(), store.Window{Filter: filter(t, "is:"+value), Limit: 10_000})
		if err != nil {
			t.Fatal(err)
		}
		theirs := 0
		for _, m := range all {
			if holds(m) {
				theirs += m.Callbacks
			}
		}
		if len(cs) != theirs {
			t.Errorf("is:%s gives %d callbacks, want %d", value, len(cs), theirs)
		}
	}
}

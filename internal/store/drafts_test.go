package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// sendOne notes a send of one text to some numbers at a time.
func sendOne(t *testing.T, s *store.Store, at time.Time, from, text, url string, to ...string) {
	t.Helper()
	ms := make([]plivo.Message, len(to))
	for i, n := range to {
		ms[i] = plivo.Message{From: from, To: n, Text: text, CallbackURL: url, CreatedAt: at}
	}
	if _, err := s.BeginSend(t.Context(), ms); err != nil {
		t.Fatal(err)
	}
}

func TestSentDrafts(t *testing.T) {
	s := openStore(t, store.Options{})
	if got, err := s.SentDrafts(t.Context(), 50); err != nil || len(got) != 0 {
		t.Fatalf("an empty history gives %v, %v", got, err)
	}
	minute := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
	const own = "https://example.test/sms/delivery-report"
	sendOne(t, s, minute(0), "+14155550100", "first", own, "+14155550101")
	sendOne(t, s, minute(1), "+14155550100", "to many", own, "+14155550101", "+14155550102", "+14155550103")
	record(t, s, report("uuid-1", plivo.Delivered, 1, "Text", "an inbound or unknown one"))
	sendOne(t, s, minute(2), "SHOP", "first", "", "+14155550105", "+14155550104")
	sendOne(t, s, minute(3), "+14155550100", "first \x1b[31m\u202e", own, "+14155550101")
	sendOne(t, s, minute(4), "+14155550100", "", own, "+14155550101")

	want := []store.SentDraft{
		{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550101"}, Text: "first \x1b[31m\u202e", CallbackURL: own}, At: minute(3)},
		{Draft: plivo.Draft{From: "SHOP", To: []string{"+14155550105", "+14155550104"}, Text: "first"}, At: minute(2)},
		{Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550101", "+14155550102", "+14155550103"}, Text: "to many", CallbackURL: own}, At: minute(1)},
	}
	got, err := s.SentDrafts(t.Context(), 50)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got, err = s.SentDrafts(t.Context(), 1); err != nil || len(got) != 1 || got[0].Text != want[0].Text {
		t.Errorf("at most one gives %v, %v", got, err)
	}
}

// TestSentDraftsKeepTheirOptions brings an MMS through a Powerpack back as it was written, also after a callback
// told which sender was chosen.
func TestSentDraftsKeepTheirOptions(t *testing.T) {
	s := openStore(t, store.Options{})
	o := plivo.Options{
		Type: plivo.MMS, Powerpack: "3f2b0c1e-5b40-4a28-bfc7-9d06726c558b", Media: []string{"https://example.org/a.png"},
		Expiry: 60, Log: "false", Trackable: true,
	}
	ids, err := s.BeginSend(t.Context(), []plivo.Message{{To: "+14155550123", Type: plivo.MMS, Options: &o, CreatedAt: start}})
	if err != nil {
		t.Fatal(err)
	}
	sendOne(t, s, start.Add(time.Second), "+14155550100", "hello", "", "+14155550123")
	finish(t, s, store.SendOutcome{ID: ids[0], UUID: "a"})
	record(t, s, report("a", plivo.Delivered, 3))
	ms, err := s.MessagesByID(t.Context(), ids)
	if err != nil || len(ms) != 1 || ms[0].From != "+14155550100" || ms[0].Options == nil {
		t.Fatalf("%+v, %v", ms, err)
	}
	if diff := cmp.Diff(o, *ms[0].Options); diff != "" {
		t.Errorf("of the message (-want +got):\n%s", diff)
	}
	got, err := s.SentDrafts(t.Context(), 9)
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	want := plivo.Draft{To: []string{"+14155550123"}, Options: o}
	if diff := cmp.Diff(want, got[1].Draft); diff != "" {
		t.Errorf("of the draft (-want +got):\n%s", diff)
	}
}

func TestSentDraftsAreAtMostTheLimit(t *testing.T) {
	s := openStore(t, store.Options{})
	for i := range 60 {
		sendOne(t, s, start.Add(time.Duration(i)*time.Second), "+14155550100", fmt.Sprintf("text %d", i%55), "", "+14155550101", "+14155550102")
	}
	got, err := s.SentDrafts(t.Context(), 50)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 50 || got[0].Text != "text 4" || got[5].Text != "text 54" || got[49].Text != "text 10" || len(got[49].To) != 2 {
		t.Errorf("%d drafts: %v", len(got), got)
	}
}

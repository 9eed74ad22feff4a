package store_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// TestListLeavesOutLargeBodies holds that a list has small callbacks whole, and of large ones all that a row
// shows, under a filter too.
func TestListLeavesOutLargeBodies(t *testing.T) {
	s := openStore(t, store.Options{})
	large := report("large", plivo.Sent, 2, "ErrorCode", "30", "Text", strings.Repeat("x", 60<<10))
	cut := post(strings.Repeat("k=v&", 16<<10))
	cut.Truncated, cut.Report = true, plivo.Report{}
	empty := post("")
	empty.Header = nil
	record(t, s, report("small", plivo.Sent, 1), large, cut, empty)
	whole, err := s.Callbacks(t.Context(), store.Window{})
	if err != nil {
		t.Fatal(err)
	}
	want := make([]webhook.Callback, len(whole))
	for i, c := range whole {
		if c.ID == 2 || c.ID == 3 {
			c.Omitted, c.Size, c.Body, c.Header = true, len(c.Body), nil, nil
			c.Report = plivo.Report{}
		}
		if c.ID == 2 {
			c.Report.Params = []signature.Param{{Name: "MessageUUID", Value: "large"}, {Name: "Status", Value: "sent"}, {Name: "ErrorCode", Value: "30"}, {Name: "Sequence", Value: "2"}}
		}
		want[i] = c
	}
	got, err := s.ListCallbacks(t.Context(), store.Window{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the list (-want +got):\n%s", diff)
	}
	got, err = s.MatchingCallbacks(t.Context(), filter(t, "status:sent"), []int64{1, 2, 3, 4, 5})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[2:], got); diff != "" {
		t.Errorf("those that match (-want +got):\n%s", diff)
	}
}

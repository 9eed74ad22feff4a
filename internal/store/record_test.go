package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// TestCallbackComesBack holds that a callback is read as it was recorded, byte for byte, also where it
// is no form, has values that are not UTF-8, or belongs to no message.
func TestCallbackComesBack(t *testing.T) {
	get := report("get", plivo.Sent, 1)
	get.Method, get.URL, get.Body = "GET", get.URL+"?"+string(get.Body), nil
	get.Header.Del("Content-Type")
	strange := post("\xff\x00 no form %zz")
	strange.Kind, strange.URL, strange.ReceivedURL = webhook.Other, "https://example.test/\xfe?a=1&a=2;\x1b[0m", "http://127.0.0.1/\xfe"
	strange.Header["X-Strange"] = []string{"b\xe9ta", "", "two", "a\r\nb"}
	strange.Verdict = signature.Result{Outcome: signature.Missing}
	strange.Report.Params, strange.Problem = webhook.ParseParams(strange.Method, strange.URL, "application/x-www-form-urlencoded", strange.Body)
	cut := post("")
	cut.Truncated, cut.Report = true, plivo.Report{}
	want := []*webhook.Callback{report("5b40a428", plivo.Delivered, 3, "Key", "a b&c=ü", "Key2", ""), get, strange, cut}

	s := openStore(t, store.Options{})
	record(t, s, want...)
	got, err := s.Callbacks(t.Context(), store.Window{Oldest: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(deref(want), got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("callbacks differ (-recorded +read):\n%s", diff)
	}
	if got, err := s.CallbacksOf(t.Context(), "get", 0); err != nil || len(got) != 1 || got[0].ID != get.ID {
		t.Errorf("CallbacksOf gave %v, %v", got, err)
	}
	if want := (store.Totals{Messages: 2, Callbacks: 4, Valid: 3, Missing: 1}); totals(t, s) != want {
		t.Errorf("totals %+v, want %+v", totals(t, s), want)
	}
}

func deref(cs []*webhook.Callback) []webhook.Callback {
	out := make([]webhook.Callback, len(cs))
	for i, c := range cs {
		out[i] = *c
	}
	return out
}

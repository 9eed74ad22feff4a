package app_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
)

// TestGiveMissed gives an application the callback of a message that never came, and again, since somebody asks
// for it.
func TestGiveMissed(t *testing.T) {
	t.Parallel()
	var c clock
	a := watched(t, &c, app.Options{})
	id := sendOne(t, a, "+4915123456789", "none")
	watchedUntil(t, &c, a, id, plivo.Message.CallbackLost)
	got := make(chan http.Header, 2)
	their := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.Header }))
	t.Cleanup(their.Close)
	for range 2 {
		one, err := a.GiveMissed(within(t), id, their.URL)
		if err != nil || !one.Taken() || one.Message.Provider.GivenAt.IsZero() {
			t.Fatalf("%v; %+v", err, one)
		}
		if h := <-got; h.Get(app.SyntheticHeader) != "1" || h.Get("X-Plivo-Signature-V3") == "" {
			t.Errorf("the app got %v", h)
		}
	}
	if _, err := a.GiveMissed(within(t), id, a.Status().ListenURL); err == nil {
		t.Error("the server that writes the history was sent a callback")
	}
	if _, err := a.GiveMissed(within(t), id+1000, their.URL); err == nil {
		t.Error("there is no such message")
	}
	// Of a message that callbacks told the last of there is nothing to give.
	whole := sendOne(t, a, "+4915123456789", "")
	watchedUntil(t, &c, a, whole, plivo.Message.Done)
	if one, err := a.GiveMissed(within(t), whole, their.URL); err != nil || one.Request != nil {
		t.Errorf("%v; %+v", err, one)
	}
}

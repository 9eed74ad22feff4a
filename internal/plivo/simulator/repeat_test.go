package simulator_test

import (
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestEqualSequences: reports to which a scenario gives one sequence are different callbacks all the same, each with a
// nonce of its own.
func TestEqualSequences(t *testing.T) {
	rules := rulesOf(t, `
rules:
  - fate:
      steps:
        - {status: queued, sequence: 7}
        - {status: sent, sequence: 7, after: 1s}
        - {status: delivered, sequence: 7, after: 2s}
`)
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Rules: rules})
	uuid := b.send(b.draft("+14155550123"), "")[0]
	b.advance(time.Second)
	callbacks, _ := b.CallbacksOf(uuid)
	var got []string
	for _, c := range callbacks {
		got = append(got, fmt.Sprint(c.Status, " ", len(c.Attempts), " ", c.Next.IsZero()))
	}
	if diff := cmp.Diff([]string{"queued 1 true", "sent 1 true", "delivered 0 false"}, got); diff != "" {
		t.Errorf("callbacks (-want +got):\n%s", diff)
	}
	b.advance(time.Minute)
	nonces := map[string]bool{}
	for _, c := range b.receiver.of(uuid) {
		nonces[c.header.Get("X-Plivo-Signature-V2-Nonce")] = true
	}
	if len(nonces) != 3 {
		t.Errorf("the nonces are %v, want 3", nonces)
	}
}

// TestSameBytesOfAsyncCalls: calls with a callback_url draw in their turn, so that a seed repeats what comes of them.
func TestSameBytesOfAsyncCalls(t *testing.T) {
	run := func() []string {
		b := newBench(t, simulator.Options{Seed: 5, Start: start, Stopped: true, Speed: 1})
		var uuids []string
		for i := range 50 {
			b.call("POST", "Message/", fmt.Sprintf(`{"src":"14155550100","dst":"1415555%04d","text":"x","callback_url":"%s/answers"}`, i, b.receiver.url), nil)
			uuids = append(uuids, b.send(b.draft("+14155550199"), "none")...)
		}
		b.advance(0)
		if n := len(b.receiver.all()); n != 50 {
			t.Errorf("%d answers came, want 50", n)
		}
		return uuids
	}
	if diff := cmp.Diff(run(), run()); diff != "" {
		t.Errorf("a seed does not repeat:\n%s", diff)
	}
}

// TestLatestCallbacks gives the newest of many, and is not asked to build the rest.
func TestLatestCallbacks(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Fate: "sent"})
	b.send(b.draft(numbers(500)...), "")
	b.advance(time.Second)
	b.send(b.draft("+14155550199"), "")
	b.advance(time.Second)
	attempts := func(query string) []string {
		_, answer := b.control("GET", "callbacks?"+query, "")
		var out []string
		for _, a := range answer["attempts"].([]any) {
			out = append(out, fmt.Sprint(a.(map[string]any)["to"], " ", a.(map[string]any)["status"], " ", a.(map[string]any)["at"]))
		}
		return out
	}
	want := []string{"14155550199 sent 2026-03-01T12:00:01.200000Z", "14155550199 queued 2026-03-01T12:00:01.000000Z", "14150000499 sent 2026-03-01T12:00:00.200000Z"}
	if diff := cmp.Diff(want, attempts("limit=3")); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
	if got := attempts("limit=1000"); len(got) != 1000 || got[999] != "14150000002 queued 2026-03-01T12:00:00.000000Z" {
		t.Errorf("of a thousand %d came, the last is %s", len(got), got[len(got)-1])
	}
	handler := b.Handler()
	made := testing.AllocsPerRun(5, func() {
		r := httptest.NewRequest("GET", "http://127.0.0.1/_simulator/callbacks?limit=1", nil)
		r.RemoteAddr = "127.0.0.1:1000"
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != 200 {
			t.Fatal(w.Body)
		}
	})
	if made > 500 {
		t.Errorf("the latest of 1,002 needs %v allocations", made)
	}
}

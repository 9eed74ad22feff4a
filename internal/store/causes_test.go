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

// unverified is a callback that came to an outcome, with the header of a signature or without.
func unverified(uuid string, o signature.Outcome, header string) *webhook.Callback {
	c := report(uuid, plivo.Delivered, 1)
	c.Verdict = signature.Result{Outcome: o, Header: header}
	return c
}

func invalid(uuid string) *webhook.Callback {
	return unverified(uuid, signature.Invalid, signature.V3.Header())
}

func setCauses(t testing.TB, s *store.Store, causes map[int64]string) {
	t.Helper()
	if err := s.SetCauses(context.Background(), causes); err != nil {
		t.Fatal(err)
	}
}

func causeOf(t testing.TB, s *store.Store, uuid string) string {
	t.Helper()
	ms, err := s.MessagesByUUID(context.Background(), []string{uuid})
	if err != nil || len(ms) != 1 {
		t.Fatalf("message %s: %v, %v", uuid, ms, err)
	}
	return ms[0].Cause
}

func unexplained(t testing.TB, s *store.Store, after, before int64, limit int) []int64 {
	t.Helper()
	cs, err := s.Unexplained(context.Background(), after, before, limit)
	if err != nil {
		t.Fatal(err)
	}
	var ids []int64
	for _, c := range cs {
		ids = append(ids, c.ID)
	}
	return ids
}

// TestUnexplained gives what has a signature that does not match, and no cause yet.
func TestUnexplained(t *testing.T) {
	s := openStore(t, store.Options{})
	record(t, s,
		report("a", plivo.Sent, 1), // 1
		invalid("a"),               // 2
		unverified("a", signature.Missing, ""),
		unverified("a", signature.Missing, signature.V3.Header()), // 4: its nonce is missing
		unverified("a", signature.Unchecked, signature.V3.Header()),
		invalid(""), invalid("b"), // 6, 7
	)
	for _, c := range []struct {
		after, before int64
		limit         int
		want          []int64
	}{
		{0, 0, 0, []int64{2, 4, 6, 7}},
		{0, 0, 2, []int64{6, 7}}, // the newest, in the order of their IDs
		{0, 6, 1, []int64{4}},
		{2, 7, 10, []int64{4, 6}},
		{4, 0, 10, []int64{6, 7}},
		{7, 0, 10, nil},
	} {
		if diff := cmp.Diff(c.want, unexplained(t, s, c.after, c.before, c.limit)); diff != "" {
			t.Errorf("after %d, before %d, at most %d (-want +got):\n%s", c.after, c.before, c.limit, diff)
		}
	}
	wake, stop := s.Subscribe()
	defer stop()
	setCauses(t, s, map[int64]string{6: "slash", 2: signature.UnknownCause, 1: "url", 99: "token"})
	eventually(t, "readers wake", func() bool {
		select {
		case <-wake:
			return true
		default:
			return false
		}
	})
	if diff := cmp.Diff([]int64{4, 7}, unexplained(t, s, 0, 0, 0)); diff != "" {
		t.Errorf("after two were explained (-want +got):\n%s", diff)
	}
	for id, want := range map[int64]string{1: "", 2: "unknown", 6: "slash", 7: ""} {
		c, ok, err := s.Callback(t.Context(), id)
		if err != nil || !ok || c.Cause != want || c.ID != id || len(c.Header) == 0 {
			t.Errorf("callback %d: %v, %v, cause %q, want %q", id, ok, err, c.Cause, want)
		}
	}
	if _, ok, err := s.Callback(t.Context(), 99); ok || err != nil {
		t.Errorf("a callback that is not there: %v, %v", ok, err)
	}
	cs, err := s.CallbacksOf(t.Context(), "a", 0)
	if err != nil || cs[1].Cause != "unknown" {
		t.Errorf("the callbacks of a message: %v, %v", cs, err)
	}
}

// TestCauseOfAMessage is that of its latest callback that has one, in whatever order they are set, and
// stays when the message is folded on or merged with a send.
func TestCauseOfAMessage(t *testing.T) {
	s := openStore(t, store.Options{})
	next := 0
	rapid.Check(t, func(rt *rapid.T) {
		next++
		uuid := fmt.Sprint("m", next)
		var ids []int64
		for range rapid.IntRange(1, 4).Draw(rt, "callbacks") {
			c := invalid(uuid)
			record(t, s, report(uuid, plivo.Sent, 1), c)
			ids = append(ids, c.ID)
		}
		latest := int64(0)
		for _, id := range rapid.Permutation(ids).Draw(rt, "order")[:rapid.IntRange(1, len(ids)).Draw(rt, "explained")] {
			setCauses(t, s, map[int64]string{id: fmt.Sprint("c", id)})
			latest = max(latest, id)
			if rapid.Bool().Draw(rt, "more") {
				record(t, s, report(uuid, plivo.Delivered, 2))
			}
			if got, want := causeOf(t, s, uuid), fmt.Sprint("c", latest); got != want {
				rt.Fatalf("the message has %q, want %q", got, want)
			}
		}
	})

	ids := begin(t, s, "+14155550123")
	c := invalid("merged")
	record(t, s, c)
	setCauses(t, s, map[int64]string{c.ID: "port"})
	finish(t, s, store.SendOutcome{ID: ids[0], UUID: "merged"})
	if m := messages(t, s, store.Window{Filter: filter(t, "uuid:merged")})[0]; m.ID != ids[0] || m.Cause != "port" {
		t.Errorf("merged with its send: %+v", m)
	}
	later := invalid("merged")
	record(t, s, later)
	setCauses(t, s, map[int64]string{later.ID: "token"})
	setCauses(t, s, map[int64]string{c.ID: "slash"})
	if got := causeOf(t, s, "merged"); got != "token" {
		t.Errorf("after the merge the latest is not %q", got)
	}
}

// TestCauseIsOfTheOutcomeBesideIt gives a message the cause of a callback that came to the outcome that the message shows: of
// its latest such, in whatever order they come and are looked at.
func TestCauseIsOfTheOutcomeBesideIt(t *testing.T) {
	s := openStore(t, store.Options{})
	next := 0
	rapid.Check(t, func(rt *rapid.T) {
		next++
		uuid := fmt.Sprint("m", next)
		var cs []*webhook.Callback
		found := map[int64]string{}
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			if len(cs) == 0 || rapid.Bool().Draw(rt, "one comes") {
				c := unverified(uuid, rapid.SampledFrom([]signature.Outcome{signature.Valid, signature.Missing, signature.Invalid}).Draw(rt, "outcome"), signature.V3.Header())
				record(t, s, c)
				cs = append(cs, c)
			} else {
				c := rapid.SampledFrom(cs).Draw(rt, "looked at")
				found[c.ID] = fmt.Sprint("c", c.ID)
				setCauses(t, s, map[int64]string{c.ID: found[c.ID]})
			}
			outcome, want := signature.Valid, ""
			for _, c := range cs {
				outcome = outcome.Worse(c.Verdict.Outcome)
			}
			for _, c := range cs {
				if c.Verdict.Outcome == outcome && outcome != signature.Valid && found[c.ID] != "" {
					want = found[c.ID]
				}
			}
			ms, err := s.MessagesByUUID(t.Context(), []string{uuid})
			if err != nil || len(ms) != 1 || ms[0].Signature.Outcome != outcome || ms[0].Cause != want {
				rt.Fatalf("the message is %+v (%v), want %s with %q", ms, err, outcome, want)
			}
		}
	})
}

// TestCauseOutlivesItsCallback keeps the cause of a message whose callbacks were taken away.
func TestCauseOutlivesItsCallback(t *testing.T) {
	s := openStore(t, store.Options{Keep: 100, KeepUnverified: 5})
	record(t, s, report("kept", plivo.Sent, 1))
	first, second := invalid("kept"), invalid("kept")
	record(t, s, first, second)
	setCauses(t, s, map[int64]string{first.ID: "slash", second.ID: "host"})
	for range 20 {
		record(t, s, invalid("noise"))
	}
	eventually(t, "5 callbacks that do not verify", func() bool { return totals(t, s).Invalid == 5 })
	setCauses(t, s, map[int64]string{first.ID: "path", second.ID: "path"}) // too late: both are gone
	if got := causeOf(t, s, "kept"); got != "host" {
		t.Errorf("the message has %q, want the cause of its latest", got)
	}
	again := invalid("kept")
	record(t, s, again)
	if got := causeOf(t, s, "kept"); got != "host" {
		t.Errorf("before anybody looked at the new one it has %q", got)
	}
	setCauses(t, s, map[int64]string{again.ID: "query"})
	if got := causeOf(t, s, "kept"); got != "query" {
		t.Errorf("then it has %q", got)
	}
}

// TestCausesOfTwoProcesses shows one store what the other wrote, and wakes it.
func TestCausesOfTwoProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	s, other := openStore(t, store.Options{Path: path}), openStore(t, store.Options{Path: path})
	c := invalid("a")
	record(t, s, c)
	wake, stop := s.Subscribe()
	defer stop()
	setCauses(t, other, map[int64]string{c.ID: "scheme+slash"})
	eventually(t, "the first store sees the cause after a wake", func() bool {
		select {
		case <-wake:
			return causeOf(t, s, "a") == "scheme+slash"
		default:
			return false
		}
	})
	record(t, s, report("a", plivo.Delivered, 2))
	if got := causeOf(t, other, "a"); got != "scheme+slash" {
		t.Errorf("folded on by the first, it has %q", got)
	}
}

// TestFilterByCause asks for causes by their words.
func TestFilterByCause(t *testing.T) {
	s := openStore(t, store.Options{})
	all := []string{"slash", "scheme+slash", "port", "port+token", "url", "token+nonce", "unknown", "recipe", "params", "header"}
	causes := map[int64]string{}
	for i, cause := range all {
		c := invalid(fmt.Sprint("m", i))
		record(t, s, c)
		causes[c.ID] = cause
	}
	record(t, s, report("good", plivo.Sent, 1), invalid("new"))
	setCauses(t, s, causes)
	for text, want := range map[string][]int64{
		"sig:header":              {10},
		"sig:scheme+slash":        {2},
		"sig:Port+Token,slash":    {1, 4},
		"sig:scheme+port":         nil,
		"-sig:scheme+slash":       {1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
		"uuid:m sig:scheme+slash": {2},
		"sig:url":                 {1, 2, 5},
		"sig:SLASH":               {1},
		"sig:scheme,port":         {2, 3, 4},
		"sig:port":                {3, 4},
		"sig:token":               {6},
		"sig:nonce":               nil, // a column shows the first of two
		"sig:unknown":             {7},
		"sig:recipe,params":       {8, 9},
		"sig:method":              nil,
		"sig:valid,port":          {3, 4, 11},
		"sig:invalid,port":        {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12},
		"-sig:url,port":           {6, 7, 8, 9, 10, 11, 12},
		"sig:url status:sent":     nil,
		"uuid:m sig:url":          {1, 2, 5},
	} {
		var ms, cs []int64
		for _, m := range messages(t, s, store.Window{Filter: filter(t, text), Oldest: true}) {
			ms = append(ms, m.ID)
		}
		rows, err := s.Callbacks(t.Context(), store.Window{Filter: filter(t, text), Oldest: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range rows {
			cs = append(cs, c.ID)
		}
		if !slices.Equal(ms, want) || !slices.Equal(cs, want) {
			t.Errorf("%s gives the messages %v and the callbacks %v, want %v", text, ms, cs, want)
		}
	}
}

// TestCauseOfAClaimedMessage keeps the cause of a message that becomes that of a send whose answer was lost, as long as the
// outcome is the same.
func TestCauseOfAClaimedMessage(t *testing.T) {
	for outcome, want := range map[signature.Outcome]string{signature.Missing: "nonce", signature.Valid: "nonce", signature.Invalid: ""} {
		s := openStore(t, atOnce())
		ids := unclearSend(t, s, "+14155550123")
		first := unverified("claimed", signature.Missing, signature.V3.Header())
		record(t, s, first)
		setCauses(t, s, map[int64]string{first.ID: "nonce"})
		proof := report("claimed", plivo.Delivered, 3)
		proof.ReceivedAt = start.Add(2 * time.Second)
		record(t, s, proof, unverified("claimed", outcome, signature.V3.Header()))
		m := messages(t, s, store.Window{Filter: filter(t, "uuid:claimed")})[0]
		if m.ID != ids[0] || m.Cause != want || m.Signature.Outcome != signature.Missing.Worse(outcome) {
			t.Errorf("with one that is %s it is %+v", outcome, m)
		}
	}
}

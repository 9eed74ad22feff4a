package simulator_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

func rulesOf(t *testing.T, file string) scenario.Rules {
	t.Helper()
	r, err := scenario.ParseRules([]byte(file), "rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// outcomes sends to one number after the other and tells what became of each: its last callback, or the refusal.
func (b *bench) outcomes(sends ...plivo.Draft) []string {
	b.t.Helper()
	out := make([]string, len(sends))
	uuids := make([]string, len(sends))
	for i, d := range sends {
		a, err := b.client.Send(b.t.Context(), d, nil)
		if err != nil {
			e := asAPIError(b.t, err)
			out[i] = strings.TrimSpace(fmt.Sprint(e.Status, " ", e.Words))
			continue
		}
		uuids[i] = a.UUIDs[0]
	}
	b.settle()
	for i, uuid := range uuids {
		if uuid == "" {
			continue
		}
		if got := statuses(b.receiver.of(uuid)); len(got) > 0 {
			out[i] = got[len(got)-1]
		}
	}
	return out
}

// TestRules sends what each matcher is for, and what it is not.
func TestRules(t *testing.T) {
	t.Parallel()
	rules := rulesOf(t, `rules:
  - {to: +49151*, text: "(?i)\\bwin\\b", fate: "undelivered:30"}
  - {from: ACME, fate: sent}
  - {type: whatsapp, fate: read}
  - {to: "33612345678", refuse: {status: 403, error: not to France}}
  - {to: +39*, refuse: 404}
  - {to: +44*, nth: 2, refuse: 429}
  - {to: +44*, first: 3, fate: "failed:450"}
  - {to: +44*, every: 5, fate: "failed:300"}
  - {to: +34*, chance: 0%, fate: failed}
  - name: parcel
    to: +31*
    fate:
      steps:
        - {status: queued}
        - {status: weighed, after: 2s, params: {X-Order: "{{to}}"}}
`)
	b := newBench(t, simulator.Options{Rules: rules})
	send := func(to string, change ...func(*plivo.Draft)) plivo.Draft {
		d := b.draft(to)
		for _, c := range change {
			c(&d)
		}
		return d
	}
	win := func(d *plivo.Draft) { d.Text = "You WIN now" }
	got := b.outcomes(
		send("+4915123456789", win), send("+4915123456789"), send("+4917123456789", win),
		send("+4915123456789", win, func(d *plivo.Draft) { d.From = "ACME" }), send("+4917123456789", func(d *plivo.Draft) { d.From = "ACME" }),
		send("+14155550123", func(d *plivo.Draft) { d.Type = "whatsapp" }),
		send("+33612345678"), send("+33612345679"), send("+39612345679"),
		send("+4420000001"), send("+4420000002"), send("+4420000003"), send("+4420000004"), send("+4420000005"), send("+4420000006"),
		send("+34612345678"), send("+31612345678"),
	)
	want := []string{
		"3 undelivered 30", "3 delivered 000", "3 delivered 000",
		"3 undelivered 30", "2 sent",
		"4 read 000",
		"403 not to France", "3 delivered 000", "404",
		"2 failed 450", "429 too many requests", "2 failed 450", "3 delivered 000", "2 failed 300", "3 delivered 000",
		"3 delivered 000", "2 weighed",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what became of them (-want +got):\n%s", diff)
	}
	all := b.receiver.all()
	if order := all[len(all)-1]; order.get("Status") == "weighed" && order.get("X-Order") != "31612345678" {
		t.Errorf("the parameter of the rule's own scenario is %q", order.get("X-Order"))
	}
	if diff := cmp.Diff(rules.String(), strings.TrimSuffix(b.Rules().String(), "chaos: {}\n")); diff != "" {
		t.Errorf("the rules that hold (-want +got):\n%s", diff)
	}
}

// TestRulesOfOneSend: each destination has its own, and one that refuses refuses all.
func TestRulesOfOneSend(t *testing.T) {
	t.Parallel()
	b := newBench(t, simulator.Options{Rules: rulesOf(t, "rules: [{to: +49*, refuse: 500}, {every: 2, fate: failed}]")})
	uuids := b.send(b.draft("+14155550121", "+14155550122", "+14155550123", "+14155550124"), "")
	b.settle()
	var got []string
	for _, uuid := range uuids {
		s := statuses(b.receiver.of(uuid))
		got = append(got, s[len(s)-1])
	}
	if diff := cmp.Diff([]string{"3 delivered 000", "2 failed 300", "3 delivered 000", "2 failed 300"}, got); diff != "" {
		t.Errorf("what became of them (-want +got):\n%s", diff)
	}
	if _, err := b.client.Send(t.Context(), b.draft("+14155550121", "+4915123456789"), nil); asAPIError(t, err).Status != 500 {
		t.Errorf("it is answered %v", err)
	}
}

// TestRuleUses tells what a rule fits from what it was for, also to another process.
func TestRuleUses(t *testing.T) {
	b := newBench(t, simulator.Options{Rules: rulesOf(t, "rules: [{name: spain, to: +34*, fate: sent}, {name: odd, every: 2, fate: failed}, {name: rest, fate: delivered}, {name: never, to: +34*, fate: none}, {name: no, to: +49*, refuse: 403}]")})
	b.outcomes(b.draft("+14155550121"), b.draft("+34612345678"), b.draft("+34612345679", "+14155550122"), b.draft("+4915123456789"))
	b.call("POST", "Message/", `{"src":"14155550100","dst":"14155550121<15005559400","text":"x"}`, nil) // which nothing is used for
	var got []string
	for _, u := range b.RuleUses() {
		got = append(got, fmt.Sprint(strings.TrimPrefix(u.Name, "rule "), " ", u.Used, "/", u.Fitted))
	}
	want := []string{"spain 2/2", "odd 1/5", "rest 2/5", "never 0/2", "no 0/1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the rules were used for (-want +got):\n%s", diff)
	}
	_, state := b.control("GET", "state?detail=1", "")
	got = nil
	for i := range want {
		u := at(state, "rule_uses", i)
		got = append(got, fmt.Sprint(at(u, "name"), " ", at(u, "used"), "/", at(u, "fitted")))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the control API tells (-want +got):\n%s", diff)
	}
	if _, state = b.control("GET", "state", ""); state["rule_uses"] != nil {
		t.Errorf("without detail it tells %v", state["rule_uses"])
	}
	b.reset()
	if u := b.RuleUses()[0]; u.Used != 0 || u.Fitted != 0 {
		t.Errorf("after a reset it is %+v", u)
	}
}

// TestOrderOfAll: a magic number, then the request, then what was said of the next ones, then the rules, then the
// default. What has a fate before the rules does not count for them.
func TestOrderOfAll(t *testing.T) {
	t.Parallel()
	b := newBench(t, simulator.Options{Fate: "undelivered:20", Rules: rulesOf(t, "rules: [{nth: 1, fate: 'failed:450'}]")})
	if err := b.FateNext(1, "undelivered:80"); err != nil {
		t.Fatal(err)
	}
	if fate, left := b.NextFate(); fate != "undelivered:80" || left != 1 {
		t.Errorf("the next is %s for %d", fate, left)
	}
	magic, header := b.send(b.draft("+15005550030"), "sent"), b.send(b.draft("+14155550123"), "sent")
	b.settle()
	for uuid, want := range map[string]string{magic[0]: "3 undelivered 30", header[0]: "2 sent"} {
		if got := statuses(b.receiver.of(uuid)); got[len(got)-1] != want {
			t.Errorf("it is %q, want %q at the end", got, want)
		}
	}
	d := b.draft("+14155550123")
	if diff := cmp.Diff([]string{"3 undelivered 80", "2 failed 450", "3 undelivered 20"}, b.outcomes(d, d, d)); diff != "" {
		t.Errorf("what became of them (-want +got):\n%s", diff)
	}
	if fate, left := b.NextFate(); fate != "" || left != 0 {
		t.Errorf("the next is %s for %d", fate, left)
	}
	// The counts begin anew with the rules, and what was said of the next ones can be taken back.
	if err := b.SetRules(b.Rules()); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{5, 0} {
		if err := b.FateNext(n, "sent"); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.SetFate("sent"); err != nil || b.Fate() != "sent" {
		t.Errorf("the fate is %s (%v)", b.Fate(), err)
	}
	if diff := cmp.Diff([]string{"2 failed 450", "2 sent"}, b.outcomes(d, d)); diff != "" {
		t.Errorf("what became of them (-want +got):\n%s", diff)
	}
	if err := b.SetFate(""); err != nil || b.Fate() != "delivered" {
		t.Errorf("the fate is %s (%v)", b.Fate(), err)
	}
}

func TestChangesThatAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, simulator.Options{Chaos: scenario.Chaos{Lost: 0.5}})
	wrong := scenario.Chaos{Lost: 2}
	for what, err := range map[string]error{
		"lost": b.SetFate("lost"), "-1": b.FateNext(-1, "sent"), "1000001": b.FateNext(1_000_001, "sent"), `""`: b.FateNext(1, ""),
		"of lost": b.SetChaos(wrong), "2 of lost": b.SetRules(scenario.Rules{}.With(wrong)),
	} {
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: the error is %v", what, err)
		}
	}
	if b.Chaos().String() != "lost=50%" || b.Fate() != "delivered" {
		t.Errorf("they hold: %s, %s", b.Chaos(), b.Fate())
	}
	if _, err := simulator.New(simulator.Options{Chaos: wrong}); err == nil {
		t.Error("a simulator begins with it")
	}
}

// TestCauses: events say which rule was it, also of a request that it refuses.
func TestCauses(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got []string
	b := newBench(t, simulator.Options{
		Rules: rulesOf(t, "rules: [{name: no-france, to: +33*, refuse: 500}, {fate: none}]"),
		OnEvent: func(e simulator.Event) {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, e.Event+" "+e.Problem+": "+e.Cause)
		},
	})
	b.outcomes(b.draft("+33612345678"), b.draft("+14155550123"), b.draft("+15005550002"))
	b.Close()
	want := []string{"refused internal server error: rule no-france", "accepted : rule 2", "accepted : "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// TestChangesWhileMessagesGo changes everything while messages are sent: each is as one of the sets says.
func TestChangesWhileMessagesGo(t *testing.T) {
	t.Parallel()
	b := newBench(t, simulator.Options{})
	stop := make(chan struct{})
	var wg sync.WaitGroup
	failed, lost := rulesOf(t, "rules: [{every: 2, fate: failed}]"), scenario.Chaos{Duplicate: 1}
	for _, change := range []func() error{
		func() error { return b.SetRules(failed) }, func() error { return b.SetRules(scenario.Rules{}) },
		func() error { return b.SetChaos(lost) }, func() error { return b.SetChaos(scenario.Chaos{}) },
		func() error { return b.FateNext(2, "sent") }, func() error { return b.SetFate("undelivered") },
		func() error { _, _ = b.NextFate(); _ = b.Rules().String(); return nil },
	} {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(time.Millisecond):
				}
				if err := change(); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	var uuids []string
	for range 20 {
		uuids = append(uuids, b.send(b.draft("+14155550123", "+14155550124"), "")...)
	}
	close(stop)
	wg.Wait()
	b.settle()
	ends := map[string]bool{"3 delivered 000": true, "2 failed 300": true, "2 sent": true, "3 undelivered 30": true}
	for _, uuid := range uuids {
		got := statuses(b.receiver.of(uuid))
		if len(got) == 0 || !ends[got[len(got)-1]] {
			t.Errorf("the callbacks are %q", got)
		}
		if double := len(got) > 1 && got[0] == got[1]; double && len(got)%2 != 0 {
			t.Errorf("it has chaos in part: %q", got)
		}
	}
	if status, _, _ := b.call(http.MethodGet, "Message/", "", nil); status != 200 {
		t.Errorf("it is answered %d", status)
	}
}

// TestResetOfRules: the counts, what was changed and what was said of the next ones are gone, and a seed repeats.
func TestResetOfRules(t *testing.T) {
	t.Parallel()
	b := newBench(t, simulator.Options{Seed: 5, Rules: rulesOf(t, "rules: [{first: 1, fate: failed}, {chance: 50%, fate: sent}]")})
	d := b.draft("+14155550123")
	before := b.outcomes(d, d, d, d, d, d, d, d)
	if before[0] != "2 failed 300" || !slices.Contains(before, "2 sent") || !slices.Contains(before, "3 delivered 000") {
		t.Errorf("what became of them is %q", before)
	}
	if err := errors.Join(b.SetRules(rulesOf(t, "rules: [{fate: none}]")), b.SetFate("sent"), b.FateNext(3, "none"), b.SetChaos(scenario.Chaos{Lost: 1})); err != nil {
		t.Fatal(err)
	}
	b.reset()
	b.receiver.forget()
	if fate, left := b.NextFate(); fate != "" || left != 0 || b.Fate() != "delivered" || !b.Chaos().None() {
		t.Errorf("there is left %s for %d, %s, %s", fate, left, b.Fate(), b.Chaos())
	}
	if diff := cmp.Diff(before, b.outcomes(d, d, d, d, d, d, d, d)); diff != "" {
		t.Errorf("what became of them (-before +after):\n%s", diff)
	}
}

package simulator_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

func chaosOf(t testing.TB, text string) scenario.Chaos {
	t.Helper()
	c, err := scenario.ParseChaos(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// told are the callbacks of a message as CallbacksOf tells them: what chaos did, and when each attempt was.
func (b *bench) told(uuid string) []string {
	b.t.Helper()
	callbacks, ok := b.CallbacksOf(uuid)
	if !ok {
		b.t.Fatal("the message is not remembered")
	}
	var out []string
	for _, c := range callbacks {
		line := fmt.Sprint(c.Sequence, "/", c.Copy, " ", c.Cause)
		for _, a := range c.Attempts {
			line += fmt.Sprint(" ", a.At.Sub(start))
			if a.Problem != "" {
				line += " " + a.Problem
			}
		}
		out = append(out, strings.TrimSpace(line))
	}
	return out
}

// TestChaos turns one thing on at a time, for all: what comes, and what is told of it. The API's word for the message
// stays.
func TestChaos(t *testing.T) {
	for _, test := range []struct {
		chaos   string
		want    []string
		told    []string
		verdict signature.Outcome
	}{
		{"none", deliveredCourse, []string{"1/0  0s", "2/0  200ms", "3/0  1s"}, signature.Valid},
		{
			"duplicate=100%",
			[]string{"1 queued", "1 queued", "2 sent", "2 sent", "3 delivered 000", "3 delivered 000"},
			[]string{
				"1/0  0s", "1/1 chaos: duplicate 0s", "2/0  200ms", "2/1 chaos: duplicate 200ms", "3/0  1s", "3/1 chaos: duplicate 1s",
			},
			signature.Valid,
		},
		{
			"reorder=1",
			[]string{"2 sent", "1 queued", "3 delivered 000"},
			[]string{"2/0  200ms", "1/0 chaos: reordered 200ms", "3/0  1s"},
			signature.Valid,
		},
		{
			"lost=1",
			[]string{},
			[]string{
				"1/0 chaos: lost 0s lost by chaos", "2/0 chaos: lost 200ms lost by chaos", "3/0 chaos: lost 1s lost by chaos",
			},
			"",
		},
		{
			"late=1", deliveredCourse,
			[]string{"1/0 chaos: late 10s", "2/0 chaos: late 10.2s", "3/0 chaos: late 11s"},
			signature.Valid,
		},
		{
			"delay=2s", deliveredCourse,
			[]string{"1/0 chaos: delayed 2s", "2/0 chaos: delayed 2.2s", "3/0 chaos: delayed 3s"},
			signature.Valid,
		},
		{
			"wrong-signature=1,wrong-host=1", deliveredCourse,
			[]string{"1/0 chaos: wrong signature 0s", "2/0 chaos: wrong signature 200ms", "3/0 chaos: wrong signature 1s"},
			signature.Invalid,
		},
		{
			"wrong-host=1", deliveredCourse,
			[]string{"1/0 chaos: wrong host 0s", "2/0 chaos: wrong host 200ms", "3/0 chaos: wrong host 1s"},
			signature.Invalid,
		},
	} {
		t.Run(test.chaos, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Chaos: chaosOf(t, test.chaos)})
			uuid := b.send(b.draft("+14155550123"), "")[0]
			for _, up := range b.Upcoming(1) {
				says := fmt.Sprint(up.Sequence, "/", up.Copy, " ", up.Cause)
				if !slices.ContainsFunc(test.told, func(s string) bool { return strings.HasPrefix(s, says) }) {
					t.Errorf("it tells %q before it goes", says)
				}
			}
			b.advance(time.Hour)
			got := b.receiver.of(uuid)
			if diff := cmp.Diff(test.want, statuses(got)); diff != "" {
				t.Errorf("callbacks (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.told, b.told(uuid)); diff != "" {
				t.Errorf("it tells (-want +got):\n%s", diff)
			}
			for _, c := range got {
				if c.verdict.Outcome != test.verdict {
					t.Errorf("a callback is %s", c.verdict.Outcome)
				}
				if test.chaos == "wrong-host=1" {
					r := c.signed
					r.URL = plivo.OtherHost(r.URL)
					if v := signature.Verify(r, b.receiver.tokens); v.Outcome != signature.Valid {
						t.Errorf("over the other host it is %s", v.Outcome)
					}
				}
			}
			if r, err := b.client.Message(t.Context(), uuid); err != nil || r.Status != plivo.Delivered {
				t.Errorf("the API says %s (%v)", r.Status, err)
			}
		})
	}
}

// TestDelaysKeepTheOrder: however long each is, the callbacks of a message come as they should; one that is late is
// overtaken.
func TestDelaysKeepTheOrder(t *testing.T) {
	t.Parallel()
	b := newBench(t, simulator.Options{Seed: 7, Start: start, Stopped: true, Speed: 10, Chaos: chaosOf(t, "delay=exp 3s")})
	uuids := b.send(b.draft(numbers(50)...), "")
	if err := b.SetChaos(chaosOf(t, "late=30%")); err != nil {
		t.Fatal(err)
	}
	late := b.send(b.draft(numbers(50)...), "")
	b.advance(time.Hour)
	apart := map[time.Duration]bool{}
	for _, uuid := range uuids {
		if got := statuses(b.receiver.of(uuid)); !slices.Equal(got, deliveredCourse) {
			t.Errorf("the callbacks are %q", got)
		}
		callbacks, _ := b.CallbacksOf(uuid)
		apart[callbacks[2].Attempts[0].At.Sub(start)] = true
	}
	if len(apart) < 40 {
		t.Errorf("they come at %d different times", len(apart))
	}
	if !slices.ContainsFunc(late, func(uuid string) bool {
		return !slices.Equal(statuses(b.receiver.of(uuid)), deliveredCourse)
	}) {
		t.Error("no late one is overtaken")
	}
}

// TestChaosOfTheAPI: a call fails before anything is accepted, and the event says why; the control calls do not.
func TestChaosOfTheAPI(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var causes []string
	b := newBench(t, simulator.Options{
		Seed: 3, Chaos: chaosOf(t, "api-429=30%,api-503=30%,api-latency=3ms"), InboundURL: "/sms/inbound",
		OnEvent: func(e simulator.Event) {
			mu.Lock()
			defer mu.Unlock()
			if e.Event == simulator.EventRefused {
				causes = append(causes, fmt.Sprint(e.Answered, " ", e.Problem, ": ", e.Cause))
			}
		},
	})
	answers := map[int]int{}
	for range 60 {
		begun := time.Now()
		status, _, _ := b.call("POST", "Message/", `{"src":"14155550100","dst":"14155550123","text":"hi"}`, nil)
		answers[status]++
		if time.Since(begun) < 3*time.Millisecond {
			t.Error("it is answered at once")
		}
	}
	if answers[202]+answers[429]+answers[503] != 60 || answers[202] < 10 || answers[429] < 5 || answers[503] < 5 {
		t.Errorf("the answers are %v", answers)
	}
	for range 5 {
		if _, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", Text: "hi"}); err != nil {
			t.Error(err)
		}
	}
	accepted := b.Stats().Accepted
	b.Close()
	if int(accepted) != answers[202] || len(causes) != answers[429]+answers[503] {
		t.Errorf("%d were accepted, %d refused", accepted, len(causes))
	}
	for _, c := range causes {
		if c != "429 too many requests: chaos" && c != "503 service unavailable: chaos" {
			t.Errorf("the event is %q", c)
		}
	}
}

// TestLostIsToldAsLost, and counts as nothing that was posted.
func TestLostIsToldAsLost(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got []string
	b := newBench(t, simulator.Options{Chaos: chaosOf(t, "lost=1"), OnEvent: func(e simulator.Event) {
		mu.Lock()
		defer mu.Unlock()
		if e.Event != simulator.EventAccepted {
			got = append(got, fmt.Sprint(e.Event, " ", e.Sequence, " ", e.Status, " ", e.Problem, ", ", e.Cause))
		}
	}})
	uuid := b.send(b.draft("+15005550001"), "")[0]
	b.settle()
	_, shown := b.control("GET", "messages/"+uuid, "")
	if shown["callbacks_posted"] != 0. || shown["callbacks_taken"] != 0. || at(shown, "callbacks", 1, "attempts", 0, "problem") != "lost by chaos" {
		t.Errorf("the message is told as %v", shown)
	}
	if status, v := b.control("GET", "wait?callbacks=1&timeout=50ms&message_uuid="+uuid, ""); status != 408 {
		t.Errorf("a wait for its callbacks is answered %d %v", status, v)
	}
	if st := b.Stats(); st.Posted != 0 || st.Pending != 0 {
		t.Errorf("the counts are %+v", st)
	}
	b.Close()
	if diff := cmp.Diff([]string{"lost 1 queued lost by chaos, chaos: lost", "lost 2 sent lost by chaos, chaos: lost"}, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

const everyChaos = "duplicate=20%,reorder=20%,lost=10%,late=10%,wrong-signature=10%,wrong-host=10%,truncated=15%,cut=15%,delay=exp 2s,api-500=20%"

// TestSameBytesInChaos has all of it on: a seed repeats every byte, another does not. More rules do not change what
// befalls a message.
func TestSameBytesInChaos(t *testing.T) {
	t.Parallel()
	run := func(seed uint64, rules, chaos string) []string {
		b := newBench(t, simulator.Options{
			Seed: seed, Start: start, Stopped: true, Speed: 1, Rules: rulesOf(t, rules), Chaos: chaosOf(t, chaos),
			AuthID: "MATESTTESTTESTTEST00", AuthToken: "token",
		})
		// Two that are due at the same moment may come either way round, so what is answered depends on the callback alone.
		b.receiver.answer = func(n int) int {
			return map[bool]int{true: 500, false: 200}[b.receiver.all()[n].header.Get("X-Plivo-Signature-V2-Nonce")[19] < '2']
		}
		var out []string
		for i := range 20 {
			d := b.draft(fmt.Sprint("+49151234567", 10+i))
			d.Method = []string{"POST", "GET"}[i%2]
			a, err := b.client.Send(t.Context(), d, nil)
			if err != nil {
				out = append(out, fmt.Sprint(asAPIError(t, err).Status))
				continue
			}
			b.advance(20 * time.Minute)
			out = append(out, b.told(a.UUIDs[0])...)
		}
		var posted []string
		for _, c := range b.receiver.all() {
			if !c.whole {
				continue // how much of it arrives is the network's to say
			}
			posted = append(posted, fmt.Sprint(c.method, strings.TrimPrefix(c.url, b.receiver.url), string(c.body), c.header.Get("X-Plivo-Signature-V3-Nonce")))
		}
		slices.Sort(posted)
		return append(out, posted...)
	}
	const half = "rules: [{chance: 50%, fate: undelivered}, {every: 3, fate: duplicate}]"
	first := run(42, half, everyChaos)
	if diff := cmp.Diff(first, run(42, half, everyChaos)); diff != "" {
		t.Errorf("a seed does not repeat:\n%s", diff)
	}
	if other := run(43, half, everyChaos); slices.Equal(first, other) {
		t.Error("another seed gives the same")
	}
	// What is drawn for one thing does not depend on another.
	only := func(lines []string, cause string) (is []string) {
		for _, l := range lines {
			if strings.Contains(l, cause) {
				is = append(is, strings.Fields(l)[0])
			}
		}
		return is
	}
	alone, beside := run(42, "rules: []", "lost=20%"), run(42, "rules: []", "lost=20%,late=50%,wrong-host=30%")
	if a, b := only(alone, "lost by chaos"), only(beside, "lost by chaos"); len(a) == 0 || len(a) != len(b) {
		t.Errorf("lost alone are %q, and beside others %q", a, b)
	}
}

// TestChaosOfInbound: an inbound message suffers on its way, and no more.
func TestChaosOfInbound(t *testing.T) {
	t.Parallel()
	for chaos, says := range map[string]string{
		"truncated=1": "truncated by chaos", "cut=1": "cut by chaos", "wrong-signature=1": "", "wrong-host=1,lost=1,duplicate=1,late=1": "",
	} {
		b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Chaos: chaosOf(t, chaos), InboundURL: "/sms/inbound"})
		uuid, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", Text: "hi"})
		if says != "" {
			if err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: it says %v", chaos, err)
			}
			b.advance(time.Hour)
			if callbacks, _ := b.CallbacksOf(uuid); len(callbacks) != 1 || len(callbacks[0].Attempts) != 4 {
				t.Errorf("%s: it tells %+v", chaos, callbacks)
			}
			continue
		}
		got := b.receiver.of(uuid)
		if err != nil || len(got) != 1 || got[0].verdict.Outcome != signature.Invalid {
			t.Errorf("%s: %d came (%v)", chaos, len(got), err)
		}
	}
}

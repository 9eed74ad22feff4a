package simulator_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

func TestMadeUpCredentials(t *testing.T) {
	credentials := func(seed uint64) [2]string {
		s, err := simulator.New(simulator.Options{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if !regexp.MustCompile(`^MA[A-Z0-9]{18}$`).MatchString(s.AuthID()) || !regexp.MustCompile(`^[A-Za-z0-9]{40}$`).MatchString(s.AuthToken()) {
			t.Errorf("the credentials are %s, %s", s.AuthID(), s.AuthToken())
		}
		return [2]string{s.AuthID(), s.AuthToken()}
	}
	seven, again, eight := credentials(7), credentials(7), credentials(8)
	if seven != again {
		t.Error("a seed does not repeat the credentials")
	}
	if unseeded, other := credentials(0), credentials(0); seven == eight || unseeded == other {
		t.Error("credentials repeat without the same seed")
	}
	s, err := simulator.New(simulator.Options{AuthID: "MAGIVEN0000000000001", AuthToken: "given"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.AuthID() != "MAGIVEN0000000000001" || s.AuthToken() != "given" {
		t.Error("given credentials are not kept")
	}
}

// TestSeedRepeats sends the same to two simulators of one seed and compares what does not tell the time.
func TestSeedRepeats(t *testing.T) {
	run := func(seed uint64) []string {
		b := newBench(t, simulator.Options{Seed: seed})
		b.receiver.answer = func(n int) int { // each callback wants a second attempt
			all := b.receiver.all()
			for _, c := range all[:n] {
				if string(c.body) == string(all[n].body) {
					return 200
				}
			}
			return 500
		}
		var out []string
		for range 3 {
			for _, uuid := range b.send(b.draft("+15005550000", "+4915123456789"), "") {
				b.settle()
				for _, c := range b.receiver.of(uuid) {
					out = append(out, fmt.Sprint(uuid, c.get("Sequence"), c.get("TotalRate"), c.get("MNC"),
						c.header.Get("X-Plivo-Signature-V2-Nonce"), c.header.Get("X-Plivo-Signature-V3-Nonce")))
				}
			}
		}
		return out
	}
	first, second, other := run(42), run(42), run(43)
	sortStrings := cmp.Transformer("set", func(in []string) map[string]int {
		out := map[string]int{}
		for _, s := range in {
			out[s]++
		}
		return out
	})
	if diff := cmp.Diff(first, second, sortStrings); diff != "" {
		t.Errorf("a seed does not repeat:\n%s", diff)
	}
	if first[0] == other[0] {
		t.Error("another seed gives the same")
	}
}

func TestOptionsRefused(t *testing.T) {
	for name, o := range map[string]simulator.Options{
		"a negative speed":     {Speed: -1},
		"no number":            {Speed: math.NaN()},
		"an endless speed":     {Speed: math.Inf(1)},
		"almost no speed":      {Speed: 1e-300},
		"a pace of days":       {Pace: simulator.Pace{Final: 25 * time.Hour}},
		"a pace backwards":     {Pace: simulator.Pace{Sent: 2, Final: 1}},
		"a number that is not": {Numbers: []string{"+"}},
	} {
		if _, err := simulator.New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestServeStopsEverything(t *testing.T) {
	r := newReceiver(t)
	s, err := simulator.New(simulator.Options{Speed: 1, Pace: simulator.Pace{Sent: time.Hour, Final: 2 * time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, ln) }()
	client, err := api.New(api.Config{AuthID: s.AuthID(), AuthToken: s.AuthToken(), BaseURL: "http://" + ln.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	r.answer = func(int) int { return 500 } // each callback waits for its retry
	b := &bench{Simulator: s, t: t, client: client, receiver: r}
	for range 20 {
		b.send(b.draft("+14155550123", "+14155550124"), "")
	}
	wait(t, func() bool { return s.Pending() == 80 }) // 40 messages and 40 retries
	within, stop := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer stop()
	if err := s.Idle(within); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Idle says %v", err)
	}
	cancel()
	select {
	case err := <-served:
		if err != nil {
			t.Errorf("Serve says %v", err)
		}
	case <-time.After(time.Minute):
		t.Fatal("Serve did not return")
	}
	if s.Pending() != 0 || s.Idle(t.Context()) != nil {
		t.Errorf("%d are still pending after Serve", s.Pending())
	}
	if _, err := s.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550177", URL: r.url}); err == nil {
		t.Error("a stopped simulator still posts inbound messages")
	}
	if _, err := client.Send(t.Context(), b.draft("+14155550123"), nil); asAPIError(t, err).Kind != api.Network {
		t.Errorf("a send after the end: error is %v", err)
	}
}

// TestCloseDuringSends has sends run into Close; nothing may be posted after it.
func TestCloseDuringSends(t *testing.T) {
	b := newBench(t, simulator.Options{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for {
				if _, err := b.client.Send(t.Context(), b.draft("+14155550123"), nil); err != nil {
					if e := asAPIError(t, err); e.Status != 429 {
						t.Errorf("the error is %v", e)
					}
					return
				}
			}
		})
	}
	wait(t, func() bool { return len(b.receiver.all()) > 50 })
	b.Close()
	if b.Pending() != 0 {
		t.Errorf("%d are pending after Close", b.Pending())
	}
	wg.Wait()
}

func TestInbound(t *testing.T) {
	nowhere := newBench(t, simulator.Options{})
	if _, err := nowhere.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550177", Text: "x"}); err == nil {
		t.Error("it was posted to nowhere")
	}
	b := newBench(t, simulator.Options{InboundURL: "/sms/inbound"})
	uuid, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+1 415 555 0177", Text: "où & 日本\n"})
	if err != nil {
		t.Fatal(err)
	}
	got := b.receiver.all()
	if len(got) != 1 || got[0].method != "POST" || !strings.HasSuffix(got[0].url, "/sms/inbound") || got[0].verdict.Outcome != "valid" {
		t.Fatalf("what came is %+v", got)
	}
	params := map[string]string{}
	for _, p := range got[0].report.Params {
		params[p.Name] = p.Value
	}
	want := map[string]string{"From": "14155550177", "To": "14155550100", "Text": "où & 日本\n", "Type": "sms", "MessageUUID": uuid}
	if diff := cmp.Diff(want, params); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if r, err := b.client.Message(t.Context(), uuid); err != nil || r.Direction != "inbound" || r.Status != "delivered" {
		t.Errorf("the record is %+v, %v", r, err)
	}
}

func TestInboundThatIsNotTaken(t *testing.T) {
	b := newBench(t, simulator.Options{})
	b.receiver.answer = func(int) int { return 403 }
	uuid, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550177", To: "+14155550100", Text: "x", URL: b.receiver.url})
	if err == nil || !strings.Contains(err.Error(), "403") || uuid == "" {
		t.Errorf("UUID %q, error %v", uuid, err)
	}
	if r, err := b.client.Message(t.Context(), uuid); err != nil || r.Status != "received" {
		t.Errorf("before the last attempt the record is %+v, %v", r, err)
	}
	b.settle()
	if r, err := b.client.Message(t.Context(), uuid); err != nil || r.Status != "undelivered" || len(b.receiver.all()) != 4 {
		t.Errorf("after %d attempts the record is %+v, %v", len(b.receiver.all()), r, err)
	}
	for name, in := range map[string]simulator.InboundMessage{
		"no sender":      {URL: b.receiver.url},
		"a name as to":   {From: "+14155550177", To: "Plivo", URL: b.receiver.url},
		"a remote url":   {From: "+14155550177", URL: "https://example.com/"},
		"nobody listens": {From: "+14155550177", URL: "http://127.0.0.1:1/"},
	} {
		if _, err := b.Inbound(t.Context(), in); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestInboundIsToldAsReceived has the last event of an inbound message say what became of it: that of a message
// that no callback server took is undelivered.
func TestInboundIsToldAsReceived(t *testing.T) {
	for answer, want := range map[int]plivo.Status{200: plivo.Received, 403: plivo.Undelivered} {
		var seen events
		b := newBench(t, simulator.Options{OnEvent: seen.add})
		b.receiver.answer = func(int) int { return answer }
		_, _ = b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550177", Text: "x", URL: b.receiver.url})
		b.settle()
		b.Close()
		in := seen.of(simulator.EventInbound)
		for i, e := range in {
			last := i == len(in)-1
			if e.Answered != answer || e.Attempt != i+1 || last != (e.RetryIn == 0) || last && e.Status != want || !last && e.Status != plivo.Received {
				t.Errorf("answered %d, the event is %+v, want it %s in the end", answer, e, want)
			}
		}
		if want := map[int]int{200: 1, 403: 4}[answer]; len(in) != want {
			t.Errorf("answered %d it was posted %d times, want %d", answer, len(in), want)
		}
	}
}

func TestInboundOverHTTP(t *testing.T) {
	b := newBench(t, simulator.Options{})
	post := func(body string, auth bool) (int, string) {
		status, _, said := b.call("POST", "", body, func(r *http.Request) {
			r.URL.Path = "/plivoscope/inbound"
			if !auth {
				r.Header.Del("Authorization")
			}
		})
		return status, said
	}
	if status, said := post(`{"from":"+14155550177","to":"+14155550100","text":"hi","url":"`+b.receiver.url+`/in"}`, true); status != 202 || !strings.Contains(said, `"message_uuid":"`) {
		t.Errorf("the answer is %d %s", status, said)
	}
	if got := b.receiver.all(); len(got) != 1 || got[0].verdict.Outcome != "valid" {
		t.Errorf("what came is %+v", got)
	}
	for body, want := range map[string]int{`{}`: 400, `x`: 400, `{"from":"+14155550177","url":"http://127.0.0.1:1/"}`: 502} {
		if status, said := post(body, true); status != want || !strings.Contains(said, `"error":"`) {
			t.Errorf("%s is answered %d %s", body, status, said)
		}
	}
	if status, _ := post(`{}`, false); status != 401 {
		t.Errorf("without credentials the answer is %d", status)
	}
}

func TestCallbackURLsThatAreTaken(t *testing.T) {
	b := newBench(t, simulator.Options{})
	for _, host := range []string{"localhost", "LOCALHOST.", "127.8.9.10", "[::1]", "app.localhost"} {
		d := b.draft("+14155550123")
		d.CallbackURL = "http://" + host + ":4141/x"
		b.send(d, "none")
	}
	remote := newBench(t, simulator.Options{AllowRemote: true})
	d := remote.draft("+14155550123")
	d.CallbackURL = "https://example.com/x"
	remote.send(d, "none")
}

func TestEvents(t *testing.T) {
	var seen []string
	b := newBench(t, simulator.Options{OnEvent: func(e simulator.Event) {
		if e.At.IsZero() {
			t.Error("an event has no time")
		}
		seen = append(seen, strings.TrimSpace(fmt.Sprint(e.Event, " ", e.Status, " ", e.Answered)))
	}})
	b.send(b.draft("+15005550450"), "")
	b.settle()
	b.call("GET", "Media/", "", nil)
	b.Close() // no event comes after it
	want := []string{"accepted queued 0", "callback queued 200", "callback failed 200", "refused  501"}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

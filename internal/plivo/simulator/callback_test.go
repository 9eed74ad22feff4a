package simulator_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

var keys = []string{
	"DeliveryReportTime", "ErrorCode", "From", "MCC", "MNC", "MessageTime", "MessageUUID", "ParentMessageUUID", "PartInfo",
	"PowerpackUUID", "QueuedTime", "SentTime", "Sequence", "Status", "To", "TotalAmount", "TotalRate", "Type", "Units", "requester_ip",
}

func TestCallbackHasEveryParameter(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		t.Run(method, func(t *testing.T) {
			b := newBench(t, simulator.Options{MainToken: "token-of-the-main-account"})
			d := b.draft("+49 (151) 2345-6789")
			d.CallbackURL += "?order=1%202&x=#part"
			d.Method, d.Text = method, strings.Repeat("ж", 150)
			before := time.Now().UTC().Add(-time.Millisecond)
			uuid := b.send(d, "")[0]
			b.settle()
			got := b.receiver.of(uuid)
			if len(got) != 3 {
				t.Fatalf("%d callbacks came, want 3", len(got))
			}
			last := got[2]
			if last.method != method {
				t.Errorf("the method is %s", last.method)
			}
			wantURL := b.receiver.url + "/sms/delivery-report?order=1%202&x="
			wantKeys := slices.Clone(keys)
			if method == http.MethodGet {
				wantKeys = append(wantKeys, "order", "x")
				slices.Sort(wantKeys)
				if !strings.HasPrefix(last.url, wantURL+"&MessageUUID=") || len(last.body) != 0 {
					t.Errorf("the URL is %s, the body %q", last.url, last.body)
				}
			} else if last.url != wantURL || last.header.Get("Content-Type") != "application/x-www-form-urlencoded" {
				t.Errorf("the URL is %s, the content type %s", last.url, last.header.Get("Content-Type"))
			}
			var names []string
			for _, p := range last.report.Params {
				names = append(names, p.Name)
			}
			slices.Sort(names)
			if diff := cmp.Diff(wantKeys, names); diff != "" {
				t.Errorf("parameters (-want +got):\n%s", diff)
			}
			for name, value := range map[string]string{
				"MessageUUID": uuid, "ParentMessageUUID": uuid, "From": "14155550100", "To": "4915123456789", "Type": "sms",
				"Units": "3", "TotalRate": "0.08990", "TotalAmount": "0.26970", "MCC": "262", "MNC": "01", "ErrorCode": "000",
				"PartInfo": "", "PowerpackUUID": "", "requester_ip": "127.0.0.1", "Sequence": "3", "Status": "delivered",
			} {
				if last.get(name) != value {
					t.Errorf("%s is %q, want %q", name, last.get(name), value)
				}
			}
			checkTimes(t, got, before)
			checkSignatures(t, got)
		})
	}
}

func checkTimes(t *testing.T, got []received, before time.Time) {
	t.Helper()
	layout := regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$`)
	was := before
	for _, name := range []string{"MessageTime", "QueuedTime", "SentTime", "DeliveryReportTime"} {
		at, ok := got[2].report.Time(name)
		if !ok || !layout.MatchString(got[2].get(name)) || at.Before(was.Truncate(time.Microsecond)) || at.After(time.Now()) {
			t.Errorf("%s is %q, want a time after %v", name, got[2].get(name), was)
		}
		was = at
	}
	if got[0].get("SentTime") != "" || got[1].get("SentTime") == "" || got[1].get("DeliveryReportTime") != "" {
		t.Error("a callback knows a time that was still to come")
	}
}

func checkSignatures(t *testing.T, got []received) {
	t.Helper()
	nonces := map[string]bool{}
	for _, c := range got {
		with := map[string]string{}
		for _, check := range c.verdict.Checks {
			with[check.Header] = check.Token
		}
		want := map[string]string{
			"X-Plivo-Signature-V2": "account", "X-Plivo-Signature-Ma-V2": "main account",
			"X-Plivo-Signature-V3": "account", "X-Plivo-Signature-Ma-V3": "main account",
		}
		if diff := cmp.Diff(want, with); diff != "" {
			t.Errorf("headers and the tokens they match (-want +got):\n%s", diff)
		}
		for _, name := range []string{"X-Plivo-Signature-V2-Nonce", "X-Plivo-Signature-V3-Nonce"} {
			nonce := c.header.Get(name)
			if !regexp.MustCompile(`^\d{20}$`).MatchString(nonce) || nonces[nonce] {
				t.Errorf("%s is %q, want 20 digits that came only once", name, nonce)
			}
			nonces[nonce] = true
		}
	}
}

func TestFailedIsNotCharged(t *testing.T) {
	b := newBench(t, simulator.Options{})
	uuid := b.send(b.draft("+15005550450"), "")[0]
	b.settle()
	last := b.receiver.of(uuid)[1]
	if last.get("TotalAmount") != "0.00000" || last.get("TotalRate") == "0.00000" || last.get("SentTime") != "" || last.get("DeliveryReportTime") == "" {
		t.Errorf("the callback is %v", last.report.Params)
	}
}

func TestDestinationsHaveTheirOwnCallbacks(t *testing.T) {
	b := newBench(t, simulator.Options{})
	a, err := b.client.Send(t.Context(), b.draft("+15005550000", "+15005550030", "nonsense", "+1 500 555 0000"), nil)
	if err != nil {
		t.Fatal(err)
	}
	b.settle()
	if diff := cmp.Diff([]string{"nonsense"}, a.Invalid); diff != "" {
		t.Errorf("invalid numbers (-want +got):\n%s", diff)
	}
	if len(a.UUIDs) != 2 || a.UUIDs[0] == a.UUIDs[1] {
		t.Fatalf("the UUIDs are %v", a.UUIDs)
	}
	for i, to := range []string{"15005550000", "15005550030"} {
		got := b.receiver.of(a.UUIDs[i])
		if len(got) != 3 {
			t.Errorf("%d callbacks for %s", len(got), to)
		}
		for _, c := range got {
			if c.get("To") != to {
				t.Errorf("a callback of %s is to %s", to, c.get("To"))
			}
		}
	}
}

func TestWithoutURLNothingIsPosted(t *testing.T) {
	b := newBench(t, simulator.Options{})
	d := b.draft("+15005550030")
	d.CallbackURL = ""
	uuid := b.send(d, "")[0]
	if b.Pending() != 0 {
		t.Errorf("%d things are pending", b.Pending())
	}
	wait(t, func() bool {
		r, err := b.client.Message(t.Context(), uuid)
		return err == nil && r.Status == "undelivered" && r.ErrorCode == "30"
	})
}

func TestRetriesUntilAnswered200(t *testing.T) {
	tests := []struct {
		name    string
		answers []int // of the one callback; the last for all that follow
		want    int
		retries []float64
	}{
		{"a server error once", []int{500, 200}, 2, []float64{0.06, 0}},
		{"204 is not 200", []int{204, 201, 200}, 3, []float64{0.06, 0.12, 0}},
		{"a redirect is not followed", []int{302, 200}, 2, []float64{0.06, 0}},
		{"given up after three retries", []int{503}, 4, []float64{0.06, 0.12, 0.24, 0}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var pauses []float64
			b := newBench(t, simulator.Options{OnEvent: func(e simulator.Event) {
				if e.Event == simulator.EventCallback && e.Sequence == 1 {
					pauses = append(pauses, e.RetryIn)
				}
			}})
			b.receiver.answer = func(n int) int {
				// Answer by what this callback got before: others come in between.
				all := b.receiver.all()
				same := 0
				for _, c := range all[:n] {
					if c.get("Sequence") == all[n].get("Sequence") {
						same++
					}
				}
				if all[n].get("Sequence") != "1" {
					return 200
				}
				return test.answers[min(same, len(test.answers)-1)]
			}
			uuid := b.send(b.draft("+15005550001"), "")[0]
			b.settle()
			var first []received
			for _, c := range b.receiver.of(uuid) {
				if c.get("Sequence") == "1" {
					first = append(first, c)
				}
			}
			b.Close() // all events came before it returns
			if len(first) != test.want {
				t.Fatalf("the callback came %d times, want %d", len(first), test.want)
			}
			for i, c := range first[1:] {
				if string(c.body) != string(first[0].body) {
					t.Errorf("attempt %d has another body", i+2)
				}
				if c.header.Get("X-Plivo-Signature-V3-Nonce") == first[0].header.Get("X-Plivo-Signature-V3-Nonce") {
					t.Errorf("attempt %d has the nonce of the first", i+2)
				}
				if c.verdict.Outcome != "valid" {
					t.Errorf("attempt %d is %s", i+2, c.verdict.Outcome)
				}
			}
			if diff := cmp.Diff(test.retries, pauses); diff != "" {
				t.Errorf("pauses until the next attempt, in seconds (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRetryHoldsNothingUp shows that the next status is posted while the first is still being retried.
func TestRetryHoldsNothingUp(t *testing.T) {
	b := newBench(t, simulator.Options{Speed: 100})
	b.receiver.answer = func(n int) int {
		if n == 0 {
			return 500
		}
		return 200
	}
	uuid := b.send(b.draft("+15005550001"), "")[0]
	b.settle()
	if diff := cmp.Diff([]string{"1 queued", "2 sent", "1 queued"}, statuses(b.receiver.of(uuid))); diff != "" {
		t.Errorf("callbacks (-want +got):\n%s", diff)
	}
}

// TestNoRoomForARetry has no retry taken on: the next statuses go out all the same, and the one who
// watches is told.
func TestNoRoomForARetry(t *testing.T) {
	var events []simulator.Event
	b := newBench(t, simulator.Options{OnEvent: func(e simulator.Event) {
		if e.Event == simulator.EventCallback {
			events = append(events, e)
		}
	}})
	b.LimitPending(1)
	b.receiver.answer = func(n int) int {
		if n == 0 {
			return 500
		}
		return 200
	}
	uuid := b.send(b.draft("+15005550000"), "")[0]
	b.settle()
	if diff := cmp.Diff(deliveredCourse, statuses(b.receiver.of(uuid))); diff != "" {
		t.Errorf("callbacks (-want +got):\n%s", diff)
	}
	b.Close()
	if len(events) != 3 {
		t.Fatalf("the events are %+v", events)
	}
	if e := events[0]; e.Answered != 500 || e.RetryIn != 0 || !strings.Contains(e.Problem, "not tried again") {
		t.Errorf("the event of what is not tried again is %+v", e)
	}
	if e := events[1]; e.Answered != 200 || e.Problem != "" {
		t.Errorf("the next event is %+v", e)
	}
}

func TestNobodyListensToCallbacks(t *testing.T) {
	events := make(chan simulator.Event, 100)
	b := newBench(t, simulator.Options{OnEvent: func(e simulator.Event) { events <- e }})
	d := b.draft("+15005550001")
	d.CallbackURL = "http://127.0.0.1:1/nobody"
	b.send(d, "")
	b.settle()
	b.Close()
	close(events)
	attempts := 0
	for e := range events {
		if e.Event == simulator.EventCallback {
			attempts++
			if e.Answered != 0 || e.Problem == "" {
				t.Errorf("the event is %+v", e)
			}
		}
	}
	if attempts != 8 {
		t.Errorf("there were %d attempts, want 4 for each of 2 callbacks", attempts)
	}
}

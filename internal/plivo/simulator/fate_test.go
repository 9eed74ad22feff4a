package simulator_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

var deliveredCourse = []string{"1 queued", "2 sent", "3 delivered 000"}

func TestFates(t *testing.T) {
	tests := []struct {
		name string
		to   string
		fate string // of the header
		want []string
		end  plivo.Status // as the API tells it
	}{
		{"an ordinary number", "+14155550123", "", deliveredCourse, plivo.Delivered},
		{"delivered", "+15005550000", "", deliveredCourse, plivo.Delivered},
		{"sent and never more", "+15005550001", "", []string{"1 queued", "2 sent"}, plivo.Sent},
		{"no callback", "+15005550002", "", []string{}, plivo.Delivered},
		{"out of order", "+15005550003", "", []string{"2 sent", "3 delivered 000", "1 queued"}, plivo.Delivered},
		{"each twice", "+15005550004", "", []string{"1 queued", "1 queued", "2 sent", "2 sent", "3 delivered 000", "3 delivered 000"}, plivo.Delivered},
		{"a wrong signature", "+15005550005", "", deliveredCourse, plivo.Delivered},
		{"the last one late", "+15005550006", "", deliveredCourse, plivo.Delivered},
		{"over another URL", "+15005550007", "", deliveredCourse, plivo.Delivered},
		{"code 30", "+15005550030", "", []string{"1 queued", "2 sent", "3 undelivered 30"}, plivo.Undelivered},
		{"code 450", "+15005550450", "", []string{"1 queued", "2 failed 450"}, plivo.Failed},
		{"code 1000", "+15005551000", "", []string{"1 queued", "2 sent", "3 undelivered 1000"}, plivo.Undelivered},
		{"header delivered", "+14155550123", "delivered", deliveredCourse, plivo.Delivered},
		{"header sent", "+14155550123", "sent", []string{"1 queued", "2 sent"}, plivo.Sent},
		{"header none", "+14155550123", "none", []string{}, plivo.Delivered},
		{"header undelivered", "+14155550123", "undelivered", []string{"1 queued", "2 sent", "3 undelivered 30"}, plivo.Undelivered},
		{"header failed", "+14155550123", "FAILED", []string{"1 queued", "2 failed 300"}, plivo.Failed},
		{"header with a code", "+14155550123", "failed:050", []string{"1 queued", "2 failed 50"}, plivo.Failed},
		{"header out-of-order", "+14155550123", "out-of-order", []string{"2 sent", "3 delivered 000", "1 queued"}, plivo.Delivered},
		{"header contradiction", "+14155550123", "contradiction:80", []string{"1 queued", "2 sent", "3 delivered 000", "4 undelivered 80"}, plivo.Undelivered},
		{"header unknown-status", "+14155550123", "unknown-status", []string{"1 queued", "2 sent", "3 accepted_by_carrier"}, "accepted_by_carrier"},
		{"header missing-params", "+14155550123", "missing-params", []string{"queued", "sent", "delivered"}, plivo.Delivered},
		{"header get", "+14155550123", "get", deliveredCourse, plivo.Delivered},
		{"a magic number is over the header", "+15005550450", "undelivered:80", []string{"1 queued", "2 failed 450"}, plivo.Failed},
		{"delivered by magic over the header", "+15005550000", "failed", deliveredCourse, plivo.Delivered},
		{"a wrong signature by magic over the header", "+15005550005", "failed", deliveredCourse, plivo.Delivered},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, simulator.Options{})
			uuids := b.send(b.draft(test.to), test.fate)
			b.settle()
			if len(uuids) != 1 {
				t.Fatalf("UUIDs are %v", uuids)
			}
			got := b.receiver.of(uuids[0])
			if diff := cmp.Diff(test.want, statuses(got)); diff != "" {
				t.Errorf("callbacks (-want +got):\n%s", diff)
			}
			want := signature.Valid
			if test.to == "+15005550005" || test.to == "+15005550007" {
				want = signature.Invalid
			}
			for _, c := range got {
				if c.verdict.Outcome != want || len(c.verdict.Checks) != 4 {
					t.Errorf("callback %s is %s over %d families, want %s over 4", c.get("Sequence"), c.verdict.Outcome, len(c.verdict.Checks), want)
				}
			}
			wait(t, func() bool {
				r, err := b.client.Message(t.Context(), uuids[0])
				if err != nil {
					t.Fatal(err)
				}
				return r.Status == test.end
			})
		})
	}
}

// What is signed over another URL verifies over the one with a slash at its end, by POST and by GET.
func TestOverAnotherURL(t *testing.T) {
	for _, method := range []string{"POST", "GET"} {
		b := newBench(t, simulator.Options{})
		draft := b.draft("+15005550007")
		draft.Method = method
		uuid := b.send(draft, "")[0]
		b.settle()
		for _, c := range b.receiver.of(uuid) {
			r := c.signed
			path, query, _ := strings.Cut(r.URL, "?")
			if r.URL = path + "/"; query != "" {
				r.URL += "?" + query
			}
			if v := signature.Verify(r, b.receiver.tokens); v.Outcome != signature.Valid {
				t.Errorf("%s: over %s it is %s", method, r.URL, v.Outcome)
			}
		}
	}
}

func TestLateCallbackTellsTheTimeOfItsStatus(t *testing.T) {
	b := newBench(t, simulator.Options{})
	uuid := b.send(b.draft("+15005550006"), "")[0]
	b.settle()
	got := b.receiver.of(uuid)
	last := got[len(got)-1]
	at, ok := last.report.Time("DeliveryReportTime")
	if behind := last.at.Sub(at); !ok || behind < 10*time.Second/fast {
		t.Errorf("it came %v after its status, want at least %v", behind, 10*time.Second/fast)
	}
}

// TestEveryCode sends to the magic number of each code of Plivo's.
func TestEveryCode(t *testing.T) {
	b := newBench(t, simulator.Options{})
	want := map[string]string{} // by UUID
	for n := range 10_000 {
		code, ok := plivo.LookupCode(strconv.Itoa(n))
		if !ok || code.Status != plivo.Undelivered && code.Status != plivo.Failed {
			continue
		}
		uuid := b.send(b.draft(fmt.Sprintf("+1500555%04d", n)), "")[0]
		want[uuid] = string(code.Status) + " " + code.Code
	}
	if len(want) < 25 {
		t.Fatalf("only %d codes were tried", len(want))
	}
	b.settle()
	for uuid, end := range want {
		got := statuses(b.receiver.of(uuid))
		if len(got) == 0 || !strings.HasSuffix(got[len(got)-1], " "+end) {
			t.Errorf("the callbacks are %q, want %q at the end", got, end)
		}
		if r, err := b.client.Message(t.Context(), uuid); err != nil || r.ErrorMessage == "" {
			t.Errorf("the record of %s has no error message (%v)", end, err)
		}
	}
}

func TestMagicNumbersThatTheAPIRefuses(t *testing.T) {
	b := newBench(t, simulator.Options{})
	for number, status := range map[string]int{
		"+15005559400": 400, "+15005559401": 401, "+15005559429": 429, "+15005559500": 500,
		"+15005552403": 400, "+15005550777": 400, // no fate of an outbound message
	} {
		d := b.draft("+14155550123", number)
		for _, header := range []http.Header{nil, {simulator.FateHeader: {"delivered"}}} {
			_, err := b.client.Send(t.Context(), d, header)
			if e := asAPIError(t, err); e.Status != status {
				t.Errorf("%s with %v: the status is %d (%v), want %d", number, header, e.Status, e, status)
			}
		}
	}
	if b.Pending() != 0 || len(b.receiver.all()) != 0 {
		t.Error("a refused request made callbacks")
	}
}

// A magic number's own fate comes first, then the request's, then the default.
func TestOrderOfFates(t *testing.T) {
	for header, ordinary := range map[string]string{"": "3 undelivered 20", "failed:450": "2 failed 450"} {
		b := newBench(t, simulator.Options{Fate: "undelivered:20"})
		uuids := b.send(b.draft("+14155550123", "+15005550000", "+15005550030", "+14155550124"), header)
		b.settle()
		for i, want := range []string{ordinary, "3 delivered 000", "3 undelivered 30", ordinary} {
			if got := statuses(b.receiver.of(uuids[i])); got[len(got)-1] != want {
				t.Errorf("with the header %q, message %d: the callbacks are %q, want %q at the end", header, i+1, got, want)
			}
		}
	}
}

func TestParseFateRefuses(t *testing.T) {
	for fate, says := range map[string]string{
		"":                        "not known",
		"lost":                    "not known",
		"delivered:30":            "only undelivered and failed",
		"sent:000":                "only undelivered and failed",
		"failed:":                 "no such",
		"failed:abc":              "no such",
		"failed:999":              "no such",
		"failed:-50":              "no such",
		"undelivered:50":          "write failed:50",
		"failed:30":               "write undelivered:30",
		"failed:2403":             "does not end an outbound message",
		"undelivered:000":         "does not end an outbound message",
		"undelivered:30:1":        "no such",
		"inbound":                 "is not of an outbound message",
		"several-destinations:30": "is of 3 messages",
		"late:30":                 "takes no error code",
		"contradiction:x":         "is no error code",
	} {
		if _, err := simulator.ParseFate(fate); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: error is %v, want %q in it", fate, err, says)
		}
		if _, err := simulator.New(simulator.Options{Fate: fate}); fate != "" && err == nil {
			t.Errorf("%q: a simulator has it as its default", fate)
		}
	}
	b := newBench(t, simulator.Options{})
	_, err := b.client.Send(t.Context(), b.draft("+14155550123"), http.Header{simulator.FateHeader: {"lost"}})
	if e := asAPIError(t, err); e.Status != 400 || !strings.Contains(e.Words, "lost") {
		t.Errorf("a header with an unknown fate: error is %v", e)
	}
}

// TestUnsignedFate has no signature header, whatever the method.
func TestUnsignedFate(t *testing.T) {
	b := newBench(t, simulator.Options{Fate: "unsigned"})
	uuid := b.send(b.draft("+14155550123"), "")[0]
	b.settle()
	got := b.receiver.of(uuid)
	if len(got) != 3 {
		t.Fatalf("%d callbacks came", len(got))
	}
	for _, c := range got {
		if c.verdict.Outcome != signature.Missing || c.header.Get("X-Plivo-Signature-V3-Nonce") == "" {
			t.Errorf("callback %s is %s", c.get("Sequence"), c.verdict.Outcome)
		}
	}
}

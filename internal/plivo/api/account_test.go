package api_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// simulated is a client of a simulated account.
func simulated(t *testing.T, o simulator.Options) (*simulator.Simulator, *api.Client) {
	t.Helper()
	o.AuthID, o.AuthToken = authID, authToken
	sim, err := simulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim.Handler())
	t.Cleanup(sim.Close)
	t.Cleanup(func() { stop(server) })
	return sim, newClient(t, server.URL, nil)
}

func TestAccount(t *testing.T) {
	_, c := simulated(t, simulator.Options{Balance: "4.88860", Skew: time.Hour})
	a, err := c.Account(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if ahead := a.ServerTime.Sub(a.LocalTime); ahead < time.Hour-2*time.Second || ahead > time.Hour+2*time.Second {
		t.Errorf("the API's clock is %s ahead, want an hour", ahead)
	}
	if a.RoundTrip <= 0 {
		t.Errorf("the round trip took %s", a.RoundTrip)
	}
	a.ServerTime, a.LocalTime, a.RoundTrip = time.Time{}, time.Time{}, 0
	want := api.Account{AuthID: authID, Name: "Simulated account", Type: "standard", BillingMode: "prepaid", Credits: "4.88860", Timezone: "UTC"}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Errorf("account (-want +got):\n%s", diff)
	}
}

func TestNumbers(t *testing.T) {
	o := simulator.Options{Applications: []simulator.Application{{ID: "20000000000000001", Name: "other"}}}
	for i := range 44 {
		o.MoreNumbers = append(o.MoreNumbers, simulator.Number{Number: fmt.Sprintf("+4915550%03d", i)})
	}
	o.MoreNumbers[0] = simulator.Number{
		Number: "14155550111", Type: "tollfree", NoSMS: true, MMS: true, App: "20000000000000001", Alias: "a", TollFree: "verified", TenDLC: "COMPLETED",
	}
	o.MoreNumbers[1].App = simulator.NoApplication
	_, c := simulated(t, o)
	for limit, want := range map[int]int{0: 0, 1: 1, 20: 20, 21: 21, 45: 45, 1000: 45} {
		numbers, err := c.Numbers(t.Context(), limit)
		if err != nil || len(numbers) != want {
			t.Errorf("of at most %d numbers there are %d (%v), want %d", limit, len(numbers), err, want)
		}
	}
	n, err := c.Number(t.Context(), "+14155550111")
	want := api.Number{Number: "14155550111", Alias: "a", Type: "tollfree", Country: "US", MMS: true, AppID: "20000000000000001", TenDLC: "COMPLETED", TollFree: "verified"}
	if diff := cmp.Diff(want, n); err != nil || diff != "" {
		t.Errorf("error is %v, number (-want +got):\n%s", err, diff)
	}
	if n, err := c.Number(t.Context(), "4915550001"); err != nil || n.AppID != "" || !n.SMS {
		t.Errorf("a number of no application is %+v (%v)", n, err)
	}
	_, err = c.Number(t.Context(), "14155550199")
	if e := apiError(t, err); e.Kind != api.BadRequest || e.Status != 404 || !strings.Contains(e.Error(), "+14155550199") {
		t.Errorf("a foreign number: error is %v", err)
	}
	for _, number := range []string{"", "+", "../Application", "1415/"} {
		if _, err := c.Number(t.Context(), number); apiError(t, err).Status != 0 {
			t.Errorf("%q: error is %v", number, err)
		}
	}
}

func TestApplications(t *testing.T) {
	_, c := simulated(t, simulator.Options{
		InboundURL:   "https://example.com/sms",
		Applications: []simulator.Application{{ID: "20000000000000001", Name: "other"}},
	})
	apps, err := c.Applications(t.Context(), 10)
	if err != nil || len(apps) != 2 || !apps[0].Default || apps[0].MessageURL != "https://example.com/sms" {
		t.Fatalf("the applications are %+v (%v)", apps, err)
	}
	id := apps[0].ID
	for _, test := range []struct{ url, method string }{{"https://example.org/ours", "GET"}, {"", "POST"}} {
		if err := c.SetMessageURL(t.Context(), id, test.url, test.method); err != nil {
			t.Fatal(err)
		}
		a, err := c.Application(t.Context(), id)
		if err != nil || a.MessageURL != test.url || a.MessageMethod != test.method || a.Name != "Default Application" {
			t.Errorf("after %+v the application is %+v (%v)", test, a, err)
		}
	}
	if err := c.SetMessageURL(t.Context(), "20000000000000009", "", "POST"); apiError(t, err).Status != 404 {
		t.Errorf("an unknown application: error is %v", err)
	}
	if err := c.SetMessageURL(t.Context(), id, "ftp://x/", "POST"); !strings.Contains(apiError(t, err).Error(), "absolute http or https") {
		t.Errorf("a wrong URL: error is %v", err)
	}
	for _, id := range []string{"", "../Number", "1/2"} {
		if _, err := c.Application(t.Context(), id); apiError(t, err).Status != 0 {
			t.Errorf("%q: error is %v", id, err)
		}
	}
}

func TestPowerpacks(t *testing.T) {
	_, c := simulated(t, simulator.Options{Powerpacks: []simulator.Powerpack{
		{UUID: someUUID, Name: "one", Numbers: []string{"14155550100"}, App: "20000000000000001"}, {Name: "two"},
	}})
	packs, err := c.Powerpacks(t.Context())
	if err != nil || len(packs) != 2 || packs[0] != (api.Powerpack{UUID: someUUID, Name: "one", AppID: "20000000000000001"}) {
		t.Errorf("the powerpacks are %+v (%v)", packs, err)
	}
}

func TestMessages(t *testing.T) {
	_, c := simulated(t, simulator.Options{Pace: simulator.Pace{Final: time.Hour}})
	before := time.Now().Add(-time.Second)
	for range 22 {
		if _, err := c.Send(t.Context(), plivo.Draft{From: "+14155550100", To: []string{"+14155550123"}, Text: "x"}, nil); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		f    api.ListFilter
		want int
	}{
		"all":           {api.ListFilter{}, 20},
		"the rest":      {api.ListFilter{Offset: 20}, 2},
		"few":           {api.ListFilter{Limit: 3}, 3},
		"since":         {api.ListFilter{After: before}, 20},
		"until":         {api.ListFilter{Before: before}, 0},
		"by number":     {api.ListFilter{From: "+14155550100", To: "14155550123", Direction: plivo.Outbound}, 20},
		"by no number":  {api.ListFilter{To: "+14155550199"}, 0},
		"by its status": {api.ListFilter{Status: plivo.Failed}, 0},
	} {
		got, err := c.Messages(t.Context(), test.f)
		if err != nil || len(got) != test.want {
			t.Errorf("%s: %d messages (%v), want %d", name, len(got), err, test.want)
		}
	}
	var err error
	for range 20 {
		if _, err = c.Messages(t.Context(), api.ListFilter{}); err != nil {
			break
		}
	}
	if e := apiError(t, err); e.Kind != api.RateLimited {
		t.Errorf("too many lists: error is %v", err)
	}
}

// TestMessagesUnread: a list with a message that cannot be read is none, for who looks whether one is missing.
func TestMessagesUnread(t *testing.T) {
	c := newClient(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"api_id":"i","objects":[{"message_uuid":"u1","message_state":"sent"},{"message_uuid":"u2"}]}`)
	}), func(*api.Config) {})
	_, err := c.Messages(t.Context(), api.ListFilter{})
	if e := apiError(t, err); e.Kind != api.Upstream {
		t.Errorf("error is %+v", e)
	}
}

// reads are the calls that read the account.
var reads = map[string]func(context.Context, *api.Client) error{
	"account":      func(ctx context.Context, c *api.Client) error { _, err := c.Account(ctx); return err },
	"numbers":      func(ctx context.Context, c *api.Client) error { _, err := c.Numbers(ctx, 50); return err },
	"number":       func(ctx context.Context, c *api.Client) error { _, err := c.Number(ctx, "14155550100"); return err },
	"applications": func(ctx context.Context, c *api.Client) error { _, err := c.Applications(ctx, 50); return err },
	"application":  func(ctx context.Context, c *api.Client) error { _, err := c.Application(ctx, "2"); return err },
	"powerpacks":   func(ctx context.Context, c *api.Client) error { _, err := c.Powerpacks(ctx); return err },
	"messages": func(ctx context.Context, c *api.Client) error {
		_, err := c.Messages(ctx, api.ListFilter{})
		return err
	},
}

func TestBadAnswersToReads(t *testing.T) {
	printed := captureOutput(t)
	for _, test := range []struct {
		name, contentType, body string
		status                  int
		kind                    api.Kind
	}{
		{"a web page", "text/html", "<html>captive portal", 200, api.Upstream},
		{"nothing", "application/json", "", 200, api.Upstream},
		{"an array", "application/json", "[1]", 200, api.Upstream},
		{"other types", "application/json", `{"auth_id":{},"number":[],"app_id":null,"objects":{"a":1},"meta":7}`, 200, api.Upstream},
		{"objects that are none", "application/json", `{"objects":[null,1]}`, 200, api.Upstream},
		{"401 with nothing", "text/plain", "", 401, api.Credentials},
		{"429 with nothing", "text/plain", "", 429, api.RateLimited},
		{"500 with nothing", "application/json", "", 500, api.Upstream},
		{"502 of a gateway", "text/html", "<html>Bad Gateway", 502, api.Upstream},
		{"404", "application/json", "{}", 404, api.BadRequest},
	} {
		var asked atomic.Int32
		base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.Header().Set("Content-Type", test.contentType)
			w.WriteHeader(test.status)
			_, _ = io.WriteString(w, test.body)
		})
		c := newClient(t, base, nil)
		for name, read := range reads {
			asked.Store(0)
			err := read(t.Context(), c)
			if e := apiError(t, err); e.Kind != test.kind || e.Unclear || e.Status != test.status {
				t.Errorf("%s of %s: error is %+v", test.name, name, e)
			}
			if asked.Load() != 1 {
				t.Errorf("%s of %s: %d requests", test.name, name, asked.Load())
			}
		}
	}
	if s := printed(); s != "" {
		t.Errorf("the SDK wrote on standard output: %q", s)
	}
}

// captureOutput keeps what is written on standard output.
func captureOutput(t *testing.T) func() string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	before := os.Stdout
	os.Stdout = w
	return func() string {
		os.Stdout = before
		_ = w.Close()
		b, _ := io.ReadAll(r)
		return string(b)
	}
}

func TestReadsInOtherTypes(t *testing.T) {
	c := newClient(t, answering(t, 200, "application/json", `{"auth_id":7,"cash_credits":4.5,"auto_recharge":"TRUE","unknown":[{}],
		"number":14155550100,"sms_enabled":"true","mms_enabled":1,"application":"20000000000000001","app_id":20000000000000001,"message_url":null,
		"meta":{"next":null},"objects":[{"number":1,"uuid":2,"application_id":null}]}`), nil)
	if a, err := c.Account(t.Context()); err != nil || a.AuthID != "7" || a.Credits != "4.5" || !a.AutoRecharge {
		t.Errorf("account is %+v (%v)", a, err)
	}
	if n, err := c.Number(t.Context(), "14155550100"); err != nil || !n.SMS || n.MMS || n.AppID != "20000000000000001" {
		t.Errorf("number is %+v (%v)", n, err)
	}
	if a, err := c.Application(t.Context(), "2"); err != nil || a.ID != "20000000000000001" || a.MessageURL != "" {
		t.Errorf("application is %+v (%v)", a, err)
	}
	if p, err := c.Powerpacks(t.Context()); err != nil || len(p) != 1 || p[0].UUID != "2" {
		t.Errorf("powerpacks are %+v (%v)", p, err)
	}
}

func TestPagesThatNeverEnd(t *testing.T) {
	var asked atomic.Int32
	base := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = io.WriteString(w, `{"meta":{"next":"/again"},"objects":[{"number":"1"},{"number":"2"}]}`)
	})
	numbers, err := newClient(t, base, nil).Numbers(t.Context(), 10_000)
	if err != nil || len(numbers) != 2 || asked.Load() != 2 {
		t.Errorf("%d numbers (%v) by %d requests", len(numbers), err, asked.Load())
	}
}

func TestSlowReads(t *testing.T) {
	base, _ := stuck(t)
	c := newClient(t, base, func(c *api.Config) { c.Timeout = 50 * time.Millisecond })
	for name, read := range reads {
		if e := apiError(t, read(t.Context(), c)); e.Kind != api.Network || e.Unclear {
			t.Errorf("%s: error is %+v", name, e)
		}
	}
}

// TestHostIsTheOneConfigured holds what the SDK would do otherwise: for applications it goes to Plivo's own host.
func TestHostIsTheOneConfigured(t *testing.T) {
	var hosts, paths []string
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		hosts, paths = append(hosts, r.Host), append(paths, r.URL.Path)
		_, _ = io.WriteString(w, `{"app_id":"2","objects":[],"meta":{}}`)
	})
	c := newClient(t, base, nil)
	if _, err := c.Application(t.Context(), "2"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Powerpacks(t.Context()); err != nil {
		t.Fatal(err)
	}
	if hosts[0] != strings.TrimPrefix(base, "http://") {
		t.Errorf("host is %s", hosts[0])
	}
	want := []string{"/v1/Account/" + authID + "/Application/2/", "/v1/Account/" + authID + "/Powerpack/"}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

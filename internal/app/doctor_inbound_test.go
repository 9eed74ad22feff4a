package app_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/app"
)

// checkInbound is what the doctor says of inbound messages.
func (acc *account) checkInbound(sender string) (found app.Finding) {
	acc.t.Helper()
	o := acc.options(app.Attach{})
	o.Sender, o.Repair = sender, "plivoscope restore --db here.db"
	if err := app.CheckUp(acc.t.Context(), o, func(f app.Finding) {
		if f.Check == "inbound" {
			found = f
		}
	}); err != nil {
		acc.t.Fatal(err)
	}
	return found
}

func TestDoctorLooksWhereInboundMessagesGo(t *testing.T) {
	t.Parallel()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	healthy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"status":"ok"}`)) }))
	t.Cleanup(healthy.Close)
	for name, c := range map[string]struct {
		sender, url  string
		result       app.CheckResult
		what, advice string
	}{
		"elsewhere":             {"+14155550111", shopURL, app.CheckOK, "application " + shopApp + " (shop) sends inbound messages to " + shopURL + ", not to a plivoscope", ""},
		"nowhere":               {"+14155550111", "", app.CheckWarning, "has no message_url: inbound messages go nowhere", "--attach-number +14155550111"},
		"a plivoscope gone":     {"+14155550111", gone.URL + "/sms/inbound", app.CheckWarning, gone.URL + "/sms/inbound, the address of a plivoscope that nobody serves", "--attach-number +14155550111 --yes"},
		"a plivoscope":          {"+14155550111", healthy.URL + "/sms/inbound", app.CheckOK, "a plivoscope that runs", ""},
		"written otherwise":     {"+14155550111", strings.Replace(gone.URL, "http", "HTTP", 1) + "/sms/inbound/", app.CheckWarning, "/sms/inbound/, the address of a plivoscope that nobody serves", "--attach-number +14155550111 --yes"},
		"one, otherwise":        {"+14155550111", healthy.URL + "/sms/inbound/", app.CheckOK, "a plivoscope that runs", ""},
		"no application":        {"+14155550112", shopURL, app.CheckWarning, "belongs to no application: inbound messages go nowhere", "in the Plivo console"},
		"a number not ours":     {"+14155550777", shopURL, app.CheckSkipped, "no number of the account", ""},
		"a sender that is none": {"", shopURL, app.CheckSkipped, "no number is set", "PLIVO_SENDER_ID"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acc := newAccount(t)
			acc.set(shopApp, c.url)
			f := acc.checkInbound(c.sender)
			if f.Result != c.result || !strings.Contains(f.What, c.what) || !strings.Contains(f.Advice, c.advice) {
				t.Errorf("it is %+v, want %s, %q and %q", f, c.result, c.what, c.advice)
			}
			if shown := f.Hide(f.What + f.Advice); strings.Contains(shown, "shop") {
				t.Errorf("masked it is %q", shown)
			}
			if _, err := os.Stat(acc.path); err == nil {
				t.Error("it has made a history")
			}
		})
	}
}

// TestDoctorSeesWhatAKilledRunLeft goes by what the history owes, and by what the API says of that.
func TestDoctorSeesWhatAKilledRunLeft(t *testing.T) {
	t.Parallel()
	acc := newAccount(t)
	acc.crashed(shopApp, shopURL)
	for _, sender := range []string{"+14155550111", "+14155550100", ""} {
		f := acc.checkInbound(sender)
		if f.Result != app.CheckWarning || f.Advice != "run: plivoscope restore --db here.db" ||
			!strings.Contains(f.What, "application "+shopApp+" still sends inbound messages to https://gone.example/sms/inbound of a run that ended") {
			t.Errorf("of %q: %+v", sender, f)
		}
	}
	// The API may give a URL back in another form.
	acc.set(shopApp, "https://GONE.example:443/sms/inbound/")
	if f := acc.checkInbound("+14155550111"); f.Advice != "run: plivoscope restore --db here.db" {
		t.Errorf("in another form: %+v", f)
	}
	acc.set(shopApp, "https://gone.example/sms/inbound")
	if acc.at(shopApp) != "https://gone.example/sms/inbound" || len(acc.owed()) != 1 {
		t.Error("it has changed something")
	}
	acc.down.Store(true)
	if f := acc.checkInbound(""); f.Result != app.CheckSkipped {
		t.Errorf("without an API: %+v", f)
	}
	acc.down.Store(false)
	acc.set(shopApp, shopURL)
	if f := acc.checkInbound("+14155550111"); f.Result != app.CheckOK {
		t.Errorf("put back by somebody: %+v", f)
	}
}

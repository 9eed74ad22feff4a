package app_test

import (
	"net"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
)

// TestDoctorCountsPlivosTokensAlone holds that what is said of Plivo's tokens is said of no other.
func TestDoctorCountsPlivosTokensAlone(t *testing.T) {
	token := "PLIVO_AUTH_TOKEN=" + strings.Repeat("Ab3", 14)
	for name, c := range map[string]struct {
		mode   app.Mode
		url    string
		env    []string
		result app.CheckResult
		what   string
	}{
		"with ngrok's":             {app.Live, "", []string{token, "NGROK_AUTHTOKEN=abc"}, app.CheckOK, "1 token, of a length and with letters as Plivo's have them; NGROK_AUTHTOKEN is without blanks and quotes around"},
		"two of Plivo's":           {app.Live, "", []string{token, "PLIVO_MAIN_" + token[len("PLIVO_"):]}, app.CheckOK, "2 tokens, of a length and with letters as Plivo's have them"},
		"ngrok's with a space":     {app.Live, "", []string{token, "NGROK_AUTHTOKEN=abc "}, app.CheckFailed, "NGROK_AUTHTOKEN in the environment ends with a space"},
		"an API on this machine":   {app.Live, "http://127.0.0.1:1", []string{token, "NGROK_AUTHTOKEN=abc"}, app.CheckOK, "1 token without blanks and quotes around; a simulator takes any; NGROK_AUTHTOKEN is without blanks and quotes around"},
		"the simulator":            {app.Simulator, "", []string{"NGROK_AUTHTOKEN=abc"}, app.CheckOK, "the simulator makes one up; NGROK_AUTHTOKEN is without blanks and quotes around"},
		"the simulator, with none": {app.Simulator, "", nil, app.CheckOK, "the simulator makes one up"},
	} {
		env, err := config.Load("", c.env)
		if err != nil {
			t.Fatal(err)
		}
		f := app.TokenFinding(app.Options{Mode: c.mode, APIURL: c.url, Surroundings: app.Surroundings{Env: env}})
		if f.Result != c.result || f.What != c.what {
			t.Errorf("%s: it is %s: %q, want %s: %q", name, f.Result, f.What, c.result, c.what)
		}
	}
}

// TestDoctorWarnsOfTheOtherPort tells, beside the server that runs, that it had to take another port than the usual one.
func TestDoctorWarnsOfTheOtherPort(t *testing.T) {
	t.Parallel()
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	for addr, want := range map[string]app.CheckResult{busy.Addr().String(): app.CheckWarning, "127.0.0.1:0": app.CheckOK} {
		a := running(t, app.Options{Mode: app.Simulator, Addr: addr})
		var found app.Finding
		if err := a.Doctor(t.Context(), func(f app.Finding) {
			if f.Check == "port" {
				found = f
			}
		}); err != nil {
			t.Error(err)
		}
		if found.Result != want || !strings.Contains(found.What, a.Status().ListenURL) {
			t.Errorf("asked for %s it is %s: %q, want %s", addr, found.Result, found.What, want)
		}
		if want == app.CheckWarning && (!strings.Contains(found.What, addr+" was taken by another program") || !strings.Contains(found.Advice, "--addr")) {
			t.Errorf("%q, %q", found.What, found.Advice)
		}
	}
}

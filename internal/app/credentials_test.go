package app_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
)

// TestRefusedCredentialsAreToldAtTheStart holds that a wrong token is not first seen by signatures that do not
// verify, and is not shown.
func TestRefusedCredentialsAreToldAtTheStart(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(s.Close)
	a := running(t, app.Options{Mode: app.Live, AuthID: standInID, AuthToken: config.NewSecret("wrong-token"), APIURL: s.URL, Addr: "127.0.0.1:0"})
	wake, stop := a.Subscribe()
	defer stop()
	for {
		for _, n := range a.Status().Notices {
			if strings.HasPrefix(n.Text, "Plivo refuses the credentials of "+standInID) && n.Severity == app.Failure && !strings.Contains(n.Text, "wrong-token") {
				return
			}
		}
		select {
		case <-wake:
		case <-within(t).Done():
			t.Fatalf("notices: %v", a.Status().Notices)
		}
	}
}

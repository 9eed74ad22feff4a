package tunnel_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/webhook/tunnel"
	"dev.internal/plivoscope/internal/webhook/tunnel/ngroktest"
)

func TestNgrokRefusedLogin(t *testing.T) {
	t.Parallel()
	for code, c := range map[string]struct {
		credentials bool
		want        string
	}{
		"105": {true, "does not look like one"}, "106": {true, "first version"}, "107": {true, "reset or removed"},
		"300": {true, "revoked"}, "4018": {true, "no authtoken"}, "108": {false, "as many agents"},
		"120": {false, "newer plivoscope"}, "121": {false, "newer plivoscope"}, "9040": {false, "country"},
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			s := service(t)
			s.RefuseLogin("ERR_NGROK_" + code)
			e := startNgrok(t, s, ngrokOptions{}).failed(t)
			if e.Code != "ERR_NGROK_"+code || e.Credentials != c.credentials || !strings.Contains(e.Why, c.want) || strings.Contains(e.Why, token) {
				t.Errorf("%+v", e)
			}
			if seen := s.Wait(func(n ngroktest.Seen) bool { return n.Sessions == 0 }); len(seen.Logins) != 1 {
				t.Errorf("it logged in %d times", len(seen.Logins))
			}
		})
	}
}

func TestNgrokRefusedBind(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"313": "paid plan", "319": "not reserved", "320": "another account's", "324": "as many endpoints", "15013": "no dev domain",
		"18019": "no two endpoints", "725": "bandwidth", "727": "requests for this month",
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			s := service(t)
			s.RefuseBind("ERR_NGROK_" + code)
			e := startNgrok(t, s, ngrokOptions{}).failed(t)
			if e.Code != "ERR_NGROK_"+code || e.Credentials || !strings.Contains(e.Why, want) {
				t.Errorf("%+v", e)
			}
		})
	}
}

// TestNgrokRefusedForAWhile: what may pass is tried again, is told, and is given up at last.
func TestNgrokRefusedForAWhile(t *testing.T) {
	t.Parallel()
	t.Run("passes", func(t *testing.T) {
		s := service(t)
		s.RefuseBind("ERR_NGROK_334")
		r := startNgrok(t, s, ngrokOptions{})
		e := r.until(t, "the refusal", func(e tunnel.Event) bool { return e.Code != "" })
		if e.State != tunnel.Connecting || e.Code != "ERR_NGROK_334" || !strings.Contains(e.Why, "already online") || !strings.Contains(e.Why, "tried again in") {
			t.Errorf("%+v", e)
		}
		s.RefuseBind("")
		r.state(t, tunnel.Online)
	})
	t.Run("stays", func(t *testing.T) {
		s := service(t)
		s.RefuseBind("ERR_NGROK_334")
		e := startNgrok(t, s, ngrokOptions{Times: tunnel.Times{Refused: 200 * time.Millisecond}}).failed(t)
		if e.Code != "ERR_NGROK_334" || e.Credentials || len(s.Seen().Binds) < 2 {
			t.Errorf("%+v after %d binds", e, len(s.Seen().Binds))
		}
	})
	t.Run("unknown", func(t *testing.T) {
		s := service(t)
		s.RefuseBind("ERR_NGROK_99999")
		e := startNgrok(t, s, ngrokOptions{Times: tunnel.Times{Refused: 50 * time.Millisecond}}).failed(t)
		if e.Code != "ERR_NGROK_99999" || !strings.Contains(e.Why, "The service refuses this.") || !strings.Contains(e.Why, "https://ngrok.com/docs/errors/err_ngrok_99999") {
			t.Errorf("%+v", e)
		}
	})
}

// TestNgrokRebindRefused: the client would try for ever; it is replaced by another.
func TestNgrokRebindRefused(t *testing.T) {
	t.Parallel()
	s := service(t)
	r := startNgrok(t, s, ngrokOptions{Times: tunnel.Times{Connect: 300 * time.Millisecond}})
	r.state(t, tunnel.Online)
	s.RefuseBind("ERR_NGROK_334")
	s.Cut()
	e := r.until(t, "the refusal", func(e tunnel.Event) bool { return e.Code == "ERR_NGROK_334" })
	if e.State != tunnel.Reconnecting || !strings.Contains(e.Why, "already online") {
		t.Errorf("%+v", e)
	}
	s.Wait(func(n ngroktest.Seen) bool { // a bind that is not a renewal
		return len(n.Binds) > 1 && slices.ContainsFunc(n.Binds[1:], func(b ngroktest.Bind) bool { return b.ID == "" })
	})
	s.RefuseBind("")
	e = r.state(t, tunnel.Online)
	if status, _, _ := get(t, s, e.URL); status != http.StatusOK {
		t.Errorf("the edge answers %d", status)
	}
}

// TestNgrokRevoked: a token that is revoked while the tunnel runs ends it at the next login.
func TestNgrokRevoked(t *testing.T) {
	t.Parallel()
	s := service(t)
	r := startNgrok(t, s, ngrokOptions{})
	r.state(t, tunnel.Online)
	s.RefuseLogin("ERR_NGROK_300")
	s.Cut()
	if e := r.failed(t); e.Code != "ERR_NGROK_300" || !e.Credentials || strings.Contains(e.Why, token) {
		t.Errorf("%+v", e)
	}
}

// TestNgrokCertificate: a server that ngrok's authority does not vouch for is told of, not trusted.
func TestNgrokCertificate(t *testing.T) {
	t.Parallel()
	s, other := service(t), service(t)
	tun := parse(t, "ngrok", tunnel.Settings{NgrokToken: config.NewSecret(token), NgrokServer: s.Addr(), NgrokCA: other.CAFile()})
	tunnel.Haste(tun, tunnel.Times{Connect: patient, Refused: patient, Heartbeat: patient})
	r := start(t, tun, hello)
	if e := r.until(t, "the reason", func(e tunnel.Event) bool { return e.Why != "" }); !strings.Contains(e.Why, "does not verify") || !strings.Contains(e.Why, "proxy") {
		t.Errorf("%+v", e)
	}
	if err := r.stop(t); err != nil {
		t.Errorf("Run: %v", err)
	}
	if n := len(s.Seen().Logins); n != 0 {
		t.Errorf("it logged in %d times", n)
	}
}

func TestParseNgrok(t *testing.T) {
	secret := config.NewSecret(token)
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		settings tunnel.Settings
		want     string
	}{
		{tunnel.Settings{}, "needs an authtoken: copy it from https://dashboard.ngrok.com"},
		{tunnel.Settings{NgrokToken: secret, NgrokDomain: "http://me.ngrok.app"}, "is no name"},
		{tunnel.Settings{NgrokToken: secret, NgrokDomain: "me.ngrok.app/path"}, "is no name"},
		{tunnel.Settings{NgrokToken: secret, NgrokServer: "localhost"}, "HOST:PORT"},
		{tunnel.Settings{NgrokToken: secret, NgrokServer: "localhost:65536"}, `has the port "65536"`},
		{tunnel.Settings{NgrokToken: secret, NgrokDomain: "me.ngrok.app:65536"}, "is no name"},
		{tunnel.Settings{NgrokToken: secret, NgrokCA: "/no/such/file"}, "cannot be read"},
		{tunnel.Settings{NgrokToken: secret, NgrokCA: empty}, "holds no certificate"},
	} {
		if _, err := tunnel.Parse("ngrok", c.settings); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse: %v, want %q", err, c.want)
		}
	}
	for _, domain := range []string{"me.ngrok-free.app", "https://me.ngrok-free.app/"} {
		if _, err := tunnel.Parse("ngrok", tunnel.Settings{NgrokToken: secret, NgrokDomain: domain}); err != nil {
			t.Error(err)
		}
	}
}

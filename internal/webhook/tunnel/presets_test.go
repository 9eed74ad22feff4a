package tunnel_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/webhook/tunnel"
)

func startPreset(t *testing.T, spec string) *run {
	t.Helper()
	tun := parse(t, spec, tunnel.Settings{})
	if tun.Name() != spec {
		t.Errorf("it is %q", tun.Name())
	}
	tunnel.Hurry(tun, patient)
	return start(t, tun, here)
}

const box = "print-error=INF |  https://brave-otter-one-two.trycloudflare.com                              |"

func TestCloudflared(t *testing.T) {
	named(t, "cloudflared",
		"print-error=INF Requesting new quick Tunnel on trycloudflare.com...",
		"print-error=INF |  Your quick Tunnel has been created! Visit it at (it may take some time to be reachable):  |", box,
		"print-error=INF Registered tunnel connection connIndex=0 location=fra01 protocol=quic", "wait")
	r := startPreset(t, "cloudflared")
	if e := r.state(t, tunnel.Online); e != (tunnel.Event{State: tunnel.Online, URL: "https://brave-otter-one-two.trycloudflare.com"}) {
		t.Errorf("%+v", e)
	}
	if err := r.stop(t); err != nil {
		t.Errorf("Run: %v", err)
	}
}

// TestCloudflaredNotRegistered: where the line that says so does not come, the URL is told after a while.
func TestCloudflaredNotRegistered(t *testing.T) {
	named(t, "cloudflared", box, "wait")
	startPreset(t, "cloudflared").state(t, tunnel.Online)
}

// TestCloudflaredFails: the URL in its own error is not taken for the tunnel's, and the user's configuration is
// kept out by a file that is gone afterwards.
func TestCloudflaredFails(t *testing.T) {
	named(t, "cloudflared", "print-arguments", "print-config",
		`print-error=failed to request quick Tunnel: Post "https://api.trycloudflare.com/tunnel": dial tcp: no such host`, "exit=1")
	e := startPreset(t, "cloudflared").failed(t)
	for _, want := range []string{"exit status 1", "no such host", "tunnel --no-autoupdate --config ", " --url http://127.0.0.1:4141", `"{}\n" <nil>`, "by hand: cloudflared tunnel --no-autoupdate --url http://127.0.0.1:4141"} {
		if !strings.Contains(e.Why, want) {
			t.Errorf("it says %q, want %q in it", e.Why, want)
		}
	}
	path := regexp.MustCompile(`--config (\S+)`).FindStringSubmatch(e.Why)
	if path == nil {
		t.Fatal("no file")
	}
	if _, err := os.Stat(path[1]); !os.IsNotExist(err) {
		t.Errorf("the file is still there: %v", err)
	}
}

// TestPresetsGetNoTokens: a program that is known has no use for ngrok's token, nor for any of Plivo's, however they
// are written.
func TestPresetsGetNoTokens(t *testing.T) {
	for _, name := range []string{"NGROK_AUTHTOKEN", "PLIVO_AUTH_TOKEN", "Plivo_Auth_Token"} {
		t.Setenv(name, "made up")
	}
	named(t, "cloudflared", "print-env=NGROK_AUTHTOKEN", "print-env=PLIVO_AUTH_TOKEN", "print-env=Plivo_Auth_Token", "exit=1")
	if e := startPreset(t, "cloudflared").failed(t); !strings.Contains(e.Why, `NGROK_AUTHTOKEN is ""`) || strings.Contains(e.Why, "made up") {
		t.Errorf("it says %q", e.Why)
	}
}

func TestCloudflaredMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if e := startPreset(t, "cloudflared").failed(t); !strings.Contains(e.Why, "was not found: install it from https://developers.cloudflare.com") {
		t.Errorf("%+v", e)
	}
}

func TestOverSSH(t *testing.T) {
	for spec, c := range map[string]struct {
		steps     []string
		url, args string
	}{
		"localhost.run": {[]string{
			"print=Welcome to localhost.run! Follow your favourite reverse tunnel at https://twitter.com/localhost_run.",
			"print=To set up and manage custom domains go to https://admin.localhost.run/",
			"print=b2c3d4e5f60718.lhr.life tunneled with tls termination, https://b2c3d4e5f60718.lhr.life",
		}, "https://b2c3d4e5f60718.lhr.life", "-R 80:127.0.0.1:4141 nokey@localhost.run"},
		"serveo": {[]string{
			"print=\x1b[32mForwarding HTTP traffic from https://0123abcd.serveousercontent.com\x1b[0m",
		}, "https://0123abcd.serveousercontent.com", "-R 80:127.0.0.1:4141 serveo.net"},
		"pinggy": {[]string{
			"print=You are not authenticated. Your tunnel will expire in 60 minutes. Upgrade at https://dashboard.pinggy.io",
			"print=http://rnabc-1-2-3-4.a.free.pinggy.link", "print=https://rnabc-1-2-3-4.a.free.pinggy.link",
		}, "https://rnabc-1-2-3-4.a.free.pinggy.link", "-p 443 -R 0:127.0.0.1:4141 free.pinggy.io"},
	} {
		t.Run(spec, func(t *testing.T) {
			named(t, "ssh", append(c.steps, "until-input-ends", "print=the input has ended", "exit=1")...)
			r := startPreset(t, spec)
			if e := r.state(t, tunnel.Online); e.URL != c.url || e.Why != "" {
				t.Errorf("%+v", e)
			}
			if err := r.stop(t); err != nil {
				t.Errorf("Run: %v", err)
			}
			named(t, "ssh", "print-arguments", "exit=255")
			e := startPreset(t, spec).failed(t)
			for _, want := range []string{c.args, "BatchMode=yes", "ExitOnForwardFailure=yes", "exit status 255"} {
				if !strings.Contains(e.Why, want) {
					t.Errorf("it says %q, want %q in it", e.Why, want)
				}
			}
		})
	}
}

// TestPresetPattern: a preset that has moved to another name can be mended by the user.
func TestPresetPattern(t *testing.T) {
	named(t, "ssh", "print=Your site: https://x.elsewhere.example", "wait")
	tun := parse(t, "serveo", tunnel.Settings{Pattern: `Your site: (\S+)`})
	tunnel.Hurry(tun, 5*time.Second)
	if e := start(t, tun, here).state(t, tunnel.Online); e.URL != "https://x.elsewhere.example" {
		t.Errorf("%+v", e)
	}
}

// TestNamesCaller believes those tunnels alone that are known to append who called.
func TestNamesCaller(t *testing.T) {
	for spec, want := range map[string]bool{
		"cloudflared": true, "ngrok-agent": true, "localhost.run": false, "serveo": false, "pinggy": false,
		"cloudflared tunnel --url {addr}": true, "/opt/ngrok.exe http {addr}": true, "sh -c 'cloudflared tunnel --url {addr}'": false, "bore local {addr}": false,
	} {
		tun, err := tunnel.Parse(spec, tunnel.Settings{})
		if err != nil || tun.NamesCaller() != want {
			t.Errorf("%s: %v, want %t", spec, err, want)
		}
	}
}

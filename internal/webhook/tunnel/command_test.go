package tunnel_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

var here = tunnel.Local{Addr: "0.0.0.0:4141"}

const (
	patient = 20 * time.Second
	brief   = 2 * time.Second // long enough for a program to start and print its lines
)

func startCommand(t *testing.T, url time.Duration, s tunnel.Settings, steps ...string) *run {
	t.Helper()
	tun := parse(t, command(steps...), s)
	tunnel.Hurry(tun, url)
	return start(t, tun, here)
}

func TestCommand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pattern string
		steps   []string
		want    string
	}{
		"stdout":          {"", []string{"print=Your URL is https://brave-otter.example.dev/ now"}, "https://brave-otter.example.dev"},
		"stderr":          {"", []string{"print-error=|  https://brave-otter.trycloudflare.com  |"}, "https://brave-otter.trycloudflare.com"},
		"no newline":      {"", []string{"print-part=forwarding https://a.example.dev:8443"}, "https://a.example.dev:8443"},
		"colours":         {"", []string{"print=\x1b[1mhttps://a.example.dev\x1b[0m."}, "https://a.example.dev"},
		"behind a comma":  {"", []string{"print=Forwarding http://localhost:4141,https://a.example.dev"}, "https://a.example.dev"},
		"behind an arrow": {"", []string{"print=http://127.0.0.1:4141→https://a.example.dev/"}, "https://a.example.dev"},
		"behind a sign":   {"", []string{"print=target=http://[::1]:4141/;public=https://a.example.dev"}, "https://a.example.dev"},
		"in brackets":     {"", []string{"print=urls:[http://a.example.dev,https://a.example.dev]"}, "https://a.example.dev"},
		"before another":  {"", []string{"print=(https://a.example.dev)(http://localhost:4141)"}, "https://a.example.dev"},
		"within another":  {"", []string{"print=https://b.example.dev/login?to=https://c.example.dev", "print=https://a.example.dev"}, "https://a.example.dev"},
		"progress bar":    {"", []string{"print-part=10 %\r20 %\rhttps://a.example.dev\r"}, "https://a.example.dev"},
		"websites": {"", []string{
			"print=Read https://developers.cloudflare.com/x and https://localhost.run/docs/",
			"print=visit https://admin.localhost.run/ or https://twitter.com", "print-error=dial https://api.trycloudflare.com: refused",
			"print=https://x.lhr.life",
		}, "https://x.lhr.life"},
		"pattern":   {`url=(\S+)`, []string{"print=https://a.example.dev", "print=url=https://b.example.dev/under"}, "https://b.example.dev/under"},
		"long line": {"", []string{"print-part=" + strings.Repeat("x", 100_000), "print= ", "print=https://a.example.dev"}, "https://a.example.dev"},
		"loopback":  {"", []string{"print=https://127.0.0.1:8443"}, "https://127.0.0.1:8443"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startCommand(t, patient, tunnel.Settings{Pattern: c.pattern}, append(c.steps, "until-input-ends")...)
			if got := r.state(t, tunnel.Online); got.URL != c.want || got.Why != "" {
				t.Errorf("online as %+v, want %s", got, c.want)
			}
			if r.seen[0] != (tunnel.Event{State: tunnel.Connecting}) {
				t.Errorf("the first event is %+v", r.seen[0])
			}
			if err := r.stop(t); err != nil {
				t.Errorf("Run: %v", err)
			}
		})
	}
}

// TestCommandArguments: the program gets the address where it can be reached, and none of Plivo's secrets.
func TestCommandArguments(t *testing.T) {
	t.Setenv("PLIVO_AUTH_TOKEN", "made-up-token")
	t.Setenv("NGROK_AUTHTOKEN", "for the program")
	tun := parse(t, command("print-env=PLIVO_AUTH_TOKEN", "print-env=NGROK_AUTHTOKEN", "exit=3"), tunnel.Settings{})
	tunnel.Hurry(tun, patient)
	e := start(t, tun, here).failed(t)
	for _, want := range []string{"exit status 3", `PLIVO_AUTH_TOKEN is ""`, `NGROK_AUTHTOKEN is "for the program"`, "3 times"} {
		if !strings.Contains(e.Why, want) {
			t.Errorf("it says %q, want %q in it", e.Why, want)
		}
	}
	tun = parse(t, strings.Replace(command("print=x"), "addr={addr}", "'print=https://a.example.dev {addr}' exit=0", 1), tunnel.Settings{})
	tunnel.Hurry(tun, patient)
	r := start(t, tun, here)
	if e := r.state(t, tunnel.Reconnecting); !strings.Contains(e.Why, "127.0.0.1:4141") {
		t.Errorf("it says %q, want the address to call", e.Why)
	}
}

func TestCommandBadInput(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spec string
		url  time.Duration
		want []string
	}{
		"not found":      {"no-such-program-anywhere {addr}", patient, []string{"no-such-program-anywhere", "was not found", "install it"}},
		"not found path": {"/no/such/program {addr}", patient, []string{"was not found"}},
		"not executable": {"/etc/passwd {addr}", patient, []string{"may not be run"}},
		"dies at once":   {command("print-error=unknown flag: --x\x1b[2J", "print-error=\x1b]0;evil\x07usage", "exit=2"), patient, []string{"exit status 2", "unknown flag: --x / usage", "3 times", "by hand: "}},
		"dies in peace":  {command("exit=0"), patient, []string{"ended, having printed nothing"}},
		"says the token": {command("print=token 2abcTOKEN refused", "exit=1"), patient, []string{"token •••• refused"}},
		"bidi":           {command("print=\u202eevil", "exit=1"), patient, []string{`\u202eevil`}},
		"no URL":         {command("print=connecting", "print=see https://docs.example.dev/manual", "wait"), brief, []string{"printed no public URL within 2s", "“connecting / see https://docs.example.dev/manual”", "pattern"}},
		"no URL, silent": {command("wait"), 200 * time.Millisecond, []string{"having printed nothing"}},
		"bidi in URL":    {command("print=https://a\u202e.example.dev", "wait"), brief, []string{"printed no public URL"}},
		"http only":      {command("print=http://bore.pub:1234", "wait"), brief, []string{"printed no public URL", "It printed http://bore.pub:1234, which is not taken: only an https URL is."}},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && strings.HasPrefix(c.spec, "/") {
				t.Skip("paths of another system")
			}
			t.Parallel()
			tun := parse(t, c.spec, tunnel.Settings{NgrokToken: config.NewSecret("2abcTOKEN")})
			tunnel.Hurry(tun, c.url)
			e := start(t, tun, here).failed(t)
			for _, want := range c.want {
				if !strings.Contains(e.Why, want) {
					t.Errorf("it says %q, want %q in it", e.Why, want)
				}
			}
			if strings.ContainsAny(e.Why, "\x1b\x07\u202e\n") || strings.Contains(e.Why, "2abcTOKEN") {
				t.Errorf("it says %q", e.Why)
			}
		})
	}
}

func TestCommandPrintsTwo(t *testing.T) {
	t.Parallel()
	t.Run("the later of one service", func(t *testing.T) {
		r := startCommand(t, patient, tunnel.Settings{}, "print=https://a.lhr.life", "print=https://b.lhr.life", "wait")
		r.until(t, "the later URL", func(e tunnel.Event) bool { return e.State == tunnel.Online && e.URL == "https://b.lhr.life" })
	})
	t.Run("strangers", func(t *testing.T) {
		r := startCommand(t, patient, tunnel.Settings{}, "print=https://a.example.dev", "print=https://elsewhere.example.org", "wait")
		e := r.until(t, "the doubt", func(e tunnel.Event) bool { return e.Why != "" })
		if e.State != tunnel.Online || e.URL != "https://a.example.dev" || !strings.Contains(e.Why, "https://elsewhere.example.org, which is not used") {
			t.Errorf("%+v", e)
		}
	})
}

// TestCommandFlaps: a program that dies each time right after its URL is started again for ever, and each of
// its URLs is told.
func TestCommandFlaps(t *testing.T) {
	t.Parallel()
	count := filepath.Join(t.TempDir(), "count")
	r := startCommand(t, patient, tunnel.Settings{}, "print-count="+count+",https://n-N.example.dev", "exit=1")
	for n := 1; n <= 6; n++ {
		if e := r.state(t, tunnel.Online); e.URL != fmt.Sprintf("https://n-%d.example.dev", n) {
			t.Fatalf("%d: %+v", n, e)
		}
		e := r.state(t, tunnel.Reconnecting)
		if e.URL != fmt.Sprintf("https://n-%d.example.dev", n) || !strings.Contains(e.Why, "exit status 1") || !strings.Contains(e.Why, "started again in") {
			t.Fatalf("%d: %+v", n, e)
		}
	}
	if err := r.stop(t); err != nil {
		t.Errorf("Run: %v", err)
	}
}

// TestCommandLeavesNothing: neither the program nor what it started outlives Run, whatever they ignore.
func TestCommandLeavesNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		unix  bool
		steps []string
		ends  bool
	}{
		"asked":              {false, []string{"print=https://a.example.dev", "wait"}, false},
		"stubborn":           {false, []string{"stubborn", "print=https://a.example.dev", "wait"}, false},
		"with a child":       {true, []string{"child=CALL", "print=https://a.example.dev", "wait"}, false},
		"leaves a child":     {true, []string{"child=CALL", "print=https://a.example.dev", "exit=0"}, true},
		"in another group":   {true, []string{"apart=CALL", "print=https://a.example.dev", "wait"}, false},
		"another group left": {true, []string{"apart=CALL", "print=https://a.example.dev", "exit=0"}, true},
		"another session":    {true, []string{"alone=CALL", "print=https://a.example.dev", "wait"}, false},
		"before it says URL": {false, []string{"print=hello", "wait"}, false},
		"floods":             {false, []string{"print=https://a.example.dev", "flood=x", "wait"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if c.unix && runtime.GOOS == "windows" {
				t.Skip("no process groups")
			}
			t.Parallel()
			addr, gone := callers(t)
			steps := []string{"call=" + addr}
			for _, s := range c.steps {
				steps = append(steps, strings.Replace(s, "CALL", addr, 1))
			}
			r := startCommand(t, patient, tunnel.Settings{}, steps...)
			switch {
			case strings.HasPrefix(name, "before"):
				r.state(t, tunnel.Connecting)
			default:
				r.state(t, tunnel.Online)
			}
			n := 1
			if c.unix {
				n = 2
			}
			if c.ends {
				gone(n) // by itself, with what it started
			}
			if err := r.stop(t); err != nil {
				t.Errorf("Run: %v", err)
			}
			if !c.ends && !strings.HasPrefix(name, "before") {
				gone(n)
			}
		})
	}
}

// TestCommandEndsAtAnyMoment stops it at many moments of its start.
func TestCommandEndsAtAnyMoment(t *testing.T) {
	t.Parallel()
	for i := range 20 {
		r := startCommand(t, patient, tunnel.Settings{}, "print=https://a.example.dev", "wait")
		r.state(t, tunnel.Connecting)
		time.Sleep(time.Duration(i) * 200 * time.Microsecond) // no matter how far it is
		if err := r.stop(t); err != nil {
			t.Fatalf("Run: %v", err)
		}
	}
}

// TestCommandPrintsItsToken: no part of a token is shown, not even where a long line is cut.
func TestCommandPrintsItsToken(t *testing.T) {
	t.Parallel()
	const token = "2abcdefghijklmnopqrstuvwxyz0123456789"
	for _, before := range []int{10, 280, 299} {
		tun := parse(t, command("print="+strings.Repeat("x", before)+token, "exit=3"), tunnel.Settings{NgrokToken: config.NewSecret(token)})
		tunnel.Hurry(tun, patient)
		e := start(t, tun, here).failed(t)
		if !strings.Contains(e.Why, "xxx") || strings.Contains(e.Why, "x"+token[:1]) {
			t.Errorf("after %d letters it says %q", before, e.Why)
		}
	}
}

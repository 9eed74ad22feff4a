package tunnel_test

import (
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

func TestParse(t *testing.T) {
	for spec, name := range map[string]string{
		"cloudflared": "cloudflared", " localhost.run ": "localhost.run", "serveo": "serveo", "pinggy": "pinggy",
		"bore local {addr}": "command", `sh -c 'exec x "$1"' _ {addr}`: "command",
	} {
		tun, err := tunnel.Parse(spec, tunnel.Settings{})
		if err != nil {
			t.Errorf("Parse(%q): %v", spec, err)
		} else if tun.Name() != name || tun.Metered() {
			t.Errorf("Parse(%q) is %q, metered %t", spec, tun.Name(), tun.Metered())
		}
	}
	if tun, err := tunnel.Parse("/opt/bin/ngrok http {addr} --log stdout", tunnel.Settings{}); err != nil || !tun.Metered() {
		t.Errorf("ngrok as a command: %v, %v", tun, err)
	}
	for _, spec := range []string{"", " ", "none"} {
		if tun, err := tunnel.Parse(spec, tunnel.Settings{}); tun != nil || err != nil {
			t.Errorf("Parse(%q) = %v, %v", spec, tun, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	token := config.NewSecret("2abcTOKEN")
	for _, c := range []struct{ spec, pattern, want string }{
		{"cloudflare", "", `"cloudflare" is no tunnel; use none, ngrok, ngrok-agent, cloudflared, localhost.run, serveo, pinggy, or a command with {addr}`},
		{"auto", "", `"auto" is no tunnel`},
		{"x\x1b[31m", "", `is no tunnel`},
		{"cloudflared tunnel --url 127.0.0.1:4141", "", "does not say where the local server is; put {addr}"},
		{"x {addr} | tee log", "", "cannot be split into words"},
		{"x {addr} > log", "", "cannot be split into words"},
		{"x {addr} && y", "", "cannot be split into words"},
		{"x $(id) {addr}", "", "cannot be split into words"},
		{"x '{addr}", "", "cannot be split into words"},
		{"{addr}", "", "does not begin with a program"},
		{"x {addr}", "(", `--tunnel-pattern "(" is no regular expression`},
		{"x --token 2abcTOKEN", "", "--token ••••"},
	} {
		tun, err := tunnel.Parse(c.spec, tunnel.Settings{NgrokToken: token, Pattern: c.pattern})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Parse(%q) = %v, %v; want %q", c.spec, tun, err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), token.Reveal()) || strings.Contains(err.Error(), "\x1b")) {
			t.Errorf("Parse(%q) says %q", c.spec, err)
		}
	}
}

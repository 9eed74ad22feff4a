package tunnel

import (
	"fmt"
	"log/slog"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/shell"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/escape"
)

// placeholder stands in a command for the address of the local server, HOST:PORT.
const placeholder = "{addr}"

// Settings are what tunnels are made from, as far as the chosen one needs them.
type Settings struct {
	NgrokToken  config.Secret
	NgrokDomain string // the name to be reached under, as me.ngrok-free.app; empty for the account's own
	NgrokServer string // HOST:PORT of another service than ngrok's; empty for ngrok's
	NgrokCA     string // PEM file of the only CAs that NgrokServer's certificate is checked with; empty for ngrok's own
	// Metadata is shown in ngrok's dashboard with the session and the endpoint; empty for none.
	Metadata string
	// AgentAPI is where the API of an ngrok agent listens, HOST:PORT or PORT; empty for 127.0.0.1:4040.
	AgentAPI string
	// Pattern finds the public URL in what a command prints: its first group, or the whole match where it
	// has none. Empty for the preset's own, or for any https URL without a path that is no known website.
	Pattern string
	Logger  *slog.Logger // nil for none
}

// Specs are the names that Parse knows, beside commands.
func Specs() []string {
	names := []string{"none", "ngrok", "ngrok-agent"}
	for _, p := range presets {
		names = append(names, p.name)
	}
	return names
}

// Parse makes the tunnel that spec names: none (a nil Tunnel), ngrok, ngrok-agent, cloudflared, one of the
// services over ssh, or a command with {addr} where the address of the local server goes. Nothing is started.
func Parse(spec string, s Settings) (Tunnel, error) {
	if s.Logger == nil {
		s.Logger = slog.New(slog.DiscardHandler)
	}
	spec = strings.TrimSpace(spec)
	switch spec {
	case "", "none":
		return nil, nil
	case "ngrok":
		return newNgrok(s)
	case "ngrok-agent":
		return newAgent(s)
	}
	for _, p := range presets {
		if p.name == spec {
			return p.command(s)
		}
	}
	shown := newSecrets(s.NgrokToken).hide(spec)
	if !strings.Contains(spec, placeholder) {
		if strings.ContainsAny(spec, " \t") {
			return nil, fmt.Errorf("the tunnel command %q does not say where the local server is; put %s where its address goes, as in 'cloudflared tunnel --url http://%s'", shown, placeholder, placeholder)
		}
		return nil, fmt.Errorf("%q is no tunnel; use %s, or a command with %s where the address of the local server goes", shown, strings.Join(Specs(), ", "), placeholder)
	}
	// A shell's words without a shell: quotes, ~ and $VARIABLES are understood, pipes and the like refused.
	// So it is the program itself that is started, watched and ended.
	words, err := shell.Fields(spec, nil)
	if err != nil {
		return nil, fmt.Errorf("the tunnel command %q cannot be split into words (%s): it is started without a shell: quote what has special characters, or put all of it into sh -c '…'", shown, escape.Line(err.Error()))
	}
	if len(words) == 0 || strings.Contains(words[0], placeholder) {
		return nil, fmt.Errorf("the tunnel command %q does not begin with a program; write it as 'PROGRAM … %s …'", shown, placeholder)
	}
	return newCommand(preset{name: ownCommand, words: words}, s)
}

func (p preset) command(s Settings) (Tunnel, error) { return newCommand(p, s) }

func newCommand(p preset, s Settings) (Tunnel, error) {
	c := &command{preset: p, log: s.Logger, secrets: newSecrets(s.NgrokToken), pace: commandPace}
	switch {
	case s.Pattern != "":
		pattern, err := regexp.Compile(s.Pattern)
		if err != nil {
			return nil, fmt.Errorf("--tunnel-pattern %q is no regular expression: %w; give one that matches the URL, or has it in its first group", s.Pattern, err)
		}
		c.find = finder{pattern: pattern}
	case p.pattern != "":
		c.find = finder{pattern: regexp.MustCompile(p.pattern)}
	}
	return c, nil
}

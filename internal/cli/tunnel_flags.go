package cli

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// What --tunnel can be beside the tunnels themselves.
const (
	tunnelAuto = "auto"
	tunnelNone = "none"
)

// noTunnel tells whether a tunnel leaves it to --public-url how the server is reached.
func noTunnel(spec string) bool { return spec == "" || spec == tunnelAuto || spec == tunnelNone }

// tunnelling is for commands whose callback server can be reached from outside.
func (f *flags) tunnelling(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.tunnel, "tunnel", tunnelAuto, "`HOW` Plivo reaches this server: none, ngrok, ngrok-agent (one that runs), cloudflared, localhost.run, serveo, pinggy, or a command with {addr}; auto is ngrok on a live account with NGROK_AUTHTOKEN, and none otherwise")
	cmd.Flags().StringVar(&f.tunnelPattern, "tunnel-pattern", "", "`REGEXP` that finds the public URL in what a tunnel command prints: its first group, or all of it")
	cmd.Flags().StringVar(&f.ngrokAPI, "ngrok-api", "", "`ADDR` of the API of the agent that --tunnel ngrok-agent asks, HOST:PORT or PORT (127.0.0.1:4040)")
}

// callers is for every command with a callback server: a public URL can have a proxy before it too.
func (f *flags) callers(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.forwardedFor, "forwarded-for", string(app.ForwardedByTunnel), "whether the last value of X-Forwarded-For is who called (`HOW`): trust or ignore; auto trusts ngrok and cloudflared, which are known to append it")
}

// chooseTunnel makes the tunnel that was asked for. It has to come after the log was opened.
func (f *flags) chooseTunnel(cmd *cobra.Command, set *settings) error {
	if cmd.Flags().Lookup("tunnel") == nil {
		return nil
	}
	o := &set.options
	ngrok := config.NgrokOf(set.env)
	var err error
	spec := f.tunnel
	if spec == tunnelAuto || spec == "" {
		spec = tunnelNone
		if o.Mode == app.Live && !ngrok.Token.Empty() && o.PublicURL == "" {
			spec, set.autoTunnel = "ngrok", true
		}
	}
	if spec == tunnelNone {
		return nil
	}
	if o.PublicURL != "" {
		return errors.New("--tunnel and --public-url exclude each other: a tunnel gives the public URL itself; leave one out")
	}
	o.Tunnel, err = tunnel.Parse(spec, tunnel.Settings{
		NgrokToken: ngrok.Token, NgrokDomain: ngrok.Domain, NgrokServer: ngrok.Server, NgrokCA: ngrok.CA,
		Metadata: "plivoscope", AgentAPI: f.ngrokAPI, Pattern: f.tunnelPattern, Logger: o.Logger,
	})
	if err != nil {
		return fmt.Errorf("--tunnel: %w", err)
	}
	if ngrok.CA != "" {
		if o.ProbeRoots, err = rootsWith(ngrok.CA); err != nil {
			return err
		}
	}
	// An agent that runs leads to the port that it was told, and to no other.
	o.AddrGiven = o.AddrGiven || spec == "ngrok-agent"
	return nil
}

// rootsWith are the system's CAs and those of a PEM file: the public edge of a service of one's own has a
// certificate by either.
func rootsWith(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read the CAs of PLIVOSCOPE_NGROK_CA: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	roots.AppendCertsFromPEM(text)
	return roots, nil
}

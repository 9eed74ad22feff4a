package cli

import (
	"errors"
	"fmt"

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
}

// chooseTunnel makes the tunnel that was asked for. It has to come after the log was opened.
func (f *flags) chooseTunnel(cmd *cobra.Command, set *settings) error {
	if cmd.Flags().Lookup("tunnel") == nil {
		return nil
	}
	o := &set.options
	ngrok := config.NgrokOf(set.env)
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
	var err error
	o.Tunnel, err = tunnel.Parse(spec, tunnel.Settings{
		NgrokToken: ngrok.Token, NgrokDomain: ngrok.Domain, NgrokServer: ngrok.Server, NgrokCA: ngrok.CA,
		Metadata: "plivoscope", Logger: o.Logger,
	})
	if err != nil {
		return fmt.Errorf("--tunnel: %w", err)
	}
	// An agent that runs leads to the port that it was told, and to no other.
	o.AddrGiven = o.AddrGiven || spec == "ngrok-agent"
	return nil
}

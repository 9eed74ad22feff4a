package tunnel_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/docstest"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

var _ = flag.Bool("update", false, "write the generated parts of docs/tunnels.md")

// The tables of the documentation are those of the program.
func TestDocs(t *testing.T) {
	var codes strings.Builder
	codes.WriteString("| `ERR_NGROK_` | tried again | what it means, and what to do |\n|---|---|---|\n")
	for _, c := range tunnel.Codes() {
		again := "yes"
		if c.Final {
			again = "no"
		}
		switch {
		case c.Token:
			again = "no; exit code 2"
		case c.Edge:
			again = "answered to callers"
		}
		fmt.Fprintf(&codes, "| %d | %s | %s |\n", c.Number, again, docstest.Cell(c.Means))
	}
	var presets strings.Builder
	presets.WriteString("| `--tunnel` | starts |\n|---|---|\n")
	for _, spec := range tunnel.Specs()[3:] {
		fmt.Fprintf(&presets, "| `%s` | `%s` |\n", spec, docstest.Cell(tunnel.Command(parse(t, spec, tunnel.Settings{}), "127.0.0.1:4141")))
	}
	docstest.Parts(t, "../../../docs/tunnels.md", docstest.Part{Name: "presets", Text: presets.String()}, docstest.Part{Name: "codes", Text: codes.String()})
}

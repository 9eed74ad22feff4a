package cli

import (
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
)

// TestHelpFitsTheTerminal breaks no word of any command's help at 80 columns, and keeps to them where it is piped.
func TestHelpFitsTheTerminal(t *testing.T) {
	t.Parallel()
	var all func(cmd *cobra.Command)
	all = func(cmd *cobra.Command) {
		var b strings.Builder
		root := newRoot(Streams{Out: &b, Err: io.Discard, In: strings.NewReader("")})
		root.SetArgs(append(strings.Fields(cmd.CommandPath())[1:], "--help"))
		if err := root.Execute(); err != nil {
			t.Errorf("%s: %v", cmd.CommandPath(), err)
		}
		for line := range strings.SplitSeq(b.String(), "\n") {
			if ansi.StringWidth(line) > helpWidth {
				t.Errorf("%s --help has a line of %d cells: %s", cmd.CommandPath(), ansi.StringWidth(line), line)
			}
		}
		if !strings.Contains(b.String(), "Usage:\n  "+cmd.CommandPath()) || !strings.Contains(b.String(), "\nFlags:\n") {
			t.Errorf("%s --help lacks a part:\n%s", cmd.CommandPath(), b.String())
		}
		for _, sub := range cmd.Commands() {
			all(sub)
		}
	}
	all(newRoot(Streams{Out: io.Discard, Err: io.Discard}))
	cmd := &cobra.Command{Long: "one two\nthree four\n\n  as it\n  stands"}
	if got := helpOf(cmd, 10); !strings.HasPrefix(got, "one two\nthree four\n\n  as it\n  stands") {
		t.Errorf("%q", got)
	}
	if got := helpOf(cmd, 80); !strings.HasPrefix(got, "one two three four\n\n  as it\n  stands") {
		t.Errorf("%q", got)
	}
}

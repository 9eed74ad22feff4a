package cli

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
)

// TestHelpFitsTheTerminal keeps every command's help within its terminal, and within 80 columns where it is piped. What
// is typed at a shell alone stays as it is.
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
		cmd.InitDefaultHelpFlag()
		verbatim := strings.Split(cmd.Example+"\n"+cmd.Long, "\n")
		for _, width := range []int{80, 60, 40, 30} {
			for line := range strings.SplitSeq(helpOf(cmd, width), "\n") {
				shell := strings.HasPrefix(line, " ") && slices.Contains(verbatim, line)
				if ansi.StringWidth(line) > width && !shell {
					t.Errorf("%s --help has a line of %d cells at %d columns: %s", cmd.CommandPath(), ansi.StringWidth(line), width, line)
				}
			}
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

// TestHelpPutsFlagsBesideTheirMeaning where a terminal has the room, and above it where it has not.
func TestHelpPutsFlagsBesideTheirMeaning(t *testing.T) {
	t.Parallel()
	cmd := &cobra.Command{Use: "try", Run: func(*cobra.Command, []string) {}}
	cmd.Flags().StringP("chaos", "c", "none", "what goes wrong, a `LIST` as duplicate=5%,delay=20ms..2s or none")
	cmd.Flags().Bool("no-history-is-kept-of-this", false, "keep nothing")
	cmd.InitDefaultHelpFlag()
	for _, c := range []struct {
		width int
		want  string
	}{
		{80, `
  -c, --chaos LIST                   what goes wrong, a LIST as
                                     duplicate=5%,delay=20ms..2s or none
                                     (default "none")
  -h, --help                         help for try
      --no-history-is-kept-of-this   keep nothing`},
		{60, `
  -c, --chaos LIST
      what goes wrong, a LIST as duplicate=5%,delay=20ms..2s
      or none (default "none")
  -h, --help
      help for try
  --no-history-is-kept-of-this
      keep nothing`},
		{30, `
  -c, --chaos LIST
      what goes wrong, a LIST
      as
      duplicate=5%,delay=20ms.
      .2s or none (default
      "none")
  -h, --help
      help for try
  --no-history-is-kept-of-this
      keep nothing`},
		{24, `
  -c, --chaos LIST
      what goes wrong, a
      LIST as
      duplicate=5%,delay
      =20ms..2s or none
      (default "none")
  -h, --help
      help for try
  --no-history-is-kept-o
  f-this
      keep nothing`},
	} {
		if _, got, _ := strings.Cut(helpOf(cmd, c.width), "\nFlags:"); got != c.want {
			t.Errorf("at %d columns:%s", c.width, got)
		}
	}
}

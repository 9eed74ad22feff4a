package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newMan(s Streams) *cobra.Command {
	var page string
	cmd := &cobra.Command{
		Use:   "man [DIR]",
		Short: "Write the manual pages, one for each command",
		Long: `Write a manual page for each command to the folder DIR, which is made where it is missing, over those that
are there; without DIR one page to standard output: the program's, or that of the command that --page names.

The pages bear the month of SOURCE_DATE_EPOCH (seconds since 1970), else that of the commit the program was
built from, else none: the same program always writes the same pages.`,
		Example: `  plivoscope man ~/.local/share/man/man1
  plivoscope man --page send | man -l -`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			root.DisableAutoGenTag = true
			if len(args) == 0 {
				return manPage(s, root, page)
			}
			if cmd.Flags().Changed("page") {
				return fmt.Errorf("DIR and --page exclude each other: all pages go to a folder, or one to standard output")
			}
			n, err := manPages(root, args[0])
			if err != nil {
				return err
			}
			s.say("%s are in %s", plural(n, "manual page"), args[0])
			return nil
		},
	}
	cmd.Flags().StringVar(&page, "page", "", "print the page of this `COMMAND`, as send or \"trigger list\"")
	_ = cmd.RegisterFlagCompletionFunc("page", func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		var names []string
		for _, sub := range cmd.Root().Commands() {
			if sub.IsAvailableCommand() {
				names = append(names, sub.Name()+"\t"+sub.Short)
			}
		}
		return names, noFiles
	})
	return cmd
}

// manPage prints the page of one command.
func manPage(s Streams, root *cobra.Command, name string) error {
	cmd := root
	if name != "" {
		found, rest, err := root.Find(strings.Fields(name))
		if err != nil || len(rest) > 0 || found == root {
			return fmt.Errorf("there is no command %q: \"plivoscope --help\" lists them", cut(name))
		}
		cmd = found
	}
	page, err := manOf(cmd)
	if err != nil {
		return err
	}
	out := s.data()
	return out.write(bytes.TrimSuffix(page, []byte("\n")))
}

// manPages writes the pages of a command and all below it, and gives how many there are.
func manPages(cmd *cobra.Command, dir string) (int, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, fmt.Errorf("cannot make the folder %s for the manual pages: %w; name another one", dir, bare(err))
	}
	page, err := manOf(cmd)
	if err != nil {
		return 0, err
	}
	path := filepath.Join(dir, strings.ReplaceAll(cmd.CommandPath(), " ", "-")+".1")
	if err := os.WriteFile(path, page, 0o644); err != nil {
		return 0, fmt.Errorf("cannot write the manual page %s: %w; name another folder", path, bare(err))
	}
	n := 1
	for _, sub := range cmd.Commands() {
		if !sub.IsAvailableCommand() {
			continue
		}
		more, err := manPages(sub, dir)
		if err != nil {
			return 0, err
		}
		n += more
	}
	return n, nil
}

func manOf(cmd *cobra.Command) ([]byte, error) {
	date, err := manDate()
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	header := doc.GenManHeader{Section: "1", Date: &date, Source: "plivoscope", Manual: "plivoscope"}
	if err := doc.GenMan(cmd, &header, &page); err != nil {
		return nil, err
	}
	if date.IsZero() {
		return bytes.Replace(page.Bytes(), []byte(date.Format(`"Jan 2006"`)), []byte(`""`), 1), nil
	}
	return page.Bytes(), nil
}

// manDate is the date of the pages; zero for none. It never is that of the day, which would make each run
// write others.
func manDate() (time.Time, error) {
	if epoch := os.Getenv("SOURCE_DATE_EPOCH"); epoch != "" {
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH is %q: give it as seconds since 1970, or remove it", cut(epoch))
		}
		return time.Unix(seconds, 0).UTC(), nil
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.time" {
				if t, err := time.Parse(time.RFC3339, setting.Value); err == nil {
					return t.UTC(), nil
				}
			}
		}
	}
	return time.Time{}, nil
}

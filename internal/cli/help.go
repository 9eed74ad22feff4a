package cli

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// What is no terminal gets help of helpWidth: it is read by a pager. Sentences are no wider than helpMost.
const (
	helpWidth = 80
	helpMost  = 100
)

// helpWithin prints the help of a command within the width of the terminal: cobra leaves the breaking of its lines to
// that, which breaks inside of words.
func helpWithin(s Streams) func(*cobra.Command, []string) {
	return func(cmd *cobra.Command, _ []string) {
		width := s.width()
		if width == 0 {
			width = helpWidth
		}
		_, _ = fmt.Fprintln(cmd.OutOrStdout(), helpOf(cmd, width))
	}
}

func helpOf(cmd *cobra.Command, width int) string {
	about := cmd.Long
	if about == "" {
		about = cmd.Short
	}
	parts := []string{filled(about, min(width, helpMost))}
	part := func(title, text string) {
		if text = strings.TrimRight(text, " \n"); text != "" {
			parts = append(parts, title+"\n"+text)
		}
	}
	var uses, subs []string
	if cmd.Runnable() {
		uses = append(uses, wrapped(cmd.UseLine(), width, 2, 4))
	}
	if cmd.HasAvailableSubCommands() {
		uses = append(uses, wrapped(cmd.CommandPath()+" [command]", width, 2, 4))
	}
	part("Usage:", strings.Join(uses, "\n"))
	part("Examples:", cmd.Example)
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() || sub.Name() == "help" {
			name := fmt.Sprintf("%-*s ", sub.NamePadding(), sub.Name())
			subs = append(subs, wrapped(name+sub.Short, width, 2, ansi.StringWidth(name)))
		}
	}
	part("Available Commands:", strings.Join(subs, "\n"))
	part("Flags:", usages(cmd.LocalFlags(), width))
	part("Global Flags:", usages(cmd.InheritedFlags(), width))
	if len(subs) > 0 {
		parts = append(parts, wrapped(fmt.Sprintf("Use \"%s [command] --help\" for more information about a command.", cmd.CommandPath()), width, 0, 0))
	}
	return strings.Join(parts, "\n\n")
}

// usages lists flags with what each is for beside it. Where that has no room pflag breaks right behind the flag, or
// gives up breaking at a word too wide: there it stands below.
func usages(flags *pflag.FlagSet, width int) string {
	beside := flags.FlagUsagesWrapped(width)
	fits := func(line string) bool { return ansi.StringWidth(line) <= width && !strings.HasSuffix(line, " ") }
	for line := range strings.SplitSeq(beside, "\n") {
		if !fits(line) {
			return usagesBelow(flags, width)
		}
	}
	return beside
}

func usagesBelow(flags *pflag.FlagSet, width int) string {
	var out []string
	add := func(text string, indent int) {
		words := strings.Fields(text)
		for i, word := range words { // one that is wider than the room goes on in the next line
			words[i] = strings.ReplaceAll(ansi.Hardwrap(word, width-indent, false), "\n", " ")
		}
		out = append(out, wrapped(strings.Join(words, " "), width, indent, 0))
	}
	for line := range strings.SplitSeq(strings.TrimSpace(flags.FlagUsages()), "\n") {
		flag, use, _ := strings.Cut(strings.TrimSpace(line), "   ")
		add(flag, 2)
		add(use, 6)
	}
	return strings.Join(out, "\n")
}

// filled breaks the lines of each paragraph anew, but for those that are indented.
func filled(text string, width int) string {
	var out []string
	open := false // whether the next line goes on with the last of out
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		prose := line != "" && line[0] != ' '
		if open && prose {
			out[len(out)-1] += " " + line
		} else {
			out = append(out, line)
		}
		open = prose
	}
	for i, line := range out {
		if line != "" && line[0] != ' ' {
			out[i] = wrapped(line, width, 0, 0)
		}
	}
	return strings.Join(out, "\n")
}

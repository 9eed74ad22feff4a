package cli

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// shell is one that can complete this program's command lines.
type shell struct {
	name, title string
	install     string // how to, for the help
	generate    func(root *cobra.Command, w io.Writer, described bool) error
}

var shells = []shell{
	{
		"bash", "bash", `In the running shell:

    source <(plivoscope completion bash)

For every shell to come, on Linux:

    mkdir -p ~/.local/share/bash-completion/completions
    plivoscope completion bash \
      > ~/.local/share/bash-completion/completions/plivoscope

(read by the package bash-completion), and without that package, or on macOS, a line in ~/.bashrc:

    source <(plivoscope completion bash)

bash 3.2, as macOS has it, reads nothing from <(…): write the script to a file, and source that.`,
		func(root *cobra.Command, w io.Writer, described bool) error {
			if _, err := io.WriteString(w, bashWords); err != nil {
				return err
			}
			return root.GenBashCompletionV2(w, described)
		},
	},
	{
		"zsh", "zsh", `In the running shell, once completion is on ("autoload -U compinit; compinit" in ~/.zshrc):

    source <(plivoscope completion zsh)

For every shell to come:

    mkdir -p ~/.zfunc
    plivoscope completion zsh > ~/.zfunc/_plivoscope

and in ~/.zshrc, before compinit:

    fpath=(~/.zfunc $fpath)`,
		func(root *cobra.Command, w io.Writer, described bool) error {
			if described {
				return root.GenZshCompletion(w)
			}
			return root.GenZshCompletionNoDesc(w)
		},
	},
	{
		"fish", "fish", `In the running shell:

    plivoscope completion fish | source

For every shell to come:

    plivoscope completion fish > ~/.config/fish/completions/plivoscope.fish`,
		func(root *cobra.Command, w io.Writer, described bool) error {
			return root.GenFishCompletion(w, described)
		},
	},
	{
		"powershell", "PowerShell", `In the running shell:

    plivoscope completion powershell | Out-String | Invoke-Expression

For every shell to come add that line to the file that $PROFILE names.`,
		func(root *cobra.Command, w io.Writer, described bool) error {
			if described {
				return root.GenPowerShellCompletionWithDesc(w)
			}
			return root.GenPowerShellCompletion(w)
		},
	},
}

// bashWords are the two functions of the package bash-completion that cobra's script calls, for where it is not
// installed.
const bashWords = `# Where the package bash-completion is not there: the words of the line, with = and : as part of them.
if ! declare -F _get_comp_words_by_ref >/dev/null 2>&1; then
    _get_comp_words_by_ref()
    {
        local line="${COMP_LINE:0:COMP_POINT}" i
        words=() cword=-1
        for ((i = 0; i <= COMP_CWORD; i++)); do
            local word="${COMP_WORDS[i]}" glued=""
            if ((i > 0)) && [[ "$line" != [[:space:]]* ]]; then
                case "${COMP_WORDS[i-1]}$word" in *[=:]*) glued=1 ;; esac
            fi
            while [[ "$line" == [[:space:]]* ]]; do line="${line:1}"; done
            line="${line#"$word"}"
            if [[ -n "$glued" ]]; then
                words[cword]="${words[cword]}$word"
            else
                words+=("$word")
                cword=$((cword + 1))
            fi
        done
        cur="${words[cword]}" prev=""
        if ((cword > 0)); then prev="${words[cword-1]}"; fi
    }
fi
if ! declare -F __ltrim_colon_completions >/dev/null 2>&1; then
    __ltrim_colon_completions()
    {
        if [[ "$1" == *:* && "$COMP_WORDBREAKS" == *:* ]]; then
            local before="${1%"${1##*:}"}" i
            for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]="${COMPREPLY[i]#"$before"}"; done
        fi
    }
fi

`

func newCompletion(s Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print a script with which your shell completes commands, flags, numbers, IDs and names",
		Long: `Print the script with which a shell completes this program's command lines: commands, flags and what
they take, as statuses, scenarios, faults, filter words and files, and what the history holds: numbers,
message UUIDs and the numbers of callbacks.

The history is only looked at: none is made, no server starts, and with --mask or PLIVOSCOPE_MASK no
number of it is offered. "plivoscope completion SHELL --help" says how to install the script.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("there is no completion for %q; the shells are bash, zsh, fish and powershell", cut(args[0]))
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error {
			return fmt.Errorf("completion needs the name of your shell: bash, zsh, fish or powershell, as \"plivoscope completion bash\"")
		},
	}
	for _, sh := range shells {
		cmd.AddCommand(newShell(s, sh))
	}
	return cmd
}

func newShell(s Streams, sh shell) *cobra.Command {
	var plain bool
	cmd := &cobra.Command{
		Use:   sh.name,
		Short: "Print the script for " + sh.title,
		Long:  "Print the script with which " + sh.title + " completes this program's command lines.\n\n" + sh.install,
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var script bytes.Buffer
			if err := sh.generate(cmd.Root(), &script, !plain); err != nil {
				return err
			}
			out := s.data()
			return out.write([]byte(strings.TrimSuffix(script.String(), "\n")))
		},
	}
	cmd.Flags().BoolVar(&plain, "no-descriptions", false, "offer the words alone, without what they stand for")
	return cmd
}

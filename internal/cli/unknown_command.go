package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// noCommand is the sentence for a word that is none of the commands. It names those that may have been meant:
// cobra does so itself only where it checks the arguments of a root that has no own check. A word that cannot be a
// command's name is not repeated, as with flags.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	see := "; see " + cmd.CommandPath() + " --help"
	if !flagLike(args[0]) {
		return errors.New("unknown command, which is not repeated here, since it may hold a token" + see)
	}
	cmd.SuggestionsMinimumDistance = 2
	meant := ""
	near := cmd.SuggestionsFor(args[0])
	if other, known := elsewhere[args[0]]; known && !cmd.HasParent() {
		near = []string{other}
	}
	if len(near) > 0 {
		meant = "; did you mean " + strings.Join(near, " or ") + "?"
		see = " See " + cmd.CommandPath() + " --help"
	}
	return fmt.Errorf("unknown command %q for %q%s%s", args[0], cmd.CommandPath(), meant, see)
}

// elsewhere are the names that other programs have for what the commands do.
var elsewhere = map[string]string{
	"tail": "listen", "serve": "listen", "server": "listen", "start": "listen", "webhook": "listen", "logs": "listen", "watch": "listen",
	"forward": "listen --forward-to URL",
	"ls":      "history", "list": "history", "show": "history", "messages": "history", "callbacks": "history --callbacks",
	"resend": "replay",
}

package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// noArguments refuses arguments. cobra's own check calls each an unknown command. One that may be a token is not repeated.
func noArguments(cmd *cobra.Command, args []string) error {
	see := "; all that it takes are flags: see " + cmd.CommandPath() + " --help"
	switch {
	case len(args) == 0:
		return nil
	case !flagLike(args[0]):
		return errors.New("there is an argument, which is not repeated here, since it may hold a token" + see)
	}
	return fmt.Errorf("%q is an argument, and %s takes none%s", args[0], cmd.CommandPath(), see)
}

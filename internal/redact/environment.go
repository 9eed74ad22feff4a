package redact

import (
	"slices"
	"strings"
)

// Environment gives an environment, in the form of [os.Environ], without the variables that hold tokens, for programs
// that have no use for them: an editor, a pager, git.
func Environment(environ []string) []string {
	return slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, _, _ := strings.Cut(strings.ToUpper(entry), "=") // one system does not tell them apart
		return strings.HasPrefix(name, "PLIVO_AUTH_TOKEN") || name == "PLIVO_MAIN_AUTH_TOKEN" || name == "NGROK_AUTHTOKEN" || name == "PLIVOSCOPE_TOKEN"
	})
}

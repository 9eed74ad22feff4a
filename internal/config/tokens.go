package config

import (
	"maps"
	"slices"
	"strings"
)

// extraTokenPrefix begins the names of further tokens: what follows is their label.
const extraTokenPrefix = plivoAuthToken + "_"

// LabelledSecret is a token with the name it goes by.
type LabelledSecret struct {
	Label  string
	Secret Secret
}

// ExtraTokens gives the tokens beside the account's own, in the order of their variables:
// PLIVO_AUTH_TOKEN_EU_SHOP has the label "eu-shop". One that is set to nothing is not set.
func ExtraTokens(env Env) []LabelledSecret {
	var all []LabelledSecret
	for _, name := range slices.Sorted(maps.Keys(env.settings)) {
		label, ok := strings.CutPrefix(name, extraTokenPrefix)
		if token := env.Secret(name); ok && label != "" && !token.Empty() {
			all = append(all, LabelledSecret{Label: strings.ToLower(strings.ReplaceAll(label, "_", "-")), Secret: token})
		}
	}
	return all
}

// isSecret tells whether a variable holds a token.
func isSecret(name string) bool {
	return slices.Contains(secretNames, name) || strings.HasPrefix(name, extraTokenPrefix)
}

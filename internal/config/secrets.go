package config

import (
	"maps"
	"slices"
)

// DefaultFile is the file of settings where none is named.
const DefaultFile = defaultFile

// Stray says what of a variable's value was probably never meant to be in it, as "ends with a space"; empty where
// nothing is.
func (e Env) Stray(name string) string { return stray(e.Get(name), false) }

// Held lists the variables that the file sets to a token, in order, also where the environment goes before it.
func (e Env) Held() []string { return slices.Clone(e.held) }

// Secrets lists the variables that are set to a token, in order.
func (e Env) Secrets() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(e.settings)) {
		if isSecret(name) && e.Get(name) != "" {
			names = append(names, name)
		}
	}
	return names
}

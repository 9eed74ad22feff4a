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

// Secrets lists the variables that are set to a token, in order. With a file, as it was named to Load, only those
// that it sets.
func (e Env) Secrets(file string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(e.settings)) {
		if isSecret(name) && e.Get(name) != "" && (file == "" || e.settings[name].source == file) {
			names = append(names, name)
		}
	}
	return names
}

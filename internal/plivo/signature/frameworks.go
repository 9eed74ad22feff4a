package signature

import "slices"

// Frameworks are the frameworks, and places, that settings are known for, by name.
func Frameworks() []string {
	var names []string
	for _, all := range [][]Setting{settingsProxy, settingsPrefix, settingsSlash, settingsRawPath, settingsQuery, settingsMethod, settingsBody} {
		for _, s := range all {
			if !slices.Contains(names, s.Framework) {
				names = append(names, s.Framework)
			}
		}
	}
	return names
}

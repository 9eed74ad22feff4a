package config

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"unicode"
)

var secretNames = []string{plivoAuthToken, plivoMainAuthToken, ngrokAuthToken, flagPrefix + "TOKEN"}

// exactNames hold words without a space or a quote anywhere, as tokens do, so one in them is a mistake of
// copying.
var exactNames = []string{plivoAuthID, plivoSenderID, plivoAPIURL, ngrokDomain}

// warnOfMode is called while only the file's settings are in e.
func (e *Env) warnOfMode(file string, mode os.FileMode) {
	holdsSecret := false
	for name := range e.settings {
		holdsSecret = holdsSecret || isSecret(name) && e.Get(name) != ""
	}
	if mode.IsRegular() && mode.Perm()&0o077 != 0 && holdsSecret && runtime.GOOS != "windows" {
		e.warnings = append(e.warnings, fmt.Sprintf(
			"%s holds a token and other users of this machine can read or change it (its mode is %#o); run: chmod 600 %[1]s",
			file, mode.Perm()))
	}
}

func (e *Env) warnOfValues() {
	for _, name := range slices.Sorted(maps.Keys(e.settings)) {
		flag := strings.HasPrefix(name, flagPrefix)
		if !flag && !isSecret(name) && !slices.Contains(exactNames, name) {
			continue
		}
		what := stray(e.Get(name), flag)
		if what == "" {
			continue
		}
		remedy := "remove it"
		if isSecret(name) {
			remedy = "no request is accepted and no signature matches with it, so remove it"
		}
		e.warnings = append(e.warnings, fmt.Sprintf("%s %s; %s", e.Source(name), what, remedy))
	}
}

// stray says what of value was probably never meant to be in it, empty where nothing. In loose text
// only what surrounds it counts.
func stray(value string, loose bool) string {
	first, last := firstRune(value), lastRune(value)
	switch {
	case value == "":
		return ""
	case last == '\n' || last == '\r':
		return "ends with a line break"
	case unicode.IsSpace(first):
		return "begins with a space"
	case unicode.IsSpace(last):
		return "ends with a space"
	case isQuote(first) && isQuote(last) && len(value) > 1:
		return "has quotes around it"
	case loose:
		return ""
	case strings.ContainsFunc(value, isQuote):
		return "has a quote in it"
	case strings.ContainsFunc(value, unicode.IsSpace):
		return "has a space or a line break in it"
	case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }):
		return "has a character in it that cannot be seen or is not ASCII"
	default:
		return ""
	}
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return 0
}

func lastRune(s string) rune {
	r := []rune(s)
	if len(r) == 0 {
		return 0
	}
	return r[len(r)-1]
}

func isQuote(r rune) bool { return strings.ContainsRune("\"'`“”‘’«»", r) }

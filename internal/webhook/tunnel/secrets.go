package tunnel

import (
	"regexp"
	"strings"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/escape"
)

// secrets takes tokens, and the passwords of URLs, out of what others wrote: ngrok repeats a token that it refuses, and a
// command may print its own arguments.
type secrets struct{ values []config.Secret }

func newSecrets(values ...config.Secret) secrets {
	var s secrets
	for _, v := range values {
		if strings.TrimSpace(v.Reveal()) != "" {
			s.values = append(s.values, v)
		}
	}
	return s
}

// hide gives text without the tokens, in one line that a terminal may show. What is escaped is searched too: an escape
// ends in letters and digits, which can be the first of a token's.
func (s secrets) hide(text string) string { return s.without(escape.Line(s.without(text))) }

func (s secrets) without(text string) string {
	for _, v := range s.values {
		text = strings.ReplaceAll(text, v.Reveal(), v.String())
		text = strings.ReplaceAll(text, strings.TrimSpace(v.Reveal()), v.String())
	}
	return inURL.ReplaceAllString(text, "${1}"+config.Secret{}.String()+"@")
}

// inURL is a user name and password in a URL. Where no port stands behind the colon it is a password, up to the last @
// whatever is between; else they go to the last @ of what may be the host: a password may have one that is not encoded, for Go
// and for browsers.
var inURL = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)(?:[^\s/?#:]*:[0-9]*[^\s/?#0-9]\S*|[^\s/?#]*)@`)

package mask

import (
	"net/http"
	"strings"
)

// Part hides a part of a request by what it is, as replay.Change says it: "URL", "body", "parameter NAME" or
// "header NAME"; anything else is taken for a sentence. contentType is that of the request's body.
func (m *Masker) Part(what, value, contentType string) string {
	switch what, name, _ := strings.Cut(what, " "); what {
	case "URL":
		return m.URL(value)
	case "body":
		return string(m.Body([]byte(value), contentType))
	case "parameter":
		return m.Param(name, value)
	case "header":
		// A captured name need not be in the canonical form that Get looks for.
		if shown := m.Header(http.Header{name: {value}})[name]; len(shown) > 0 {
			return shown[0]
		}
		return value
	}
	return m.Sentence(value)
}

package mask

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// What parameters are called that hold a number, in lower case and without '_' and '-': Plivo's own, and
// what other programs send.
var numberNames = []string{
	"from", "to", "src", "dst", "source", "destination", "sender", "recipient", "caller", "callerid", "fromnumber", "tonumber",
	"phone", "phonenumber", "number", "msisdn", "mobile", "waid", "contextfrom", "referredfrom",
}

// textWords are in the names of parameters that hold what a person wrote or is called.
var textWords = []string{
	"text", "body", "caption", "payload", "title", "profilename", "username", "fullname", "firstname", "lastname",
	"button", "interactive", "reply", "latitude", "longitude", "address", "label", "subject", "comment",
}

// media are the URLs of what came with a message.
var media = regexp.MustCompile(`^media(url)?[0-9]*$`)

// plainName is a name as programs give them; another may be a text that was taken for one.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.\[\]-]{0,63}$`)

// Param masks the value of a parameter by what its name says it is. Of a name that says nothing the value
// is taken for a sentence.
func (m *Masker) Param(name, value string) string {
	if m == nil || value == "" {
		return value
	}
	low := strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name))
	switch {
	case slices.Contains(numberNames, low):
		return m.Number(value)
	case media.MatchString(low), low == "message", low == "content", low == "name":
		return m.Text(value)
	case plivo.Known(name) && name != "Text":
		return value
	case slices.ContainsFunc(textWords, func(w string) bool { return strings.Contains(low, w) }):
		return m.Text(value)
	case !plainName.MatchString(name):
		return m.Text(value)
	case (value[0] == '{' || value[0] == '[') && json.Valid([]byte(value)):
		return string(m.json([]byte(value), name))
	}
	return m.Sentence(value)
}

// name masks the name of a parameter where it is none that a program gives.
func (m *Masker) name(name string) string {
	if m == nil || name == "" || plainName.MatchString(name) {
		return m.Sentence(name)
	}
	return m.Text(name)
}

// Params masks parameters.
func (m *Masker) Params(params []signature.Param) []signature.Param {
	if m == nil || params == nil {
		return params
	}
	out := make([]signature.Param, len(params))
	for i, p := range params {
		out[i] = signature.Param{Name: m.name(p.Name), Value: m.Param(p.Name, p.Value)}
	}
	return out
}

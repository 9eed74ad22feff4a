package redact

import (
	"bytes"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// least is how long a token is to be looked for, in bytes. Plivo's have 40; what is shorter is a stand-in, and may be
// a word that stands anywhere.
const least = 16

// Tokens knows some tokens and finds them in what others wrote: as they are, in any case, percent-encoded, and in
// the base64 of an Authorization header. A nil Tokens knows none. It may be used from any goroutine.
type Tokens struct{ forms [][]byte }

// New knows the tokens among values that are 16 bytes or longer; nil where there is none. A token that was set with
// spaces or quotes around it is known without them too.
func New(values ...string) *Tokens {
	var t Tokens
	for _, value := range values {
		for _, token := range []string{strings.Trim(value, " \t\r\n\"'`"), value} {
			if len(token) >= least {
				t.add(token)
			}
		}
	}
	if len(t.forms) == 0 {
		return nil
	}
	return &t
}

func (t *Tokens) add(token string) {
	forms := []string{token, url.QueryEscape(token), url.PathEscape(token)}
	for before := range 3 { // how many bytes of an auth id and a colon stand before it in its first group of three
		encoded := base64.RawStdEncoding.EncodeToString(append(make([]byte, before), token...))
		// The first character and the last may be of what stands beside it too.
		core := encoded[(before*8+5)/6 : len(encoded)-1]
		forms = append(forms, core, strings.NewReplacer("+", "-", "/", "_").Replace(core))
	}
	for _, form := range forms {
		if known := lower([]byte(form)); !slices.ContainsFunc(t.forms, func(f []byte) bool { return bytes.Equal(f, known) }) {
			t.forms = append(t.forms, known)
		}
	}
}

// Holds tells whether a token is in one of the texts.
func (t *Tokens) Holds(texts ...string) bool {
	if t == nil {
		return false
	}
	size := 0
	for _, text := range texts {
		size += len(text) + 1
	}
	all := make([]byte, 0, size)
	for _, text := range texts {
		all = append(append(all, text...), 0)
	}
	return t.in(lowered(all))
}

func (t *Tokens) in(folded []byte) bool {
	return slices.ContainsFunc(t.forms, func(form []byte) bool { return bytes.Contains(folded, form) })
}

// Text gives a text without the tokens: itself where there is none in it.
func (t *Tokens) Text(text string) string {
	if t == nil || len(text) < least {
		return text
	}
	if !t.Holds(text) {
		return text
	}
	return string(t.Bytes([]byte(text)))
}

// Bytes gives data without the tokens: itself where there is none in it, and otherwise a copy.
func (t *Tokens) Bytes(data []byte) []byte {
	if t == nil || len(data) < least {
		return data
	}
	folded := lower(data)
	if !t.in(folded) {
		return data
	}
	clean := bytes.Clone(data)
	for _, form := range t.forms {
		for from := 0; ; {
			at := bytes.Index(folded[from:], form)
			if at < 0 {
				break
			}
			from += at
			for i := range form {
				clean[from+i] = '*'
			}
			from++ // the next may begin within this one
		}
	}
	return clean
}

// lower is a copy in lower case, as far as tokens have letters: byte by byte, so that places stay.
func lower(data []byte) []byte { return lowered(bytes.Clone(data)) }

func lowered(data []byte) []byte {
	for i, b := range data {
		if b >= 'A' && b <= 'Z' {
			data[i] = b + 'a' - 'A'
		}
	}
	return data
}

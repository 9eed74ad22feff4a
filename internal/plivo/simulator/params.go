package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// params are the fields of a request's JSON object.
type params map[string]json.RawMessage

// readParams reads a request's body, which Plivo takes as JSON only.
func readParams(r *http.Request) (params, error) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return nil, badRequest("the request body must be JSON, with Content-Type application/json")
	}
	body, err := io.ReadAll(r.Body)
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return nil, refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("the request body is longer than %d bytes", maxRequest))
	case err != nil:
		return nil, badRequest("the request body broke off")
	}
	var p params
	if err := json.Unmarshal(body, &p); err != nil || p == nil {
		return nil, badRequest("the request body is not a valid JSON object")
	}
	return p, nil
}

// has tells whether a field is there and says anything.
func (p params) has(name string) bool {
	switch string(bytes.TrimSpace(p[name])) {
	case "", "null", `""`, "[]", "{}":
		return false
	}
	return true
}

// text is a field as a string; a number or a boolean counts as it is written.
func (p params) text(name string) (string, error) {
	if !p.has(name) {
		return "", nil
	}
	switch raw := bytes.TrimSpace(p[name]); raw[0] { // of the first byte of valid JSON follows what it is
	case '"':
		var v string
		if err := json.Unmarshal(raw, &v); err != nil {
			return "", badRequest(name + " is not valid JSON")
		}
		return v, nil
	case '{', '[':
	default: // a number or a boolean; null says nothing
		return string(raw), nil
	}
	return "", badRequest(name + " must be a string")
}

// truth reads a field that is true or false, also as a string; one that is not there changes nothing.
func (p params) truth(name string, into *bool) error {
	text, err := p.text(name)
	if err != nil || text == "" {
		return err
	}
	switch strings.ToLower(text) {
	case "true":
		*into = true
	case "false":
		*into = false
	default:
		return badRequest(name + " must be true or false")
	}
	return nil
}

// texts reads several fields; the first by name that is no string is the error.
func (p params) texts(into map[string]*string) error {
	var first string
	var problem error
	for name, to := range into {
		text, err := p.text(name)
		if err != nil && (problem == nil || name < first) {
			first, problem = name, err
		}
		*to = text
	}
	return problem
}

// alphanumeric strips what Plivo strips from a src.
func alphanumeric(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, s)
}

// undecorated strips what Plivo strips from a dst.
func undecorated(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("/-.+() ", r) {
			return -1
		}
		return r
	}, s)
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isNumber tells whether a stripped destination can be a phone number with its country code.
func isNumber(s string) bool {
	return isDigits(s) && s[0] != '0' && len(s) >= 7 && len(s) <= 14
}

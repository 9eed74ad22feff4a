package signature

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// The bounds of what is taken for the parameters of a JSON object: members within members, and a name
// with those of the members around it, in bytes.
const (
	maxJSONDepth = 8
	maxJSONName  = 1 << 10
)

// bodyForm is a way to read a body.
type bodyForm int

const (
	formBody bodyForm = iota
	base64Body
	jsonBody
	bodyForms // how many there are
)

var bodyReaders = [bodyForms]func(body []byte) []Param{formBody: formParams, base64Body: base64Params, jsonBody: jsonParams}

// bodyParams reads the body of the case, once for each way and search; nil where it cannot be read so.
func (s *search) bodyParams(as bodyForm) []Param {
	if !s.read[as] {
		s.read[as] = true
		s.bodies[as] = bodyReaders[as](s.c.Body)
		s.work += len(s.c.Body) + workParam*len(s.bodies[as])
	}
	return s.bodies[as]
}

// formParams reads a body as a form.
func formParams(body []byte) []Param {
	return appendQuery(nil, strings.TrimPrefix(string(body), "\ufeff"))
}

// base64Params reads a body as a form in base64.
func base64Params(body []byte) []Param {
	form, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(body)))
	if err != nil {
		return nil
	}
	return formParams(form)
}

// jsonParams reads a body as a JSON object and nothing else; nil where it is none, or goes beyond the
// bounds. Numbers stay as they are written, null is empty, a list gives its name once for each element,
// an object its members' names in brackets.
func jsonParams(body []byte) []Param {
	r := jsonReader{Decoder: json.NewDecoder(bytes.NewReader(body))}
	r.UseNumber()
	if first, err := r.Token(); err != nil || first != json.Delim('{') || r.members("", 1) != nil {
		return nil
	}
	if _, err := r.Token(); !errors.Is(err, io.EOF) {
		return nil
	}
	return r.pairs
}

// jsonReader collects the members of an object.
type jsonReader struct {
	*json.Decoder
	pairs []Param
}

var errJSONBounds = errors.New("the JSON goes beyond its bounds")

// members reads the rest of an object, the name of which is empty for the outermost.
func (r *jsonReader) members(name string, depth int) error {
	for r.More() {
		token, err := r.Token()
		if err != nil {
			return err
		}
		member, _ := token.(string)
		if name != "" {
			member = name + "[" + member + "]"
		}
		if len(member) > maxJSONName {
			return errJSONBounds
		}
		if err := r.value(member, depth); err != nil {
			return err
		}
	}
	_, err := r.Token()
	return err
}

// value reads a value under a name.
func (r *jsonReader) value(name string, depth int) error {
	token, err := r.Token()
	if err != nil {
		return err
	}
	p := Param{Name: name}
	switch v := token.(type) {
	case json.Delim:
		if depth++; depth > maxJSONDepth {
			return errJSONBounds
		}
		if v == '{' {
			return r.members(name, depth)
		}
		for r.More() {
			if err := r.value(name, depth); err != nil {
				return err
			}
		}
		_, err := r.Token()
		return err
	case string:
		p.Value = v
	case json.Number:
		p.Value = v.String()
	case bool:
		p.Value = "false"
		if v {
			p.Value = "true"
		}
	}
	r.pairs = append(r.pairs, p)
	return nil
}

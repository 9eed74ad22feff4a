package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxControl is the longest body of a control call, in bytes.
const maxControl = 1 << 20

// readBody reads the body of a call, whose Content-Type has to be one of some: a page in a browser cannot send these
// to another origin without asking first.
func readBody(w http.ResponseWriter, r *http.Request, types ...string) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxControl))
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return nil, refuseControl(http.StatusRequestEntityTooLarge, "the body is longer than %d bytes", maxControl)
	case err != nil:
		return nil, badControl("the body broke off; send it again")
	}
	given := r.Header.Get("Content-Type")
	if given == "" && len(body) == 0 {
		return nil, nil
	}
	if media, _, err := mime.ParseMediaType(given); err != nil || !slices.Contains(types, media) {
		return nil, refuseControl(http.StatusUnsupportedMediaType, "the Content-Type of the body is %q; send it as %s", given, strings.Join(types, " or "))
	}
	return body, nil
}

const jsonType = "application/json"

// readJSON reads the JSON object of a call into v, a pointer to a struct. Without a body v stays as it is.
func readJSON(w http.ResponseWriter, r *http.Request, v any) error {
	body, err := readBody(w, r, jsonType)
	if err != nil || len(body) == 0 {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	err = dec.Decode(v)
	if err == nil && bytes.TrimSpace(body)[0] != '{' {
		err = errors.New("null") // which Decode takes for nothing
	}
	if err == nil {
		if _, more := dec.Token(); !errors.Is(more, io.EOF) {
			return badControl("the body has more after its JSON object; send the object alone")
		}
	}
	var wrong *json.UnmarshalTypeError
	var timed *timeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &timed):
		return badControl("%s", timed.Error())
	case errors.As(err, &wrong) && wrong.Field != "":
		return badControl("%s cannot be a JSON %s; it is %s", wrong.Field, wrong.Value, kindWords(wrong.Type.String()))
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		unknown, fields := strings.TrimPrefix(err.Error(), "json: unknown field "), fieldsOf(v)
		if len(fields) == 0 {
			return badControl("there is no field %s here; this call takes none", unknown)
		}
		return badControl("there is no field %s here; is it spelt right? There are %s", unknown, strings.Join(fields, ", "))
	default:
		return badControl("the body is not a valid JSON object")
	}
}

func kindWords(kind string) string {
	switch kind = strings.TrimLeft(kind, "*"); {
	case kind == "string":
		return "a string"
	case kind == "bool":
		return "true or false"
	case strings.HasPrefix(kind, "[]"):
		return "an array of strings"
	case strings.HasPrefix(kind, "float"):
		return "a number"
	default:
		return "a whole number"
	}
}

// fieldsOf lists the fields of a struct as JSON names them.
func fieldsOf(v any) []string {
	empty, _ := json.Marshal(v)
	var fields map[string]json.RawMessage
	_ = json.Unmarshal(empty, &fields)
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// timeSpan is a time of a call, which is written as "60s".
type timeSpan time.Duration

type timeError struct {
	given string
	or    string // what else may be given
}

func (e *timeError) Error() string {
	return "cannot read the time " + cut(e.given) + `: write it as "60s", "1.5h" or "200ms"` + e.or
}

func (t *timeSpan) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) != nil {
		return &timeError{given: string(b)}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return &timeError{given: strconv.Quote(text)}
	}
	*t = timeSpan(d)
	return nil
}

// cut shortens what was given, for an error.
func cut(s string) string {
	if len(s) > 40 {
		return strings.ToValidUTF8(s[:40], "") + "…"
	}
	return s
}

// readQuery reads the query of a call, which has some names at most, each once.
func readQuery(r *http.Request, names ...string) (url.Values, error) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badControl("the query cannot be read: %v", err)
	}
	for name, values := range query {
		switch {
		case !slices.Contains(names, name) && len(names) == 0:
			return nil, badControl("there is no parameter %q here; this call takes none", cut(name))
		case !slices.Contains(names, name):
			return nil, badControl("there is no parameter %q here; is it spelt right? There are %s", cut(name), strings.Join(names, ", "))
		case len(values) > 1:
			return nil, badControl("the parameter %s is given more than once", name)
		}
	}
	return query, nil
}

func queryNumber(query url.Values, name string, otherwise, least, most int) (int, error) {
	given := query.Get(name)
	if given == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(given)
	if err != nil || n < least || n > most {
		return 0, badControl("%s is %q; give a number from %d to %d", name, cut(given), least, most)
	}
	return n, nil
}

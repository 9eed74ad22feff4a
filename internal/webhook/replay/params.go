package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

const formType = "application/x-www-form-urlencoded"

// bodyForm is how a body carries parameters.
type bodyForm int

const (
	noParams bodyForm = iota
	formBody
	jsonBody
	multipartBody
)

// formOf goes by what webhook.ParseParams goes by.
func formOf(contentType string, body []byte) bodyForm {
	mediaType, _, _ := mime.ParseMediaType(contentType)
	if mediaType == "" {
		mediaType, _, _ = strings.Cut(contentType, ";")
		mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	}
	switch {
	case mediaType == formType, mediaType == "" && len(body) == 0:
		return formBody
	case mediaType == "application/json", mediaType == "text/json",
		strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json"):
		return jsonBody
	case mediaType == "multipart/form-data":
		return multipartBody
	case contentType != "":
		return noParams
	case json.Valid(body):
		return jsonBody
	}
	if params, problem := webhook.ParseParams("POST", "", "", body); len(params) > 0 && problem == "" {
		return formBody
	}
	return noParams
}

// setParams edits the parameters: those of the query for GET and HEAD, of the body otherwise. What is
// not edited keeps its bytes, but in multipart bodies, which are written anew.
func (m *message) setParams(edits []Edit) error {
	edits = lastOfEach(edits)
	if len(edits) == 0 {
		return nil
	}
	before, problem := m.params()
	if inQuery(m.method) {
		path, query, _ := strings.Cut(m.target, "?")
		m.target = joinTarget(path, editForm(query, edits))
		return m.checkEdited(before, edits)
	}
	if coding := m.header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return fmt.Errorf("the body is compressed as %q and takes no edit of a parameter; give the whole body", cut(coding))
	}
	form := formOf(m.contentType(), m.body)
	if problem != "" && form == jsonBody && len(m.body) > 0 {
		return fmt.Errorf("the body takes no edit of a parameter, for its parameters cannot be read; give the whole body. %s", problem)
	}
	switch form {
	case formBody:
		m.body = []byte(editForm(string(m.body), edits))
		if m.contentType() == "" {
			m.header.Set("Content-Type", formType)
		}
	case jsonBody:
		body, err := editJSON(m.body, edits)
		if err != nil {
			return err
		}
		m.body = body
	case multipartBody:
		body, err := editMultipart(m.contentType(), m.body, edits)
		if err != nil {
			return err
		}
		m.body = body
	default:
		return fmt.Errorf("the body is %q, which takes no edit of a parameter; give the whole body", cut(m.contentType()))
	}
	return m.checkEdited(before, edits)
}

// checkEdited reads the parameters back: some bodies cannot carry every value.
func (m *message) checkEdited(before []signature.Param, edits []Edit) error {
	after, _ := m.params()
	for _, e := range edits {
		if e.Remove {
			continue
		}
		i := slices.IndexFunc(after, func(p signature.Param) bool { return p.Name == e.Name })
		if i < 0 || after[i].Value != e.Value && after[i].Value != compact(e.Value) {
			return fmt.Errorf("the parameter %q cannot be set to %q in this body: it would not be read back so", cut(e.Name), cut(e.Value))
		}
	}
	others := func(p signature.Param) bool {
		return slices.ContainsFunc(edits, func(e Edit) bool { return e.Name == p.Name })
	}
	if !slices.Equal(slices.DeleteFunc(before, others), slices.DeleteFunc(after, others)) {
		return fmt.Errorf("this edit of %q would change other parameters too; give the whole body", cut(edits[0].Name))
	}
	return nil
}

// lastOfEach keeps the last edit of a name, in the place of the first.
func lastOfEach(edits []Edit) []Edit {
	var last []Edit
	for _, e := range edits {
		if i := slices.IndexFunc(last, func(l Edit) bool { return l.Name == e.Name }); i >= 0 {
			last[i] = e
		} else {
			last = append(last, e)
		}
	}
	return last
}

// editor hands out each edit where its name comes first, and tells what to drop.
type editor struct {
	edits []Edit
	done  []bool
}

func newEditor(edits []Edit) *editor { return &editor{edits, make([]bool, len(edits))} }

// at says what becomes of a parameter: keep it, drop it, or put set in its place.
func (e *editor) at(name string) (set *Edit, keep bool) {
	for i := range e.edits {
		if e.edits[i].Name != name {
			continue
		}
		if e.edits[i].Remove || e.done[i] {
			return nil, false
		}
		e.done[i] = true
		return &e.edits[i], false
	}
	return nil, true
}

// rest are the edits that found nothing in whose place they could go.
func (e *editor) rest() []Edit {
	var rest []Edit
	for i, edit := range e.edits {
		if !e.done[i] && !edit.Remove {
			rest = append(rest, edit)
		}
	}
	return rest
}

func editForm(form string, edits []Edit) string {
	ed := newEditor(edits)
	var pairs []string
	if form != "" {
		for pair := range strings.SplitSeq(form, "&") {
			set, keep := (*Edit)(nil), true
			if params, _ := webhook.ParseParams("POST", "", formType, []byte(pair)); len(params) == 1 {
				set, keep = ed.at(params[0].Name)
			}
			switch {
			case set != nil:
				pairs = append(pairs, encodePair(set.Name, set.Value))
			case keep:
				pairs = append(pairs, pair)
			}
		}
	}
	for _, e := range ed.rest() {
		pairs = append(pairs, encodePair(e.Name, e.Value))
	}
	return strings.Join(pairs, "&")
}

func encodePair(name, value string) string {
	return url.QueryEscape(name) + "=" + url.QueryEscape(value)
}

func encodeForm(params []signature.Param) string {
	pairs := make([]string, len(params))
	for i, p := range params {
		pairs[i] = encodePair(p.Name, p.Value)
	}
	return strings.Join(pairs, "&")
}

// editJSON edits the members of an object in the text, whose order and white space stay.
func editJSON(body []byte, edits []Edit) ([]byte, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	start := bytes.IndexByte(body, '{') + 1
	ed := newEditor(edits)
	dec := json.NewDecoder(bytes.NewReader(body))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.New("the JSON body is no object and takes no edit of a parameter; give the whole body")
	}
	var members [][]byte
	for at := start; dec.More(); {
		key, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("the JSON body cannot be read: %w", err)
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, fmt.Errorf("the JSON body cannot be read: %w", err)
		}
		end := int(dec.InputOffset())
		if at > start {
			at += bytes.IndexByte(body[at:], ',') + 1
		}
		name, _ := key.(string)
		switch set, keep := ed.at(name); {
		case set != nil:
			members = append(members, slices.Concat(body[at:end-len(raw)], jsonValue(raw, set.Value)))
		case keep:
			members = append(members, body[at:end])
		}
		at = end
	}
	tail := body[start:]
	if i := bytes.LastIndexByte(body, '}'); i >= 0 {
		space := len(bytes.TrimRight(body[:i], " \t\r\n"))
		tail = body[max(space, start):]
	}
	for _, e := range ed.rest() {
		members = append(members, slices.Concat(jsonString(e.Name), []byte{':'}, jsonString(e.Value)))
	}
	return slices.Concat(body[:start], bytes.Join(members, []byte{','}), tail), nil
}

// jsonValue writes a value in place of another: a number stays one, and so do true, false, an object and
// a list, where the value can be read so; all else becomes a string.
func jsonValue(before json.RawMessage, value string) []byte {
	kind := func(s string) byte {
		switch c := s[0]; {
		case c == '-' || '0' <= c && c <= '9':
			return '0'
		case c == 't' || c == 'f':
			return 't'
		default:
			return c
		}
	}
	if before[0] != '"' && value != "" && json.Valid([]byte(value)) && kind(value) == kind(string(before)) {
		return []byte(compact(value))
	}
	if before[0] == 'n' && value == "" {
		return before
	}
	return jsonString(value)
}

func jsonString(s string) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string can always be written
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'})
}

// compact is JSON without white space, and anything else as it is.
func compact(s string) string {
	var b bytes.Buffer
	if json.Compact(&b, []byte(s)) != nil {
		return s
	}
	return b.String()
}

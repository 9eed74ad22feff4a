package mask

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"regexp"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// URL masks the values in the query of a URL, and numbers in its path.
func (m *Masker) URL(raw string) string {
	if m == nil {
		return raw
	}
	raw, fragment, hasFragment := strings.Cut(raw, "#")
	path, query, hasQuery := strings.Cut(raw, "?")
	out := m.Sentence(path)
	if hasQuery {
		out += "?" + m.form(query)
	}
	if hasFragment {
		out += "#" + m.Sentence(fragment)
	}
	return out
}

// form masks the values of a form or query; what is not masked stays as it was written.
func (m *Masker) form(form string) string {
	pairs := strings.Split(form, "&")
	for i, pair := range pairs {
		rawName, rawValue, hasValue := strings.Cut(pair, "=")
		name := signature.Unescape(rawName, true)
		if shown := m.name(name); shown != name {
			rawName = formValue(shown)
		}
		if !hasValue {
			pairs[i] = rawName
			continue
		}
		value := signature.Unescape(rawValue, true)
		if shown := m.Param(name, value); shown != value {
			rawValue = formValue(shown)
		}
		pairs[i] = rawName + "=" + rawValue
	}
	return strings.Join(pairs, "&")
}

// formValue writes a masked value into a form: what stands for digits and texts is left to be read.
var formEscapes = strings.NewReplacer(" ", "+", "+", "%2B", "%", "%25", "&", "%26", "#", "%23", "=", "%3D")

func formValue(s string) string { return formEscapes.Replace(s) }

// Body masks a body by its content type, or by what it looks like where it has none. One that is neither
// a form nor JSON is a text.
func (m *Masker) Body(body []byte, contentType string) []byte {
	if m == nil || len(body) == 0 {
		return body
	}
	kind, attrs, _ := mime.ParseMediaType(contentType)
	trimmed := bytes.TrimSpace(body)
	looksJSON := len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[')
	switch {
	case kind == "application/x-www-form-urlencoded", kind == "" && !looksJSON && bytes.IndexByte(body, '=') > 0:
		return []byte(m.form(string(body)))
	case looksJSON:
		return m.json(body, "")
	case kind == "multipart/form-data" && attrs["boundary"] != "":
		return []byte(m.multipart(string(body), attrs["boundary"]))
	}
	return []byte(m.Text(string(body)))
}

// json masks the scalars of a JSON text by the names that they stand under; the rest stays as it was
// written. Where the text cannot be read any further the rest is hidden.
func (m *Masker) json(body []byte, name string) []byte {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var out bytes.Buffer
	type level struct {
		object, value bool // value: of an object, what comes is one
		name          string
	}
	stack := []level{{name: name}}
	at := 0
	for {
		t, err := d.Token()
		end := int(d.InputOffset())
		if err != nil {
			if rest := string(body[min(at, len(body)):]); strings.TrimSpace(rest) == "" {
				out.WriteString(rest)
			} else {
				out.WriteString(m.Text(rest))
			}
			return out.Bytes()
		}
		start := at
		for start < end && strings.IndexByte(" \t\r\n,:", body[start]) >= 0 {
			start++
		}
		out.Write(body[at:start])
		raw := body[start:end]
		at = end
		top := &stack[len(stack)-1]
		if d, ok := t.(json.Delim); ok {
			out.Write(raw)
			if d == '{' || d == '[' {
				stack = append(stack, level{object: d == '{', name: top.name})
				continue
			}
			if len(stack) > 1 {
				stack = stack[:len(stack)-1]
			}
			stack[len(stack)-1].value = false
			continue
		}
		if top.object && !top.value {
			top.name, _ = t.(string)
			top.value = true
			m.putJSON(&out, raw, top.name, m.name(top.name))
			continue
		}
		top.value = false
		value := ""
		switch v := t.(type) {
		case string:
			value = v
		case json.Number:
			value = v.String()
		}
		m.putJSON(&out, raw, value, m.Param(top.name, value))
	}
}

func (m *Masker) putJSON(out *bytes.Buffer, raw []byte, was, shown string) {
	if shown == was {
		out.Write(raw)
		return
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(shown) // a string always encodes
	out.Write(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

var partName = regexp.MustCompile(`(?i)\bname="([^"]*)"`)

// multipart masks the values of the parts of a form, files as texts, and numbers in their heads.
func (m *Masker) multipart(body, boundary string) string {
	parts := strings.Split(body, "--"+boundary)
	for i, part := range parts {
		at, gap := strings.Index(part, "\r\n\r\n"), 4
		if at < 0 {
			if at, gap = strings.Index(part, "\n\n"), 2; at < 0 {
				if strings.Trim(part, "-\r\n") != "" {
					parts[i] = m.Text(part)
				}
				continue
			}
		}
		head, value := part[:at+gap], part[at+gap:]
		end := len(strings.TrimRight(value, "\r\n"))
		name := ""
		if found := partName.FindStringSubmatch(head); found != nil {
			name = found[1]
		}
		shown := m.Param(name, value[:end])
		if strings.Contains(strings.ToLower(head), "filename=") {
			shown = m.Text(value[:end])
		}
		parts[i] = m.Sentence(head) + shown + value[end:]
	}
	return strings.Join(parts, "--"+boundary)
}

// Header masks the values of headers. Signatures and nonces stay.
func (m *Masker) Header(h http.Header) http.Header {
	if m == nil || h == nil {
		return h
	}
	out := make(http.Header, len(h))
	for name, values := range h {
		if strings.HasPrefix(name, "X-Plivo-Signature") {
			out[name] = values
			continue
		}
		shown := make([]string, len(values))
		for i, v := range values {
			shown[i] = m.Sentence(v)
			if strings.Contains(v, "?") && strings.Contains(v, "=") {
				shown[i] = m.URL(v)
			}
		}
		out[name] = shown
	}
	return out
}

package snippet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
)

// options are the parameters of o that are given.
func options(o plivo.Options) []param {
	var ps []param
	text := func(name, value string) {
		if value != "" {
			ps = append(ps, param{name, value})
		}
	}
	text("type", o.Type)
	text("powerpack_uuid", o.Powerpack)
	urls, ids := o.Files()
	if len(urls) > 0 {
		ps = append(ps, param{"media_urls", urls})
	}
	if len(ids) > 0 {
		ps = append(ps, param{"media_ids", ids})
	}
	if o.Expiry != 0 {
		ps = append(ps, param{"message_expiry", o.Expiry})
	}
	text("log", o.Log)
	if o.Trackable {
		ps = append(ps, param{"trackable", true})
	}
	text("dlt_entity_id", o.DLTEntityID)
	text("dlt_template_id", o.DLTTemplateID)
	text("dlt_template_category", o.DLTTemplateCategory)
	for _, v := range []param{{"template", o.Template}, {"interactive", o.Interactive}, {"location", o.Location}} {
		if raw := v.value.(string); raw != "" {
			ps = append(ps, param{v.name, object(raw)})
		}
	}
	return ps
}

// objects are the parameters that are JSON objects.
func (r Request) objects() []param {
	var ps []param
	for _, p := range options(r.Draft.Options) {
		if _, ok := p.value.(object); ok {
			ps = append(ps, p)
		}
	}
	return ps
}

var goNames = map[string]string{
	"src": "Src", "dst": "Dst", "text": "Text", "url": "URL", "method": "Method", "type": "Type",
	"powerpack_uuid": "PowerpackUUID", "media_urls": "MediaUrls", "media_ids": "MediaIds", "message_expiry": "MessageExpiry", "log": "Log",
	"trackable": "Trackable", "dlt_entity_id": "DLTEntityID", "dlt_template_id": "DLTTemplateID",
	"dlt_template_category": "DLTTemplateCategory", "template": "Template", "interactive": "Interactive", "location": "Location",
}

// literals writes values in a language.
type literals struct {
	quote         func(string) string
	yes, no, null string
	open, shut    string // of a list
}

var (
	goLiteral     = literals{quote: QuoteGo, yes: "true", no: "false", null: "nil", open: "[]string{", shut: "}"}
	jsonLiteral   = literals{quote: quoteJSON, yes: "true", no: "false", null: "null", open: "[", shut: "]"}
	jsLiteral     = literals{quote: QuoteJS, yes: "true", no: "false", null: "null", open: "[", shut: "]"}
	pythonLiteral = literals{quote: QuotePython, yes: "True", no: "False", null: "None", open: "[", shut: "]"}
)

// of is a value of a param, or of what JSON is read into.
func (l literals) of(v any) string {
	switch v := v.(type) {
	case string:
		return l.quote(v)
	case int:
		return strconv.Itoa(v)
	case json.Number:
		return v.String()
	case bool:
		if v {
			return l.yes
		}
		return l.no
	case []string:
		all := make([]any, len(v))
		for i := range v {
			all[i] = v[i]
		}
		return l.of(all)
	case []any:
		words := make([]string, len(v))
		for i := range v {
			words[i] = l.of(v[i])
		}
		return l.open + strings.Join(words, ", ") + l.shut
	case map[string]any:
		return l.ofMap(v)
	case object:
		return l.ofObject(string(v))
	case nil:
		return l.null
	default:
		return fmt.Sprint(v)
	}
}

func (l literals) ofMap(m map[string]any) string {
	words := make([]string, 0, len(m))
	for k, v := range m {
		words = append(words, l.quote(k)+": "+l.of(v))
	}
	sort.Strings(words)
	return "{" + strings.Join(words, ", ") + "}"
}

// ofObject is a JSON object; what is none, as a masked one, is a string.
func (l literals) ofObject(raw string) string {
	var m map[string]any
	d := json.NewDecoder(bytes.NewReader([]byte(raw)))
	d.UseNumber()
	if d.Decode(&m) != nil || m == nil {
		return l.quote(raw)
	}
	return l.of(m)
}

package webhook

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
)

const formType = "application/x-www-form-urlencoded"

// maxParams is how many parameters are read of a request; Plivo's callbacks have some twenty.
const maxParams = 100_000

// ParseParams gives the decoded parameters of a callback in the order they arrived, repeated names
// kept: those of the query of rawURL for GET and HEAD, those of the body otherwise. The body may be a
// form (the charset is ignored), multipart/form-data, or a JSON object, whose scalars become values as
// they are written, null an empty one and nested values compact JSON. Without a content type the body
// is read as what it looks like. No more than 100,000 parameters are read. problem says in a sentence what could not be read; params then holds
// what could. It does not panic on any input.
func ParseParams(method, rawURL, contentType string, body []byte) (params []signature.Param, problem string) {
	if method == http.MethodGet || method == http.MethodHead {
		rawURL, _, _ = strings.Cut(rawURL, "#")
		_, query, _ := strings.Cut(rawURL, "?")
		return parseForm(query, "the query")
	}
	if len(body) == 0 {
		if method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
			return nil, "The body is empty, so there are no parameters."
		}
		return nil, ""
	}
	if contentType == formType {
		return parseForm(string(body), "the body")
	}
	mediaType, attrs, err := mime.ParseMediaType(contentType)
	if mediaType == "" { // absent or malformed beyond its parameters
		mediaType, _, _ = strings.Cut(contentType, ";")
		mediaType = strings.ToLower(strings.TrimSpace(mediaType))
	}
	switch {
	case mediaType == formType:
		return parseForm(string(body), "the body")
	case isJSON(mediaType):
		return parseJSON(body)
	case mediaType == "multipart/form-data" && err == nil:
		return parseMultipart(body, attrs["boundary"])
	case mediaType == "multipart/form-data":
		return nil, fmt.Sprintf("The content type %q cannot be read: %v.", contentType, err)
	case contentType == "" && looksLikeJSON(body):
		return parseJSON(body)
	case contentType == "" && looksLikeForm(body):
		return parseForm(string(body), "the body")
	case contentType == "":
		return nil, "The body has no content type and does not look like a form, so there are no parameters; Plivo sends " + formType + "."
	default:
		return nil, fmt.Sprintf("The body is %q and no form, so there are no parameters; Plivo sends %s.", contentType, formType)
	}
}

func isJSON(mediaType string) bool {
	return mediaType == "application/json" || mediaType == "text/json" ||
		strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json")
}

func looksLikeJSON(body []byte) bool {
	trimmed := bytes.TrimLeft(body, " \t\r\n")
	return len(trimmed) > 0 && trimmed[0] == '{' && json.Valid(trimmed)
}

// looksLikeForm asks for a name and "=" at the start and for nothing that a form has to escape.
func looksLikeForm(body []byte) bool {
	eq := bytes.IndexByte(body, '=')
	if eq <= 0 {
		return false
	}
	for _, b := range body {
		if b <= ' ' || b >= 0x7f || b == '<' || b == '>' || b == '{' || b == '"' {
			return false
		}
	}
	return true
}

var tooMany = fmt.Sprintf("There are more than %d parameters; those beyond are not read, so the signature cannot match.", maxParams)

// parseForm is not url.ParseQuery, which loses the order in a map and drops a pair
// that holds ";" or a bad escape.
func parseForm(form, where string) (params []signature.Param, problem string) {
	if form == "" {
		return nil, ""
	}
	params = make([]signature.Param, 0, min(strings.Count(form, "&")+1, maxParams))
	for pair := range strings.SplitSeq(form, "&") {
		if pair == "" {
			continue
		}
		if len(params) == maxParams {
			return params, tooMany
		}
		rawName, rawValue, _ := strings.Cut(pair, "=")
		name, badName := unescape(rawName)
		value, badValue := unescape(rawValue)
		params = append(params, signature.Param{Name: name, Value: value})
		if bad := cmp.Or(badName, badValue); bad != "" && problem == "" {
			problem = fmt.Sprintf("Parameter %q in %s has %q, which is no percent escape; it is kept as it stands.", cut(name), where, bad)
		}
	}
	return params, problem
}

// unescape decodes "+" and every well-formed %XX; bad is the first that is malformed.
func unescape(s string) (decoded, bad string) {
	if !strings.ContainsAny(s, "%+") {
		return s, ""
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '+':
			out = append(out, ' ')
		case '%':
			if i+2 < len(s) {
				high, okHigh := hexDigit(s[i+1])
				low, okLow := hexDigit(s[i+2])
				if okHigh && okLow {
					out = append(out, high<<4|low)
					i += 2
					continue
				}
			}
			if bad == "" {
				bad = s[i:min(i+3, len(s))]
			}
			out = append(out, c)
		default:
			out = append(out, c)
		}
	}
	return string(out), bad
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// parseJSON reads token by token because a map would lose order and repeats, and float64 the digits.
func parseJSON(body []byte) (params []signature.Param, problem string) {
	trimmed := bytes.TrimLeft(body, " \t\r\n")
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		return nil, fmt.Sprintf("The body says it is JSON but cannot be read as such: %v.", err)
	}
	if trimmed[0] != '{' {
		return nil, "The body is JSON but no object, so there are no parameters."
	}
	decoder := json.NewDecoder(bytes.NewReader(trimmed))
	if _, err := decoder.Token(); err != nil {
		return nil, fmt.Sprintf("The body says it is JSON but cannot be read as such: %v.", err)
	}
	for decoder.More() {
		if len(params) == maxParams {
			return params, tooMany
		}
		key, err := decoder.Token()
		if err != nil {
			return params, fmt.Sprintf("The JSON body could be read only in part: %v.", err)
		}
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return params, fmt.Sprintf("The JSON body could be read only in part: %v.", err)
		}
		name, _ := key.(string)
		params = append(params, signature.Param{Name: name, Value: jsonValue(raw)})
	}
	return params, ""
}

func jsonValue(raw json.RawMessage) string {
	switch raw[0] {
	case '"':
		var s string
		if json.Unmarshal(raw, &s) == nil {
			return s
		}
	case 'n':
		return ""
	case '{', '[':
		var compact bytes.Buffer
		if json.Compact(&compact, raw) == nil {
			return compact.String()
		}
	}
	return string(raw)
}

func parseMultipart(body []byte, boundary string) (params []signature.Param, problem string) {
	if boundary == "" {
		return nil, "The body is multipart/form-data without a boundary, so there are no parameters."
	}
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			if !bytes.Contains(body, []byte("--"+boundary+"--")) {
				problem = "The multipart body could be read only in part: it ends before its last boundary."
			}
			return params, problem
		}
		if err != nil {
			return params, fmt.Sprintf("The multipart body could be read only in part: %v.", err)
		}
		if part.FileName() != "" {
			if problem == "" {
				problem = fmt.Sprintf("Part %q of the multipart body is a file; it is no parameter.", cut(part.FormName()))
			}
			continue
		}
		if len(params) == maxParams {
			return params, tooMany
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return params, fmt.Sprintf("The multipart body could be read only in part: %v.", err)
		}
		params = append(params, signature.Param{Name: part.FormName(), Value: string(value)})
	}
}

// cut keeps a hostile name from filling a sentence or a log.
func cut(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

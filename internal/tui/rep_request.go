package tui

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/archive"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// Separators of the lists that are edited.
const (
	paramSep  = "="
	headerSep = ": "
)

// editable is a request as it is edited: the texts of its parts. Those of a captured one are made by
// editableOf; what was edited is told by holding them against these.
type editable struct {
	method, target  string
	headers, params string // lists
	body            string // in place of params where it has none, as bodyText writes it
	whole           bool   // the body has no parameters to edit, but only itself
}

// editableOf writes the parts of a callback.
func editableOf(cb webhook.Callback) editable {
	e := editable{method: cb.Method, target: targetOf(cb.URL)}
	var headers []pair
	for _, p := range headerPairs(cb.Header) {
		if !archive.OfTheConnection(p.Name) {
			headers = append(headers, pair{name: p.Name, value: p.Value})
		}
	}
	e.headers = listText(headers, headerSep)
	params, problem := webhook.ParseParams(cb.Method, cb.URL, cb.Header.Get("Content-Type"), cb.Body)
	if problem != "" && len(cb.Body) > 0 || len(params) == 0 && len(cb.Body) > 0 && !inURL(cb.Method) {
		e.whole, e.body = true, wholeText(cb.Body)
		return e
	}
	pairs := make([]pair, len(params))
	for i, p := range params {
		pairs[i] = pair{name: p.Name, value: p.Value}
	}
	e.params = listText(pairs, paramSep)
	return e
}

// wholeText is a body as lines; one that lines cannot show stands in quotes.
func wholeText(body []byte) string {
	s := string(body)
	if !utf8.ValidString(s) || escape.Block(s) != s || strings.HasPrefix(s, `"`) || strings.Contains(s, "\r") {
		return quoted(s)
	}
	return s
}

// readWhole reads what wholeText wrote.
func readWhole(text string) ([]byte, error) {
	if !strings.HasPrefix(text, `"`) {
		return []byte(text), nil
	}
	s, err := strconv.Unquote(strings.TrimSpace(text))
	if err != nil {
		return nil, errors.New("the quoted body has no end, or holds a backslash that means nothing")
	}
	return []byte(s), nil
}

// edits are the changes that make one request of another. The error of a list is a *lineError, counted in
// its own lines.
func (e editable) edits(now editable) (edits replay.Edits, part field, err error) {
	if now.method = strings.TrimSpace(now.method); now.method != "" && now.method != e.method {
		edits.Method = now.method
	}
	if now.target = strings.TrimSpace(now.target); now.target != "" && now.target != e.target {
		edits.Path = now.target
		if !strings.HasPrefix(now.target, "/") {
			return edits, fieldPath, fmt.Errorf("the path %q does not begin with \"/\"; write it as /sms/inbound?a=b", brief(now.target))
		}
	}
	if edits.Header, err = listEdits(e.headers, now.headers, headerSep, sameHeader); err != nil {
		return edits, fieldHeaders, err
	}
	if now.whole {
		if now.body != e.body || !e.whole {
			if edits.Body, err = readWhole(now.body); err != nil {
				return edits, fieldParams, err
			}
		}
		return edits, noField, nil
	}
	if edits.Params, err = listEdits(e.params, now.params, paramSep, sameParam); err != nil {
		return edits, fieldParams, err
	}
	return edits, noField, nil
}

func listEdits(before, after, sep string, same func(string) string) ([]replay.Edit, error) {
	if before == after {
		return nil, nil
	}
	was, err := parseList(before, sep)
	if err != nil {
		return nil, err
	}
	is, err := parseList(after, sep)
	if err != nil {
		return nil, err
	}
	return editsOf(was, is, same)
}

// remark is the sign of a line that is no part of the request.
const remark = "#"

// text is the request as an editor gets it, below some remarks.
func (e editable) text(remarks ...string) string {
	var b strings.Builder
	for _, r := range remarks {
		for l := range strings.SplitSeq(r, "\n") {
			b.WriteString(strings.TrimRight(remark+" "+l, " ") + "\n")
		}
	}
	b.WriteString(e.method + " " + escapedTarget(e.target) + "\n")
	if e.headers != "" {
		b.WriteString(e.headers + "\n")
	}
	b.WriteString("\n")
	if e.whole {
		return b.String() + e.body + "\n" // editors end the last line
	}
	if e.params == "" {
		return b.String()
	}
	return b.String() + e.params + "\n"
}

// escapedTarget is a path as a line can show it: one that cannot go over the wire otherwise is escaped.
func escapedTarget(target string) string {
	if escape.Line(target) == target {
		return target
	}
	return quoted(target)
}

// parseEditable reads what text wrote, after it was edited. What is wrong is a *lineError.
func parseEditable(text string, whole bool) (editable, error) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	lines := strings.Split(text, "\n")
	at := 0
	for at < len(lines) && (strings.HasPrefix(lines[at], remark) || strings.TrimSpace(lines[at]) == "") {
		at++
	}
	if at == len(lines) {
		return editable{}, &lineError{1, "there is no request line; it reads as POST /sms/delivery-report"}
	}
	e := editable{whole: whole}
	method, target, found := strings.Cut(strings.TrimSpace(lines[at]), " ")
	target = strings.TrimSpace(target)
	if !found || method == "" || strings.HasSuffix(method, ":") || strings.Contains(method, paramSep) {
		return e, &lineError{at + 1, fmt.Sprintf("%q is no request line; it reads as POST /sms/delivery-report", brief(lines[at]))}
	}
	if s, err := strconv.Unquote(target); err == nil {
		target = s
	}
	if !strings.HasPrefix(target, "/") {
		return e, &lineError{at + 1, fmt.Sprintf("the path %q does not begin with \"/\"", brief(target))}
	}
	e.method, e.target = method, target
	begin := at + 1
	end := begin
	for end < len(lines) && strings.TrimSpace(lines[end]) != "" {
		end++
	}
	e.headers = strings.Join(lines[begin:end], "\n")
	if _, err := parseList(e.headers, headerSep); err != nil {
		return e, further(err, begin)
	}
	if end < len(lines) {
		end++
	}
	rest := strings.Join(lines[end:], "\n")
	if whole {
		e.body = strings.TrimSuffix(rest, "\n")
		if _, err := readWhole(e.body); err != nil {
			return e, &lineError{end + 1, err.Error()}
		}
		return e, nil
	}
	e.params = strings.TrimRight(rest, "\n")
	if _, err := parseList(e.params, paramSep); err != nil {
		return e, further(err, end)
	}
	return e, nil
}

// further counts a line from the beginning of a longer text.
func further(err error, lines int) error {
	var wrong *lineError
	if errors.As(err, &wrong) {
		return &lineError{wrong.line + lines, wrong.text}
	}
	return err
}

// asCallback shows a request by what shows callbacks.
func asCallback(method, url string, header http.Header, body []byte) webhook.Callback {
	return webhook.Callback{Method: method, URL: url, Header: header, Body: bytes.Clone(body)}
}

package api

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object whose fields are read leniently: Plivo's documentation, fixtures and
// answers disagree on which of them are numbers and which are strings.
type object map[string]json.RawMessage

// parseObject reads body as one JSON object; false where it is anything else.
func parseObject(body []byte) (object, bool) {
	var o object
	if err := json.Unmarshal(body, &o); err != nil || o == nil {
		return nil, false
	}
	return o, true
}

// text is a field as a string: a number or a boolean as it was written, "" where it is absent, null
// or no scalar.
func (o object) text(name string) string { return scalar(o[name]) }

func scalar(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" || raw[0] == '{' || raw[0] == '[' {
		return ""
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// number is a field as a whole number, written as a number or a string; 0 where it is neither.
func (o object) number(name string) int {
	n, err := strconv.Atoi(strings.TrimSpace(o.text(name)))
	if err != nil {
		return 0
	}
	return n
}

// truth is a field as a boolean; false where it is anything but true, in whatever writing.
func (o object) truth(name string) bool { return strings.EqualFold(o.text(name), "true") }

// objects is a field as an array of objects; false where it is anything else.
func (o object) objects(name string) ([]object, bool) {
	var out []object
	if err := json.Unmarshal(o[name], &out); err != nil || out == nil {
		return nil, false
	}
	return out, !slices.ContainsFunc(out, func(o object) bool { return o == nil })
}

// list is a field as strings: an array's scalars, or the one scalar; empty ones are left out.
func (o object) list(name string) []string {
	raws := []json.RawMessage{o[name]}
	var many []json.RawMessage
	if json.Unmarshal(o[name], &many) == nil {
		raws = many
	}
	var out []string
	for _, raw := range raws {
		if s := scalar(raw); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// time is a field as Plivo writes times: with or without fraction, with the zone of the account, in
// UTC where it is left out; zero where it is absent or unreadable.
func (o object) time(name string) time.Time {
	for _, layout := range []string{"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", time.RFC3339} {
		if t, err := time.Parse(layout, o.text(name)); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// readWords finds an answer's error text, at any of the places where Plivo puts it, and its api_id.
// ok tells that the body is a JSON object.
func readWords(body []byte) (text, apiID string, ok bool) {
	o, ok := parseObject(body)
	if !ok {
		return "", "", false
	}
	apiID = o.text("api_id")
	for _, path := range [][]string{{"error"}, {"global_error"}, {"message"}, {"error", "error"}, {"error", "message"}, {"data", "error"}, {"errors", "global_error"}} {
		if s := strings.TrimSpace(o.at(path...)); s != "" {
			return s, apiID, true
		}
	}
	if raw := bytes.TrimSpace(o["error"]); len(raw) > 0 && string(raw) != "null" && string(raw) != `""` {
		return string(raw), apiID, true
	}
	return "", apiID, true
}

func (o object) at(path ...string) string {
	for _, name := range path[:len(path)-1] {
		var inner object
		if json.Unmarshal(o[name], &inner) != nil {
			return ""
		}
		o = inner
	}
	return o.text(path[len(path)-1])
}

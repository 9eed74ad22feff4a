package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// names of scenarios, variables and messages.
var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)

// Parse reads a scenario in the format of docs/scenarios.md. name is the file's, for errors, and the
// scenario's where it has none of its own. The error is an *Error with the line and the column.
func Parse(data []byte, name string) (s Scenario, err error) {
	r := reader{file: name, begin: "\"plivoscope trigger show delivered\" prints one to begin with", what: "a scenario"}
	file, err := r.document(data)
	if err != nil {
		return s, err
	}
	s = Scenario{Source: string(data), file: name, Wait: true}
	if err := r.scenario(file, &s); err != nil {
		return Scenario{}, err
	}
	if s.Name == "" {
		base := path.Base(strings.ReplaceAll(name, "\\", "/"))
		s.Name = strings.TrimSuffix(strings.TrimSuffix(base, ".yaml"), ".yml")
	}
	// What the variables' own values do not fit into is told now, where it stands.
	if _, err := Make(s, Input{Now: time.Unix(0, 0).UTC(), Random: zeros{}}); err != nil {
		return Scenario{}, err
	}
	return s, nil
}

// zeros is a source for what is thrown away.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func invalidAt(data []byte) position {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			line := bytes.Count(data[:i], []byte{'\n'})
			return position{line + 1, i - bytes.LastIndexByte(data[:i], '\n')}
		}
		i += size
	}
	return position{}
}

// document reads the file's one document. The library fails on no input that is known, but a stranger's file
// must not end the program.
func (r reader) document(data []byte) (_ ast.Node, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = r.fail(position{}, "it cannot be read as YAML (%v)", problem)
		}
	}()
	switch {
	case len(data) > maxFile:
		return nil, r.fail(position{}, "it has %d bytes, more than the %d that are read", len(data), maxFile)
	case !utf8.Valid(data):
		return nil, r.fail(invalidAt(data), "it is not UTF-8 here; save it as UTF-8")
	}
	if at, deep := tooDeep(data); deep {
		return nil, r.fail(at, "it is nested deeper than %d levels here, and %s has no more than a few", maxDepth, r.what)
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		var at yaml.Error
		if errors.As(err, &at) && at.GetToken() != nil && at.GetToken().Position != nil {
			p := at.GetToken().Position
			problem := strings.TrimSuffix(at.GetMessage(), ".")
			if strings.Contains(problem, "flow map") {
				problem += quotes
			}
			return nil, r.fail(position{p.Line, p.Column}, "it is no YAML: %s", problem)
		}
		return nil, r.fail(position{}, "it is no YAML: %v", err)
	}
	var docs []ast.Node
	for _, d := range file.Docs {
		if d.Body != nil {
			docs = append(docs, d.Body)
		}
	}
	switch {
	case len(docs) == 0:
		return nil, r.fail(position{}, "it is empty; %s", r.begin)
	case len(docs) > 1:
		return nil, r.fail(where(docs[1]), "a second document begins here; a file is %s alone", r.what)
	}
	return docs[0], nil
}

// tooDeep tells where brackets, or dashes of one line, are nested too deep. What the parser of the library
// holds grows with the square of it: 250 KB of brackets would take all memory. Levels of indentation need as
// much text.
func tooDeep(data []byte) (position, bool) {
	brackets, dashes, line := 0, 0, 0
	for _, t := range lexer.Tokenize(string(data)) {
		if t.Position.Line != line {
			dashes, line = 0, t.Position.Line
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets = max(brackets-1, 0)
		case token.SequenceEntryType:
			dashes++
		}
		if max(brackets, dashes) > maxDepth {
			return position{t.Position.Line, t.Position.Column}, true
		}
	}
	return position{}, false
}

// reader reads the nodes of a file, and knows where each stands.
type reader struct {
	file  string
	what  string // it is
	begin string // how to begin one
}

func (r reader) fail(at position, format string, args ...any) error {
	return &Error{File: r.file, Line: at.line, Column: at.column, Problem: fmt.Sprintf(format, args...), what: r.what}
}

// where is the place of a node.
func where(n ast.Node) position {
	switch n := n.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 {
			return where(n.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return where(n.Key)
	}
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return position{}
	}
	p := n.GetToken().Position
	return position{p.Line, p.Column}
}

// entry is one key of a mapping with its value.
type entry struct {
	key   string
	at    position
	value ast.Node
}

// mapping reads a mapping of at most so many keys, each there once.
func (r reader) mapping(n ast.Node, what string, most int) ([]entry, error) {
	var pairs []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	case *ast.NullNode:
	default:
		return nil, r.fail(where(n), "%s is a mapping, as key: value, and this is %s", what, kindOf(n))
	}
	if len(pairs) > most {
		return nil, r.fail(where(pairs[most].Key), "%s has %d entries, at most %d are taken", what, len(pairs), most)
	}
	entries := make([]entry, 0, len(pairs))
	seen := make(map[string]bool, len(pairs))
	for _, p := range pairs {
		key, err := r.scalar(p.Key, "a key")
		if err != nil {
			return nil, err
		}
		if seen[key.text] {
			return nil, r.fail(key.at, "%q is there twice", cut(key.text))
		}
		seen[key.text] = true
		entries = append(entries, entry{key.text, key.at, p.Value})
	}
	return entries, nil
}

// list reads a list of at most so many entries.
func (r reader) list(n ast.Node, what string, most int) ([]ast.Node, error) {
	list, ok := n.(*ast.SequenceNode)
	if !ok {
		return nil, r.fail(where(n), "%s is a list, each entry behind a dash, and this is %s", what, kindOf(n))
	}
	if len(list.Values) > most {
		return nil, r.fail(where(list.Values[most]), "%s has %d entries, at most %d are taken", what, len(list.Values), most)
	}
	return list.Values, nil
}

// scalar reads one value as it is written, whatever YAML takes it for: 000 is no number here.
func (r reader) scalar(n ast.Node, what string) (field, error) {
	f := field{at: where(n), given: true}
	switch n := n.(type) {
	case *ast.StringNode:
		f.text = n.Value
	case *ast.LiteralNode:
		f.text = n.Value.Value
	case *ast.NullNode:
		f.text = ""
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		f.text = n.GetToken().Value
	default:
		return f, r.fail(f.at, "%s is one value, and this is %s%s", what, kindOf(n), braces(n))
	}
	if len(f.text) > maxValue {
		return f, r.fail(f.at, "%s has %d bytes, at most %d are taken", what, len(f.text), maxValue)
	}
	return f, nil
}

const quotes = "; put quotes around a value that begins with {{"

// braces tells of the usual slip: an unquoted {{name}} is a mapping to YAML.
func braces(n ast.Node) string {
	if m, ok := n.(*ast.MappingNode); ok && m.IsFlowStyle {
		return quotes
	}
	return ""
}

func kindOf(n ast.Node) string {
	switch n.(type) {
	case nil, *ast.NullNode:
		return "nothing"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return "an anchor or alias, which are not taken"
	case *ast.TagNode:
		return "a tag, which is not taken"
	}
	return "one value"
}

// unknown is the error for a key that means nothing here.
func (r reader) unknown(e entry, what string, known []string) error {
	return r.fail(e.at, "%s has no %q; it has %s", what, cut(e.key), strings.Join(known, ", "))
}

// name reads the name of a variable or message.
func (r reader) name(e entry, what string) error {
	if len(e.key) > maxName || !nameForm.MatchString(e.key) {
		return r.fail(e.at, "%q cannot be the name of %s: it is of at most %d small letters, digits, - and _", cut(e.key), what, maxName)
	}
	return nil
}

// yes reads true or false.
func (r reader) yes(n ast.Node, what string) (bool, error) {
	switch n := n.(type) {
	case *ast.BoolNode:
		return n.Value, nil
	case *ast.StringNode:
		if n.Value == "true" || n.Value == "false" {
			return n.Value == "true", nil
		}
	}
	return false, r.fail(where(n), "%s is true or false, and this is %s", what, kindOf(n))
}

// oneOf reads a value that is one of a few.
func oneOf[T ~string](r reader, n ast.Node, what string, values []T) (T, error) {
	f, err := r.scalar(n, what)
	if err != nil {
		return "", err
	}
	if !slices.Contains(values, T(f.text)) {
		words := make([]string, len(values))
		for i, v := range values {
			words[i] = string(v)
		}
		return "", r.fail(f.at, "%s is not %q; it is %s", what, cut(f.text), strings.Join(words, ", "))
	}
	return T(f.text), nil
}

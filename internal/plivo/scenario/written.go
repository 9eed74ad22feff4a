package scenario

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// written is a value as a file has it, without its comments and its looks: a text, a list, or a mapping in its order.
type written struct {
	text string
	keys []string  // of a mapping
	list []written // what it has under the keys, or the entries of a list
	kind writtenKind
}

type writtenKind uint8

const (
	isText writtenKind = iota
	isList
	isMapping
	isNothing
)

// text is a text, as written.
func textOf(s string) written { return written{text: s} }

// with is a mapping with one more key.
func (w written) with(key string, value written) written {
	w.kind = isMapping
	w.keys, w.list = append(w.keys, key), append(w.list, value)
	return w
}

// written is what a node says. What the file's reader has taken has no other nodes in it.
func (r reader) written(n ast.Node) (written, error) {
	switch n := n.(type) {
	case *ast.SequenceNode:
		w := written{kind: isList}
		for _, one := range n.Values {
			value, err := r.written(one)
			if err != nil {
				return w, err
			}
			w.list = append(w.list, value)
		}
		return w, nil
	case *ast.MappingNode, *ast.MappingValueNode:
		entries, err := r.mapping(n, "it", maxSteps)
		w := written{kind: isMapping}
		for _, e := range entries {
			value, err := r.written(e.value)
			if err != nil {
				return w, err
			}
			w = w.with(e.key, value)
		}
		return w, err
	case *ast.NullNode:
		return written{kind: isNothing}, nil
	}
	f, err := r.scalar(n, "it")
	return textOf(f.text), err
}

// plainForm is what is written without quotes. It begins as nothing that means something to YAML.
var plainForm = regexp.MustCompile(`^[A-Za-z0-9+/][A-Za-z0-9+/%*._-]*( [A-Za-z0-9%._-]+)*$`)

// yamlOf writes a text, in quotes where it needs them.
func yamlOf(s string) string {
	if plainForm.MatchString(s) && !strings.EqualFold(s, "null") {
		return s
	}
	return jsonOf(s)
}

func jsonOf(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string can always be encoded
	return strings.TrimSuffix(b.String(), "\n")
}

// yaml writes what follows a key, or a dash: on the same line, or on lines of its own, so far to the right.
func (w written) yaml(b *strings.Builder, indent string) {
	switch {
	case w.kind == isText:
		b.WriteString(" " + yamlOf(w.text) + "\n")
	case w.kind == isNothing:
		b.WriteString(" null\n")
	case len(w.list) == 0 && w.kind == isList:
		b.WriteString(" []\n")
	case len(w.list) == 0:
		b.WriteString(" {}\n")
	case w.kind == isMapping:
		b.WriteString("\n")
		w.yamlKeys(b, indent, indent)
	default:
		b.WriteString("\n")
		for _, one := range w.list {
			b.WriteString(indent + "-")
			if one.kind == isMapping && len(one.list) > 0 {
				one.yamlKeys(b, " ", indent+"  ")
			} else {
				one.yaml(b, indent+"  ")
			}
		}
	}
}

// yamlKeys writes a mapping, its first key after other blanks than the following ones.
func (w written) yamlKeys(b *strings.Builder, first, indent string) {
	for i, key := range w.keys {
		b.WriteString(first + yamlOf(key) + ":")
		w.list[i].yaml(b, indent+"  ")
		first = indent
	}
}

// json writes the value as JSON; every text is a string.
func (w written) json(b *strings.Builder) {
	switch w.kind {
	case isText:
		b.WriteString(jsonOf(w.text))
		return
	case isNothing:
		b.WriteString("null")
		return
	}
	open, end := "[", "]"
	if w.kind == isMapping {
		open, end = "{", "}"
	}
	for i, one := range w.list {
		b.WriteString(open)
		if w.kind == isMapping {
			b.WriteString(jsonOf(w.keys[i]) + ":")
		}
		one.json(b)
		open = ","
	}
	if len(w.list) == 0 {
		b.WriteString(open)
	}
	b.WriteString(end)
}

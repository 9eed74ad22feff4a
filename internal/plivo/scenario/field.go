package scenario

import (
	"cmp"
	"fmt"
	"strings"
)

// position is where something stands in a file, both from 1.
type position struct{ line, column int }

// field is a text of a file, in which {{names}} may stand for values.
type field struct {
	text  string
	at    position
	given bool
}

// Error is what is wrong with a file, and where.
type Error struct {
	File         string
	Line, Column int // 0 where it is of no place
	Problem      string

	what string // the file is; empty for a scenario
}

func (e *Error) Error() string {
	what := "the " + cmp.Or(strings.TrimPrefix(e.what, "a "), "scenario")
	if e.Line == 0 {
		return fmt.Sprintf("cannot use %s %s: %s", what, e.File, e.Problem)
	}
	return fmt.Sprintf("cannot use %s %s, line %d, column %d: %s", what, e.File, e.Line, e.Column, e.Problem)
}

func failAt(file string, at position, format string, args ...any) error {
	return &Error{File: file, Line: at.line, Column: at.column, Problem: fmt.Sprintf(format, args...)}
}

// values gives what a name stands for; known is false for a name that stands for nothing.
type values func(name string) (value string, known bool)

const (
	opens  = "{{"
	closes = "}}"
)

// expand fills the values in. Four braces stand for two. The problem is empty where there is none.
func expand(text string, of values) (filled, problem string) {
	if !strings.Contains(text, opens) {
		return text, ""
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, opens)
		b.WriteString(before)
		if !found {
			break
		}
		if strings.HasPrefix(rest, opens) {
			b.WriteString(opens)
			text = rest[len(opens):]
			continue
		}
		name, after, closed := strings.Cut(rest, closes)
		name = strings.TrimSpace(name)
		if !closed {
			return "", fmt.Sprintf("%q begins a name and does not end it with %q; for the braces themselves write four", opens, closes)
		}
		value, known := of(name)
		if !known {
			return "", fmt.Sprintf("there is no variable %q; declare it under variables, or for the braces themselves write four", cut(name))
		}
		if b.Len()+len(value) > maxValue {
			return "", fmt.Sprintf("it is longer than %d bytes with its values filled in", maxValue)
		}
		b.WriteString(value)
		text = after
	}
	if b.Len() > maxValue {
		return "", fmt.Sprintf("it is longer than %d bytes with its values filled in", maxValue)
	}
	return b.String(), ""
}

// cut keeps what a file says from filling a sentence.
func cut(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Screens is the user's settings file for the screens. What names of keys and colours mean is not known
// here.
type Screens struct {
	Path  string // of the file, also where there is none
	Keys  []Named
	Theme []Named
	Mouse bool // true unless the file says false
}

// Named is a named setting of the file, with one value or several, and the line it begins on.
type Named struct {
	Name   string
	Values []string
	Line   int
}

// ScreensPath is where the settings file is looked for: plivoscope/config.json in the user's folder for
// configuration, see [os.UserConfigDir].
func ScreensPath() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the settings file: %w; set HOME or XDG_CONFIG_HOME, or name the file with --config", err)
	}
	return filepath.Join(dir, "plivoscope", "config.json"), nil
}

// LoadScreens reads the settings file at path, or the one at [ScreensPath], which need not exist, for an
// empty one. An error names the file and the line.
func LoadScreens(path string) (Screens, error) {
	explicit := path != ""
	if !explicit {
		var err error
		if path, err = ScreensPath(); err != nil {
			return Screens{Mouse: true}, nil // there is no such folder, so there is no such file
		}
	}
	s := Screens{Path: path, Mouse: true}
	data, _, err := slurp(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !explicit:
		return s, nil
	case errors.Is(err, fs.ErrNotExist):
		return s, fmt.Errorf("read the settings file %s: it does not exist; check the name given to --config", path)
	case err != nil:
		return s, fmt.Errorf("read the settings file %s: %w; name another with --config", path, err)
	}
	r := settingsReader{data: bytes.TrimPrefix(data, []byte("\ufeff"))}
	r.dec = json.NewDecoder(bytes.NewReader(r.data))
	r.dec.UseNumber()
	if err := r.read(&s); err != nil {
		return s, s.Wrong(r.line(), err)
	}
	return s, nil
}

// Wrong is an error about a line of the file.
func (s Screens) Wrong(line int, err error) error {
	return fmt.Errorf("read the settings file %s, line %d: %w", s.Path, line, err)
}

// settingsReader walks through the tokens of the file, so that what is wrong can be found again.
type settingsReader struct {
	data []byte
	dec  *json.Decoder
	bad  int64 // offset of a syntax error, 0 for none
}

// line is where the reader is, counted from 1.
func (r *settingsReader) line() int {
	at := r.dec.InputOffset()
	if r.bad > 0 {
		at = r.bad
	}
	return 1 + bytes.Count(r.data[:min(at, int64(len(r.data)))], []byte("\n"))
}

func (r *settingsReader) token() (json.Token, error) {
	t, err := r.dec.Token()
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		r.bad = max(r.dec.InputOffset(), 1)
		for r.bad < int64(len(r.data)) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[r.bad-1]) >= 0 {
			r.bad++ // to what was not understood
		}
		words := strings.TrimPrefix(syntax.Error(), "json: ")
		if bytes.HasPrefix(r.data[r.bad-1:], []byte("/")) || bytes.HasPrefix(r.data[r.bad-1:], []byte("#")) {
			words += "; JSON has no comments"
		}
		return nil, errors.New("it is no JSON: " + words)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		r.bad = int64(len(r.data))
		return nil, errors.New("it ends too early: a bracket or a quote is not closed")
	case err != nil:
		return nil, err
	}
	return t, nil
}

const shape = `write {"keys": {…}, "theme": {…}, "mouse": true}`

func (r *settingsReader) read(s *Screens) error {
	if len(bytes.TrimSpace(r.data)) == 0 {
		return errors.New("it is empty; " + shape)
	}
	err := r.object("the file", shape, func(name string) error {
		var err error
		switch name {
		case "keys":
			s.Keys, err = r.named("keys", `an action and its keys, as "filter": "ctrl+f" or "quit": ["q", "Q"]`)
		case "theme":
			s.Theme, err = r.named("theme", `a part and its colour, as "accent": "#6cc3d5"`)
		case "mouse":
			var t json.Token
			if t, err = r.token(); err == nil {
				on, ok := t.(bool)
				if !ok {
					return errors.New("mouse is neither true nor false")
				}
				s.Mouse = on
			}
		default:
			return fmt.Errorf("there is no setting %q: the settings are keys, theme and mouse", name)
		}
		return err
	})
	if err != nil {
		return err
	}
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the last bracket")
	}
	return nil
}

// object reads an object and gives the name of each member to take, which reads its value.
func (r *settingsReader) object(what, want string, take func(name string) error) error {
	t, err := r.token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		return fmt.Errorf("%s is no object: %s", what, want)
	}
	seen := map[string]bool{}
	for {
		if t, err = r.token(); err != nil {
			return err
		}
		name, ok := t.(string)
		if !ok {
			return nil // its closing bracket
		}
		if seen[name] {
			return fmt.Errorf("%q is there twice", name)
		}
		seen[name] = true
		if err := take(name); err != nil {
			return err
		}
	}
}

func (r *settingsReader) named(what, want string) (all []Named, err error) {
	err = r.object(what, "give "+want, func(name string) error {
		n := Named{Name: name, Line: r.line()}
		if n.Values, err = r.values(); err != nil {
			return err
		}
		if n.Values == nil {
			return fmt.Errorf("%s.%s is no text: give %s", what, name, want)
		}
		all = append(all, n)
		return nil
	})
	return all, err
}

// values are a text or number, or a list of them; nil for anything else.
func (r *settingsReader) values() ([]string, error) {
	t, err := r.token()
	if err != nil {
		return nil, err
	}
	if v, ok := textOf(t); ok {
		return []string{v}, nil
	}
	if t != json.Delim('[') {
		return nil, nil
	}
	all := []string{}
	for {
		if t, err = r.token(); err != nil {
			return nil, err
		}
		if t == json.Delim(']') {
			return all, nil
		}
		v, ok := textOf(t)
		if !ok {
			return nil, nil
		}
		all = append(all, v)
	}
}

// textOf takes a number for its digits: the key 1 need not be quoted.
func textOf(t json.Token) (string, bool) {
	switch v := t.(type) {
	case string:
		return v, true
	case json.Number:
		if _, err := strconv.ParseUint(v.String(), 10, 16); err == nil {
			return v.String(), true
		}
	}
	return "", false
}

// LineOf is the line of a setting of keys or theme, 1 where it has none.
func LineOf(all []Named, name string) int {
	if i := slices.IndexFunc(all, func(n Named) bool { return n.Name == name }); i >= 0 {
		return all[i].Line
	}
	return 1
}

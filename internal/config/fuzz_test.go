package config

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var namedLine = regexp.MustCompile(`line ([0-9]+)`)

// FuzzScreens: a file of settings is read, or refused with a line that it has.
func FuzzScreens(f *testing.F) {
	for _, s := range []string{
		"", "{}", `{"keys": {"filter": "ctrl+f", "quit": ["q", "Q"]}, "theme": {"accent": "#6cc3d5", "good": 114}, "mouse": false}`,
		"{\n\"keys\": {\"quit\": 1}}", "{\"a\":\n[{}]}", "\ufeff{\"mouse\":\n null}", "{} {}", "[", "{\"theme\":{\"good\":1e999}}", "\xff",
	} {
		f.Add([]byte(s))
	}
	path := filepath.Join(f.TempDir(), "config.json")
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadScreens(path)
		if err == nil {
			return
		}
		text := strings.ReplaceAll(err.Error(), path, "")
		if len(text) > 2000 {
			t.Errorf("the error is %d bytes long", len(text))
		}
		if match := namedLine.FindStringSubmatch(text); match != nil {
			if line, err := strconv.Atoi(match[1]); err != nil || line < 1 || line > strings.Count(string(data), "\n")+1 {
				t.Errorf("%q names a line that %q does not have", text, data)
			}
		}
	})
}

package config_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/config"
)

func screens(t *testing.T, text string) (config.Screens, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config.json")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := config.LoadScreens(path)
	s.Path = ""
	return s, err
}

func TestLoadScreens(t *testing.T) {
	got, err := screens(t, "\ufeff{\n  \"keys\": {\n    \"filter\": \"ctrl+f\",\n    \"messages\": 1,\n\n    \"quit\": [\"q\", \"Q\"]\n  },\r\n  \"theme\": {\"accent\": \"#6cc3d5\", \"good\": 114},\n  \"mouse\": false\n}\n")
	if err != nil {
		t.Fatal(err)
	}
	want := config.Screens{
		Keys: []config.Named{
			{Name: "filter", Values: []string{"ctrl+f"}, Line: 3},
			{Name: "messages", Values: []string{"1"}, Line: 4},
			{Name: "quit", Values: []string{"q", "Q"}, Line: 6},
		},
		Theme: []config.Named{{Name: "accent", Values: []string{"#6cc3d5"}, Line: 8}, {Name: "good", Values: []string{"114"}, Line: 8}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if config.LineOf(got.Keys, "quit") != 6 || config.LineOf(got.Keys, "other") != 1 {
		t.Error("the line of a setting is another")
	}
	if got, err := screens(t, "{}"); err != nil || !got.Mouse || got.Keys != nil {
		t.Errorf("an empty object reads as %+v, %v", got, err)
	}
}

func TestLoadScreensSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "line 1: it is empty; "},
		{"[]", "line 1: the file is no object: "},
		{"{\n\"mouse\": \"no\"}", "line 2: mouse is neither true nor false"},
		{"{\n\n\"colors\": {}}", `line 3: there is no setting "colors": the settings are keys, theme and mouse`},
		{"{\n\"keys\": [\"q\"]}", "line 2: keys is no object: "},
		{"{\"keys\": {\n\"quit\": true}}", "line 2: keys.quit is no text: "},
		{"{\"keys\": {\"quit\":\n[{}]}}", "line 2: keys.quit is no text: "},
		{"{\"theme\": {\"accent\": 1.5}}", "line 1: theme.accent is no text: "},
		{"{\"keys\": {\n\"quit\": \"q\",\n\"quit\": \"x\"}}", `line 3: "quit" is there twice`},
		{"{\n\"keys\": {}\n\"mouse\": true}", "line 3: it is no JSON: "},
		{"{\n// mine\n}", "line 2: it is no JSON: "},
		{"{\n\"mouse\": true,\n}", "line 3: it is no JSON: "},
		{"{\n\"keys\": {\"quit\": \"q\"", "it ends too early"},
		{"{\n\"keys\": {\"quit\": \"q", "it ends too early"},
		{"{}\n{}", "line 2: something follows the last bracket"},
		{"{\"mouse\": tru}", "line 1: it is no JSON: "},
	} {
		_, err := screens(t, c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "config.json, line ") {
			t.Errorf("%q: %v, want %s", c.text, err, c.want)
		}
	}
	_, err := screens(t, "{\n// mine\n}")
	if err == nil || !strings.HasSuffix(err.Error(), "JSON has no comments") {
		t.Errorf("a comment: %v", err)
	}
	if _, err := config.LoadScreens(filepath.Join(t.TempDir(), "none.json")); err == nil || !strings.Contains(err.Error(), "does not exist; check the name given to --config") {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := config.LoadScreens(t.TempDir()); err == nil || !strings.Contains(err.Error(), "it is a folder") {
		t.Errorf("a folder: %v", err)
	}
}

func TestScreensPath(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the folder is another on each system")
	}
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	path, err := config.ScreensPath()
	if want := filepath.Join(dir, "plivoscope", "config.json"); err != nil || path != want {
		t.Errorf("%s, %v", path, err)
	}
	if s, err := config.LoadScreens(""); err != nil || !s.Mouse || s.Path != path {
		t.Errorf("without a file: %+v, %v", s, err)
	}
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("HOME", "")
	if _, err := config.ScreensPath(); err == nil || !strings.Contains(err.Error(), "--config") {
		t.Errorf("without a home: %v", err)
	}
	if s, err := config.LoadScreens(""); err != nil || !s.Mouse {
		t.Errorf("without a home: %+v, %v", s, err)
	}
}

package config

import (
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestStateDirBySystem(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("paths are written with slashes here")
	}
	for _, c := range []struct{ goos, xdg, local, home, want string }{
		{"linux", "", "", "/home/u", "/home/u/.local/state/plivoscope"},
		{"linux", "/state", "", "/home/u", "/state/plivoscope"},
		{"linux", "relative", "", "/home/u", "/home/u/.local/state/plivoscope"},
		{"linux", "/state", "", "", "/state/plivoscope"},
		{"linux", "", "", "", ""},
		{"linux", "", "", "relative", ""},
		{"darwin", "", "", "/Users/u", "/Users/u/Library/Application Support/plivoscope"},
		{"darwin", "/state", "", "/Users/u", "/state/plivoscope"},
		{"windows", "/state", "/local", "/home/u", "/local/plivoscope"},
		{"windows", "", "", "/home/u", ""},
	} {
		getenv := func(name string) string {
			return map[string]string{"XDG_STATE_HOME": c.xdg, "LocalAppData": c.local}[name]
		}
		home := func() (string, error) {
			if c.home == "" {
				return "", errors.New("$HOME is not defined")
			}
			return c.home, nil
		}
		got, err := stateDir(c.goos, getenv, home)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
		if err != nil && !strings.Contains(err.Error(), "--db") {
			t.Errorf("%q does not say what to do", err)
		}
	}
}

func TestHistoryPath(t *testing.T) {
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	t.Setenv("LocalAppData", state)
	got, err := HistoryPath("simulator.db")
	if want := filepath.Join(state, "plivoscope", "simulator.db"); got != want || err != nil {
		t.Errorf("HistoryPath = %q, %v, want %q", got, err, want)
	}
	for _, name := range []string{"", ".", "..", "a/b", "../a", "/a"} {
		if got, err := HistoryPath(name); err == nil {
			t.Errorf("HistoryPath(%q) = %q, want an error", name, got)
		}
	}
}

func TestHistoryName(t *testing.T) {
	if got, err := HistoryName("MAXXXXXXXXXXXXXXXXXX"); got != "MAXXXXXXXXXXXXXXXXXX.db" || err != nil {
		t.Errorf("HistoryName = %q, %v", got, err)
	}
	for _, id := range []string{"", "MA", "maxxxxxxxxxxxxxxxxxx", "MAXXXXXXXXXXXXXXXXXXX", "../XXXXXXXXXXXXXXXXX", "MAXXXXXXXXXXXXXXXXX\n"} {
		if got, err := HistoryName(id); err == nil {
			t.Errorf("HistoryName(%q) = %q, want an error", id, got)
		}
	}
}

package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
)

// StateDir is the folder for histories and logs: plivoscope in XDG_STATE_HOME where that is set and
// absolute, and otherwise in ~/.local/state, on macOS in ~/Library/Application Support and on Windows
// in %LocalAppData%. It may not exist yet; who writes to it makes it, with mode 0700.
func StateDir() (string, error) {
	return stateDir(runtime.GOOS, os.Getenv, os.UserHomeDir)
}

func stateDir(goos string, getenv func(string) string, home func() (string, error)) (string, error) {
	const name = "plivoscope"
	if goos == "windows" {
		if dir := getenv("LocalAppData"); dir != "" {
			return filepath.Join(dir, name), nil
		}
		return "", errors.New("find the folder for histories and logs: %LocalAppData% is not set; set it, or name files with --db and --log")
	}
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, name), nil
	}
	dir, err := home()
	if err != nil || !filepath.IsAbs(dir) {
		return "", errors.New("find the folder for histories and logs: there is no home folder; set HOME or XDG_STATE_HOME, or name files with --db and --log")
	}
	if goos == "darwin" {
		return filepath.Join(dir, "Library", "Application Support", name), nil
	}
	return filepath.Join(dir, ".local", "state", name), nil
}

// HistoryPath is where the history called name, such as "simulator.db", lives.
func HistoryPath(name string) (string, error) {
	if name != filepath.Base(name) || !filepath.IsLocal(name) || name == "." {
		return "", fmt.Errorf("find the history %q: it is no plain file name; give a path with --db", name)
	}
	dir, err := StateDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, name), nil
}

var accountNames = regexp.MustCompile(`^[A-Z0-9]{20}$`)

// HistoryName is the file name of an account's history. It fails for what is no auth id, so that no
// path can be made from one.
func HistoryName(authID string) (string, error) {
	if !accountNames.MatchString(authID) {
		return "", errors.New("name the account's history: the auth id is not 20 capital letters and digits; check PLIVO_AUTH_ID")
	}
	return authID + ".db", nil
}

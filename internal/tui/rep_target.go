package tui

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// targetFile remembers for later runs where replays went last.
type targetFile struct {
	path  string // empty for nothing
	asked bool
	kept  string // as it stands in the file
}

// targetMsg brings the target of an earlier run, or why it cannot be read or written.
type targetMsg struct {
	target string
	err    error
}

// longestTarget bounds what is remembered, in bytes.
const longestTarget = 2000

// load reads the file once.
func (t *targetFile) load() tea.Cmd {
	if t.asked || t.path == "" {
		return nil
	}
	t.asked = true
	path := t.path
	return func() tea.Msg {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return targetMsg{err: err}
		}
		defer func() { _ = f.Close() }()
		data, err := io.ReadAll(io.LimitReader(f, longestTarget+1))
		return targetMsg{strings.TrimSpace(string(data)), err}
	}
}

// keep writes a target down, unless it may hold a secret: a query often does.
func (t *targetFile) keep(target string, masked bool) tea.Cmd {
	target = strings.TrimSpace(target)
	if t.path == "" || masked || target == t.kept || !rememberable(target) {
		return nil
	}
	t.kept = target
	path := t.path
	return func() tea.Msg {
		if err := replaceFile(path, target+"\n"); err != nil {
			return targetMsg{err: err}
		}
		return nil
	}
}

// rememberable reports whether a target can be kept: it can be asked, and has neither a user nor a query.
func rememberable(target string) bool {
	_, err := replay.CheckTarget(target)
	return err == nil && !strings.ContainsAny(target, "@?#") && len(target) <= longestTarget && escape.Line(target) == target
}

// replaceFile writes a file as a whole, for the user alone.
func replaceFile(path, text string) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	next, err := os.CreateTemp(dir, filepath.Base(path)+".*") // with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(next.Name())
		}
	}()
	_, err = next.WriteString(text)
	if err = errors.Join(err, next.Close()); err != nil {
		return err
	}
	return os.Rename(next.Name(), path)
}

// learnTarget fills the target in, where none was typed yet. Anyone may have edited the file.
func (s *replayScreen) learnTarget(msg targetMsg) tea.Cmd {
	if msg.err != nil {
		s.env.notify(app.Warning, fmt.Sprintf("The target is remembered in this run only: %v.", msg.err))
		return nil
	}
	if s.value(fieldTarget) != "" || !rememberable(msg.target) {
		return nil
	}
	s.target.kept = msg.target
	s.setValue(fieldTarget, msg.target)
	return s.follow()
}

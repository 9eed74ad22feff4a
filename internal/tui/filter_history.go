package tui

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/store"
)

// Bounds of the filters that are remembered.
const (
	maxFilters     = 100
	maxFilterBytes = 2000 // of one
)

// filterHistory are the filters that were applied on any screen, newest first, without doubles.
type filterHistory struct {
	all  []string
	file *filterFile // nil where nothing is kept
	told bool        // that it cannot be read or written
}

// filterFile keeps filters across runs, one a line, newest first.
type filterFile struct {
	mu   sync.Mutex // one change at a time
	path string
}

// filtersMsg brings the filters of earlier runs, or why they cannot be read or written.
type filtersMsg struct {
	all []string
	err error
}

func newFilterHistory(path string) *filterHistory {
	h := &filterHistory{}
	if path != "" {
		h.file = &filterFile{path: path}
	}
	return h
}

// load reads the filters of earlier runs.
func (h *filterHistory) load() tea.Cmd {
	if h.file == nil {
		return nil
	}
	file := h.file
	return func() tea.Msg {
		all, err := file.read()
		return filtersMsg{all, err}
	}
}

// add remembers a filter that is applied. Whose number, name or text it looks for is nobody's business
// after the run.
func (h *filterHistory) add(f store.Filter) tea.Cmd {
	text := f.String()
	if text == "" || len(text) > maxFilterBytes || escape.Line(text) != text {
		return nil
	}
	h.all = newestFirst([]string{text}, h.all)
	if h.file == nil || f.Personal() {
		return nil
	}
	file := h.file
	return func() tea.Msg {
		if err := file.add(text); err != nil {
			return filtersMsg{err: err}
		}
		return nil
	}
}

// learnFilters takes the filters of earlier runs: they come after those of this one.
func (e *env) learnFilters(msg filtersMsg) {
	h := e.filters
	h.all = newestFirst(h.all, msg.all)
	if msg.err != nil && !h.told {
		h.told = true
		e.notify(app.Warning, fmt.Sprintf("Filters are remembered in this run only: %v.", msg.err))
	}
}

// newestFirst joins filters without doubles, and leaves out what is too much.
func newestFirst(lists ...[]string) []string {
	var all []string
	for _, text := range slices.Concat(lists...) {
		if len(all) < maxFilters && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	return all
}

// read gives the filters of the file. A line that is none is passed over: anyone may edit the file.
func (f *filterFile) read() ([]string, error) {
	file, err := os.Open(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	const most = maxFilters * (maxFilterBytes + 1)
	var all []string
	lines := bufio.NewScanner(io.LimitReader(file, most))
	for lines.Scan() {
		parsed, err := store.ParseFilter(lines.Text())
		if text := parsed.String(); err == nil && text != "" && len(text) <= maxFilterBytes && escape.Line(text) == text {
			all = append(all, text)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read %s: %w; it can be deleted", f.path, err)
	}
	return newestFirst(all), nil
}

// add puts a filter first. Another process may have changed the file: it is read again, and replaced as a
// whole.
func (f *filterFile) add(text string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	before, err := f.read()
	if err != nil {
		return err
	}
	return replaceFile(f.path, strings.Join(newestFirst([]string{text}, before), "\n")+"\n")
}

package tui

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"
)

// TestEditorFilesAreMasked holds what a program that the user runs gets to see.
func TestEditorFilesAreMasked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "seen")
	t.Setenv("SEEN", file)
	t.Setenv("VISUAL", "")
	t.Setenv("EDITOR", "'"+program(t, `cat "$1" >>"$SEEN"`)+"'")
	core := newFakeCore()
	canariesTo(core)
	d := newDriverOn(t, core, 120, 36, Options{Renderer: rendererOf(termenv.Ascii, true), Mask: true})
	withoutTerminal(d, io.Discard)
	d.keys("G", "e", "2", "G", "e", "enter", "tab", "tab", "tab", "e", "y", "down", "down", "down")
	d.send(tea.KeyMsg{Type: tea.KeyCtrlE})
	data, err := os.ReadFile(file)
	if err != nil || len(data) == 0 {
		t.Fatalf("the editor saw nothing: %v", err)
	}
	unseen(t, "the editor", ansi.Strip(string(data)))
}

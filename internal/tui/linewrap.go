package tui

import (
	"io"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// linesEnd has the terminal end its lines at its edge, until the function that it gives is called. Terminals do not agree
// on how wide some emoji are, as those of several people: where one is wider than was reckoned, its line would go on
// in the next one, and all below it would stand a line too low from then on.
func linesEnd(out io.Writer) (restore func()) {
	write := func(sequence string) { _, _ = io.WriteString(out, sequence) }
	write(ansi.ResetModeAutoWrap)
	return func() { write(ansi.SetModeAutoWrap) }
}

// wrapping is something that has the terminal for a while, with lines that wrap.
type wrapping struct {
	tea.ExecCommand
	out io.Writer
}

func (c *wrapping) Run() error {
	_, _ = io.WriteString(c.out, ansi.SetModeAutoWrap)
	err := c.ExecCommand.Run()
	_, _ = io.WriteString(c.out, ansi.ResetModeAutoWrap)
	return err
}

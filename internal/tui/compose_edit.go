package tui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// around is the line of the text that the cursor is in, and all before it, up to the cursor, and what
// follows.
func (c *compose) around() (before, after string) {
	lines := strings.Split(c.text.Value(), "\n")
	row, at := c.text.Line(), c.text.LineInfo()
	here := []rune(lines[min(row, len(lines)-1)])
	col := min(at.StartColumn+at.ColumnOffset, len(here))
	before = strings.Join(append(lines[:row:row], string(here[:col])), "\n")
	return before, c.text.Value()[len(before):]
}

// putText fills the text, with the cursor between its two parts.
func (c *compose) putText(before, after string) {
	c.text.SetValue(after)
	focused := c.text.Focused()
	c.text.Focus() // without the focus it takes no message
	press(c.text, tea.KeyCtrlHome)
	c.text.InsertString(before)
	if !focused {
		c.text.Blur()
	}
}

// times is how often a key has to be pressed in the text, which knows code points alone, to move over or
// delete one character as it is seen: an emoji may have many.
func (c *compose) times(k tea.KeyMsg) int {
	km := c.text.KeyMap
	switch {
	case c.focus != fieldText || k.Paste:
		return 1
	case key.Matches(k, km.DeleteCharacterBackward, km.CharacterBackward):
		before, _ := c.around()
		return lastChar(before[strings.LastIndexByte(before, '\n')+1:])
	case key.Matches(k, km.DeleteCharacterForward, km.CharacterForward):
		_, after := c.around()
		line, _, _ := strings.Cut(after, "\n")
		char, _ := ansi.FirstGraphemeCluster(line, ansi.GraphemeWidth)
		return max(len([]rune(char)), 1)
	}
	return 1
}

// lastChar is how many code points the last character of a line has, at least 1.
func lastChar(line string) int {
	char := ""
	for line != "" {
		char, _ = ansi.FirstGraphemeCluster(line, ansi.GraphemeWidth)
		line = line[len(char):]
	}
	return max(len([]rune(char)), 1)
}

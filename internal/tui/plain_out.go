package tui

import (
	"io"
	"strings"
	"sync"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/escape"
)

// plainOut is the output of the plain UI: lines one after the other, none of which is ever written again.
// What is said waits in memory and is written by whoever flushes, in its order: the tea loop never waits for
// the terminal. All of it passes escape here, so that nothing acts on the terminal.
type plainOut struct {
	mu   sync.Mutex // of what waits
	buf  []byte
	open bool // the last line is being typed

	writing sync.Mutex
	w       io.Writer
}

// plainWaits bounds what waits for a terminal that takes nothing, in bytes.
const plainWaits = 1 << 20

// say adds lines.
func (o *plainOut) say(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.end()
	for l := range strings.SplitSeq(text, "\n") {
		o.add(escape.Line(strings.TrimRight(strings.ReplaceAll(l, "\t", "    "), " ")) + "\r\n")
	}
}

// put adds to the line that is being typed.
func (o *plainOut) put(text string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open = true
	o.add(escape.Line(text))
}

// close ends the line that is being typed.
func (o *plainOut) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.end()
}

func (o *plainOut) end() {
	if o.open {
		o.open = false
		o.add("\r\n")
	}
}

func (o *plainOut) add(text string) {
	if len(o.buf)+len(text) <= plainWaits {
		o.buf = append(o.buf, text...)
	}
}

// full reports whether the terminal is so far behind that the log has to wait.
func (o *plainOut) full() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.buf) > plainWaits/2
}

// flush writes what waits. Of several at once the first writes, and what comes meanwhile is the next one's.
func (o *plainOut) flush() error {
	o.writing.Lock()
	defer o.writing.Unlock()
	o.mu.Lock()
	data := o.buf
	o.buf = nil
	o.mu.Unlock()
	if len(data) == 0 {
		return nil
	}
	_, err := o.w.Write(data)
	return err
}

// flushed is flush as a Cmd, nil where nothing waits.
func (o *plainOut) flushed() tea.Cmd {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.buf) == 0 {
		return nil
	}
	return func() tea.Msg {
		if o.flush() != nil {
			return tea.Quit() // nobody can hear it any more
		}
		return nil
	}
}

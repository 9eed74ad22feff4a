package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/charmbracelet/x/term"
	"github.com/mattn/go-isatty"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/redact"
)

// Streams are the program's three streams.
type Streams struct {
	In  io.Reader
	Out io.Writer // data
	Err io.Writer // everything else

	away *atomic.Int32                // how many have the terminal in the UI's place, or had it a moment ago; nil for none
	mask *atomic.Pointer[mask.Masker] // of what is written; nil, or holding nil, where nothing is masked

	hide *atomic.Pointer[redact.Tokens] // of what is written; nil, or holding nil, where no token is known

	signals *signals // that the process takes; nil where it takes none
}

// outIsTerminal reports whether data is read by a person; a full-screen UI can be shown only then.
func (s Streams) outIsTerminal() bool { return isTerminal(s.Out) }

// width is how many columns a terminal shows the data in; 0 where it is none, or does not say.
func (s Streams) width() int { return widthOf(s.Out) }

func widthOf(stream any) int {
	f, ok := stream.(*os.File)
	if !ok || !isTerminal(stream) {
		return 0
	}
	width, _, err := term.GetSize(f.Fd())
	if err != nil {
		return 0
	}
	return width
}

// keyboard is where the UI reads keys: standard input, or nil for the terminal behind a redirected one.
func (s Streams) keyboard() io.Reader {
	if isTerminal(s.In) {
		return s.In
	}
	return nil
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}

// problem says what is wrong with the history that a command works on.
func (s Streams) problem(text string) { s.say("warning: %s", text) }

// say writes a sentence for the user beside the data. It may hold text from the network.
func (s Streams) say(format string, args ...any) {
	text := "plivoscope: " + escape.Block(s.masker().Sentence(s.hidden().Text(fmt.Sprintf(format, args...))))
	if width := widthOf(s.Err); width > 0 {
		lines := strings.Split(text, "\n")
		for i, line := range lines {
			lines[i] = wrapped(line, width, 0, 2)
		}
		text = strings.Join(lines, "\n")
	}
	fmt.Fprintln(s.Err, text)
}

// hidden are the tokens that nothing that is written may hold.
func (s Streams) hidden() *redact.Tokens {
	if s.hide == nil {
		return nil
	}
	return s.hide.Load()
}

// data is where lines of data are written.
func (s Streams) data() *lines { return &lines{w: s.Out, hide: s.hidden} }

// lines writes data a whole line at a time, from several goroutines.
type lines struct {
	mu   sync.Mutex
	w    io.Writer
	hide func() *redact.Tokens // in what is written; nil for none
	held []byte                // lines that together keeps back; nil outside of it
	room []byte                // that held had the last time
}

func (l *lines) write(line []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held != nil {
		l.held = append(append(l.held, line...), '\n')
		return nil
	}
	return l.out(append(line, '\n'))
}

// together writes what print writes at once: a system call for a page of lines and not for each.
func (l *lines) together(print func() error) error {
	l.mu.Lock()
	if l.room == nil {
		l.room = make([]byte, 0, 4096)
	}
	l.held, l.room = l.room[:0], nil
	l.mu.Unlock()
	err := print()
	l.mu.Lock()
	defer l.mu.Unlock()
	held := l.held
	l.held = nil
	if cap(held) <= roomMost {
		l.room = held
	}
	if len(held) == 0 {
		return err
	}
	return errors.Join(err, l.out(held))
}

// roomMost is how many bytes are kept to hold the next lines: a page of callbacks as Plivo's are has less.
const roomMost = 2 << 20

func (l *lines) out(data []byte) error {
	if l.hide != nil {
		data = l.hide().Bytes(data)
	}
	_, err := l.w.Write(data)
	if errors.Is(err, syscall.EPIPE) {
		return errReaderGone
	}
	return cannotPrint(err)
}

func cannotPrint(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", errNotPrinted, bare(err))
}

var errNotPrinted = errors.New("cannot write to standard output")

// errReaderGone says that nobody reads standard output any more: the command has no more to do.
var errReaderGone = errors.New("the reader of standard output is gone")

package tui

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/term"
	"github.com/muesli/cancelreader"
	"github.com/muesli/termenv"
)

// probeTimeout bounds the question for the background colour: a terminal that never answers must not
// keep the first frame back. One that answers later is dealt with by lateReply.
const probeTimeout = 150 * time.Millisecond

// newRenderer makes the renderer for a terminal: profile from the environment (NO_COLOR, TERM,
// COLORTERM), background from COLORFGBG or from the terminal itself. lipgloss would ask by itself on
// the first style, and wait five seconds for an answer. mono is a terminal that shall have no colour
// but can show attributes, without which neither cursor nor selection would be seen. owed is whether the
// terminal was asked and has not answered.
func newRenderer(in io.Reader, out io.Writer) (r *lipgloss.Renderer, mono, owed bool) {
	r = lipgloss.NewRenderer(out)
	if os.Getenv("NO_COLOR") != "" && isTerminal(out) && os.Getenv("TERM") != "dumb" {
		r.SetColorProfile(termenv.ANSI)
		r.SetHasDarkBackground(true)
		return r, true, false
	}
	dark := true
	if d, ok := darkFromEnv(os.Getenv("COLORFGBG")); ok {
		dark = d
	} else if d, ok, late := probeBackground(in, out); ok {
		dark = d
	} else {
		owed = late
	}
	r.SetHasDarkBackground(dark)
	return r, false, owed
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

// darkFromEnv reads COLORFGBG ("15;0", "0;default;15"): its last part is the background's colour.
func darkFromEnv(v string) (dark, ok bool) {
	i := strings.LastIndexByte(v, ';')
	n, err := strconv.Atoi(v[i+1:])
	if i < 0 || err != nil || n < 0 {
		return false, false
	}
	return n < 7 || n == 8, true
}

// probeBackground asks the terminal for its background colour. A question for the device attributes
// follows, which every terminal answers, so that one without OSC 11 need not be waited for. late is
// whether not even that was answered in time.
func probeBackground(in io.Reader, out io.Writer) (dark, ok, late bool) {
	if in == nil {
		in = os.Stdin
	}
	inFile, isIn := in.(*os.File)
	outFile, isOut := out.(*os.File)
	if !isIn || !isOut || !term.IsTerminal(inFile.Fd()) || !term.IsTerminal(outFile.Fd()) || os.Getenv("TERM") == "dumb" {
		return false, false, false
	}
	old, err := term.MakeRaw(inFile.Fd())
	if err != nil {
		return false, false, false
	}
	defer func() { _ = term.Restore(inFile.Fd(), old) }()
	r, err := cancelreader.NewReader(inFile)
	if err != nil {
		return false, false, false
	}
	defer func() { _ = r.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { r.Cancel() })
	defer stop()
	if _, err := fmt.Fprint(outFile, "\x1b]11;?\x1b\\\x1b[c"); err != nil {
		return false, false, false
	}
	var got []byte
	buf := make([]byte, 128)
	for len(got) < 1024 && !endsWithAttributes(got) {
		n, err := r.Read(buf)
		got = append(got, buf[:n]...)
		if err != nil {
			break
		}
	}
	dark, ok = parseBackground(got)
	return dark, ok, !endsWithAttributes(got)
}

// endsWithAttributes reports whether the answer to the device attributes question is in b.
func endsWithAttributes(b []byte) bool {
	i := bytes.Index(b, []byte("\x1b[?"))
	return i >= 0 && bytes.IndexByte(b[i:], 'c') > 0
}

// parseBackground finds "11;rgb:RRRR/GGGG/BBBB" and judges how bright it is.
func parseBackground(b []byte) (dark, ok bool) {
	_, rest, found := strings.Cut(string(b), "]11;rgb:")
	if !found {
		return false, false
	}
	end := strings.IndexAny(rest, "\x1b\a")
	if end < 0 {
		return false, false
	}
	parts := strings.Split(rest[:end], "/")
	if len(parts) != 3 {
		return false, false
	}
	var luma float64
	for i, weight := range []float64{0.299, 0.587, 0.114} {
		n, err := strconv.ParseUint(parts[i], 16, 64)
		if err != nil || len(parts[i]) > 4 {
			return false, false
		}
		luma += weight * float64(n) / float64(uint64(1)<<(4*len(parts[i]))-1)
	}
	return luma < 0.5, true
}

// A late answer begins within lateFor of the question and has at most lateRunes: all else is the user.
const (
	lateFor   = 10 * time.Second
	lateRunes = 40
)

// lateReply keeps an answer to probeBackground that came after its time from being read as keys:
// "]11;rgb:…" would switch screens and quit.
type lateReply struct {
	now       func() time.Time
	until     time.Time
	done      bool // no answer is expected, or it came
	answering bool
	runes     int // of the answer so far
}

// newLateReply expects an answer where the terminal still owes one.
func newLateReply(owed bool, now func() time.Time) *lateReply {
	return &lateReply{now: now, until: now().Add(lateFor), done: !owed}
}

func (l *lateReply) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	k, isKey := msg.(tea.KeyMsg)
	if !isKey || l.done {
		return msg
	}
	switch {
	case !l.now().Before(l.until):
		l.done = true
	case l.answering:
		if text := string(k.Runes); k.Type == tea.KeyRunes && !k.Alt && !k.Paste && strings.Trim(text, "0123456789abcdefABCDEF/;:rg") == "" {
			if l.runes += len(k.Runes); l.runes <= lateRunes {
				return nil
			}
		}
		// The end is BEL, as ctrl+g, or ST, as alt+\. Anything else is the user.
		l.done = true
		if k.Type == tea.KeyCtrlG || (k.Alt && string(k.Runes) == `\`) {
			return nil
		}
	case k.Alt && strings.HasPrefix(string(k.Runes), "]"):
		l.answering = true
		return nil
	}
	return msg
}

package siege

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/screentest"
)

// walk is a terminal in which keys are pressed and everything that comes is looked at.
type walk struct {
	*screentest.Terminal
	t       *testing.T
	name    string
	screens int
	leaks   int
	check   func(where string, data []byte) bool
}

// settled waits until the screen has not changed for a moment, or goes on changing.
func (w *walk) settled() {
	for end, last, since := time.Now().Add(time.Second), -1, time.Now(); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if n := len(w.Written()); n != last {
			last, since = n, time.Now()
		} else if time.Since(since) > 30*time.Millisecond {
			return
		}
	}
}

// press presses keys one by one, and looks at each screen.
func (w *walk) press(keys ...string) {
	w.t.Helper()
	for _, k := range keys {
		select {
		case <-w.Ended:
			w.t.Errorf("%s ended at the key %q:\n%s", w.name, k, w.Text())
			w.t.FailNow()
		default:
		}
		w.Press(k)
		w.settled()
		w.screens++
		if !w.check(fmt.Sprintf("%s after the key %q", w.name, k), []byte(w.Text())) {
			w.leaks++
		}
	}
}

// copyAll copies each thing that the copy menu offers.
func (w *walk) copyAll(most int) {
	for n := range most {
		w.press("y")
		if !strings.Contains(w.Text(), "Copy") {
			return
		}
		for range n {
			w.press("\x1b[B")
		}
		w.press("\r")
	}
}

var clipboardSequence = regexp.MustCompile(`\x1b\]52;c;([A-Za-z0-9+/=]*)\x07`)

func decodeClipboard(text []byte) ([]byte, error) {
	return base64.StdEncoding.DecodeString(string(text))
}

// finish looks at all that was written, and at what was put on the clipboard; copied is how much that was.
func (w *walk) finish() (copied int) {
	written := w.Written()
	if len(written) >= 4<<20 {
		w.t.Errorf("%s wrote more than is looked at", w.name)
	}
	if !w.check(w.name+", all that it wrote", written) {
		w.leaks++
	}
	for _, m := range clipboardSequence.FindAllSubmatch(written, -1) {
		text, err := decodeClipboard(m[1])
		if err != nil {
			w.t.Errorf("%s wrote %q to the clipboard: %v", w.name, m[1], err)
		}
		copied++
		if !w.check(w.name+", the clipboard", text) {
			w.leaks++
		}
	}
	return copied
}

const (
	escKey   = "\x1b"
	enterKey = "\r"
	tabKey   = "\t"
)

// tour goes through every screen, sheet and part. few does a little of it.
func (w *walk) tour(few bool) {
	opened := []string{enterKey, tabKey, tabKey, tabKey, "v", "v", tabKey, tabKey, tabKey, escKey}
	w.press("1", "G", enterKey, "z", "z", escKey, "s", "G", escKey)
	most := 3
	if !few {
		most = 16
	}
	w.copyAll(most)
	w.press("2", "G")
	w.press(opened...)
	w.press(" ", "k", " ", "=", "v", escKey, "u", "6", "G", "?", escKey, ":", escKey)
	if few {
		return
	}
	w.press("1", "g", enterKey, escKey, "c", escKey, "j", enterKey, "t", escKey, "e", "o", "A", "m", escKey, "a", escKey, "i", escKey, "R", escKey, "S", escKey, "D")
	w.settled()
	w.press("y", escKey, "2", "g")
	for range 5 {
		w.press(opened...)
		w.copyAll(most)
		w.press("e", "o", "s", "G", "b", "y", escKey, escKey, "r", escKey, escKey, "2", "j")
	}
	w.press("3", "\x0f", tabKey, tabKey, tabKey, "y", escKey, "\x18", escKey, "\x12", escKey, "\x0e", escKey, escKey)
	w.press("4", "\x0f", escKey, escKey, "5", tabKey, tabKey, tabKey, escKey, escKey, "6", "g", "M", "1", "G", enterKey, escKey, "2", "G", enterKey, tabKey, tabKey, escKey, "M")
}

// TestNoTokenOnAnyScreen walks through the UI with the tokens of an account, of which some came back from outside:
// no screen shows one, and neither the clipboard nor an editor, a pager or a crash gets one.
func TestNoTokenOnAnyScreen(t *testing.T) {
	t.Parallel()
	g := newGuarded(t, false)
	helper := filepath.Join(g.inputs, "helper.sh")
	g.write(t, helper, "env > '"+g.dir+"'/out/environment.$$\ncat /proc/$$/cmdline \"$1\" > '"+g.dir+"'/out/opened.$$\n")
	programs := []string{"EDITOR=sh " + helper, "PAGER=sh " + helper}
	few := !figures.Collecting()

	screens, leaks, copied := 0, 0, 0
	ways := [][]string{{"--addr", "127.0.0.1:0"}}
	if !few {
		ways = append(ways, []string{"--addr", "127.0.0.1:0", "--mask"}, []string{"--addr", "127.0.0.1:0", "--plain"},
			[]string{"--simulator", "--ephemeral", "--addr", "127.0.0.1:0", "--fate", "delivered"}, []string{"demo", "--addr", "127.0.0.1:0"})
	}
	for _, args := range ways {
		cmd := g.program(args...)
		cmd.Env = append(cmd.Env, append(programs, "GOTRACEBACK=all")...)
		w := &walk{Terminal: screentest.Open(t, cmd, 120, 40), t: t, name: "the UI with " + strings.Join(args, " ")}
		w.check = func(where string, data []byte) bool { return allCanaries.check(t, where, data) }
		w.Until(func() bool { return strings.Contains(w.Text(), "plivoscope") && len(w.Text()) > 200 })
		w.settled()
		w.tour(few)
		// A crash in the middle of it: what Go tells of its goroutines.
		signal := syscall.SIGQUIT
		if runtime.GOOS == "windows" {
			signal = syscall.SIGKILL
		}
		_ = w.Cmd.Process.Signal(signal)
		<-w.Ended
		_ = w.Cmd.Wait()
		if runtime.GOOS == "linux" && !strings.Contains(string(w.Written()), "goroutine ") {
			t.Errorf("%s told nothing of its end", w.name)
		}
		copied += w.finish()
		screens, leaks = screens+w.screens, leaks+w.leaks
	}
	if copied < 2 {
		t.Errorf("only %d texts were copied", copied)
	}
	if opened, _ := filepath.Glob(filepath.Join(g.dir, "out", "environment.*")); !few && len(opened) < 2 && runtime.GOOS == "linux" {
		t.Errorf("an editor or pager was opened %d times", len(opened))
	}

	// What is typed is shown while it is: it must be kept nowhere.
	cmd := g.program("--addr", "127.0.0.1:0")
	w := &walk{Terminal: screentest.Open(t, cmd, 120, 40), t: t, name: "typing", check: func(string, []byte) bool { return true }}
	w.Wait(`Messages`)
	w.press("/", "text:"+accountCanary.value, enterKey, escKey, "n", accountCanary.value, tabKey, "+14155550123", "\x13")
	w.Until(func() bool { return regexp.MustCompile(`holds an auth token|y yes`).MatchString(w.Text()) })
	w.press("y")
	if !few {
		w.press(escKey, escKey, "5", tabKey, tabKey, tabKey, accountCanary.value, escKey, escKey, "4", "http://u:"+accountCanary.value+"@127.0.0.1:9/", "\x13", escKey, escKey, "i", accountCanary.value, enterKey, escKey)
	}
	w.press("\x03")
	_ = w.Cmd.Process.Signal(os.Interrupt)
	<-w.Ended
	_ = w.Cmd.Wait()

	_, lost := allCanaries.checkFiles(t, g.dir)
	figures.Tell(t, figures.Attack{What: "tokens on screens, on the clipboard and in crashes", Tries: screens, Survived: screens - leaks, Lost: leaks + lost})
}

// TestNoTokenInACrash ends servers as a crash does, while a callback is on its way.
func TestNoTokenInACrash(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no such signals here")
	}
	if !figures.Collecting() {
		t.Skip("a screen is ended so by TestNoTokenOnAnyScreen; all signals are tried where figures are collected")
	}
	g := newGuarded(t, false)
	signals := []syscall.Signal{syscall.SIGQUIT}
	if figures.Collecting() {
		signals = append(signals, syscall.SIGABRT, syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGTRAP)
	}
	for _, signal := range signals {
		cmd := g.program("listen", "--addr", "127.0.0.1:0", "-o", "json")
		cmd.Env = append(cmd.Env, "GOTRACEBACK=all")
		s := g.spawn(t, cmd)
		url := s.ready(t).ListenURL
		if _, err := post(t.Context(), httpClient, url+"/sms/delivery-report", 1); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Process.Signal(signal)
		_ = cmd.Wait()
		said, err := os.ReadFile(s.err)
		if err != nil || !strings.Contains(string(said), "goroutine ") {
			t.Errorf("%v told nothing: %q, %v", signal, said, err)
		}
	} // what they wrote is looked at when the test ends
	_, lost := allCanaries.checkFiles(t, g.dir)
	figures.Tell(t, figures.Attack{What: "tokens in goroutine dumps", Tries: len(signals), Survived: len(signals), Lost: lost})
}

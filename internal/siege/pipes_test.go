//go:build unix

package siege

import (
	"bytes"
	"net/http"
	"os"
	"testing"

	"dev.internal/plivoscope/internal/figures"
)

// TestClosedPipe: who reads the lines goes away in the middle: the program ends without a word, and what it
// acknowledged is there.
func TestClosedPipe(t *testing.T) {
	t.Parallel()
	h, l := newHouse(t), newLedger(t)
	tries, survived := times(2, 30), 0
	for range tries {
		read, write, err := os.Pipe()
		must(t, err)
		cmd := h.command("listen", "-o", "json", "--addr", "127.0.0.1:0")
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = write, &said
		must(t, cmd.Start())
		t.Cleanup(func() { _ = cmd.Process.Kill() })
		must(t, write.Close())
		url := h.serves(t) + "/sms/delivery-report"
		l.until(t, url, http.StatusOK)
		must(t, read.Close())
		// It learns that with the next line that it prints.
		wait(t, "the end of the program", func() bool { return l.post(t.Context(), url) == 0 })
		_ = cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != 0 || said.Len() > 0 || h.leased(t) {
			t.Errorf("it ended with %d, a lease is left: %v, and said\n%s", code, h.leased(t), &said)
			continue
		}
		survived++
	}
	figures.Tell(t, figures.Attack{What: "closed output pipe", Tries: tries, Survived: survived, Lost: l.lost(t, h.exported(t))})
}

// TestFullPipe: who reads the lines stands still: callbacks are taken all the same.
func TestFullPipe(t *testing.T) {
	t.Parallel()
	h, l := newHouse(t), newLedger(t)
	read, write, err := os.Pipe()
	must(t, err)
	defer func() { _ = read.Close() }()
	cmd := h.command("listen", "-o", "json", "--addr", "127.0.0.1:0")
	cmd.Stdout = write
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	must(t, write.Close())
	url := h.serves(t) + "/sms/delivery-report"
	tries := times(100, 2000) // lines of some 2 KB, into a pipe of 64 KB
	survived := 0
	for range tries {
		if l.post(t.Context(), url) == http.StatusOK {
			survived++
		}
	}
	_ = cmd.Process.Kill()
	figures.Tell(t, figures.Attack{What: "callbacks while nobody reads what is printed", Tries: tries, Survived: survived, Lost: l.lost(t, h.exported(t))})
}

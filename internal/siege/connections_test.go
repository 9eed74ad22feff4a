package siege

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// TestConnectionsOneAfterTheOther: connections that come and go by the thousand, with a request or with none, leave
// nothing behind: no descriptor and no goroutine.
func TestConnectionsOneAfterTheOther(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("descriptors are counted in /proc")
	}
	t.Parallel()
	n := part(1200, 100_000)
	h := newHouse(t)
	r := h.listen(t)
	callers := r.honestly(t, r.base)
	callers.called(t, 5)
	before := descriptors(t, r)
	survived := 0
	for i := range n {
		if err := comeAndGo(t, r, i); err != nil {
			t.Errorf("connection %d: %v", i, err)
			break
		}
		survived++
	}
	callers.called(t, 20)
	callers.end()
	// What was closed here the server ends in its own time.
	after := descriptors(t, r)
	for end := time.Now().Add(20 * time.Second); after > before+3 && time.Now().Before(end); after = descriptors(t, r) {
		time.Sleep(20 * time.Millisecond)
	}
	if after > before+3 {
		t.Errorf("%d descriptors are open, and %d were before", after, before)
		survived = 0
	}
	lost := callers.check(t, h)
	if n := goroutines(t, r); n == 0 || n > 100 {
		t.Errorf("%d goroutines are left", n)
		survived = 0
	}
	figures.Tell(t, figures.Attack{What: "connections one after the other", Tries: n, Survived: survived, Lost: lost})
}

// comeAndGo is the i-th connection. It is reset at its end, so that no port waits for its time to pass.
func comeAndGo(t *testing.T, r *running, i int) error {
	conn, err := from(t.Context(), nth(i/1000), r.addr())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.(*net.TCPConn).SetLinger(0); err != nil {
		return err
	}
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	want := ""
	switch i % 5 {
	case 0: // nothing
	case 1:
		_, err = io.WriteString(conn, later)
		want = "200"
	case 2:
		_, err = io.WriteString(conn, slowHead)
	case 3:
		_, err = io.WriteString(conn, slowBody)
	case 4:
		_, err = io.WriteString(conn, "\x16\x03\x01\r\n\r\n")
		want = "400"
	}
	if err != nil || want == "" {
		return err
	}
	answer := make([]byte, 512)
	got, err := conn.Read(answer)
	if err != nil || !strings.HasPrefix(string(answer[:got]), "HTTP/1.1 "+want) {
		return fmt.Errorf("answered %q, %v", answer[:got], err)
	}
	return nil
}

// descriptors counts what is open but for the history's files: of these the pool of readers opens more when several ask at once,
// up to its bound, and keeps them.
func descriptors(t *testing.T, r *running) int {
	t.Helper()
	folder := fmt.Sprintf("/proc/%d/fd", r.cmd.Process.Pid)
	open, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, fd := range open {
		if to, err := os.Readlink(filepath.Join(folder, fd.Name())); err == nil && !strings.Contains(to, ".db") {
			n++
		}
	}
	return n
}

// goroutines ends the program, which says at its end what all of them do, and counts them.
func goroutines(t *testing.T, r *running) int {
	t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	_ = r.cmd.Wait()
	return strings.Count(r.said(), "\ngoroutine ")
}

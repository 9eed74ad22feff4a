package cli

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/screentest"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook/archive"
)

// TestExportToATerminal shows a hostile callback in every format: nothing of it acts on the terminal.
func TestExportToATerminal(t *testing.T) {
	t.Parallel()
	const line = `{"method":"POST","url":"https://h/\u202ea?x=\u001b","headers":[["Content-Type","` + formType + `"],["X-A","\u001b]0;owned\u0007\u202e"]],"body":"a=\u001b[2J\u0000\r\n\u009b31m\u202e"}` + "\n"
	line2 := strings.Replace(line, `?x=\u001b`, "", 1) // a URL with an escape is refused
	path := filepath.Join(t.TempDir(), "hostile.db")
	in := command(t, "import", "--db", path, "-")
	in.Stdin = strings.NewReader(line2)
	if out, err := in.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, f := range archive.Formats() {
		cmd := command(t, "export", "--db", path, "--as", string(f))
		terminal, err := pty.Start(cmd)
		if err != nil {
			t.Skipf("no pseudo-terminal here: %v", err)
		}
		var out bytes.Buffer
		_, _ = out.ReadFrom(terminal) // ends with an error when the other side closes
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v: %s", f, err, out.String())
		}
		shown := strings.ReplaceAll(out.String(), "\r\n", "\n") // the terminal's own line ends
		shown = strings.ReplaceAll(shown, "\t", " ")            // of code
		if !strings.Contains(shown, "https://h/") && !strings.Contains(shown, "X-Plivo-Signature") || escape.Block(shown) != shown {
			t.Errorf("%s shows %q", f, shown)
		}
	}
	// Piped, the bytes are those that came.
	piped, err := command(t, "export", "--db", path, "--as", "http").Output()
	if err != nil || !bytes.Contains(piped, []byte("a=\x1b[2J\x00\r\n\u009b31m\u202e")) {
		t.Errorf("%v: %q", err, piped)
	}
}

// TestExportOnATerminal keeps what it tells, and what import tells, within the width.
func TestExportOnATerminal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := command(t, "import", "--db", filepath.Join(dir, "a.db"), "-")
	in.Stdin = strings.NewReader(`{"method":"POST","url":"https://h/a","headers":[["Content-Type","` + formType + `"]],"body":"a=b"}` + "\n")
	if out, err := in.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	cmd := command(t, "export", "--db", "a.db", "--mask", "--to", "masked.jsonl")
	cmd.Dir = dir
	s := screentest.Open(t, cmd, 40, 12)
	s.Wait(`(?m)^1 callback written to masked.jsonl; *\n    numbers and texts are masked, so no *\n    signature in it can verify *$`)
	cmd = command(t, "import", "--db", "b.db", "masked.jsonl")
	cmd.Dir = dir
	s = screentest.Open(t, cmd, 40, 12)
	s.Wait(`(?m)^1 callback of masked.jsonl: 1 added to *\n    b.db; 1 masked, so not to be checked *$`)
}

// TestImportIsNotRead imports all files though nobody reads what came of them, and fails where one is broken.
func TestImportIsNotRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i, text := range []string{"a=1", "a=2", "a=3"} {
		line := `{"method":"POST","url":"https://h/a","headers":[],"body":"` + text + `"}` + "\n"
		if i == 2 {
			line += `{"method":`
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.jsonl", i)), []byte(line), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	imported := func(files ...string) error {
		cmd := command(t, append([]string{"import", "--db", "a.db"}, files...)...)
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Close()
		defer w.Close()
		cmd.Dir, cmd.Stdout = dir, w
		return cmd.Run()
	}
	if err := imported("0.jsonl", "1.jsonl"); err != nil {
		t.Errorf("what came of two files is not read: %v", err)
	}
	if err := imported("2.jsonl"); err == nil {
		t.Error("a broken file is taken for a whole one")
	}
	db, err := store.Open(t.Context(), store.Options{Path: filepath.Join(dir, "a.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if all, err := db.Callbacks(t.Context(), store.Window{Limit: 10}); err != nil || len(all) != 3 {
		t.Errorf("%d callbacks are in the history, %v", len(all), err)
	}
}

// TestImportIsInterrupted stops an import that waits for more: it ends at once, and what it had stored stays.
func TestImportIsInterrupted(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "some.db")
	cmd := command(t, "import", "--db", path, "-o", "json", "-")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for n := range importRows + 3 {
		if _, err := fmt.Fprintf(in, `{"method":"POST","url":"https://h/a","headers":[],"body":"a=%d"}`+"\n", n); err != nil {
			t.Fatal(err)
		}
	}
	stored := func() int64 {
		if _, err := os.Stat(path); err != nil {
			return 0
		}
		db, err := store.Open(t.Context(), store.Options{Path: path})
		if err != nil {
			return 0 // it is being made
		}
		defer db.Close()
		n, err := db.Totals(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return n.Callbacks
	}
	eventually(t, "the first batch is stored", func() bool { return stored() == importRows })
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Skipf("no signals here: %v", err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("it ended with %d: %s", code, said.String())
	}
	if !strings.Contains(out.String(), fmt.Sprintf(`"read":%d,"added":%d`, importRows, importRows)) {
		t.Errorf("told %s", out.String())
	}
	if n := stored(); n != importRows {
		t.Errorf("%d are stored", n)
	}
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it did not come to this: %s", what)
		}
	}
}

// TestOutputCannotBeWritten says so, and not that the history could not keep something.
func TestOutputCannotBeWritten(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("no device that is full here: %v", err)
	}
	defer full.Close()
	app := httptest.NewServer(receiver(testToken))
	t.Cleanup(app.Close)
	in := command(t, "import", "--db", "a.db", "-")
	in.Stdin = strings.NewReader(`{"method":"POST","url":"https://h/a","headers":[["Content-Type","` + formType + `"]],"body":"a=b"}` + "\n")
	if out, err := in.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, args := range [][]string{{"replay", "1", "--as-captured", "--to", app.URL}, {"export", "--as", "curl"}, {"history", "--callbacks"}} {
		cmd := command(t, append(args, "--db", "a.db")...)
		var said bytes.Buffer
		cmd.Dir, cmd.Stdout, cmd.Stderr = in.Dir, full, &said
		if err := cmd.Run(); err == nil || said.String() != "plivoscope: cannot write to standard output: no space left on device\n" {
			t.Errorf("%v: %v, %q", args, err, said.String())
		}
	}
}

// TestListenPassesOverImported counts and prints what came to a server, and not what another process reads
// from a file into the same history meanwhile.
func TestListenPassesOverImported(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, file := filepath.Join(dir, "a.db"), filepath.Join(dir, "all.jsonl")
	line := `{"method":"POST","url":"https://h/a","headers":[],"body":"imported=1"}` + "\n"
	if err := os.WriteFile(file, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	listen := start(t, command(t, "listen", "--addr", "127.0.0.1:0", "--db", db, "--count", "1", "-o", "json"))
	if out, err := command(t, "import", "--db", db, file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !postReport(http.DefaultClient, listen.ready.ListenURL+"/sms/delivery-report", "came", "sent", 1) {
		t.Fatal("the callback was not acknowledged")
	}
	var lines []string
	for listen.out.Scan() {
		lines = append(lines, listen.out.Text())
	}
	if err := listen.cmd.Wait(); err != nil || len(lines) != 1 || !strings.Contains(lines[0], `"message_uuid":"came"`) {
		t.Errorf("%v, printed %q", err, lines)
	}
}

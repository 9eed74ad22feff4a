package siege

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/screentest"
)

// requestsOf are the requests in JSON lines, each as one text.
func requestsOf(t *testing.T, lines []byte) (all []string) {
	t.Helper()
	for line := range bytes.Lines(lines) {
		var c map[string]json.RawMessage
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, field := range []string{"received_at", "kind", "method", "url", "received_url", "headers", "params", "body", "body_base64", "exact", "truncated", "message_uuid"} {
			text += field + " " + string(c[field]) + "\n"
		}
		all = append(all, text)
	}
	return all
}

// checkers are what says of an export whether it is well-formed; none of them runs it.
var checkers = map[string]struct{ file, program string }{
	"curl":   {"export.sh", "sh -n"},
	"jest":   {"export.test.js", "node --check"},
	"pytest": {"test_export.py", "python3 -m py_compile"},
	"go":     {"export_test.go", "gofmt -e"},
}

// exports writes the history in every format, reads it back, and has what are programs checked.
func (b *besieged) exports(t *testing.T, run func(...string) (out, err []byte), in func(string) string, sees func(bool)) {
	t.Helper()
	formats := []string{"jsonl", "har", "http"}
	if !figures.Collecting() {
		formats = formats[:1]
	}
	for _, as := range formats {
		first, second, db := in("first."+as), in("second."+as), in(as+".db")
		run("export", "--as", as, "--to", first)
		run("import", "--db", db, first)
		run("export", "--db", db, "--as", as, "--to", second)
		a, errA := os.ReadFile(first)
		c, errC := os.ReadFile(second)
		n, _ := run("export", "-o", "json")
		m, _ := run("export", "--db", db, "-o", "json")
		if errA != nil || errC != nil || len(a) == 0 || bytes.Count(n, []byte("\n")) != bytes.Count(m, []byte("\n")) {
			t.Errorf("the export as %s came back as %d callbacks of %d: %v %v", as, bytes.Count(m, []byte("\n")), bytes.Count(n, []byte("\n")), errA, errC)
			sees(false)
		}
		if as == "jsonl" && !slices.Equal(requestsOf(t, a), requestsOf(t, c)) {
			t.Errorf("the export as %s of what was imported has other requests", as)
			sees(false)
		}
		if as == "jsonl" {
			sees(harmless(t, as, a) && jsonLines(t, as, a))
		}
	}
	if figures.Collecting() {
		har, err := os.ReadFile(in("first.har"))
		if sees(json.Valid(har)); err != nil || !json.Valid(har) {
			t.Errorf("the HAR is no JSON: %v", err)
		}
		sees(harmless(t, "HAR", har))
	}
	for as, c := range checkers {
		if as != "curl" && !figures.Collecting() {
			continue
		}
		path := in(c.file)
		if _, said := run("export", "--as", as, "--to", path); len(said) > 0 {
			t.Logf("export --as %s: %s", as, said)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Errorf("no export as %s: %v", as, err)
			continue
		}
		sees(harmless(t, "the export as "+as, text))
		words := strings.Fields(c.program)
		if _, err := exec.LookPath(words[0]); err != nil {
			continue
		}
		cmd := exec.Command(words[0], append(words[1:], path)...)
		cmd.Dir = b.dir
		said, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s does not take the export as %s: %v: %.300s", c.program, as, err, said)
		}
		sees(err == nil)
	}
	if _, err := os.Stat(in("owned")); err == nil {
		t.Error("a text was run")
	}
}

// ours are the sequences that the screens write themselves.
var ours = map[string]bool{
	"CSI m": true, "CSI H": true, "CSI J": true, "CSI K": true, "CSI A": true, "CSI B": true, "CSI C": true, "CSI D": true, "CSI ?h": true, "CSI ?l": true,
	"CSI c": true, "CSI n": true, "OSC 11": true, "OSC 52": true, "control 0x0a": true, "control 0x0d": true, "control 0x08": true, "CSI >m": true,
}

// screens walks through all screens: nothing but the program's own sequences is written.
func (b *besieged) screens(t *testing.T) bool {
	t.Helper()
	ok := true
	for _, args := range [][]string{{"--addr", "127.0.0.1:0"}, {"--addr", "127.0.0.1:0", "--plain"}} {
		few := !figures.Collecting()
		if few && len(args) > 2 {
			continue
		}
		w := &walk{Terminal: screentest.Open(t, b.command(args...), 120, 40, "EDITOR=true", "PAGER=true"), t: t, name: "the UI with " + strings.Join(args, " ")}
		w.check = func(string, []byte) bool { return true }
		w.Until(func() bool { return len(w.Text()) > 200 })
		w.settled()
		w.tour(few)
		w.press("\x03")
		<-w.Ended
		_ = w.Cmd.Wait()
		for kind, n := range screentest.Sequences(w.Written()) {
			if !ours[kind] {
				t.Errorf("%s wrote %d times %s", w.name, n, kind)
				ok = false
			}
		}
		for i, m := range clipboardSequence.FindAllSubmatch(w.Written(), -1) {
			if text, err := decodeClipboard(m[1]); err != nil || !harmless(t, fmt.Sprintf("what was copied as number %d", i), text) {
				ok = false
			}
			if string(m[1]) == "b3duZWQ=" {
				t.Error("a stranger's text was put on the clipboard by itself")
				ok = false
			}
		}
	}
	return ok
}

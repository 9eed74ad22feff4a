package siege

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/screentest"
)

// hostile is a text that does something to a terminal, to a reader, or to a program that it is written into.
type hostile struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// corpus are the hostile texts, and some that JSON cannot hold.
func corpus(t *testing.T) []hostile {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "hostile.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all []hostile
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return append(all,
		hostile{"invalid UTF-8", "\xff\xfe\xc3(\xe2\x82\xf0\x9f\x92 \xc0\xaf"},
		hostile{"lone surrogates", "\xed\xa0\x80\xed\xbf\xbf"},
		hostile{"C1 as bytes", "\x9b31m\x9d0;owned\x9c\x90q\x85"},
	)
}

// together is one text of many, those left out that end what comes behind them.
func together(texts []hostile) hostile {
	all := hostile{Name: "all together"}
	for _, h := range texts {
		if h.Name != "long" && h.Name != "NUL" {
			all.Text += h.Text + " "
		}
	}
	return all
}

// besieged is a house whose history holds every hostile text in every place.
type besieged struct {
	house
	server *running
	count  int
}

// doors puts a text in everywhere: names and values of parameters, path, query, headers, Host, method, body, an
// application's answer. It gives how many doors there were.
func (b *besieged) doors(t *testing.T, i int, text string) int {
	t.Helper()
	uuid := fmt.Sprintf("5b40a428-bfc7-4daf-9d07-%012d", i)
	form := url.Values{}
	for _, name := range []string{"From", "To", "Status", "ErrorCode", "Text", "Type", "Units", "Sequence", "MessageTime", "Media0", "name~" + text} {
		form.Set(name, text)
	}
	form.Set("MessageUUID", uuid)
	inbound := url.Values{"MessageUUID": {"in-" + uuid}, "From": {"14155550100"}, "To": {"14155550199"}, "Type": {"sms"}, "Text": {text}}
	hostileUUID := url.Values{"MessageUUID": {text}, "Status": {"sent"}, "From": {"1"}, "To": {"2"}}
	oneLine := strings.NewReplacer("\r", " ", "\n", " ", "\x00", " ").Replace(text)
	doors := 0
	raw := func(method, target, contentType, body string, header ...string) {
		doors++
		conn, err := net.Dial("tcp", strings.TrimPrefix(b.server.base, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		_, _ = fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %d\r\n", method, target, strings.TrimPrefix(b.server.base, "http://"), len(body))
		if contentType != "" {
			_, _ = fmt.Fprintf(conn, "Content-Type: %s\r\n", contentType)
		}
		for _, h := range header {
			_, _ = fmt.Fprintf(conn, "%s\r\n", h)
		}
		_, _ = fmt.Fprintf(conn, "\r\n%s", body)
		_, _ = io.Copy(io.Discard, conn) // refused or not: it must only do no harm
	}
	const formType = "application/x-www-form-urlencoded"
	raw("POST", "/sms/delivery-report", formType, form.Encode())
	raw("POST", "/sms/inbound", formType, inbound.Encode())
	raw("POST", "/sms/delivery-report", formType, hostileUUID.Encode())
	raw("POST", "/"+url.PathEscape(text)+"?q="+url.QueryEscape(text)+"&"+url.QueryEscape(text)+"=1", "text/plain", text)
	raw("GET", "/sms/delivery-report?"+form.Encode(), "", "")
	raw("POST", "/other", "application/json", text)
	// Bytes above ASCII are allowed in a header; net/http refuses controls.
	printable := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, oneLine)
	raw("POST", "/headers", "text/plain; x="+oneLine, "x", "X-Hostile: "+oneLine, "X-Plivo-Signature-V3: "+oneLine, "X-Plivo-Signature-V3-Nonce: "+oneLine, "User-Agent: "+oneLine)
	raw("POST", "/headers", "text/plain; x="+printable, "x", "X-Hostile: "+printable, "X-Plivo-Signature-V3: "+printable, "X-Plivo-Signature-V3-Nonce: "+printable, "User-Agent: "+printable, "X-Forwarded-For: "+printable)
	raw("POST", oneLine, formType, form.Encode())
	raw(oneLine, "/method", "", "")
	raw("POST", "/host", formType, form.Encode(), "Host: "+printable, "X-Forwarded-Host: "+printable)
	return doors
}

// harmless fails the test where text would do something: it holds a control other than line ends and tabs, or a
// character that is not seen or turns the line round.
func harmless(t *testing.T, where string, text []byte) bool {
	t.Helper()
	if !utf8.Valid(text) {
		t.Errorf("%s is not UTF-8", where)
		return false
	}
	for line := range strings.Lines(string(text)) {
		line = strings.ReplaceAll(strings.TrimRight(line, "\r\n"), "\t", " ")
		if clean := escape.Line(line); clean != line {
			i := 0
			for i < min(len(clean), len(line)) && clean[i] == line[i] {
				i++
			}
			t.Errorf("%s: %q acts on a terminal", where, line[max(0, i-40):min(len(line), i+20)])
			return false
		}
		if strings.IndexFunc(line, unicode.IsControl) >= 0 {
			t.Errorf("%s: a control in %q", where, line)
			return false
		}
	}
	return true
}

// jsonLines fails the test where a line is no JSON object of this program's.
func jsonLines(t *testing.T, where string, text []byte) bool {
	t.Helper()
	for line := range bytes.Lines(text) {
		var o map[string]any
		if err := json.Unmarshal(line, &o); err != nil {
			t.Errorf("%s: %q is no JSON object: %v", where, line[:min(len(line), 80)], err)
			return false
		}
		if where, _ := o["listen_url"].(string); strings.Contains(where, "evil") {
			t.Errorf("a stranger's text became a line of its own: %s", line)
			return false
		}
	}
	return true
}

// TestHostileTexts puts hostile texts in by every door, and looks at every way out.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	b := &besieged{house: newHouse(t)}
	// An application and an API that answer with a hostile text.
	var answer string
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Hostile", strings.NewReplacer("\r", " ", "\n", " ").Replace(answer))
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"api_id": answer, "error": answer, "message": answer})
	}))
	t.Cleanup(app.Close)
	log := filepath.Join(b.dir, "hostile.log")
	b.server = b.listen(t, "--log", log, "--log-level", "debug", "--forward-to", app.URL)

	texts, pairs, lost := corpus(t), 0, 0
	ways := [][]string{
		{"history", "-o", "text"}, {"history", "--callbacks", "-o", "text"}, {"history", "--callbacks", "-o", "text", "--mask"},
		{"replay", "1", "2", "3", "4", "5", "--to", app.URL, "-o", "text"}, {"replay", "1", "2", "3", "4", "--to", app.URL, "--dry-run", "-o", "text"}, {"reconcile", "-o", "text"},
		{"verify", "--id", "4", "-o", "text"}, {"verify", "--id", "9", "-o", "text"},
	}
	if !figures.Collecting() {
		texts, ways = []hostile{together(texts), texts[len(texts)-3]}, ways[1:2]
	}
	doors := 0
	for i, h := range texts {
		answer = h.Text
		doors += b.doors(t, i, h.Text)
		b.count++
	}
	sees := func(ok bool) {
		pairs += doors / len(texts)
		if !ok {
			lost++
		}
	}
	run := func(args ...string) (stdout, stderr []byte) {
		t.Helper()
		cmd := b.command(args...)
		var errs bytes.Buffer
		cmd.Stderr = &errs
		out, _ := cmd.Output()
		return out, errs.Bytes()
	}
	out := func(name string) string { return filepath.Join(b.dir, name) }

	for _, args := range ways {
		stdout, stderr := run(args...)
		if len(stdout)+len(stderr) == 0 {
			t.Errorf("%v printed nothing", args)
		}
		name := strings.Join(args, " ")
		sees(harmless(t, name+", standard output", stdout))
		sees(harmless(t, name+", standard error", stderr))
		stdout, stderr = run(append(args[:len(args):len(args)], "-o", "json")...)
		sees(harmless(t, name+" as JSON", stdout) && jsonLines(t, name, stdout))
		sees(harmless(t, name+" as JSON, standard error", stderr))
	}

	// What the user types, or a file says.
	few := texts
	if !figures.Collecting() {
		few = texts[:1]
	}
	for i, h := range few {
		answer = h.Text
		word := strings.ReplaceAll(h.Text, "\x00", "")
		rules := out("rules.yaml")
		for path, text := range map[string]string{rules: "rules:\n  - to: " + h.Text + "\n", out("junk.jsonl"): h.Text, out("config.json"): `{"theme":{"accent":` + h.Text, out("hostile.env"): "PLIVO_AUTH_ID=" + h.Text + "\nPLIVO_API_URL=" + h.Text + "\n" + h.Text} {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for j, args := range [][]string{
			{"history", "--filter", word},
			{"send", "--to", word, "--from", word, "--text", word},
			{word, word},
			{"listen", "--" + word},
			{"listen", "--addr", word},
			{"listen", "--public-url", word},
			{"simulate", "--rules", rules, "--addr", "127.0.0.1:0"},
			{"trigger", "--file", rules, "--to", app.URL},
			{"import", "--db", out("junk.db"), out("junk.jsonl")},
			{"--config", out("config.json")},
			{"history", "--env", out("hostile.env")},
			{"verify", "--url", word, "--header", "X-Plivo-Signature-V3: " + word, "--header", "X-Plivo-Signature-V3-Nonce: " + word, "--param", "a=" + word},
			{"verify", "--request", out("junk.jsonl")},
			{"sign", "--url", word, "--param", word + "=" + word},
			{"trigger", "delivered", "--to", app.URL, "--no-wait", "--set", "text=" + word, "--junit", out("report.xml"), "--expect-status", "200"},
			{"completion", word},
			{"replay", "1", "--to", word},
			{"export", "--as", word},
		} {
			for _, as := range []string{"text", "json"} {
				if len(few) < len(texts) && (i+j)%9 != 0 || as == "json" {
					continue
				}
				line := args
				if args[0] != "completion" && args[0] != word {
					line = append(args[:len(args):len(args)], "-o", as)
				}
				stdout, stderr := run(line...)
				name := fmt.Sprintf("%s: %.80q", h.Name, line)
				sees(harmless(t, name, stdout))
				sees(harmless(t, name+", standard error", stderr))
			}
		}
		if !figures.Collecting() {
			continue // half a minute goes by until a send with such an answer is given up
		}
		cmd := b.command("send", "--to", "+14155550123", "--text", "hi", "--from", "+14155550100", "--db", out("api.db"))
		cmd.Env = append(cmd.Env, "PLIVO_API_URL="+app.URL)
		said, _ := cmd.CombinedOutput()
		sees(harmless(t, h.Name+" as the API's error", said))
	}

	b.exports(t, run, out, sees)
	sees(b.screens(t))
	data, err := os.ReadFile(log)
	if err != nil || bytes.Count(data, []byte("\n")) < b.count {
		t.Errorf("the log has %d lines, %v", bytes.Count(data, []byte("\n")), err)
	}
	sees(harmless(t, "the log", data) && jsonLines(t, "the log", data))
	sees(harmless(t, "standard error of listen", []byte(b.server.said())))
	figures.Tell(t, figures.Attack{What: "hostile texts, door by output", Tries: pairs * len(texts), Survived: (pairs - min(lost, pairs)) * len(texts), Lost: lost})
}

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

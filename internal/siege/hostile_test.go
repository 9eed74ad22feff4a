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
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/figures"
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

// answering is an application, or an API, that answers with a hostile text.
func answering(t *testing.T, text func() string) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Hostile", strings.NewReplacer("\r", " ", "\n", " ").Replace(text()))
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"api_id": text(), "error": text(), "message": text()})
	}))
	t.Cleanup(s.Close)
	return s
}

// TestHostileTexts puts hostile texts in by every door, and looks at every way out.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	b := &besieged{house: newHouse(t)}
	var answer string
	app := answering(t, func() string { return answer })
	log := filepath.Join(b.dir, "hostile.log")
	b.server = b.listen(t, "--log", log, "--log-level", "debug", "--forward-to", app.URL)

	texts, pairs, lost := corpus(t), 0, 0
	ways := [][]string{
		{"history", "-o", "text"},
		{"history", "--callbacks", "-o", "text"},
		{"history", "--callbacks", "-o", "text", "--mask"},
		{"replay", "1", "2", "3", "4", "5", "--to", app.URL, "-o", "text"},
		{"replay", "1", "2", "3", "4", "--to", app.URL, "--dry-run", "-o", "text"},
		{"reconcile", "-o", "text"},
		{"verify", "--id", "4", "-o", "text"},
		{"verify", "--id", "9", "-o", "text"},
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
	var sends sync.WaitGroup
	harmlessSends := make(chan bool, len(few))
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
		if figures.Collecting() { // half a minute goes by until a send with such an answer is given up
			api := answering(t, func() string { return h.Text })
			sends.Go(func() {
				cmd := b.command("send", "--to", "+14155550123", "--text", "hi", "--from", "+14155550100", "--db", out(fmt.Sprintf("api%d.db", i)))
				cmd.Env = append(cmd.Env, "PLIVO_API_URL="+api.URL)
				said, _ := cmd.CombinedOutput()
				harmlessSends <- harmless(t, h.Name+" as the API's error", said)
			})
		}
	}
	sends.Wait()
	close(harmlessSends)
	for ok := range harmlessSends {
		sees(ok)
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

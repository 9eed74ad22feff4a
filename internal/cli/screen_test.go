package cli

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/screentest"
)

// TestScreenSends is the main job by hand: a new message, a text, a number, and its row goes to
// delivered with a verified signature before the eyes.
func TestScreenSends(t *testing.T) {
	t.Parallel()
	cmd := command(t, "--ephemeral", "--addr", "127.0.0.1:0", "--speed", "5")
	withoutAccount(cmd)
	s := screentest.Open(t, cmd, 120, 36)
	s.Wait(`plivoscope\s+SIMULATOR`)
	s.Wait(`No messages yet`)
	s.Press("n")
	s.Wait(`› Text`)
	s.Press("Hello from the screen")
	s.Wait(`GSM-7 · 21 characters · 1 segment`)
	s.Press("\t")
	s.Wait(`› To`)
	s.Press("+14155550199")
	s.Wait(`Send 1 message`)
	s.Press("\x13")
	s.Wait(`↑ \+14155550100\s+\+14155550199\s+✓ delivered\s+✓ V3\s.*Hello from`)
	s.Press("q")
	<-s.Ended
	if err := s.Cmd.Wait(); err != nil {
		t.Errorf("q ended with %v", err)
	}
}

// TestScreenDoctor looks at the program that runs, and leaves it as it was.
func TestScreenDoctor(t *testing.T) {
	t.Parallel()
	cmd := command(t, "--ephemeral", "--addr", "127.0.0.1:0")
	withoutAccount(cmd)
	cmd.Env = append(cmd.Env, "LANG=C.UTF-8", "LC_ALL=")
	s := screentest.Open(t, cmd, 120, 40)
	s.Wait(`No messages yet`)
	s.Press("D")
	s.Wait(`Doctor: everything is in order`)
	s.Wait(`✓ signature`)
	s.Wait(`received 0 `)
	s.Press("\x1b")
	s.Wait(`new message`)
	s.Press("q")
	<-s.Ended
}

// TestScreenDemo shows the stock, filters it and opens an explained error.
func TestScreenDemo(t *testing.T) {
	t.Parallel()
	s := screentest.Open(t, command(t, "demo", "--addr", "127.0.0.1:0", "--speed", "20"), 100, 30)
	s.Wait(`Messages \(15\)`)
	s.Press("/")
	s.Wait(`(?m)^ / `)
	s.Press("status:undelivered code:30")
	s.Press("\r")
	s.Wait(`Messages \(1 of 15`)
	s.Wait(`spam filter`)
	s.Wait(`undelivered .*took`)
	s.Press("\x1b")
	s.Wait(`Messages \(15\)`)
	s.Press("\x03")
	<-s.Ended
}

// TestTextFitsTheTerminal prints what listen, verify and history have to say on 80 columns: sentences go
// on between words, so that the terminal breaks none, and tables have what there is room for.
func TestTextFitsTheTerminal(t *testing.T) {
	t.Parallel()
	cmd := command(t, "listen", "--addr", "127.0.0.1:0", "--count", "1")
	listen := screentest.Open(t, cmd, 80, 40)
	listen.Wait(`--public-url`)
	said := regexp.MustCompile(`\s+`).ReplaceAllString(listen.Text(), " ")
	url := regexp.MustCompile(`listening on (http://127.0.0.1:\d+)`).FindStringSubmatch(said)[1] + "/sms/delivery-report"
	postSigned(t, url, url+"/", "5b40a428-bfc7-4daf-9d06-726c558bf3b8")
	<-listen.Ended
	_ = cmd.Wait()
	piped, _ := beside(cmd, "verify", "--id", "1", "-o", "json").Output() // ends with 6
	var line verifiedJSON
	if err := json.Unmarshal(piped, &line); err != nil || len(line.Diagnosis) == 0 {
		t.Fatalf("%v: %s", err, piped)
	}
	found := line.Diagnosis[0]
	check := func(name, text, table string, sentences ...string) {
		if !regexp.MustCompile(table).MatchString(text) {
			t.Errorf("%s does not show %s:\n%s", name, table, text)
		}
		for _, s := range sentences {
			if words := strings.Join(strings.Fields(text), " "); !strings.Contains(words, s) {
				t.Errorf("%s does not say %q whole:\n%s", name, s, text)
			}
		}
	}
	// A listen that ends at once may leave before the cause is written down.
	const columns = `TIME +ID +STATUS +CODE +SIGNATURE +REQUEST *\n.*INVALID(?: slash)? +POST /sms/delivery-[^ ]*… *\n`
	check("listen", listen.Text(), columns+`(?s).*\n    checked      http.*\n    signed       http.*/ *\n +\^ *\n?`, "✗ signature: "+found.Detail+" – "+found.Remedy)
	for args, c := range map[string]struct{ table, sentence string }{
		"history --callbacks": {columns, "checked POST " + url + "; plivoscope verify --id 1 says what was signed"},
		"history":             {`TIME +TO/FROM +STATUS +CODE +SIGNATURE +TEXT *\n.* ↑  \+14155550199 `, ""},
		"verify --id 1":       {`(?s)SDK +VERSION +ACCEPTS +WHY IT DIFFERS *\n.*in your framework[^\n]*\n  Express  [^\n]*… *\n`, found.Remedy},
	} {
		s := screentest.Open(t, beside(cmd, strings.Fields(args)...), 80, 120)
		<-s.Ended
		_ = s.Cmd.Wait()
		check(args, s.Text(), c.table, c.sentence)
	}
}

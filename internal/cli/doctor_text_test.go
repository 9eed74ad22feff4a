package cli

import (
	"regexp"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/screentest"
)

func TestFindingText(t *testing.T) {
	f := app.Finding{Check: "env_file", Result: app.CheckWarning, What: "it is \x1b[2J open to others, and says so at some length", Advice: "run: chmod 600 .env"}
	for _, c := range []struct {
		look findingLook
		want string
	}{
		{findingLook{}, "warning  env file        it is \\x1b[2J open to others, and says so at some length\n                         → run: chmod 600 .env"},
		{findingLook{signs: true, width: 60}, "! warning  env file        it is \\x1b[2J open to others, and\n                           says so at some length\n                           → run: chmod 600 .env"},
		{findingLook{signs: true, colour: true, width: 20}, "\x1b[33m! warning  \x1b[0menv file        it is \\x1b[2J open to others, and says so at some length\n                           → run: chmod 600 .env"},
	} {
		if got := c.look.text(f); got != c.want {
			t.Errorf("%+v:\n%s\nwant\n%s", c.look, escape.Block(got), escape.Block(c.want))
		}
	}
}

func TestTerminalFinding(t *testing.T) {
	for _, c := range []struct {
		columns, rows int
		env           string
		result        app.CheckResult
		want          string
	}{
		{120, 36, "TERM=xterm-256color COLORTERM=truecolor LANG=en_GB.UTF-8", app.CheckOK, "120 columns by 36 rows, 16 million colours, UTF-8"},
		{80, 24, "TERM=xterm-256color LANG=C LC_ALL=C.utf8", app.CheckOK, "256 colours, UTF-8"},
		{80, 24, "TERM=xterm LANG=C.UTF-8 NO_COLOR=1", app.CheckOK, "no colours (NO_COLOR)"},
		{50, 24, "TERM=xterm LANG=C.UTF-8", app.CheckWarning, "make it at least 60 by 15"},
		{80, 24, "TERM=xterm LANG=C.UTF-8 LC_ALL=POSIX", app.CheckWarning, "set LANG"},
		{80, 24, "TERM=dumb LANG=C.UTF-8", app.CheckWarning, "--plain"},
	} {
		f := terminalFinding(c.columns, c.rows, func(name string) string {
			for _, e := range strings.Fields(c.env) {
				if n, v, _ := strings.Cut(e, "="); n == name {
					return v
				}
			}
			return ""
		})
		if f.Result != c.result || !strings.Contains(f.What+" "+f.Advice, c.want) {
			t.Errorf("%+v: %+v", c, f)
		}
	}
}

// TestDoctorOnATerminal is what a person sees: signs, colours, and lines that fit.
func TestDoctorOnATerminal(t *testing.T) {
	t.Parallel()
	cmd := doctorOn(t, simulated(t, simulator.Options{Balance: "0"}), "-o", "text", "--addr", "127.0.0.1:0")
	cmd.Env = append(cmd.Env, "LANG=C.UTF-8", "LC_ALL=")
	s := screentest.Open(t, cmd, 80, 50)
	s.Wait(`1 check failed; each line above says what to do`)
	<-s.Ended
	text := s.Text()
	for _, want := range []string{`(?m)^✓ ok       terminal        80 columns by 50 rows`, `(?m)^✗ failed   balance         the balance is 0.00 USD`, `(?m)^                           → buy credits in`, `(?m)^✓ ok       signature`} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("there is no %s in\n%s", want, text)
		}
	}
	if !strings.Contains(string(s.Written()), "\x1b[31m✗ failed") {
		t.Error("a failure has no colour")
	}
}

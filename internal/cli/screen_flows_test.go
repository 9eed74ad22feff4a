package cli

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/screentest"
)

// TestScreenFlows does what the screens are for in one run of the program, with the terminal drawn larger
// and smaller on the way: filter, open, compare, copy, send, and quit with a question.
func TestScreenFlows(t *testing.T) {
	t.Parallel()
	s := screentest.Open(t, command(t, "demo", "--addr", "127.0.0.1:0", "--speed", "20"), 120, 36)
	s.Wait(`Messages \(15\)`)
	s.Wait(`stored 40`)

	s.Press("/")
	s.Wait(`(?m)^ / `)
	s.Press("status:undelivered code:30")
	s.Resize(80, 24)
	s.Press("\r")
	s.Wait(`Messages \(1 of 15, status:undelivered code:30\)`)
	s.Resize(60, 15)
	s.Press("\r") // the detail has the list's place here
	s.Wait(`esc back`)
	s.Wait(`A carrier's spam filter`)
	s.Resize(30, 8)
	s.Wait(`60×15 needed`)
	s.Resize(120, 36)
	s.Wait(`A carrier's spam filter`)
	s.Press("\x1b")
	s.Wait(`enter open`)
	s.Press("\x1b")
	s.Wait(`Messages \(15\)`)

	s.Press("2")
	s.Wait(`Callbacks \(40\)`)
	s.Wait(`(?m)^› .*/sms/`) // the count may be there before the rows
	s.Press(" ")
	s.Press("j")
	s.Press(" ")
	s.Wait(`2 marked`)
	s.Press("=")
	s.Wait(`Callback \d+ beside callback \d+`)
	s.Resize(80, 24)
	s.Wait(`(?m)≠ received`)
	s.Press("v")
	s.Wait(`v show all`)
	s.Press("\x1b")
	s.Wait(`2 marked`)
	s.Resize(120, 36)

	s.Press("1")
	s.Press("G")
	s.Wait(`f follows`)
	s.Press("y")
	s.Wait(`── Copy ─`)
	s.Press("y")
	s.Wait(`Copied: UUID [0-9a-f-]{36}`)
	uuid := regexp.MustCompile(`Copied: UUID ([0-9a-f-]{36})`).FindStringSubmatch(s.Text())[1]
	if want := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(uuid)) + "\x07"; !strings.Contains(string(s.Written()), want) {
		t.Errorf("the terminal was not given %q to copy", uuid)
	}

	s.Press("n")
	s.Wait(`› Text`)
	s.Press("Sent by the flows")
	s.Press("\t")
	s.Press("+14155550199")
	s.Resize(80, 24)
	s.Wait(`Send 1 message`)
	s.Press("\x13")
	s.Resize(120, 36)
	s.Wait(`\+14155550199\s+✓ delivered\s+✓ V3\s.*Sent by`)

	s.Press("n")
	s.Wait(`› Text`)
	s.Press("a draft that is kept")
	s.Wait(`20 characters`)
	s.Press("\x1b")
	s.Wait(`Messages \(16\)`)
	s.Press("q")
	s.Wait(`The draft was not sent and would be lost. Quit all the same\?`)
	s.Resize(60, 15)
	s.Wait(`── Quit ─`)
	s.Press("\x1b")
	s.Wait(`Messages \(16\)`)
	s.Press("q")
	s.Wait(`── Quit ─`)
	// An answer that comes at once is taken for typing: the question wants half a second of quiet.
	answers := time.NewTicker(700 * time.Millisecond)
	defer answers.Stop()
	for ended := false; !ended; {
		select {
		case <-answers.C:
			s.Press("y")
		case <-s.Ended:
			ended = true
		case <-time.After(time.Minute):
			t.Fatalf("yes does not quit:\n%s", s.Text())
		}
	}
	if err := s.Cmd.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
	leavesTheTerminal(t, s)
	knownSequences(t, s)
}

// leavesTheTerminal holds that the modes that the program set are set back at its end.
func leavesTheTerminal(t *testing.T, s *screentest.Terminal) {
	t.Helper()
	out := string(s.Written())
	for on, off := range map[string]string{"?1049h": "?1049l", "?25l": "?25h", "?1002h": "?1002l", "?1006h": "?1006l", "?2004h": "?2004l", "?1004h": "?1004l"} {
		if set := strings.LastIndex(out, "\x1b["+on); set >= 0 && strings.LastIndex(out, "\x1b["+off) < set {
			t.Errorf("%s was set, and not set back by %s", on, off)
		}
	}
}

// knownSequences holds that a program wrote no sequence but those of its own: what the renderer needs, the
// question for the background, and the clipboard.
func knownSequences(t *testing.T, s *screentest.Terminal) {
	t.Helper()
	known := []string{
		"CSI m", "CSI H", "CSI J", "CSI K", "CSI A", "CSI B", "CSI C", "CSI D", "CSI ?h", "CSI ?l", "CSI c", "OSC 11", "OSC 52",
		"control 0x0d", "control 0x0a", "control 0x08",
	}
	for kind, n := range screentest.Sequences(s.Written()) {
		if !slices.Contains(known, kind) {
			t.Errorf("%s was written %d times", kind, n)
		}
	}
}

// TestScreenOfHostileCallbacks lets somebody send what acts on a terminal to the running program, byte for
// byte, and looks at it everywhere.
func TestScreenOfHostileCallbacks(t *testing.T) {
	t.Parallel()
	s := screentest.Open(t, command(t, "--simulator", "--ephemeral", "--addr", "127.0.0.1:0"), 120, 36)
	s.Wait(`127\.0\.0\.1:\d+`)
	addr := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(s.Text())
	const nasty = "\x1b[2J\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x07\x9b31m\xc2\x9b2J\xe2\x80\xaeevil\xe2\x80\x8b\xff\x08\x0c"
	post(t, addr, "/sms/delivery-report", "X-Told: "+nasty, "MessageUUID="+nasty+"&Status="+nasty+"&ErrorCode="+nasty+"&Text="+nasty)
	post(t, addr, "/sms/inbound", "Content-Language: "+nasty, "MessageUUID=m-2&From="+nasty+"&To="+nasty+"&Text="+nasty+"&"+nasty+"="+nasty)
	s.Wait(`stored 2`)
	s.Wait(`\\x1b\[2J\\x1b\]0;owned`)
	s.Press("\r")
	s.Wait(`esc back`)
	s.Press("c")
	s.Wait(`Callbacks \(\d+ of 2`)
	s.Press("\x1b")
	s.Wait(`Messages \(2\)`)
	s.Press("2")
	s.Wait(`Callbacks \(2\)`)
	s.Press("\r")
	s.Wait(`Overview .*Parameters`) // a key that waits for the rows is forgotten with the next one
	for _, tab := range []string{"Parameters", "Headers", "Body", "Signature", "Answer"} {
		s.Press("\t")
		s.Wait(`Overview .*` + tab)
	}
	s.Press("s")
	s.Wait(`── Result ─`)
	s.Press("6")
	s.Wait(`── Activity ─`)
	s.Press("1")
	s.Press("y")
	s.Wait(`── Copy ─`)
	s.Press("y")
	s.Wait(`Copied`)
	s.Press("\x03")
	<-s.Ended
	knownSequences(t, s)
	leavesTheTerminal(t, s)
	if out := string(s.Written()); strings.Contains(out, "b3duZWQ=\x07") || strings.Contains(out, "\u202e") {
		t.Error("what was sent reached the terminal as it was")
	}
}

// post sends a form as it is, with a header line of bytes that no client would send.
func post(t *testing.T, addr, path, header, body string) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	// A header with controls is refused by any server: it keeps what is above the ASCII ones.
	header = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, header)
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n%s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", path, addr, header, len(body), body)
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil || !strings.Contains(answer, " 200 ") {
		t.Fatalf("%s was answered %q, %v", path, answer, err)
	}
}

// TestScreenWithFewColours runs on terminals that show fewer colours, or shall show none: states are told by
// their signs.
func TestScreenWithFewColours(t *testing.T) {
	t.Parallel()
	anyColour := regexp.MustCompile(`\x1b\[(?:[0-9]+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9]+)*m`)
	manyColours := regexp.MustCompile(`\x1b\[(?:[0-9]+;)*[34]8;[25];[0-9;]*m`)
	for name, c := range map[string]struct {
		env    []string
		no     *regexp.Regexp
		colour bool
	}{
		"NO_COLOR": {[]string{"NO_COLOR=1"}, anyColour, false},
		"linux":    {[]string{"TERM=linux", "COLORTERM="}, manyColours, true},
		"dumb":     {[]string{"TERM=dumb", "COLORTERM="}, anyColour, false},
	} {
		s := screentest.Open(t, command(t, "demo", "--addr", "127.0.0.1:0", "--speed", "20"), 100, 30, c.env...)
		s.Wait(`Messages \(15\)`)
		s.Wait(`✓ delivered .*✓ V3`)
		s.Wait(`✗ undelivered`)
		s.Press("j")
		s.Wait(`f follows`)
		s.Wait(`(?m)^› `)
		s.Press("q")
		<-s.Ended
		out := s.Written()
		if found := c.no.Find(out); found != nil {
			t.Errorf("%s: the program wrote %q", name, found)
		}
		if c.colour && !anyColour.Match(out) {
			t.Errorf("%s: there is no colour at all", name)
		}
		knownSequences(t, s)
	}
}

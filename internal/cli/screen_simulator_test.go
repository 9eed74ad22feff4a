package cli

import (
	"regexp"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/screentest"
)

// tried is how many attempts the panel counts.
var tried = regexp.MustCompile(`Tried +[0-9]+`)

// TestScreenSimulator gives the next message a fate, stops the clock and moves it on, lets chaos lose reports, and
// lets a phone write, all by hand in the panel of the simulator.
func TestScreenSimulator(t *testing.T) {
	t.Parallel()
	cmd := command(t, "--ephemeral", "--addr", "127.0.0.1:0", "--speed", "5")
	withoutAccount(cmd)
	s := screentest.Open(t, cmd, 120, 36)
	send := func(text string) {
		s.Press("n")
		s.Wait(`Text\s+│`)
		s.Press(text)
		s.Wait(text)
		s.Press("\t")
		s.Press("+14155550123")
		s.Wait(`To\s+│ \+14155550123`)
		s.Press("\x13")
	}
	leave := func() {
		s.Press("\x1b")
		if why := s.Until(func() bool { return !strings.Contains(s.Text(), "Schedule  Fates") }); why != "" {
			t.Fatalf("the panel is not left: %s:\n%s", why, s.Text())
		}
	}
	s.Wait(`No messages yet`)
	s.Press("S")
	s.Wait(`nothing was posted so far`)
	s.Press("\t")
	s.Wait(`no fate of their own\s+others delivered`)
	s.Press("t")
	s.Press("undelivered:20")
	s.Press("\r")
	s.Wait(`Next\s+undelivered:20 for 1 message more`)
	leave()
	send("first")
	s.Wait(`✗ undelivered\s+20`)
	send("second")
	s.Wait(`✓ delivered\s+.*second`)

	s.Press("S")
	s.Wait(`no fate of their own`)
	s.Press("p")
	s.Wait(`■ .* stands still`)
	leave()
	s.Wait(`! clock stands still`)
	send("third")
	s.Wait(`… (sent|queued|sending) .*third`)
	s.Press("S")
	s.Press("\x1b[Z") // the part before
	s.Wait(`Next\s+1\n`)
	// Whether the first report has gone by now depends on the moment: each step makes one attempt more, to the last.
	for left := func() bool { return !strings.Contains(s.Text(), "nothing is left to post") }; left(); {
		before := tried.FindString(s.Text())
		s.Press(".")
		if why := s.Until(func() bool { return tried.FindString(s.Text()) != before || !left() }); why != "" {
			t.Fatalf("nothing came: %s:\n%s", why, s.Text())
		}
	}
	s.Wait(`Next\s+nothing is left to post`)
	s.Press("\r")
	s.Wait(`✓ delivered\s+.*third`)

	s.Press("S")
	s.Press("p")
	s.Wait(`● .* runs`)
	s.Press("\t\t")
	s.Wait(`Calm`)
	s.Press("jjj")
	s.Wait(`› lost`)
	s.Press("\r")
	s.Press("100%")
	s.Press("\r")
	s.Wait(`1 kind at work, for what is sent from now on`)
	leave()
	s.Wait(`! chaos`)
	send("fourth")
	s.Wait(`… (sending|queued) .*fourth`)
	s.Press("S")
	s.Press("0")
	s.Wait(`Calm`)

	s.Press("\t\t")
	s.Wait(`Media\s+│`)
	s.Press("\r")
	s.Press("there")
	s.Press("\r")
	s.Wait(`✓ 200 of POST`)
	s.Wait(`enter edit it`) // what was delivered is written no more
	leave()
	s.Wait(`↓ \+14155550123\s+\+14155550100\s+↓ received.* there`)
	s.Press("q")
	<-s.Ended
	if err := s.Cmd.Wait(); err != nil {
		t.Errorf("q ended with %v", err)
	}
}

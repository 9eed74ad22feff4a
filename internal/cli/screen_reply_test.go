package cli

import (
	"testing"

	"dev.internal/plivoscope/internal/screentest"
)

// TestScreenReplies sets the reply to inbound messages by hand, gets one, and sees what the simulator was answered
// come to the list as a message with reports of its own.
func TestScreenReplies(t *testing.T) {
	t.Parallel()
	cmd := command(t, "--ephemeral", "--addr", "127.0.0.1:0", "--speed", "5")
	withoutAccount(cmd)
	s := screentest.Open(t, cmd, 120, 36)
	s.Wait(`No messages yet`)
	s.Press("R")
	s.Wait(`Reply to each inbound message`)
	s.Press("Thanks & bye {from}")
	s.Wait(`GSM-7 · \d+ characters.* · 1 segment`)
	s.Wait(`Thanks &amp; bye &#123;f`)
	s.Press("\x13")
	s.Wait(`is answered with this reply from now on`)
	s.Press("i")
	s.Wait(`An inbound message to \+14155550100`)
	s.Press("\r")
	s.Wait(`↓ \+14155550123\s+\+14155550100\s+↓ received\s+✓ V3`)
	s.Wait(`↑ \+14155550100\s+\+14155550123\s+✓ delivered\s+✓ V3`)
	s.Press("6")
	s.Wait(`get the reply “Thanks & bye \{from\}”`)
	s.Press("R")
	s.Wait(`│ Thanks & bye \{from\}`)
	s.Press("\x18")
	s.Wait(`inbound messages get no reply; R sets one`)
	s.Press("q")
	<-s.Ended
	if err := s.Cmd.Wait(); err != nil {
		t.Errorf("q ended with %v", err)
	}
}

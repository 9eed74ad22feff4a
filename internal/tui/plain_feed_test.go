package tui

import (
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

// TestPlainLogs holds that callbacks are said as they come, those that do not verify as such.
func TestPlainLogs(t *testing.T) {
	d := newPlain(t)
	d.from = d.out.Len()
	d.arrive(7, 201, plivo.Delivered, nil)
	d.hears("Message to +14155550111 delivered, signature valid, 1.2 seconds.\r\n")
	d.arrive(7, 202, plivo.Failed, func(c *webhook.Callback) {
		c.Verdict = d.core.messages[5].Signature
		c.Report.Params[2].Value = "50"
	})
	d.hears("Callback 202, on the message", "failed, error 50", "signature invalid.\r\n")
	d.core.mu.Lock()
	d.core.messages[8].Refusal = "Plivo refused it."
	d.core.status.Notices = append(d.core.status.Notices, app.Notice{At: testNow, Severity: app.Warning, Text: "The disk is nearly full."})
	d.core.mu.Unlock()
	d.tell(wakeMsg{})
	d.hears("Warning: The disk is nearly full.\r\n", "Message to +14155550112 refused by the API: Plivo refused it.\r\n")
	d.tell(wakeMsg{})
	d.silent("disk")
	d.silent("refused")
}

// TestPlainCountsAFlood holds that a flood is some lines and a number, all of it counted.
func TestPlainCountsAFlood(t *testing.T) {
	d := newPlain(t)
	d.from = d.out.Len()
	d.core.mu.Lock()
	for i := range int64(1300) {
		cb := callbackOf(d.core.messages[7], plivo.Sent)[0]
		cb.ID, cb.Verdict = 1000+i, valid
		if i%100 == 50 {
			cb.Verdict = d.core.messages[5].Signature
		}
		d.core.strangers = append(d.core.strangers, cb)
	}
	d.core.mu.Unlock()
	d.tell(wakeMsg{})
	if n := strings.Count(d.out.String()[d.from:], "\r\n"); n != feedLines {
		t.Errorf("%d lines are said at once", n)
	}
	d.tell(tickMsg{})
	d.hears("1,292 more callbacks, 13 of them not verified in the last second.\r\n")
	d.tell(tickMsg{})
	d.silent("more callbacks")
}

func TestPlainPauses(t *testing.T) {
	d := newPlain(t)
	d.press("f")
	d.hears("The log is paused. f goes on with it.")
	d.arrive(7, 201, plivo.Delivered, nil)
	d.arrive(7, 202, plivo.Delivered, func(c *webhook.Callback) { c.Verdict = d.core.messages[5].Signature })
	d.tell(tickMsg{})
	d.silent("delivered")
	d.press("f")
	d.hears("The log goes on. Meanwhile came 2 callbacks, 1 of them not verified.")
	d.arrive(7, 203, plivo.Delivered, nil)
	d.hears("Message to +14155550111 delivered")
}

// TestPlainSaysWhatFails holds that a history that cannot be read is said once, and again when it can.
func TestPlainSaysWhatFails(t *testing.T) {
	d := newPlain(t)
	d.from = d.out.Len()
	d.core.mu.Lock()
	d.core.failReads = errors.New("the disk is gone")
	d.core.mu.Unlock()
	for range 3 {
		d.tell(wakeMsg{})
	}
	d.hears("Error: Read what is new in the history: the disk is gone; trying again each second.")
	d.silent("what is new")
	d.core.mu.Lock()
	d.core.failReads = nil
	d.core.mu.Unlock()
	d.arrive(7, 201, plivo.Delivered, nil)
	d.hears("Message to +14155550111 delivered")
}

// TestPlainOutputActsOnNothing plays everything with fields that hold what acts on a terminal.
func TestPlainOutputActsOnNothing(t *testing.T) {
	harmful := regexp.MustCompile(`[\x00-\x09\x0b\x0c\x0e-\x1f\x7f\x80-\x9f]|\r[^\n]|[^\r]\n|[\x{202a}-\x{202e}\x{2066}-\x{2069}\x{200e}\x{200f}\x{200b}]`)
	for _, h := range hostiles {
		t.Run(h.name, func(t *testing.T) {
			core := newFakeCore()
			hostileTo(core, h.text)
			d := newPlainDriver(t, core, Options{})
			d.press("enter", "j", "enter", "j", "enter", "y", "esc", "s", "esc", "c", "enter", "enter", "space", "j", "=", "y", "esc", "s", "enter", "tab", "esc", "esc", "6", "?", "i", "enter")
			d.press("1", "i", "enter", "enter", "n", "enter")
			d.tell(paste("+14155550123"))
			d.press("enter")
			d.tell(paste(h.text))
			d.press("enter", "backspace", "enter", "y", "esc", "3", "ctrl+r", "1", "enter", "esc", "ctrl+o", "tab", "esc", "1", "/")
			d.tell(paste(h.text))
			d.press("enter", "esc")
			d.tell(paste(h.text))
			d.arrive(0, 900, plivo.Status("s~"+h.text), func(c *webhook.Callback) { c.Report.Params[2].Value = h.text })
			d.tell(tickMsg{})
			all := d.out.String()
			if at := harmful.FindStringIndex(all); at != nil {
				t.Errorf("%q is written in %q", all[at[0]:at[1]], all[max(at[0]-80, 0):min(at[1]+40, len(all))])
			}
			for _, sign := range []string{"✓", "✗", "›", "──"} {
				if strings.Contains(all, sign) && !strings.Contains(h.text, sign) {
					i := strings.Index(all, sign)
					t.Errorf("the sign %s is written in %q", sign, all[max(i-60, 0):i+20])
				}
			}
		})
	}
}

// TestPlainRuns runs the program as a terminal would: keys in, lines out.
func TestPlainRuns(t *testing.T) {
	core := newFakeCore()
	stock(core)
	in, w := io.Pipe()
	out, done := &tape{}, make(chan error, 1)
	go func() { done <- Run(t.Context(), core, Options{Plain: true, Input: in, Output: out}) }()
	defer func() { _ = w.Close() }()
	write := func(keys string) {
		t.Helper()
		if _, err := w.Write([]byte(keys)); err != nil {
			t.Fatal(err)
		}
	}
	out.waitFor(t, "1 of 11: Message to")
	write("j")
	out.waitFor(t, "2 of 11: Message from")
	write("/")
	out.waitFor(t, "Filter: ")
	write("status:failed")
	out.waitFor(t, "Filter: status:failed")
	write("\r")
	out.waitFor(t, "of 2: Message to")
	core.mu.Lock()
	core.status.Notices = append(core.status.Notices, app.Notice{At: testNow, Text: "A notice that comes."})
	core.mu.Unlock()
	core.hint()
	out.waitFor(t, "A notice that comes.\r\n")
	write("q")
	if err := <-done; err != nil {
		t.Error(err)
	}
	if s := out.String(); strings.Contains(s, "\x1b") {
		t.Errorf("there are escape sequences in %q", s)
	}
}

// TestPlainMasks holds that nothing that is said has a number or text of what is masked, and that the key
// that shows them again does.
func TestPlainMasks(t *testing.T) {
	core := newFakeCore()
	stock(core)
	d := newPlainDriver(t, core, Options{Mask: true})
	d.press("G", "enter", "j", "s", "enter", "esc", "c", "enter", "6", "1")
	d.arrive(7, 201, plivo.Delivered, nil)
	d.hears("Message to ", "Callback ", "delivered, signature valid, 1.2 seconds.")
	for _, real := range []string{"+14155550123", "14155550111", "Your code is"} {
		if i := strings.Index(d.out.String(), real); i >= 0 {
			t.Errorf("%q is said in %q", real, d.out.String()[max(i-80, 0):i+40])
		}
	}
	d.press("M", "g", "G")
	d.hears("Numbers and texts are shown as they are.", "Message to +14155550123, delivered")
}

// TestPlainFiltersByAPseudonym holds that the question for a filter shows pseudonyms, and takes them.
func TestPlainFiltersByAPseudonym(t *testing.T) {
	core := newFakeCore()
	stock(core)
	d := newPlainDriver(t, core, Options{Mask: true})
	shown := d.m.env.mask.Number("+14155550123")
	d.press("/", "to:"+shown, "enter")
	if got := d.m.messages.applied.String(); got != "to:+14155550123" && got != "to:14155550123" {
		t.Errorf("the filter is %q", got)
	}
	d.hears("Messages (", "to:"+shown)
	d.press("/")
	d.hears("Filter: to:" + shown)
	d.press("esc", "esc", "/", "to:+49•••••zzzzzz", "enter")
	d.hears("Not applied: no number that was shown has the pseudonym +49•••••zzzzzz", "Filter, ctrl+u clears the line, esc leaves: to:+49•••••zzzzzz")
	d.press("esc", "/", "dir:"+shown, "enter")
	d.hears("Not applied: ", "esc leaves: dir:"+shown)
	if strings.Contains(d.out.String(), "4155550123") {
		t.Errorf("the number is said:\n%s", d.out.String())
	}
}

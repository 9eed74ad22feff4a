package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// TestOddities shows what is odd about a message's callbacks by signs, and explains each.
func TestOddities(t *testing.T) {
	d := newDriver(t, newFakeCore(), 120, 50)
	all := plivo.Arrival{Duplicate: true, OutOfOrder: true, AfterTerminal: true}
	for i, m := range []plivo.Message{
		{Anomalies: []plivo.Anomaly{plivo.Contradiction}},
		{Anomalies: []plivo.Anomaly{plivo.Unsigned, plivo.UnknownStatus}, Arrival: all},
		{Arrival: plivo.Arrival{OutOfOrder: true, Duplicate: true}},
		{},
	} {
		m.UUID, m.Direction, m.From, m.To, m.Status, m.Text = fmt.Sprint(i), plivo.Outbound, "+14155550100", "+14155550123", plivo.Delivered, "odd"
		m.CreatedAt, m.UpdatedAt = testNow, testNow
		d.core.add(m)
	}
	d.wake()
	lines := strings.Split(d.screen(), "\n")
	head := []rune(lines[d.m.messages.lay.list.y-1])
	at := strings.Index(string(head), " ! ") + 1
	for i, want := range []string{"  ", "~=", "?+", "≠ "} {
		if got := string([]rune(lines[d.m.messages.lay.list.y+i])[at : at+2]); got != want {
			t.Errorf("row %d has %q, want %q", i, got, want)
		}
	}
	d.absent("beware")
	d.keys("j")
	d.expect("beware     ~ A callback came after one that Plivo made later.", "order callbacks by their Sequence", "= A callback came twice")
	d.keys("j")
	d.expect("beware     ? A callback gives a status", "– A callback came without a signature", "» A callback came after the final status", "= A callback came twice")
	d.keys("j")
	d.expect("beware     ≠ Two callbacks give different final statuses")
	d.keys("?")
	for _, o := range oddities {
		d.expect(o.short)
	}
	d.expect("Signs in the list", "new, or changed since")
}

// TestBilledUnits sets what we count beside what Plivo billed.
func TestBilledUnits(t *testing.T) {
	d := newDriver(t, newFakeCore(), 120, 36)
	curly := strings.Repeat("“curly” ", 12)
	for i, c := range []struct {
		text, kind string
		units      int
		status     plivo.Status
		cell       string
		says       []string
	}{
		{"hello", "sms", 1, plivo.Delivered, " 1", []string{"we count 1 segment (GSM-7), Plivo billed 1 unit"}},
		{"hello", "sms", 0, plivo.Queued, " 1", []string{"we count 1 segment (GSM-7), Plivo has not said yet what it bills"}},
		{curly, "sms", 1, plivo.Delivered, "≠1", []string{"≠ we count 2 segments (UCS-2), Plivo billed 1 unit", "curly quotes by those of GSM-7"}},
		{"hello", "sms", 3, plivo.Delivered, "≠3", []string{"≠ we count 1 segment (GSM-7), Plivo billed 3 units", "may have become longer", "message logs"}},
		{strings.Repeat("a", 200), "sms", 1, plivo.Delivered, "≠1", []string{"≠ we count 2 segments (GSM-7), Plivo billed 1 unit", "may have been changed"}},
		{"a picture", "mms", 3, plivo.Delivered, " 3", []string{"segments   Plivo billed 3 units"}},
		{"hello", "sms", 1, plivo.Failed, " 1", []string{"Plivo counts 1 unit, and bills none of a message that failed"}},
		{"", "", 2, plivo.Delivered, " 2", []string{"segments   Plivo billed 2 units"}},
	} {
		d.core.add(plivo.Message{
			UUID: fmt.Sprint(i), Direction: plivo.Outbound, From: "+14155550100", To: "+14155550123", Text: c.text, Type: c.kind,
			Units: c.units, Status: c.status, CreatedAt: testNow, UpdatedAt: testNow, Callbacks: 1,
		})
		d.wake()
		d.expect(c.says...)
		lines := strings.Split(d.screen(), "\n")
		y := d.m.messages.lay.list.y
		at := strings.Index(lines[y-1], "SEG") + 1 // of three cells the last two
		if got := string([]rune(lines[y])[at : at+2]); got != c.cell {
			t.Errorf("%q billed %d has %q in the list, want %q", c.text, c.units, got, c.cell)
		}
	}
}

// TestFooterOfARefusedMessage names no key for what it does not have.
func TestFooterOfARefusedMessage(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	footer := func() string { return d.screen()[strings.LastIndex(d.screen(), "\n"):] }
	for _, open := range []string{"", "enter"} {
		d.keys("g")
		if open != "" {
			d.keys(open)
		}
		if s := footer(); strings.Contains(s, "signature") || strings.Contains(s, "callbacks") || !strings.Contains(s, "copy") {
			t.Errorf("of a message that was refused: %s", s)
		}
	}
	d.keys("esc", "end")
	if s := footer(); !strings.Contains(s, "s signature") {
		t.Errorf("of one with callbacks: %s", s)
	}
	d.keys("enter")
	if s := footer(); !strings.Contains(s, "s signature") || !strings.Contains(s, "its callbacks") {
		t.Errorf("of one with callbacks: %s", s)
	}
}

// TestPaletteNamesEachOnce finds what is done with a row, and the screen, by different words.
func TestPaletteNamesEachOnce(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	d.keys("end", ":")
	seen := map[string]int{}
	for _, i := range d.m.env.sheet.(*paletteSheet).all {
		seen[i.words]++
	}
	for words, n := range seen {
		if n > 1 {
			t.Errorf("%q is there %d times", words, n)
		}
	}
	if seen["signature"] != 1 || seen["go to signature"] != 1 {
		t.Errorf("of signatures there are %v", seen)
	}
}

// TestEachStatusIsExplained opens a message of each status and finds its life, its meaning and what to do.
func TestEachStatusIsExplained(t *testing.T) {
	for status, c := range map[plivo.Status]struct {
		code string
		says []string
	}{
		plivo.Sending:     {"", []string{"sending 12:03:", "no final report yet"}},
		plivo.Queued:      {"", []string{"queued 12:03:", "no final report yet"}},
		plivo.Sent:        {"", []string{"sent 12:03:", "no final report yet"}},
		plivo.Delivered:   {"000", []string{"✓ delivered 12:03:", "took"}},
		plivo.Read:        {"", []string{"✓ read 12:03:", "took"}},
		plivo.Undelivered: {"30", []string{"✗ undelivered 12:03:", "error 30", "spam filter", "The fault is the carrier's.", "Sending it again", "→ "}},
		plivo.Failed:      {"200", []string{"✗ failed 12:03:", "error 200", "fault", "Sending it again", "→ "}},
		plivo.Rejected:    {"999", []string{"✗ rejected 12:03:", "error 999", "do not explain this code"}},
		"strange":         {"", []string{"! strange 12:03:", "no status that Plivo documents"}},
	} {
		for i, size := range [][2]int{{120, 36}, {80, 24}, {60, 15}, {80, 24}} {
			d := newDriver(t, newFakeCore(), size[0], size[1])
			at := testNow.Add(-20 * time.Second)
			m := plivo.Message{
				UUID: "u", Direction: plivo.Outbound, From: "+14155550100", To: "+14155550123", Text: "hello", Type: "sms", Status: status,
				ErrorCode: c.code, CreatedAt: at, UpdatedAt: at, Signature: valid, CallbackURL: "http://127.0.0.1:4141/sms/delivery-report",
			}
			if status.Terminal() {
				m.FinalAt = at.Add(time.Second)
			}
			if status != plivo.Sending && i < 3 { // once the callbacks are kept no more
				cb := callbackOf(m, status)[0]
				cb.ID, cb.ReceivedAt, cb.Verdict = 1, at.Add(time.Second), signature.Result{Outcome: signature.Valid, Scheme: signature.V3}
				d.core.callbacks["u"], m.Callbacks = []webhook.Callback{cb}, 1
			}
			d.core.add(m)
			d.wake()
			d.keys("enter")
			all := ""
			for range 12 {
				all += d.screen() + "\n"
				d.keys("j", "j")
			}
			all = strings.Join(strings.Fields(all), " ")
			for _, want := range c.says {
				if !strings.Contains(all, want) {
					t.Errorf("%s at %dx%d does not say %q:\n%s", status, size[0], size[1], want, d.screen())
				}
			}
		}
	}
}

// TestOtherNumberAtEachWidth holds that the list names who is at the other end of each message, under a title that
// says so.
func TestOtherNumberAtEachWidth(t *testing.T) {
	for w := minWidth; w <= 200; w++ {
		d := newDriver(t, newFakeCore(), w, 15)
		for i, m := range []plivo.Message{
			{Direction: plivo.Inbound, From: "+14155550161", To: "+14155550100", Status: plivo.Received},
			{Direction: plivo.Outbound, From: "+14155550100", To: "+14155550162", Status: plivo.Sent},
		} {
			m.UUID, m.CreatedAt, m.UpdatedAt = fmt.Sprint(i), testNow, testNow
			d.core.add(m)
		}
		d.wake()
		lines := strings.Split(d.screen(), "\n")
		head, out, in := lines[d.m.messages.lay.list.y-1], lines[d.m.messages.lay.list.y], lines[d.m.messages.lay.list.y+1]
		if !strings.Contains(out, "↑") || !strings.Contains(out, "+14155550162") || !strings.Contains(in, "↓") || !strings.Contains(in, "+14155550161") {
			t.Fatalf("at %d cells nobody sees who is at the other end:\n%s\n%s\n%s", w, head, out, in)
		}
		alone := strings.Contains(head, " TO/FROM ")
		if both := strings.Contains(head, " FROM ") && strings.Contains(head, " TO "); both == alone {
			t.Fatalf("at %d cells the title is %q", w, head)
		}
		if own := strings.Contains(out, "+14155550100"); own == alone || own != strings.Contains(in, "+14155550100") {
			t.Fatalf("at %d cells the rows are not those of their title:\n%s\n%s\n%s", w, head, out, in)
		}
		if w > 90 {
			w += 9
		}
	}
}

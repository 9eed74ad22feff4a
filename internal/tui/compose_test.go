package tui

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/snippet"
	"dev.internal/plivoscope/internal/store"
)

// composing is the compose screen with a text.
func composing(t *testing.T, text string) *driver {
	t.Helper()
	d := newDriver(t, newFakeCore(), 120, 36)
	d.keys("n")
	if text != "" {
		d.send(paste(text))
	}
	return d
}

func TestGauge(t *testing.T) {
	for text, want := range map[string][]string{
		"":                             {"empty · 160 characters fit one segment"},
		"hello":                        {"GSM-7 · 5 characters · 1 segment · 155 left"},
		strings.Repeat("a", 160):       {"GSM-7 · 160 characters · 1 segment · 0 left", "━━━━━━━━━━━━ "},
		strings.Repeat("a", 161):       {"GSM-7 · 161 characters · 2 segments · 145 left", "━━━━━━━━━━━━ ━───────────"},
		"a€":                           {"GSM-7 · 2 characters in 3 septets · 1 segment · 157 left", "€ at 2 takes two septets"},
		"€[€":                          {"€ at 1 (2 times) and [ at 2 take two septets each"},
		"شكرا":                         {"UCS-2 · 4 characters · 1 segment · 66 left", "! ش at 1, ك at 2, ر at 3 and 1 more are not in GSM-7"},
		"hi 👨\u200d👩\u200d👧":           {"UCS-2 · 4 characters in 11 UTF-16 units · 1 segment · 59 left", "! 👨\u200d👩\u200d👧 at 4 is not in GSM-7"},
		"cafe\u0301":                   {"UCS-2 · 4 characters in 5 UTF-16 units", "e\u0301 at 4 is not", "ctrl+g writes é for e\u0301, and it is GSM-7"},
		"a\u00a0b\u00a0":               {"! no-break space (U+00A0) at 2 (2 times) are not in GSM-7", "ctrl+g writes a space for U+00A0"},
		"a\u2028b":                     {"! line separator (U+2028) at 2 is not", "a new line for U+2028"},
		"a\ufeffb":                     {"! zero width no-break space (U+FEFF) at 2", "ctrl+g writes nothing for U+FEFF, and it is GSM-7"},
		"a\u200b👍":                     {"! zero width space (U+200B) at 2 and 👍 at 3 are not"},
		"“ 👍 ✓":                        {"ctrl+g writes \" for “; 👍 and 1 more stay, and UCS-2 with it"},
		strings.Repeat("a’", 40):       {"ctrl+g writes ' for ’: GSM-7, 1 segment instead of 2"},
		strings.Repeat("x", 1601):      {"GSM-7 · 1,601 septets · 11 segments · 1 over the limit of 1,600", "The text is too long"},
		strings.Repeat("x", 737) + "ж": {"UCS-2 · 738 UTF-16 units · 12 segments · 1 over the limit of 737"},
	} {
		d := composing(t, text)
		d.expect(want...)
		if strings.Contains(text, "\u200b👍") {
			d.absent("ctrl+g writes")
		}
	}
}

// TestTheBarFits draws texts of any length in any room.
func TestTheBarFits(t *testing.T) {
	c := composing(t, "").m.compose
	for _, unit := range []string{"a", "ж"} {
		for n := 0; n < 20_000; n = n*3/2 + 1 {
			c.gauge = measure(strings.Repeat(unit, n))
			for room := range 200 {
				bar := c.bar(room)
				if w := spansWidth(bar); w > max(room, 0) {
					t.Fatalf("%d × %s in %d cells are %d: %v", n, unit, room, w, bar)
				}
				if room > 12 && len(bar) == 0 {
					t.Fatalf("%d × %s in %d cells has no bar", n, unit, room)
				}
			}
		}
	}
}

func TestPlainAndBack(t *testing.T) {
	const text = "“Hallo”\nzweite – Zeile … \u200bEnde"
	d := composing(t, text)
	d.keys("left", "left", "left", "left", "ctrl+g") // before "Ende"
	if got := d.m.compose.text.Value(); got != "\"Hallo\"\nzweite - Zeile ... Ende" {
		t.Fatalf("it became %q", got)
	}
	d.expect("GSM-7 · ", "ctrl+z brings back the text as it was")
	d.absent("are not in GSM-7")
	d.keys("das ") // at the cursor
	if got := d.m.compose.text.Value(); got != "\"Hallo\"\nzweite - Zeile ... das Ende" {
		t.Errorf("typed into %q", got)
	}
	d.keys("ctrl+z")
	if got := d.m.compose.text.Value(); !strings.Contains(got, "das") {
		t.Errorf("what was typed since is lost: %q", got)
	}
	for range "das " {
		d.keys("backspace")
	}
	d.keys("tab", "ctrl+z") // from any field
	if got := d.m.compose.text.Value(); got != text {
		t.Errorf("brought back %q", got)
	}
	d.keys("ctrl+z")
	if got := d.m.compose.text.Value(); got != text {
		t.Errorf("a second time gave %q", got)
	}
	d.keys("ctrl+g", "shift+tab", "X")
	d = composing(t, "plain")
	d.keys("ctrl+g")
	d.expect("Nothing in this text needs another spelling")
	d.keys("ctrl+z")
	if got := d.m.compose.text.Value(); got != "plain" {
		t.Errorf("it became %q", got)
	}
}

// TestKeysTakeWholeCharacters moves over and deletes characters of several code points.
func TestKeysTakeWholeCharacters(t *testing.T) {
	const family, flag, keycap = "👨\u200d👩\u200d👧", "🇩🇪", "1\ufe0f\u20e3"
	for name, c := range map[string]struct {
		text string
		keys []string
		want string
	}{
		"backspace":      {"a" + family, []string{"backspace"}, "a"},
		"of two":         {flag + flag, []string{"backspace"}, flag},
		"keycap":         {"x" + keycap, []string{"backspace"}, "x"},
		"mark":           {"ye\u0301", []string{"backspace"}, "y"},
		"left":           {"a" + family, []string{"left", "x"}, "ax" + family},
		"right":          {family + "b", []string{"home", "right", "x"}, family + "xb"},
		"delete":         {family + "b", []string{"home", "delete"}, "b"},
		"line end":       {family + "\n" + flag, []string{"home", "backspace"}, family + flag},
		"line before":    {family + "\n", []string{"backspace", "backspace"}, ""},
		"delete the end": {family + "\n" + flag, []string{"up", "end", "delete"}, family + flag},
		"empty":          {"", []string{"backspace", "left", "right", "delete"}, ""},
	} {
		d := composing(t, c.text)
		d.keys(c.keys...)
		if got := d.m.compose.text.Value(); got != c.want {
			t.Errorf("%s: %q became %q, want %q", name, c.text, got, c.want)
		}
	}
}

func TestRecipientsInWords(t *testing.T) {
	for to, want := range map[string]string{
		"+14155550123":                             "United States  ",
		"+14155550123, +14155550124":               "2 destinations · United States  ",
		"+14155550123<+4915112345678<+14155550124": "3 destinations · United States 2, Germany 1",
		"+4915112345678, 12, +4915112345678":       "1 destination · Germany · 1 invalid · 1 repeated",
		"+15005550030, +14155550123":               "2 destinations · United States 1 · no country 1",
		"+14155550123, +14155550124 +15005559429":  "3 destinations · United States 2 · no country 1",
		"+14155550123 +4915112345678 +81312345678 +447400123456 +33612345678 +34612345678": "6 destinations · United States 1, Germany 1, Japan 1, United Kingdom 1 and 2 more countries",
	} {
		d := composing(t, "hello")
		d.keys("tab", to)
		d.expect(want)
	}
	d := composing(t, strings.Repeat("a", 400))
	d.keys("tab", "+14155550123, +4915112345678")
	d.expect("Send 2 messages × 3 segments = 6 units")
}

func TestTheClipboardsLinesAreNumbers(t *testing.T) {
	d := composing(t, "hello")
	d.keys("tab")
	d.m.env.o.ReadClipboard = func() (string, error) { return "+14155550123\r\n+4915112345678\n", nil }
	d.keys("ctrl+v")
	if got := d.m.compose.inputs[fieldTo].Value(); got != "+14155550123, +4915112345678" {
		t.Errorf("it is %q", got)
	}
	d.expect("2 destinations")
	d.m.env.o.ReadClipboard = func() (string, error) { return "", errors.New("no desktop") }
	d.keys("ctrl+v")
	d.expect("Read the clipboard: no desktop; paste with the key of the terminal instead.")
	d.m.env.o.ReadClipboard = func() (string, error) { return "late", nil }
	answer := d.pressHeld("ctrl+v")
	d.keys("tab")
	answer()
	for _, f := range []field{fieldTo, fieldFrom} {
		if got := d.m.compose.inputs[f].Value(); strings.Contains(got, "late") {
			t.Errorf("the answer went into field %d: %q", f, got)
		}
	}
}

func TestRecentFillsTheForm(t *testing.T) {
	core := newFakeCore()
	recently(core)
	d := newDriver(t, core, 120, 36)
	d.keys("n")
	answer := d.pressHeld("ctrl+r")
	d.expect("Recent messages", "reading the history …")
	answer()
	d.expect(" › 12:03:45  +14155550123", "+4915112345678 +2", "callbacks to this server")
	d.keys("down")
	d.expect("from SHOP · 3 destinations", "callbacks to https://shop.example.com/sms/status")
	d.keys("enter")
	want := form{
		text: "Deine Bestellung ist unterwegs\nund kommt morgen. 👨\u200d👩\u200d👧", to: "+4915112345678, +81312345678, +14155550123",
		from: "SHOP", url: "https://shop.example.com/sms/status",
	}
	if got := d.m.compose.form; got != want {
		t.Errorf("the form is %+v", got)
	}
	d.expect("Filled in what was sent at 11:03:45.")

	// Another takes its place, and it can be had back.
	d.keys("!", "ctrl+r", "482", "enter")
	if got := d.m.compose.form; got.text != "Your code is 482913" || got.url != "" || got.from != "+14155550100" {
		t.Errorf("the form is %+v", got)
	}
	d.expect("the draft that stood here is kept under ctrl+r")
	d.m.compose.sent, d.m.compose.sending = d.m.compose.edits, 1
	if !d.m.compose.unsent() {
		t.Error("the draft that was set aside is not missed")
	}
	d.m.compose.sending = 0
	d.keys("ctrl+r")
	d.expect(" › not sent  +4915112345678 +2")
	d.keys("enter")
	want.text += "!"
	if got := d.m.compose.form; got != want {
		t.Errorf("the form is %+v", got)
	}
	d.keys("ctrl+r")
	d.expect("not sent  +14155550123")
}

// TestRecentIsSearched types what it looks for, and finds nothing.
func TestRecentIsSearched(t *testing.T) {
	core := newFakeCore()
	recently(core)
	d := newDriver(t, core, 80, 24)
	d.keys("n", "my draft", "ctrl+r")
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("BESTELLUNG 8131")})
	d.expect("+4915112345678 +2")
	d.absent("482913")
	d.keys("xyz")
	d.expect("No message has all these words")
	d.keys("enter")
	d.expect("Recent messages")
	d.keys("esc")
	if got := d.m.compose.form.text; got != "my draft" {
		t.Errorf("the draft is %q", got)
	}
	d.keys("esc", "q")
	d.expect("The draft was not sent")
}

// TestAGoneServerGetsNoReports fills in a message whose callback URL was that of an earlier run.
func TestAGoneServerGetsNoReports(t *testing.T) {
	core := newFakeCore()
	recently(core)
	d := newDriver(t, core, 120, 36)
	d.keys("n", "ctrl+r", "long")
	d.expect("callbacks to this server, no more to https://gone.example.com/sms/delivery-report")
	d.keys("enter")
	if got := d.m.compose.form.url; got != "" {
		t.Errorf("the callback URL is %q", got)
	}
}

func TestRecentFailsAndIsLate(t *testing.T) {
	core := newFakeCore()
	recently(core)
	core.failReads = errors.New("the history is locked \x1b[2J")
	d := newDriver(t, core, 120, 36)
	d.keys("n", "ctrl+r")
	d.expect(`✗ Earlier messages cannot be read: the history is locked \x1b[2J`)
	d.keys("esc")
	core.failReads = nil
	answer := d.pressHeld("ctrl+r")
	d.keys("esc", "ctrl+o")
	answer()
	d.expect("This message as code")
	d.keys("esc")
	answer = d.pressHeld("ctrl+r")
	d.keys("esc")
	second := d.pressHeld("ctrl+r")
	answer() // of the sheet before
	d.expect("reading the history …")
	second()
	d.expect("482913")
}

// TestRecentScrolls holds that the selected message is always on the screen.
func TestRecentScrolls(t *testing.T) {
	core := newFakeCore()
	for i := range 70 {
		core.drafts = append(core.drafts, store.SentDraft{
			Draft: plivo.Draft{From: "+14155550100", To: []string{"+14155550123"}, Text: fmt.Sprintf("text %02d", i)}, At: testNow.Add(-time.Duration(i) * time.Minute),
		})
	}
	d := newDriver(t, core, 60, 15)
	d.keys("n", "ctrl+r")
	for i := range 60 {
		want := fmt.Sprintf("text %02d", min(i, recentMost-1))
		_, y := d.find(" › ")
		if l := strings.Split(d.screen(), "\n")[y]; !strings.Contains(l, want) {
			t.Fatalf("after %d keys %q is selected, want %s", i, l, want)
		}
		d.keys("down")
	}
	d.send(sizeOf(120, 36))
	d.expect("text 49")
	for range 80 {
		d.keys("up")
	}
	d.expect(" › 12:03:45")
}

func TestCodeIsCopied(t *testing.T) {
	const text = "It's “x”\n$HOME \\ \u202e"
	core := newFakeCore()
	var copied []string
	d := newDriver(t, core, 120, 36)
	d.m.env.o.Clipboard = func(s string) error { copied = append(copied, s); return nil }
	d.keys("n")
	d.send(paste(text))
	d.keys("tab", "+14155550123, +4915112345678", "ctrl+o")
	want := snippet.All(snippet.Request{APIURL: core.status.APIURL, Draft: plivo.Draft{
		From: "+14155550100", To: []string{"+14155550123", "+4915112345678"}, Text: text, CallbackURL: core.status.CallbackURL, Method: "POST",
	}})
	for i, s := range want {
		d.expect(" › " + s.Name)
		d.keys("y")
		d.expect("Copied the " + s.Name + " code.")
		if len(copied) != i+1 || copied[i] != s.Code {
			t.Errorf("%s: copied %q, want %q", s.Name, copied, s.Code)
		}
		d.keys("tab")
	}
	d.keys("shift+tab", "esc", "ctrl+o")
	d.expect(" › Python", "This simulator's account is made up.") // as it was left
	d.m.env.o.Clipboard = func(string) error { return errors.New("no terminal") }
	d.keys("y")
	d.expect("Copy the Python code: no terminal")
	d.keys("ctrl+o")
	d.absent("This message as code")
}

func TestCodeSaysWhatIsMissing(t *testing.T) {
	d := staged(t, true, false, 120, 36, nil)
	d.keys("n", "hello", "ctrl+o")
	d.expect("! There is no destination", "https://crisp-otter.example.com/sms/delivery-report")
	d.absent("--simulator")
	d.keys("esc", "tab", "+14155550123", "ctrl+o")
	d.absent("There is no destination")
}

// TestCodeIsReadToItsEnd scrolls through the code of a long draft.
func TestCodeIsReadToItsEnd(t *testing.T) {
	d := newDriver(t, newFakeCore(), 60, 15)
	d.keys("n")
	d.send(paste(strings.Repeat("word ", 200)))
	d.keys("ctrl+o", "tab")
	d.expect("package main", "more lines")
	for range 20 {
		d.keys("j")
	}
	d.expect("↪ ")
	for range 40 {
		d.keys("j")
	}
	d.expect("fmt.Println(sent.MessageUUID)", "end")
	d.keys("pgdown", "k", "tab")
	d.expect("const plivo = require('plivo');")
	d.send(sizeOf(200, 60))
	d.expect("const plivo = require('plivo');", "process.exitCode = 1;")
}

// TestHugeDraftsAreBounded gives the sheets texts that no form takes.
func TestHugeDraftsAreBounded(t *testing.T) {
	core := newFakeCore()
	for i := range recentMost {
		core.drafts = append(core.drafts, store.SentDraft{Draft: plivo.Draft{From: big, To: []string{big, big}, Text: fmt.Sprint(i, big), CallbackURL: "http://h/" + big}, At: testNow})
	}
	d := newDriver(t, core, 120, 36)
	d.keys("n", "ctrl+r", "down")
	checkFrame(t, "huge", d.m.View(), 120, 36)
	if n := len(d.m.View()); n > 60_000 {
		t.Errorf("the frame is %d bytes long", n)
	}
	d.keys("enter", "ctrl+o")
	if n := len(d.m.env.sheet.(*codeSheet).code); n > codeLines+2 {
		t.Errorf("%d lines of code", n)
	}
	checkFrame(t, "huge", d.m.View(), 120, 36)
}

// BenchmarkTypeIntoATextOfManySegments is a key in the longest text that can be sent, none of it plain.
func BenchmarkTypeIntoATextOfManySegments(b *testing.B) {
	d := newDriver(b, newFakeCore(), 120, 36)
	d.keys("n")
	d.send(paste(strings.Repeat("“Grüße” – ж ", 60)))
	for b.Loop() {
		d.m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'x'}})
		d.m.View()
		d.m.Update(tea.KeyMsg{Type: tea.KeyBackspace})
	}
}

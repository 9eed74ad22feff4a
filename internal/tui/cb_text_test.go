package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/webhook"
)

func TestSearchInACallback(t *testing.T) {
	d := onStock(t, 80, 24)
	d.onCallback(208)
	d.keys("enter", "tab", "tab", "tab")
	d.keys("/", "ENd a LINE wi")
	d.expect("2,978 matches") // over the ends of the screen's lines too
	d.keys("enter")
	d.expect("match 1 of 2,978", "n next match")

	at := d.m.requests.open.cursor
	d.keys("n")
	d.expect("match 2 of 2,978")
	d.keys("N", "N")
	d.expect("match 2,978 of 2,978")
	d.keys("n")
	if d.m.requests.open.cursor != at {
		t.Errorf("after the last match the cursor is on %d, not on the first, %d", d.m.requests.open.cursor, at)
	}
	d.keys("K") // what was searched for stays
	d.expect("Callback 209", "no match")
	d.keys("n")
	d.expect("is not in this text")
	d.keys("esc")
	d.absent("no match")
	d.expect("Callback 209")
	d.keys("esc")
	d.expect("Callbacks (9)")
}

func TestASearchThatIsLeftChangesNothing(t *testing.T) {
	d := onStock(t, 80, 24)
	d.onCallback(208)
	d.keys("enter", "tab", "tab", "tab", "pgdown", "pgdown")
	before := d.screen()
	d.keys("/", "without an end")
	d.keys("esc")
	if after := d.screen(); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	d.keys("/", "nothing like it")
	d.expect("✗ not found")
	d.keys("enter", "n")
	d.expect("is not in this text")

	// What another part has is said to be there.
	d.absent("it is on")
	d.keys("esc", "/", "content-type", "enter")
	d.expect("Not found on Body; it is on ", "Headers.")
	d.keys("tab", "tab", "tab", "tab", "tab", "tab") // it is still searched for there
	d.expect("1 match")
}

func TestBodiesInTheirWays(t *testing.T) {
	d := onStock(t, 80, 24)
	body := []string{"enter", "tab", "tab", "tab"}
	d.onCallback(205)
	d.keys(body...)
	d.expect("shown as JSON", `  "Units": 1,`)
	d.keys("v")
	d.expect("shown as text", `nits":1,"Extra"`)
	d.keys("v")
	d.expect("shown as bytes", "000000  7b 22 4d 65")
	d.keys("J")
	d.expect("The request has no body: a GET has its parameters in the URL.")
	d.keys("J")
	d.expect("Callback 203", "shown as bytes") // the way that was chosen
	d.keys("v")
	d.expect("form, decoded", "MessageTime", "2026-07-14 12:02:46.244057")
	d.keys("esc", "g")
	d.onCallback(206)
	d.keys(body...)
	d.expect("shown as bytes", "00 01 ff fe 50 4b 03 04", "....PK..'binary'")
}

// TestDeepJSONIsNotLaidOut gives a body of brackets alone: laid out it would be a thousand times as long.
func TestDeepJSONIsNotLaidOut(t *testing.T) {
	core := newFakeCore()
	core.strangers = []webhook.Callback{requestOf(1, webhook.Other, "POST", "/", "application/json", []byte(strings.Repeat("[", 32<<10)+strings.Repeat("]", 32<<10)))}
	d := newDriver(t, core, 80, 24)
	d.keys("2", "enter", "tab", "tab", "tab")
	d.expect("shown as text")
	if n := len(d.m.requests.open.doc.rows); n > 2000 {
		t.Errorf("%d rows", n)
	}
}

// TestHugeRequestsAreBounded gives a callback as much as the server takes, of what is longest when shown.
func TestHugeRequestsAreBounded(t *testing.T) {
	oneInSixteen(t, 1)
	for name, body := range map[string]string{
		"names": strings.Repeat("a&", 32<<10), "lines": strings.Repeat("\n", 64<<10), "escapes": strings.Repeat("\u202e", 21_000),
		"one value": "k=" + strings.Repeat("é", 30_000), "bytes": strings.Repeat("\xff", 64<<10), "marks": strings.Repeat("e\u0301\u0302\u0303\u0304\u0305", 5000),
	} {
		core := newFakeCore()
		c := requestOf(1, webhook.Other, "POST", "/"+strings.Repeat("x", 30_000), formType, []byte(body))
		c.Header = map[string][]string{"X-Long": {strings.Repeat("v", 20_000)}}
		for i := range 4000 {
			c.Header[fmt.Sprintf("X-%d", i)] = []string{""}
		}
		core.strangers = []webhook.Callback{c}
		d := newDriver(t, core, 80, 24)
		d.keys("2", "enter")
		for at := range parts {
			for range 3 {
				checkFrame(t, "signature hostile", d.m.View(), 80, 24)
				if n := len(d.m.requests.open.doc.rows); n > 70_000 {
					t.Errorf("%s: part %d has %d rows", name, at, n)
				}
				d.keys("pgdown", "end", "/", "e", "enter", "n", "v")
			}
			d.keys("tab")
		}
		d.send(sizeOf(61, 17))
		checkFrame(t, "signature hostile", d.m.View(), 61, 17)
	}
}

func TestAWidthChangeKeepsThePlace(t *testing.T) {
	d := onStock(t, 120, 36)
	d.onCallback(203)
	d.keys("enter", "tab")
	for range 18 {
		d.keys("j")
	}
	name := func() string {
		p := d.m.requests.open
		it, _ := p.item()
		return it.name
	}
	want := name()
	for _, size := range [][2]int{{80, 24}, {200, 60}, {60, 15}, {50, 10}, {61, 40}, {120, 36}} {
		d.send(sizeOf(size[0], size[1]))
		if got := name(); got != want {
			t.Errorf("at %v the cursor is on %q, not on %q", size, got, want)
		}
	}
}

// BenchmarkOpenALongBody opens the body of a request as large as is kept, at a width where it wraps.
func BenchmarkOpenALongBody(b *testing.B) {
	d := onStock(b, 120, 50)
	d.onCallback(208)
	d.keys("enter", "tab", "tab", "tab")
	for b.Loop() {
		d.m.requests.open.write(true)
		d.m.View()
	}
}

// BenchmarkSearchALongBody types one letter to search for in it.
func BenchmarkSearchALongBody(b *testing.B) {
	d := onStock(b, 120, 50)
	d.onCallback(208)
	d.keys("enter", "tab", "tab", "tab", "/", "a lin")
	for b.Loop() {
		d.m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'e'}})
		d.m.View()
		d.m.Update(tea.KeyMsg{Type: tea.KeyBackspace})
	}
}

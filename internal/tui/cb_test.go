package tui

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/webhook"
)

// onStock is a driver with one request of each kind.
func onStock(t testing.TB, w, h int) *driver {
	core := newFakeCore()
	stockRequests(core)
	return newDriver(t, core, w, h)
}

func TestEveryRequestIsListed(t *testing.T) {
	d := onStock(t, 200, 40)
	d.keys("2")
	d.expect("Callbacks (9)", "following the newest", "report", "inbound", "other", "✗ 503", "✗ 413", "65,536", "5b40a428-0000", "✗ url", "– none", "✓ V3", "PUT /wp-login.php", "198.51.100.99")
	d.core.strangers = append(d.core.strangers, requestOf(210, webhook.Other, "GET", "/new", "", nil))
	d.wake()
	d.expect("Callbacks (10)", "GET /new")
	if c, _ := d.m.requests.selected(); c.ID != 210 {
		t.Errorf("selected %d while following the newest", c.ID)
	}
	d.keys("/", "status:undelivered", "enter")
	d.expect("Callbacks (2 of 10, status:undelivered)")
	d.keys("esc")
	d.expect("Callbacks (10)")
}

// TestAScreenThatIsNotSeenReadsNothing wakes the model while another screen is shown.
func TestAScreenThatIsNotSeenReadsNothing(t *testing.T) {
	d := onStock(t, 120, 36)
	d.wake()
	d.send(tickMsg{})
	if d.m.requests.grid.Loaded() {
		t.Error("the callbacks were read before anybody looked at them")
	}
	d.keys("2", "1")
	d.core.strangers = append(d.core.strangers, requestOf(210, webhook.Other, "GET", "/new", "", nil))
	d.wake()
	d.keys("2")
	d.expect("GET /new")
}

func TestMarksStayWithTheirCallbacks(t *testing.T) {
	core := newFakeCore()
	for id := int64(1); id <= 300; id++ {
		core.strangers = append(core.strangers, requestOf(id, webhook.Other, "GET", fmt.Sprintf("/n%d", id), "", nil))
	}
	d := newDriver(t, core, 120, 36)
	d.keys("2", "space")
	if c, _ := d.m.requests.selected(); c.ID != 299 {
		t.Errorf("after a mark %d is selected, not the next", c.ID)
	}
	d.expect("● ", "Callbacks (300) · 1 marked")
	d.keys("G", "space")
	d.expect("2 marked")
	for range 20 {
		d.keys("pgdown")
	}
	core.strangers = append(core.strangers, requestOf(301, webhook.Other, "GET", "/n301", "", nil))
	d.wake()
	d.keys("g")
	for y, l := range strings.Split(d.screen(), "\n") {
		if strings.Contains(l, "●") && strings.Contains(l, "GET ") != strings.Contains(l, "GET /n300") {
			t.Errorf("line %d is marked: %s", y, l)
		}
	}
	d.expect("● 12:03:45 other   GET /n300")
	if want := []int64{300, 1}; !slices.Equal(d.m.requests.marks, want) {
		t.Errorf("marked are %v, not %v", d.m.requests.marks, want)
	}
	d.keys("j", "space") // takes it away
	d.expect("1 marked")
	d.keys("u")
	d.absent("marked")
	d.absent("●  ")
}

func TestTheNextCallbackWithoutLeaving(t *testing.T) {
	core := newFakeCore()
	for id := int64(1); id <= 200; id++ {
		core.strangers = append(core.strangers, signed(requestOf(id, webhook.DeliveryReport, "POST", "/sms/delivery-report", formType, formOf(wholeReport("sent", "", int(id)))), reportURL))
	}
	d := newDriver(t, core, 80, 24)
	d.keys("2", "enter", "tab", "j", "j", "j", "j")
	d.expect("Callback 200", "›Parameters")
	cursor := d.m.requests.open.cursor
	for id := 199; id >= 1; id-- {
		d.keys("J")
		d.expect(fmt.Sprintf("Callback %d ·", id), "›Parameters")
	}
	if d.m.requests.open.cursor != cursor {
		t.Errorf("the cursor went from %d to %d", cursor, d.m.requests.open.cursor)
	}
	d.keys("J")
	d.expect("This is the oldest callback", "Callback 1 ·")
	d.keys("K")
	d.expect("Callback 2 ·")
	core.strangers = append(core.strangers, requestOf(201, webhook.Other, "GET", "/new", "", nil))
	d.wake()
	d.expect("Callback 2 ·") // what is read is not replaced
	d.keys("esc")
	if c, _ := d.m.requests.selected(); c.ID != 2 {
		t.Errorf("selected %d after leaving", c.ID)
	}
	d.keys("g", "enter", "K")
	d.expect("This is the newest callback", "Callback 201 ·")
}

// TestAnOpenCallbackStays takes the open callback out of the history.
func TestAnOpenCallbackStays(t *testing.T) {
	d := onStock(t, 80, 24)
	d.onCallback(203)
	d.keys("enter", "tab")
	d.core.strangers = slices.DeleteFunc(d.core.strangers, func(c webhook.Callback) bool { return c.ID == 203 })
	d.wake()
	d.expect("Callback 203", "MessageUUID")
	d.keys("J")
	d.expect("Callback 202")
}

func TestTheCauseComesLater(t *testing.T) {
	d := onStock(t, 120, 36)
	d.onCallback(203)
	d.hold = true
	d.keys("enter")
	d.expect("✗ checked over http://127.0.0.1:4141/sms/delivery-report …")
	d.hold = false
	answers := d.held
	d.held = nil
	d.keys("J") // its answer comes first
	d.expect("Callback 202", "✓ verifies")
	for _, cmd := range answers {
		d.run(cmd)
	}
	d.expect("Callback 202", "✓ verifies")
	d.absent("matches if")
	d.keys("K")
	d.expect("Callback 203", `✗ does not verify; matches if the URL ends in "/"`, "Give Plivo the URL without the slash")
	d.keys("shift+tab", "shift+tab", "shift+tab")
	d.expect("What the official SDKs say")
	d.core.examineErr = errors.New("the disk is gone")
	d.keys("J", "K")
	d.expect("✗ the disk is gone")
}

func TestCompareTwoCallbacks(t *testing.T) {
	d := onStock(t, 120, 36)
	d.keys("2", "=")
	d.expect("Mark a callback with space")
	d.onCallback(203)
	d.keys("space")
	d.onCallback(202)
	d.keys("=") // the marked one beside the selected
	d.expect("Callback 202 beside callback 203", "duplicate, after the final one", "in order", "≠ signature")
	d.keys("end")
	d.expect("X-Forwarded-For (2)", "– only at the left", "the same 495 bytes")
	d.keys("v")
	d.expect("differences alone")
	d.absent("User-Agent")
	d.absent("the same 198")
	d.keys("esc")
	d.expect("Callbacks (9) · 1 marked")
	d.onCallback(205)
	d.keys("space", "=")
	d.expect("Callback 203 beside callback 205")
	d.keys("esc")
	d.onCallback(209)
	d.keys("space", "=")
	d.expect("Two callbacks can be compared, 3 are marked")
	d.keys("u")
	d.onCallback(209)
	d.keys("space")
	d.core.strangers = d.core.strangers[:8]
	d.onCallback(201)
	d.keys("=")
	d.expect("callback 209 is not in the history any more")
}

// TestAComparisonThatComesLate leaves the screen before the callbacks are read.
func TestAComparisonThatComesLate(t *testing.T) {
	d := onStock(t, 120, 36)
	d.keys("2", "space", "space")
	answer := d.pressHeld("=")
	d.keys("1")
	answer()
	d.keys("2")
	d.absent("beside")
}

func TestTheCallbacksOfAMessage(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.keys("end", "c")
	d.expect(`uuid:5b40a428-0000-4000-8000-000000000000`, "esc back to the message")
	d.keys("esc")
	d.expect("Messages (11)")
	if d.selected() != 1 {
		t.Errorf("selected message %d", d.selected())
	}
	d.keys("2")
	d.absent("uuid:")
	d.keys("1", "g", "c") // without a UUID
	d.expect("There are no callbacks to show")
	// A UUID that no filter can have.
	m := queued(1)[0]
	m.UUID = strings.Repeat("x", 3000)
	d.core.add(m)
	d.wake()
	d.keys("g", "c")
	d.expect("cannot be looked for")
	m.UUID = `a" b\`
	d.core.add(m)
	d.wake()
	d.keys("g", "c")
	d.expect("keeps no callback of this message")
}

func TestSOpensTheSignatureOfACallback(t *testing.T) {
	d := onStock(t, 120, 36)
	d.onCallback(203)
	d.keys("s")
	d.expect("Signature · callback 203", "matches if")
	d.keys("esc")
	d.expect("Callbacks (9)")
	d.keys("enter", "s")
	d.expect("Signature · callback 203")
	d.keys("esc")
	d.expect("── Callback 203", "›Overview")
	d.keys("5", "tab", "esc") // reached by its number it leads where it led
	d.expect("Messages (0)")
}

func TestCallbacksByMouse(t *testing.T) {
	d := onStock(t, 80, 24)
	d.keys("2")
	list := d.m.requests.lay.list
	d.send(click(10, list.y+2))
	if c, _ := d.m.requests.selected(); c.ID != 207 || d.m.requests.open != nil {
		t.Fatalf("a click selected %d", c.ID)
	}
	d.send(tea.MouseMsg{X: 10, Y: list.y, Button: tea.MouseButtonWheelDown})
	d.send(click(10, list.y+2))
	d.send(click(10, list.y+2))
	if d.m.requests.open == nil {
		t.Fatal("a second click on the row does not open it")
	}
	d.keys("esc", "g")
	d.onCallback(203)
	d.keys("enter")
	d.click("Body")
	d.expect("›Body")
	d.click("Parameters")
	d.expect("›Parameters")
	_, y := d.find("Status ")
	d.send(click(20, y))
	if it, _ := d.m.requests.open.item(); it.name != "parameter Status" {
		t.Errorf("the cursor is on %q", it.name)
	}
	d.click("esc back")
	d.send(click(10, d.m.requests.lay.detail.y+1))
	if d.m.requests.open == nil {
		t.Error("a click on the preview does not open it")
	}
	d.keys("esc", "g")
	d.onCallback(208)
	d.keys("enter", "tab", "tab", "tab")
	d.send(tea.MouseMsg{X: 10, Y: 10, Button: tea.MouseButtonWheelDown})
	if p := d.m.requests.open; p.top != 3 || p.cursor < 3 {
		t.Errorf("after the wheel the window begins at %d, the cursor is on %d", p.top, p.cursor)
	}
	d.keys("esc", "/", "status:none", "enter")
	d.send(click(10, list.y+1))
	d.expect("No callback matches this filter.")
}

// TestEveryCallbackKeyCanBeClicked holds that a click on a key of a footer does what the key does.
func TestEveryCallbackKeyCanBeClicked(t *testing.T) {
	for _, prepare := range [][]string{
		{"2"},
		{"2", "/"},
		{"2", "enter"},
		{"2", "enter", "/"},
		{"2", "enter", "tab", "/", "e", "enter"},
		{"2", "j", "j", "j", "j", "enter", "tab", "tab", "tab"},
		{"2", "space", "space", "j", "space", "="},
		{"2", "space", "j", "=", "v"},
	} {
		stage := func() *driver {
			d := onStock(t, 140, 36)
			d.keys(prepare...)
			return d
		}
		for i, k := range stage().m.footerKeys() {
			pressed, clicked := stage(), stage()
			pressed.send(pressKey(k))
			clicked.send(click(placeKeys(140, clicked.m.footerKeys())[i].from, 35))
			if got, want := clicked.screen(), pressed.screen(); got != want {
				t.Errorf("%v: a click on %q shows\n%s\nthe key shows\n%s", prepare, k.Help().Key, got, want)
			}
		}
	}
}

// TestAFailedReadOfCallbacksIsTriedAgain keeps the rows and reads again with the next second.
func TestAFailedReadOfCallbacksIsTriedAgain(t *testing.T) {
	d := onStock(t, 120, 36)
	d.keys("2")
	d.core.failReads = errors.New("busy")
	d.wake()
	d.expect("Read the callbacks of the history: busy", "/wp-login.php")
	d.core.failReads = nil
	d.now = d.now.Add(time.Second)
	d.send(tickMsg{})
	d.absent("busy")
}

func TestNoCallbacksSaysWhatToDo(t *testing.T) {
	d := newDriver(t, newFakeCore(), 80, 24)
	d.keys("2")
	d.expect("No callbacks yet", "http://127.0.0.1:4141/sms/delivery-report", "writes a message to the simulator")
	d.keys("enter", "space", "s", "=", "J", "y")
	d.expect("nothing to copy")
	d.core.status.Mode = app.Live
	d.wake()
	d.absent("simulator, which")
}

// TestEmptyCallbacksNameOwnKeys holds that what an empty list says to do names the keys of the settings.
func TestEmptyCallbacksNameOwnKeys(t *testing.T) {
	o := Options{Renderer: rendererOf(termenv.Ascii, true), Keys: keySettings("filter", "T", "clear-filter", "x", "compose", "W")}
	if err := o.Check(); err != nil {
		t.Fatal(err)
	}
	d := newDriverOn(t, newFakeCore(), minWidth, minHeight, o)
	d.keys("2")
	d.expect("Each request to this server is listed.", "W writes a message to the simulator, which then calls.")
	d.keys("T", "code:1", "enter")
	d.expect("x shows all again, T changes it.")
	d.keys("x")
	d.expect("No callbacks yet.")
}

// TestEqualEmptyValuesAreNamed writes a value that both sides have empty as such.
func TestEqualEmptyValuesAreNamed(t *testing.T) {
	d := onStock(t, 120, 36)
	a, b := webhook.Callback{ID: 1}, webhook.Callback{ID: 2}
	a.Header = http.Header{"X-Nothing": {""}}
	b.Header = a.Header
	c := newComparison(d.m.env, a, b)
	c.resize(rect{0, 0, 120, 60})
	for _, l := range c.lines() {
		if strings.Contains(l, "X-Nothing") && strings.Contains(l, "(empty)") {
			return
		}
	}
	t.Errorf("no line says it:\n%s", strings.Join(c.lines(), "\n"))
}

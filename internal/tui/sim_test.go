package tui

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// panelled is a driver whose simulator has made n attempts, with the panel open on a part.
func panelled(d *driver, n, part int) *driver {
	d.core.simulate(n)
	d.wake()
	d.keys("S")
	for range part {
		d.keys("tab")
	}
	return d
}

func init() {
	scenes = append(scenes, []scene{
		{name: "simulator schedule", play: func(d *driver) { panelled(d, 40, 0).keys("j", "j", "j") }},
		{name: "simulator schedule empty", play: func(d *driver) { panelled(d, 0, 0) }},
		{name: "simulator schedule one", more: true, play: func(d *driver) { panelled(d, 1, 0) }},
		{name: "simulator stopped", play: func(d *driver) { panelled(d, 3, 0).keys("p") }},
		{name: "simulator fates", play: func(d *driver) { panelled(d, 0, 1).keys("j", "j", "j", "right", "right", "enter") }},
		{name: "simulator fate typed wrong", more: true, play: func(d *driver) { panelled(d, 0, 1).keys("t", "lost", "enter") }},
		{name: "simulator chaos", play: func(d *driver) {
			panelled(d, 0, 2).keys("b", "j", "right", "j", "j")
		}},
		{name: "simulator calm", play: func(d *driver) { panelled(d, 0, 2).keys("end") }},
		{name: "simulator chaos typed", play: func(d *driver) { panelled(d, 0, 2).keys("enter", "20ms..2x", "enter") }},
		{name: "simulator rules", play: func(d *driver) {
			panelled(d, 0, 3).keys("o", "rules.yaml", "enter")
		}},
		{name: "simulator rules wrong", play: func(d *driver) {
			d.core.simFail = errors.New(`cannot use the rules file /home/me/very/long/path/of/rules.yaml: line 12, column 9: the fate "lost": it is not known; use delivered, sent, undelivered, undelivered:CODE, failed, failed:CODE, none, or the name of a scenario`)
			panelled(d, 0, 3).keys("o", "rules.yaml", "enter")
		}},
		{name: "simulator inbound", play: func(d *driver) {
			d.core.receipt = simulator.Receipt{
				UUID: "5b40a428-0000-4000-8000-000000000001", Method: "POST", URL: "http://127.0.0.1:4141/sms/inbound", Answered: 200, RetryIn: time.Minute,
				Answer: "<Response>\n<Message src=\"+14155550100\" dst=\"+14155550123\">Thanks \x1b[2J شكرا 谢谢 👨‍👩‍👧</Message>\n</Response>", Replies: []string{"5b40a428-0000-4000-8000-000000000002"},
				Problem: "the reply 2 of the answer was not sent: <Message> has no text",
			}
			panelled(d, 0, 4).keys("enter", " شكرا 谢谢 👨‍👩‍👧", "enter", "esc")
		}},
		{name: "simulator inbound written", more: true, play: func(d *driver) { panelled(d, 0, 4).keys("enter", "tab", "https://name.example/a.png") }},
		{name: "simulator account", play: func(d *driver) {
			d.core.simulate(8)
			d.core.sim.Standing = simulator.Standing{Balance: "0.00000", Unpaid: true, Requests: 299, Limit: 300, ListLimit: 20, Lists: 20, OptedOut: 2, GeoBlocked: []string{"DE", "CH"}, MPS: 1, Queued: 1}
			d.keys("S", "shift+tab")
		}},
		{name: "simulator away", more: true, play: func(d *driver) {
			d.core.simErr = errors.New("no simulator answers at 127.0.0.1:4142: connection refused")
			d.keys("S")
		}},
	}...)
}

// TestPanelFates gives the next messages and all others a fate, and takes it back.
func TestPanelFates(t *testing.T) {
	d := panelled(staged80(t), 0, 1)
	d.expect("Next  no fate of their own  others delivered", "‹ 1 › message")
	d.keys("j", "right", "right", "enter")
	d.expect("Next  sent for 3 messages more", "The next 3 messages: sent.")
	d.keys("end", "d")
	d.expect("others undelivered:1000")
	d.keys("x")
	d.expect("no fate of their own  others undelivered:1000")
	d.keys("x")
	d.expect("✗ The next messages have no fate of their own.")
	d.keys("t", "failed:30", "enter")
	d.expect("write undelivered:30")
	d.keys("backspace", "backspace", "50", "enter")
	d.expect("Next  failed:50 for 3 messages more")
}

// TestPanelRules tells how often each rule was used, and how many messages it fits besides.
func TestPanelRules(t *testing.T) {
	for _, width := range []int{60, 120} {
		d := panelled(staged(t, false, false, width, 36, nil), 0, 3)
		d.keys("o", "rules.yaml", "enter")
		d.expect("4 rules of rules.yaml", "12k/12k first-three", "61/122 ", "10/30 ", "3/13 ")
		d.core.sim.Rules[0].Fitted = -1 // a simulator that tells nothing of it
		d.wake()
		d.absent("12k")
	}
}

// TestPanelChaos slides, types, calms; what holds is what the simulator was told.
func TestPanelChaos(t *testing.T) {
	d := panelled(staged80(t), 0, 2)
	d.expect("Calm  nothing goes wrong")
	d.keys("j", "right", "right", "right")
	d.expect("duplicate        ━━━━━━●──────── 5%", "Chaos  1 kind at work, for what is sent from now on", "! chaos")
	d.keys("enter", "backspace", "backspace", "3.5%", "enter")
	d.expect("━━━━●────────── 3.5%")
	d.keys("right")
	d.expect("━━━━━━●──────── 5%")
	d.keys("left", "left", "left", "left")
	d.expect("Calm")
	d.absent("! chaos")
	d.keys("home", "enter", "exp 300ms", "enter", "end", "right")
	d.expect("Chaos  2 kinds", "delay            ━━●──────────── exp 300ms", "api-503          ━━●")
	d.keys("enter", "backspace", "backspace", "200%", "enter")
	d.expect(`✗ cannot use the chaos "api-503=200%"`, "no probability; write one")
	d.keys("esc", "0")
	d.expect("Calm: nothing goes wrong any more")
	if n := len(d.core.changes); n != 11 {
		t.Errorf("%d changes", n)
	}
	for i, ch := range d.core.changes {
		if ch.Chaos == nil || ch.Chaos.Check() != nil {
			t.Errorf("change %d is %+v", i, ch)
		}
	}
	if c, err := scenario.ParseChaos(badDay); err != nil || c.None() {
		t.Errorf("a bad day is %v (%v)", c, err)
	}
}

// TestPanelClock stops the clock, which is seen everywhere, moves it on and hurries it.
func TestPanelClock(t *testing.T) {
	d := panelled(staged80(t), 2, 0)
	d.expect("● 12:03:45 runs  1×  next in 1.2s  1 pending")
	d.keys("?")
	d.expect("Keys", "stop/start", "a bad day")
	d.keys("esc")
	d.expect("Schedule  Fates")
	d.keys("p")
	d.expect("■ 12:03:45.000 stands still", "! clock stands still")
	d.keys("esc", "2")
	d.expect("! clock stands still")
	d.keys("S", ".")
	d.expect("■ 12:03:46.200", "nothing is due", "Tried  3")
	d.keys(".")
	d.expect("✗ Nothing is due")
	d.keys("+")
	d.expect("■ 12:04:46.200")
	d.keys("a", "soon", "enter")
	d.expect("“soon” is no time to move the clock on by")
	d.keys("backspace", "backspace", "backspace", "backspace", "1h", "enter")
	d.expect("■ 13:04:46.200")
	d.keys(">", ">")
	d.expect("5×")
	d.keys("<", "p")
	d.expect("● 13:04:46 runs  2×")
	d.absent("! clock")
}

// TestPanelScheduleStays holds that the selected attempt keeps its line while others come, and is followed to what
// was tried.
func TestPanelScheduleStays(t *testing.T) {
	d := panelled(staged(t, false, false, 120, 36, nil), 60, 0)
	for range 37 {
		d.keys("j")
	}
	place := func() (y int, text string) {
		for i, l := range strings.Split(d.screen(), "\n") {
			if strings.HasPrefix(l, " › ") {
				return i, l
			}
		}
		t.Fatalf("no row is selected:\n%s", d.screen())
		return 0, ""
	}
	y, text := place()
	for range 5 {
		d.core.post()
		d.wake()
	}
	if now, words := place(); now != y || words != text {
		t.Errorf("line %d %q became line %d %q", y, text, now, words)
	}
	d.keys("home", "j", "j")
	_, text = place()
	for range 3 {
		d.core.post()
		d.wake()
	}
	if _, now := place(); !strings.Contains(now, "✓ 200") || !strings.HasPrefix(now, text[:16]) {
		t.Errorf("%q became %q", text, now)
	}
}

// TestPanelOpensMessages goes to the message of an attempt where the history has it.
func TestPanelOpensMessages(t *testing.T) {
	d := panelled(staged80(t), 4, 0)
	d.keys("end", "enter")
	d.absent("Schedule")
	d.expect("5b40a428-0000-4000-8000-000000000003")
	d.core.sim.Tried[0].MessageUUID = "stranger"
	d.keys("esc", "S", "home", "j", "j", "enter")
	d.expect("✗ The history does not have that message")
}

// TestPanelInbound posts what was written and shows what came back; what is missing is said.
func TestPanelInbound(t *testing.T) {
	d := panelled(staged80(t), 0, 4)
	d.core.receipt = simulator.Receipt{UUID: "u", Method: "POST", URL: "http://127.0.0.1:4141/sms/inbound", Answered: 200, Answer: "<Response/>"}
	d.expect("enter edit it", "ctrl+s deliver it")
	d.keys("enter")
	d.expect("│ Hello from a phone, if nothing is typed", "enter deliver it", "esc back, kept")
	d.keys("S", "tab", "https://name.example/a.png", "ctrl+s")
	d.expect("✓ 200 of POST http://127.0.0.1:4141/sms/inbound", "<Response/>")
	if in := d.core.posts[0]; in.Text != "S" || len(in.Media) != 1 || in.To != "+14155550100" {
		t.Errorf("%+v was posted", in)
	}
	if d.m.typing() { // the next keys are those of screens
		t.Error("it is written on after it was delivered")
	}
	d.keys("enter")
	d.send(tea.KeyMsg{Type: tea.KeyCtrlU})
	d.keys("shift+tab")
	d.send(tea.KeyMsg{Type: tea.KeyCtrlU})
	d.keys("enter")
	if in := d.core.posts[1]; in.Text != "Hello from a phone" || len(in.Media) > 0 {
		t.Errorf("%+v was posted where nothing was typed", in)
	}
	d.keys("enter", "tab", "https://name.example/a.png")
	d.expect("│ an MMS needs none")
	d.keys("enter")
	if in := d.core.posts[2]; in.Text != "" || len(in.Media) != 1 {
		t.Errorf("%+v was posted, with a file alone", in)
	}
	d.keys("enter", "tab")
	d.send(tea.KeyMsg{Type: tea.KeyCtrlU})
	d.keys("enter")
	d.expect("✗ Not posted")
	d.keys("esc", "M")
	d.absent("+14155550100 ")
	d.absent("https://name.example")
	d.expect("Inbound  Account", "Text")
}

// TestPanelWritesOnWhatFailed keeps writing where the message did not arrive, or somebody writes on before the answer.
func TestPanelWritesOnWhatFailed(t *testing.T) {
	d := panelled(staged80(t), 0, 4)
	d.core.receipt = simulator.Receipt{UUID: "u", Method: "POST", Answered: 200, Problem: "no XML"}
	d.keys("enter", "hi", "enter")
	d.expect("✗ Plivo would not take it: no XML")
	if !d.m.typing() {
		t.Error("it is written no more though it failed")
	}
	d.core.receipt.Problem = ""
	d.hold = true
	d.keys("enter", " you")
	d.release()
	d.expect("✓ 200 of POST", "│ hi you")
	if !d.m.typing() {
		t.Error("it is written no more though somebody writes")
	}
}

// TestPanelNeedsASimulator says on a live account that there is none, and where that one is elsewhere.
func TestPanelNeedsASimulator(t *testing.T) {
	d := staged(t, true, false, 80, 24, nil)
	d.keys("S")
	d.expect("There is no simulator: messages go to a live account.")

	d = staged80(t)
	d.core.simErr = errors.New("no simulator answers at 127.0.0.1:4142: connection refused")
	d.keys("S")
	d.expect("no simulator answers at 127.0.0.1:4142")
	d.core.simErr = nil
	d.core.simulate(1)
	d.core.sim.Where = "http://127.0.0.1:4142"
	d.wake()
	d.expect("Simulator at 127.0.0.1:4142, of another process", "Tried  1")
}

// TestPanelAfterChange says what failed, and that only one thing is done at a time.
func TestPanelAfterChange(t *testing.T) {
	d := panelled(staged80(t), 2, 0)
	d.hold = true
	d.keys("+", ".")
	d.expect("✗ Not done: still moving the clock on by 1m0s; esc gives that up.")
	d.release()
	if n := len(d.core.changes); n != 1 {
		t.Errorf("%d changes", n)
	}
	d.core.simFail = errors.New("the clock shows +14155550177")
	d.keys("+")
	d.expect("✗ the clock shows +14155550177")
}

// TestPanelMouse selects parts and rows.
func TestPanelMouse(t *testing.T) {
	d := panelled(staged(t, false, false, 120, 36, nil), 10, 0)
	lines := strings.Split(d.screen(), "\n")
	at := func(part string) (x, y int) {
		for y, l := range lines {
			if i := strings.Index(l, part); i >= 0 {
				return len([]rune(l[:i])), y
			}
		}
		t.Fatalf("no %q", part)
		return 0, 0
	}
	x, y := at("Chaos  Rules")
	d.send(click(x+1, y))
	d.expect("Calm  nothing goes wrong")
	lines = strings.Split(d.screen(), "\n")
	x, y = at("wrong-host")
	d.send(click(x, y))
	d.keys("right")
	d.expect("wrong-host       ━━●")
}

// TestPanelTellsApp holds that a change names what it changes and nothing else.
func TestPanelTellsApp(t *testing.T) {
	d := panelled(staged80(t), 2, 0)
	d.keys("p", "p", ".", ">")
	want := []app.SimulatorChange{{Stop: true}, {Start: true}, {ToNext: true}, {Speed: 2}}
	if !slices.Equal(d.core.changes, want) {
		t.Errorf("the changes are %+v", d.core.changes)
	}
}

// TestPanelSaysAllOfIt holds that what a part says of itself is not cut on a small screen.
func TestPanelSaysAllOfIt(t *testing.T) {
	for _, size := range [][2]int{{60, 15}, {80, 24}} {
		d := panelled(staged(t, false, false, size[0], size[1], nil), 0, 3)
		d.expect("docs/scenarios.md")
		d.keys("tab")
		if words := strings.Join(strings.Fields(d.screen()), " "); !strings.Contains(words, "to the message_url of the number; the answer comes here.") {
			t.Errorf("it is cut:\n%s", d.screen())
		}
		checkFrame(t, "inbound", d.m.View(), size[0], size[1])
	}
}

// TestFatesUseTheRoom lists as many fates as there is room for, and says below the list what its row has no room for:
// nothing a second time.
func TestFatesUseTheRoom(t *testing.T) {
	d := panelled(staged(t, false, false, 120, 36, nil), 0, 1)
	d.absent("\n   queued, sent and delivered, each with its callback")
	whole := d.m.env.sim.parts[1].(*simFates).h
	if room := d.m.env.sim.room(); whole != room-2 {
		t.Errorf("%d fates are listed in %d lines:\n%s", whole, room, d.screen())
	}
	d.keys("end")
	for i := 0; !strings.Contains(d.screen(), "› failed:450"); i++ {
		if i > 45 {
			t.Fatal(d.screen())
		}
		d.keys("k")
	}
	if h := d.m.env.sim.parts[1].(*simFates).h; h >= whole || !strings.Contains(d.screen(), "\n   The destination's country is not switched on") {
		t.Errorf("what is cut is not said whole, in %d lines of %d:\n%s", whole-h, whole, d.screen())
	}
}

// TestPanelIsWrittenOnBeforeTheAnswer begins to write behind a message that no field was written at when it was sent.
func TestPanelIsWrittenOnBeforeTheAnswer(t *testing.T) {
	d := panelled(staged80(t), 0, 4)
	d.core.receipt.UUID, d.core.receipt.Method, d.core.receipt.Answered = "u", "POST", 200
	answer := d.pressHeld("ctrl+s")
	d.keys("enter")
	answer()
	d.expect("✓ 200 of POST")
	if !d.m.typing() {
		t.Errorf("it is written no more though somebody began to:\n%s", d.screen())
	}
}

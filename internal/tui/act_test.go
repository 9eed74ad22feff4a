package tui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/meter"
	"dev.internal/plivoscope/internal/webhook"
)

func onActivityScreen(t testing.TB, w, h int, prepare func(*driver)) *driver {
	d := staged(t, false, false, w, h, nil)
	prepare(d)
	d.wake()
	d.keys("6")
	return d
}

func TestReckoning(t *testing.T) {
	for _, c := range []struct {
		stats webhook.Stats
		want  string
	}{
		{webhook.Stats{Received: 214, Stored: 210, Refused: 3, Dropped: 1}, " ✓ received 214 = stored 210 + refused 3 + dropped 1  "},
		{webhook.Stats{Received: 216, Stored: 210, Refused: 3, Dropped: 1}, " … received 216 = stored 210 + refused 3 + dropped 1 + 2 in flight"},
		{webhook.Stats{}, " · Nothing received yet. Callbacks are taken at http://127.0.0.1:4141/sms/delivery-report"},
	} {
		d := onActivityScreen(t, 120, 36, func(d *driver) { d.core.status.Server = c.stats })
		d.expect(c.want)
	}
	d := onActivityScreen(t, 60, 15, busy)
	d.expect(" … received 12,214 = stored 12,212 + 2 in flight ")
	for w, want := range map[int]string{
		80: " ✓ received 1,234,567 = stored 1,234,000 + refused 500 + dropped 67",
		60: " ✓ received 1,234,567 = 1,234,000 + 500 + 67 ",
	} {
		d := onActivityScreen(t, w, 24, func(d *driver) {
			d.core.status.Server = webhook.Stats{Received: 1_234_567, Stored: 1_234_000, Refused: 500, Dropped: 67}
		})
		d.expect(want)
	}
	d = onActivityScreen(t, 80, 24, func(d *driver) { d.core.status.Joined, d.core.status.ServerPID = true, 4242 })
	d.expect("Another process (pid 4242) serves", "process 4242; this one uses it")
	d.absent("received 214")
}

// TestActivityTellsWhereMetricsAre, where there are any.
func TestActivityTellsWhereMetricsAre(t *testing.T) {
	const url = "http://127.0.0.1:9464/metrics"
	d := onActivityScreen(t, 80, 36, busy)
	d.absent("9464")
	d = onActivityScreen(t, 80, 36, func(d *driver) {
		busy(d)
		d.core.status.MetricsURL = url
	})
	d.expect("metrics", url)
}

// TestFiguresStayInTheirColumns changes all numbers: what stands around them does not move.
func TestFiguresStayInTheirColumns(t *testing.T) {
	names := []string{"✓ valid", "✗ invalid", "unchecked", "p50", "p99", "now,", "at most", "messages", "✗ others", "✗ failed", "posted"}
	for _, size := range [][2]int{{60, 60}, {80, 60}, {120, 36}} {
		d := onActivityScreen(t, size[0], size[1], busy)
		before := map[string][2]int{}
		for _, n := range names {
			x, y := d.find(n)
			before[n] = [2]int{x, y}
		}
		d.core.status.Server.Valid, d.core.status.Server.Invalid, d.core.status.Server.Connections = 1_000_000, 99_999, 4_000
		d.core.status.Server.Latency = meter.Latency{Count: 1, P50: 25 * time.Second, P95: 1, P99: 999 * time.Millisecond, Max: time.Minute}
		d.core.status.Server.PerSecond = [meter.Window]uint32{59: 12_345}
		d.core.status.Totals.Callbacks, d.core.status.Totals.Valid = 1_000_000, 1
		d.core.status.API.Calls, d.core.status.Simulator.Posted, d.core.status.Simulator.Pending = 100_000, 1_000_000, 0
		d.wake()
		for _, n := range names {
			if x, y := d.find(n); before[n] != [2]int{x, y} {
				t.Errorf("%v: %q moved from %v to %d,%d", size, n, before[n], x, y)
			}
		}
	}
}

func TestSparkline(t *testing.T) {
	for want, counts := range map[string][]uint32{
		"":         nil,
		"▁▁▁":      {0, 0, 0},
		"▁██▁":     {0, 1, 1, 0},
		"▁▂▃▄▅▆▇█": {0, 1, 2, 3, 4, 5, 6, 7},
		"▂▁█":      {1, 0, 4_000_000_000},
	} {
		if got := sparkline(counts); got != want {
			t.Errorf("%v is %q, want %q", counts, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOf(rapid.Uint32()).Draw(t, "counts")
		drawn := []rune(sparkline(counts))
		for i, n := range counts {
			for j, other := range counts {
				if height := slices.Index(bars, drawn[i]); height < 0 || (n == 0) != (height == 0) || n > other && height < slices.Index(bars, drawn[j]) {
					t.Fatalf("%d beside %d in %s", n, other, string(drawn))
				}
			}
		}
	})
}

func TestMeasures(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-1: "–", 0: "0 µs", 999_999: "999 µs", time.Millisecond: "1.0 ms", 9_949 * time.Microsecond: "9.9 ms", 9_950 * time.Microsecond: "10 ms",
		999_499 * time.Microsecond: "999 ms", 999_500 * time.Microsecond: "1.0 s", 9_949 * time.Millisecond: "9.9 s", time.Minute: "60 s",
	} {
		if got := latency(d); got != want {
			t.Errorf("%d ns is %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int64]string{
		0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1000: "1.0 kB", 9_949: "9.9 kB", 9_950: "10 kB", 999_499: "999 kB", 999_500: "1.0 MB", 5_700_000: "5.7 MB",
		1_000_000_000: "1.0 GB", 1 << 62: "4611686 TB",
	} {
		if got := bytesOf(n); got != want {
			t.Errorf("%d bytes are %q, want %q", n, got, want)
		}
	}
}

// TestANoticeThatIsReadStays scrolls into the notices while new ones come, and as the size changes.
func TestANoticeThatIsReadStays(t *testing.T) {
	for _, size := range [][2]int{{60, 15}, {80, 24}, {120, 36}} {
		d := onActivityScreen(t, size[0], size[1], func(d *driver) {
			busy(d)
			manyNotices(d, 60)
		})
		act := d.m.screens[onActivity].(*activity)
		atTop := func() app.Notice {
			p := act.panes[len(act.panes)-1]
			return p.lines[p.top].notice
		}
		for range 10 {
			if d.keys("pgdown"); atTop().Text != "" {
				break
			}
		}
		d.keys("j")
		read := atTop()
		if read.Text == "" {
			t.Fatalf("%v: no notice is at the top:\n%s", size, d.screen())
		}
		for i := range 3 {
			d.core.status.Notices = append(d.core.status.Notices, app.Notice{At: testNow.Add(time.Duration(i) * time.Second), Severity: app.Warning, Text: "One more."})
			d.now = d.now.Add(time.Second)
			d.send(tickMsg{})
			if atTop() != read {
				t.Errorf("%v: a new notice moved what is read:\n%s", size, d.screen())
			}
		}
		for _, w := range []int{200, 66, 110, size[0]} {
			d.send(sizeOf(w, size[1]))
			if atTop() != read {
				t.Errorf("%v: another width (%d) moved what is read:\n%s", size, w, d.screen())
			}
		}
		d.keys("g")
		d.wake()
		if size[0] == 120 {
			d.expect("One more.", "Notices (64, the newest first)")
		} else {
			d.expect("signatures")
		}
	}
}

func TestActivityScrolls(t *testing.T) {
	d := onActivityScreen(t, 80, 24, func(d *driver) {
		busy(d)
		manyNotices(d, 60)
	})
	d.keys("g")
	top := d.screen()
	d.expect("── Server ", "6 Activity")
	for _, keys := range [][]string{{"j", "k"}, {"pgdown", "pgdown", "pgdown", "home"}, {"G", "g"}, {"end", "G", "home"}, {"down", "down", "up", "up"}} {
		for i, k := range keys {
			d.keys(k)
			if i == 0 && d.screen() == top {
				t.Errorf("%s moves nothing", k)
			}
		}
		if d.screen() != top {
			t.Errorf("after %v:\n%s", keys, d.screen())
		}
	}
	d.keys("G")
	d.expect("Notice 0 of many", " end ")
	d.absent("── Server ")
	d.send(tea.MouseMsg{X: 10, Y: 10, Button: tea.MouseButtonWheelUp})
	d.absent(" end ")
	for range 400 {
		d.send(tea.MouseMsg{X: 10, Y: 10, Button: tea.MouseButtonWheelUp})
	}
	if d.screen() != top {
		t.Errorf("the wheel does not come back:\n%s", d.screen())
	}

	d = onActivityScreen(t, 120, 20, func(d *driver) {
		busy(d)
		manyNotices(d, 60)
	})
	d.send(tea.MouseMsg{X: 100, Y: 10, Button: tea.MouseButtonWheelDown})
	d.expect("── Server ") // the other column stays
	d.absent("Notices (61")
	d.send(tea.MouseMsg{X: 10, Y: 10, Button: tea.MouseButtonWheelDown})
	d.absent("── Server ")
	d.keys("esc")
	d.expect("Messages (11)")
	d.click("6 Activity")
	d.expect("── Activity ")
}

// TestActivityKeysCanBeClicked holds that a click on a key of the footer does what the key does, and that the
// tab can be clicked on the least width.
func TestActivityKeysCanBeClicked(t *testing.T) {
	stage := func() *driver {
		d := staged(t, false, false, 60, 15, nil)
		busy(d)
		d.wake()
		d.click("6 Activity")
		d.keys("j")
		return d
	}
	for i, k := range placeKeys(60, stage().m.footerKeys()) {
		pressed, clicked := stage(), stage()
		pressed.send(pressKey(k.binding))
		clicked.send(click(placeKeys(60, clicked.m.footerKeys())[i].from, 14))
		if got, want := clicked.screen(), pressed.screen(); got != want || got == stage().screen() {
			t.Errorf("a click on %q shows\n%s\nthe key shows\n%s", k.binding.Help().Key, got, want)
		}
	}
}

func TestCopyThePage(t *testing.T) {
	var copied []string
	var fails error
	core := newFakeCore()
	stock(core)
	d := newDriverOn(t, core, 60, 15, Options{Clipboard: func(s string) error {
		copied = append(copied, s)
		return fails
	}})
	losses(d)
	manyNotices(d, 3)
	d.wake()
	d.keys("6", "G", "y")
	d.expect("Copied the page, ")
	if len(copied) != 1 {
		t.Fatalf("%d copies", len(copied))
	}
	page := copied[0]
	for _, part := range []string{
		" ✓ received 214 = stored 210 + refused 3 + dropped 1\n", "\n\nServer\n", "12/s now,     40/s at most\n", "\n\nHistory\n", "\n\nAPI\n", "7 credentials, 2 network, 2 rate limited",
		"\n\nNotices (5, the newest first)\n", "not stored.\n", "Serving callbacks at",
	} {
		if !strings.Contains(page, part) {
			t.Errorf("the copy lacks %q:\n%s", part, page)
		}
	}
	if strings.Contains(page, "\x1b") || strings.Contains(page, " \n") {
		t.Errorf("the copy is no plain text:\n%q", page)
	}
	fails = errors.New("no clipboard")
	d.keys("y")
	d.expect("Copy the page: no clipboard;")
}

// TestTheUIsOwnNoticesAreListed holds that what the UI said stands among what the core said, in order,
// and what it says again and again once.
func TestTheUIsOwnNoticesAreListed(t *testing.T) {
	d := onActivityScreen(t, 120, 36, func(d *driver) {
		d.core.failReads = errors.New("the disk is gone")
		for range 5 {
			d.now = d.now.Add(time.Second)
			d.send(tickMsg{})
			d.wake()
		}
		d.core.status.Notices = append(d.core.status.Notices, app.Notice{At: d.now.Add(time.Second), Severity: app.Info, Text: "Later."})
	})
	d.now = d.now.Add(2 * time.Second)
	d.send(tickMsg{})
	act := d.m.screens[onActivity].(*activity)
	var all []string
	for _, n := range act.env.allNotices() {
		all = append(all, n.Text)
	}
	if len(all) != 3 || all[0] == all[1] || !slices.Contains(all[:2], "Later.") || !strings.HasPrefix(all[2], "Serving") {
		t.Errorf("listed are %q", all)
	}
	d.expect("Notices (3, the newest first)", " times)")
	for i := range 300 {
		act.env.notify(app.Info, fmt.Sprint(i))
	}
	if n := len(act.env.allNotices()); n != noticesShown || len(act.env.told) != noticesKept {
		t.Errorf("%d notices are listed, %d of the UI's own are kept", n, len(act.env.told))
	}
}

// TestActivityIsStillWhileItIsNotSeen holds that a flood costs nothing there while another screen is shown.
func TestActivityIsStillWhileItIsNotSeen(t *testing.T) {
	d := onActivityScreen(t, 80, 24, busy)
	d.keys("1")
	act := d.m.screens[onActivity].(*activity)
	before := &act.panes[0].lines[0]
	d.core.status.Server.Stored++
	d.wake()
	d.send(tickMsg{})
	if &act.panes[0].lines[0] != before {
		t.Error("it was rendered while nobody saw it")
	}
	d.keys("6")
	d.expect("stored 12,213")
}

func BenchmarkActivityWake(b *testing.B) {
	d := onActivityScreen(b, 120, 36, func(d *driver) {
		busy(d)
		manyNotices(d, 100)
	})
	act := d.m.screens[onActivity]
	for b.Loop() {
		d.m.env.status.Server.Received++
		act.wake()
		d.m.View()
	}
}

package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/meter"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

func init() {
	open := func(prepare func(*driver)) func(*driver) {
		return func(d *driver) {
			prepare(d)
			d.wake()
			d.keys("6")
		}
	}
	scenes = append(scenes, []scene{
		{name: "activity idle", bare: true, play: open(idle)},
		{name: "activity busy", play: open(busy)},
		{name: "activity losses", live: true, play: open(losses)},
		{name: "activity notices", play: open(func(d *driver) {
			busy(d)
			manyNotices(d, 40)
		})},
		{name: "activity scrolled", play: func(d *driver) {
			open(func(d *driver) {
				busy(d)
				manyNotices(d, 40)
			})(d)
			d.keys("home", "pgdown", "pgdown", "j")
		}},
		{name: "activity hostile", play: func(d *driver) {
			open(hostileActivity)(d)
			d.keys("home")
		}},
	}...)
}

func idle(d *driver) {
	d.core.status.Server.Since = testNow.Add(-4 * time.Second)
	d.core.status.Embedded, d.core.status.Ephemeral, d.core.status.HistorySize = true, true, 4096
	d.core.status.Shared, d.core.status.ServerPID = true, 4242
}

// busy is a server in the midst of its work.
func busy(d *driver) {
	idle(d)
	st := &d.core.status
	st.Ephemeral, st.HistoryPath, st.HistorySize = false, "/home/me/.local/share/plivoscope/simulator.db", 5_700_000
	s := &st.Server
	s.Since = testNow.Add(-2 * time.Hour)
	s.Received, s.Stored, s.Valid, s.Invalid, s.Missing = 12_214, 12_212, 12_100, 14, 100
	s.Connections = 3
	for i := range s.PerSecond {
		s.PerSecond[i] = uint32((i * i) % 41)
	}
	s.Latency = meter.Latency{Count: 12_212, P50: 1_240 * time.Microsecond, P95: 4_800 * time.Microsecond, P99: 12_300 * time.Microsecond, Max: 80 * time.Millisecond}
	st.Totals = store.Totals{Callbacks: 12_212, Valid: 12_100, Invalid: 14, Missing: 98}
	st.API = api.Stats{Calls: 120, Latency: meter.Latency{Count: 120, P50: 900 * time.Microsecond, P95: 2_100 * time.Microsecond}}
	st.Simulator = simulator.Stats{Accepted: 4_040, Refused: 2, Posted: 12_114, Inbound: 3, Pending: 31}
	st.InFlight = 1
}

// losses is a server that could not keep everything, on a live account with an API in trouble.
func losses(d *driver) {
	busy(d)
	st := &d.core.status
	st.Embedded = false
	s := &st.Server
	s.Received, s.Stored, s.Refused, s.Dropped, s.Rejected = 214, 210, 3, 1, 2
	s.Valid, s.Invalid, s.Missing = 200, 8, 6
	s.PerSecond = [meter.Window]uint32{50: 1, 51: 40, 59: 12}
	st.API.Failures = map[api.Kind]int64{api.RateLimited: 2, api.Network: 2, api.Credentials: 7}
	st.API.LastFailure = "cannot send the message: the connection failed, dial tcp: lookup api.plivo.com: no such host; check the network and the API's address in PLIVO_API_URL, and try again"
	st.API.LastFailureAt = testNow.Add(-130 * time.Second)
	st.Notices = append(st.Notices, app.Notice{
		At: testNow.Add(-3 * time.Second), Severity: app.Failure,
		Text: "Answered 503, Plivo tries again: cannot store the callback: the disk is full; make room, or name a file on another disk with --db",
	})
}

func manyNotices(d *driver, n int) {
	for i := range n {
		sev := []app.Severity{app.Info, app.Warning, app.Failure}[i%3]
		d.core.status.Notices = append(d.core.status.Notices, app.Notice{
			At: testNow.Add(time.Duration(i-2*n) * time.Second), Severity: sev,
			Text: fmt.Sprintf("Notice %d of many: 203.0.113.%d sends more than 50 callbacks a second without a valid signature; those above are answered 429 and not stored.", i, i),
		})
	}
}

func hostileActivity(d *driver) {
	losses(d)
	st := &d.core.status
	nasty := "\x1b[2J\x1b]0;owned\x07 \u202eevil\u200b \x9b31m \xff\x00 1\ufe0f\u20e3 👩\u200d👩\u200d👧 " + strings.Repeat("e\u0301\u0301\u0301", 30) + " \t\r\n end"
	st.PublicURL, st.ListenURL, st.APIURL, st.HistoryPath = nasty, nasty, nasty, nasty
	st.Tunnel = app.TunnelStatus{Name: nasty, State: tunnel.Online, URL: nasty, Why: nasty, Code: nasty}
	st.API.LastFailure = nasty
	st.Notices = []app.Notice{
		{At: testNow.Add(-time.Minute), Severity: app.Failure, Text: nasty},
		{At: testNow.AddDate(0, 0, -3), Severity: app.Warning, Text: strings.Repeat(nasty, 400)},
		{At: testNow.Add(time.Hour), Severity: app.Info, Text: strings.Repeat("x", 3000)},
	}
}

// TestActivityLayoutAddsUp holds that the parts of the screen fill its body.
func TestActivityLayoutAddsUp(t *testing.T) {
	for w := minWidth; w <= 240; w++ {
		for h := minHeight; h <= 70; h++ {
			body := computeFrame(w, h, 1+h%7).body
			l := computeActivity(body)
			edges := 0
			if l.beside {
				edges = l.left.h
				if l.right.x != l.left.x+l.left.w+1 || l.right.w < 40 {
					t.Fatalf("%dx%d: %+v", w, h, l)
				}
			}
			cells := edges
			for _, r := range []rect{l.title, l.total, l.left, l.right} {
				cells += r.w * r.h
			}
			if cells != body.w*body.h || l.left.h < 8 || l.left.y+l.left.h != body.y+body.h {
				t.Fatalf("%dx%d: %+v has %d cells of %d", w, h, l, cells, body.w*body.h)
			}
		}
	}
}

// TestTheFirstLineDrawsWhatCame holds that the rate stands there only where something came and there is
// room, and that nothing else moves for it.
func TestTheFirstLineDrawsWhatCame(t *testing.T) {
	head := func(w int, came bool) string {
		d := staged(t, false, false, w, 36, nil)
		if came {
			d.core.status.Server.PerSecond = [meter.Window]uint32{53: 40, 58: 3, 59: 12}
		}
		d.wake()
		return strings.Split(d.screen(), "\n")[0]
	}
	for _, w := range []int{60, 80, 109, 120, 200} {
		quiet, busy := head(w, false), head(w, true)
		if has := strings.Contains(busy, "▁█▁▁▁▁▂▄ 12/s"); has != (w >= 120) {
			t.Errorf("%d columns: %q", w, busy)
		}
		if strings.Contains(quiet, "/s") {
			t.Errorf("%d columns, nothing came: %q", w, quiet)
		}
		if i := strings.Index(quiet, "received"); i >= 0 && !strings.HasSuffix(busy, quiet[i:]) {
			t.Errorf("%d columns: the counts moved: %q, then %q", w, quiet, busy)
		}
	}
}

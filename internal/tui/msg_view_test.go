package tui

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"dev.internal/plivoscope/internal/plivo"
)

// withOdd adds a send to four destinations, of which some ended oddly.
func withOdd(d *driver) {
	ends := fourEnds()
	ends[0].Units, ends[0].Anomalies, ends[0].Arrival = 2, []plivo.Anomaly{plivo.Contradiction}, plivo.Arrival{AfterTerminal: true}
	ends[3].Arrival = plivo.Arrival{Duplicate: true}
	d.now = d.now.Add(time.Second)
	d.group(ends...)
}

// TestMessageViews holds what messages look like that are new, odd, or were sent with others.
func TestMessageViews(t *testing.T) {
	for _, sc := range []struct {
		name string
		play func(*driver)
	}{
		{"new", func(d *driver) { d.keys("j", "j") }},
		{"odd", func(d *driver) { d.keys("j", "j", "j", "enter") }},
		{"destinations", func(d *driver) { d.keys("t", "up") }},
		{"legend", func(d *driver) { d.keys("?", "pgdown", "pgdown") }},
	} {
		for _, size := range [][2]int{{120, 36}, {80, 24}, {60, 15}} {
			t.Run(fmt.Sprintf("%s %dx%d", sc.name, size[0], size[1]), func(t *testing.T) {
				d := newDriver(t, newStocked(), size[0], size[1])
				withOdd(d)
				sc.play(d)
				checkFrame(t, sc.name, d.m.View(), size[0], size[1])
				golden.RequireEqual(t, []byte(d.m.View()))
			})
		}
	}
}

// TestTheDetailDatesOtherDays gives the callbacks of an earlier day a date that is whole, and apart from what follows.
func TestTheDetailDatesOtherDays(t *testing.T) {
	for _, size := range [][2]int{{60, 15}, {80, 24}, {120, 36}} {
		d := staged(t, false, false, size[0], size[1], nil)
		d.now = d.now.Add(11 * 24 * time.Hour)
		d.send(tickMsg{})
		d.keys("end", "enter", "G")
		if s := d.screen(); !regexp.MustCompile(`\d  \d\d-\d\d \d\d:\d\d +report`).MatchString(s) {
			t.Errorf("%v:\n%s", size, s)
		}
	}
}

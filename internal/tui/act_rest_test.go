package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
)

// TestTheRestOfANoticeIsInSight leaves the page scrolled, and comes back for a notice that is cut above the keys.
func TestTheRestOfANoticeIsInSight(t *testing.T) {
	for _, size := range [][2]int{{80, 24}, {120, 36}} {
		d := staged(t, false, false, size[0], size[1], nil)
		manyNotices(d, 60)
		d.wake()
		d.keys("6", "G", "1")
		var long strings.Builder
		for i := range 15 {
			fmt.Fprintf(&long, "part %d of what is told; ", i)
		}
		d.core.status.Notices = append(d.core.status.Notices, app.Notice{At: d.now, Severity: app.Failure, Text: long.String() + "the remedy"})
		d.now = d.now.Add(time.Minute)
		d.wake()
		d.expect("6 in full")
		d.keys("6")
		d.expect("Notices (", "remedy")
	}
}

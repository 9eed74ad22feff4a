package tui

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
)

// notStored is what is told where a callback was not stored, with the way to its history, and why.
func (d *driver) notStored(why string) {
	path := filepath.Join(string(filepath.Separator), "home", "somebody", ".local", "state", "plivoscope", "history-of-the-shop.db")
	d.core.mu.Lock()
	d.core.status.HistoryPath = path
	d.core.status.Notices = append(d.core.status.Notices, app.Notice{At: d.now, Severity: app.Failure, Text: "Answered 503, Plivo tries again: cannot store a callback: the history " + path + why})
	d.core.mu.Unlock()
	d.wake()
}

const tooLarge = ` would be larger than the limit on the size of files, 716800 bytes ("ulimit -f"); raise that and start this program again, or name another file with --db`

func init() {
	scenes = append(scenes, []scene{
		{name: "answered 503", play: func(d *driver) { d.notStored(tooLarge) }},
		{name: "answered 503 before", play: func(d *driver) {
			d.notStored(tooLarge)
			d.now = d.now.Add(time.Minute)
			d.wake()
		}},
		{name: "answered 503 in compose", more: true, play: func(d *driver) {
			d.keys("n", strings.Repeat("a line of the text\n", 5))
			d.notStored(tooLarge)
		}},
		{name: "answered 503 in the panel", more: true, play: func(d *driver) { panelled(d, 40, 0).notStored(tooLarge) }},
		{name: "answered 503 in a callback", more: true, play: func(d *driver) {
			openedAt(203)(d)
			d.notStored(tooLarge)
		}},
	}...)
}

// TestTheRemedyIsRead holds that a notice of a history that takes nothing is read whole on every screen, because what is
// to be done stands at its end; later, where it is cut, the key is named of the screen that has all of it.
func TestTheRemedyIsRead(t *testing.T) {
	for _, why := range []string{
		" is locked by another program; wait a moment and try again; continue it if it is stopped; close it only if neither helps, or name another file with --db",
		tooLarge,
		` or its folder cannot be opened (unable to open database file (14)); make both writable and see that "ulimit -n" leaves file descriptors, or name another file with --db`,
	} {
		for _, size := range [][2]int{{60, 15}, {60, 21}, {80, 24}, {120, 36}, {200, 60}} {
			for _, keys := range [][]string{nil, {"2"}, {"3"}, {"4"}, {"5"}, {"6"}, {"i"}, {"R"}, {"S"}, {"/"}, {"?"}} {
				d := staged(t, false, false, size[0], size[1], nil)
				d.keys(keys...)
				d.notStored(why)
				checkFrame(t, "a long notice", d.m.View(), size[0], size[1])
				read := func() string { return strings.Join(strings.Fields(d.screen()), " ") }
				if size[1] == 15 && (d.m.env.sheet != nil || d.m.at == onSignature && d.m.typing()) { // what is open is to be seen, too
					if n := d.m.frame.body.h; n != 10 {
						t.Errorf("%v after %q: the body has %d lines", size, keys, n)
					}
					d.keys("esc", "esc")
				}
				if !strings.Contains(read(), "history-of-the-shop.db"+why) {
					t.Errorf("%v after %q: not all of the notice is read:\n%s", size, keys, d.screen())
				}
				d.now = d.now.Add(time.Minute)
				d.wake()
				cut := !strings.Contains(read(), "history-of-the-shop.db"+why)
				if named := strings.Contains(d.screen(), " 6 in full "); named != (cut && d.m.screenKeys() && d.m.at != onActivity) {
					t.Errorf("%v after %q: it is cut: %v, but the key is named: %v\n%s", size, keys, cut, named, d.screen())
				} else if named {
					d.keys("6")
					if !strings.Contains(d.screen(), "Notices (") {
						t.Errorf("%v after %q: the key leads where the notice is not to be seen:\n%s", size, keys, d.screen())
					}
				}
			}
		}
	}
}

package tui

import (
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// TestKeyAheadOfTheRows presses a key that opens the selected row before there are rows.
func TestKeyAheadOfTheRows(t *testing.T) {
	for name, c := range map[string]struct {
		bare  bool
		keys  []string // while the rows are read
		late  time.Duration
		shows string
		open  string // the title of the callback that is opened; empty for none
	}{
		"a callback":                     {keys: []string{"2", "enter"}, shows: "›Overview", open: "Callback 209"},
		"typed in one go":                {keys: []string{"2s"}, shows: "b copy base string"},
		"a row further down":             {keys: []string{"2", "j", "enter"}, shows: "Callbacks ("},
		"a row that is marked":           {keys: []string{"2", " ", "r"}, shows: "Callbacks ("},
		"the oldest row":                 {keys: []string{"2", "G", "enter"}, shows: "›Overview", open: "Callback 1 "},
		"after a row of another filter":  {keys: []string{"2", "j", "/", "status:undelivered", "enter", "enter"}, shows: "›Overview", open: "Callback 203"},
		"another key":                    {keys: []string{"2", "enter", "f"}, shows: "Callbacks ("},
		"another screen":                 {keys: []string{"2", "enter", "1", "2"}, shows: "Callbacks ("},
		"a sheet":                        {keys: []string{"2", "enter", "?", "esc"}, shows: "Callbacks ("},
		"rows that are long in coming":   {keys: []string{"2", "enter"}, late: time.Minute, shows: "Callbacks ("},
		"no rows":                        {bare: true, keys: []string{"2", "enter"}, shows: "No callbacks yet"},
		"a callback that a filter finds": {keys: []string{"2", "/", "status:undelivered", "enter", "enter"}, shows: "›Overview", open: "Callback 203"},
	} {
		t.Run(name, func(t *testing.T) {
			d := staged(t, false, c.bare, 120, 36, nil)
			if !c.bare {
				stockRequests(d.core)
			}
			d.hold = true
			d.keys(c.keys...)
			d.now = d.now.Add(c.late)
			d.release()
			d.expect(c.shows)
			if d.expect(c.open); c.open == "" {
				d.absent("›Overview")
			}
			if c.bare { // the first one that comes is not opened either
				stock(d.core)
				stockRequests(d.core)
				d.wake()
				d.absent("›Overview")
			}
		})
	}
}

// TestKeyAheadOfTheMessages does the same as the program starts.
func TestKeyAheadOfTheMessages(t *testing.T) {
	for name, c := range map[string]struct{ key, shows string }{
		"enter": {"enter", "esc back"},
		"z":     {"z", "esc back"},
		"s":     {"s", "b copy base string"},
		"c":     {"c", "Callbacks ("},
	} {
		t.Run(name, func(t *testing.T) {
			core := newFakeCore()
			stock(core)
			d := newDriver(t, core, 120, 36)
			d.keys("/", "status:delivered")
			d.hold = true
			d.keys("enter", c.key)
			d.absent("There is")
			d.absent("There are")
			d.release()
			d.expect(c.shows)
		})
	}
}

// TestClickForgetsTheKeyAhead holds that a click counts as another key.
func TestClickForgetsTheKeyAhead(t *testing.T) {
	d := staged80(t)
	stockRequests(d.core)
	d.hold = true
	d.keys("2", "enter")
	d.send(click(10, 8))
	d.send(tea.MouseMsg{X: 10, Y: 8, Action: tea.MouseActionRelease})
	d.release()
	d.absent("›Overview")
}

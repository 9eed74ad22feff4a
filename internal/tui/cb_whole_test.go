package tui

import (
	"errors"
	"testing"
)

// TestALargeCallbackIsReadWhenSelected holds that the list has no large body, that the selected callback is
// read, and that enter waits for it.
func TestALargeCallbackIsReadWhenSelected(t *testing.T) {
	core := newFakeCore()
	stockRequests(core)
	d := newDriver(t, core, 120, 36)
	d.onCallback(209)
	d.hold = true
	d.keys("j")
	if c, _ := d.m.requests.selected(); c.ID != 208 || !c.Omitted || len(c.Body) > 0 {
		t.Fatalf("selected %d, omitted %v, %d bytes", c.ID, c.Omitted, len(c.Body))
	}
	d.expect("65,536")         // its size
	d.expect("Callback 209 ·") // what was read last
	if len(d.m.requests.copies()) > 0 {
		t.Error("something can be copied of a callback that is not at hand")
	}
	d.keys("enter")
	if d.m.requests.open != nil {
		t.Fatal("it was opened before it was read")
	}
	d.release()
	if o := d.m.requests.open; o == nil || len(o.cb.Body) != 64<<10 || o.cb.Omitted {
		t.Fatal("it was not opened once it was read")
	}
	d.keys("J")
	if o := d.m.requests.open; o == nil || o.cb.ID != 207 {
		t.Errorf("the next one is not open:\n%s", d.screen())
	}
	d.keys("K")
	if o := d.m.requests.open; o == nil || o.cb.ID != 208 || len(o.cb.Body) != 64<<10 {
		t.Errorf("it is not open again:\n%s", d.screen())
	}
}

// TestALargeCallbackThatCannotBeRead says so once, shows what the list has, and tries again when it is selected or
// opened again.
func TestALargeCallbackThatCannotBeRead(t *testing.T) {
	core := newFakeCore()
	stockRequests(core)
	d := newDriver(t, core, 120, 36)
	d.onCallback(209)
	core.failReads = errors.New("database disk image is malformed")
	d.keys("j")
	d.expect("✗ Read the selected callback: database disk image is", "Callback 208 ·")
	core.failReads = nil
	d.keys("k")
	d.absent("database disk image")
	d.keys("j")
	if c, ok := d.m.requests.wholeSelected(); !ok || len(c.Body) != 64<<10 {
		t.Errorf("selected again it was not read:\n%s", d.screen())
	}

	core.failReads = errors.New("database disk image is malformed")
	d.m.requests.whole = wholeCallback{}
	d.keys("k", "j")
	core.failReads = nil
	d.keys("enter")
	if o := d.m.requests.open; o == nil || len(o.cb.Body) != 64<<10 {
		t.Errorf("it was not opened:\n%s", d.screen())
	}
}

// TestMovingOnForgetsToOpen holds that what was to be opened is not, when the user goes on meanwhile.
func TestMovingOnForgetsToOpen(t *testing.T) {
	core := newFakeCore()
	stockRequests(core)
	d := newDriver(t, core, 120, 36)
	d.onCallback(209)
	d.hold = true
	d.keys("j", "enter", "j")
	d.release()
	if d.m.requests.open != nil {
		t.Errorf("callback %d was opened", d.m.requests.open.cb.ID)
	}
	d.expect("Callback 207 ·")
}

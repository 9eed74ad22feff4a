package tui

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/webhook/replay"
)

// TestReplayEdits sends what was edited in place, says it before, and undoes it.
func TestReplayEdits(t *testing.T) {
	d := newDriver(t, newStocked(), 200, 60)
	editedReplay(d)
	d.keys("tab", "tab")
	d.expect("parameter Status", "header X-Own", "Replay · callback 203, edited")
	d.keys("ctrl+s")
	want := replay.Edits{Params: []replay.Edit{{Name: "Status", Value: "delivered"}}, Header: []replay.Edit{{Name: "X-Own", Value: "mine"}}}
	if diff := cmp.Diff(want, d.core.replays[0].Options.Edits); diff != "" {
		t.Error(diff)
	}
	d.answers(answered(203, 200, ""))
	d.keys("ctrl+r")
	d.absent("header X-Own")
	if d.m.replay.edited() {
		t.Error("it is still edited")
	}
	d.keys("ctrl+r")
	d.expect("Nothing of the request was edited.")
}

// TestTurningTheSourceKeepsEdits holds that nothing typed is lost by a key that goes round.
func TestTurningTheSourceKeepsEdits(t *testing.T) {
	d := newDriver(t, newStocked(), 120, 36)
	editedReplay(d)
	for d.m.replay.focus != fieldSource {
		d.keys("shift+tab")
	}
	d.keys("right")
	d.expect("callback 203, edited", "ctrl+r undoes all edits first")
	d.keys("ctrl+r", "right")
	d.expect("all that a filter finds")
}

// TestReplayInTheEditor edits the request as a text; one that cannot be read back is kept, and opened again.
func TestReplayInTheEditor(t *testing.T) {
	t.Setenv("VISUAL", "")
	t.Setenv("TMPDIR", t.TempDir())
	seen := filepath.Join(t.TempDir(), "seen")
	t.Setenv("SEEN", seen)
	d := newDriver(t, newStocked(), 200, 60)
	withoutTerminal(d, io.Discard)
	replayOf(203)(d)

	t.Setenv("EDITOR", "'"+program(t, `sed -e 's/^Status=.*/Status=failed/' -e 's/^POST /PUT /' "$1" >"$SEEN.new"; cp "$SEEN.new" "$1"`)+"'")
	d.keys("ctrl+e")
	d.expect("parameter Status", "PUT http://localhost:3000/sms/delivery-report", "· method")

	t.Setenv("EDITOR", "'"+program(t, `cp "$1" "$SEEN"; echo "no pair" >>"$1"`)+"'")
	d.keys("ctrl+e")
	d.expect("The edited request cannot be read", `line `, `"no pair" has no "=" between a name and a value`)
	first, _ := os.ReadFile(seen)
	if !strings.Contains(string(first), "\nStatus=failed\n") || !strings.Contains(string(first), "\nPUT /sms/delivery-report\n") {
		t.Errorf("the editor saw\n%s", first)
	}
	wrong := d.m.replay.wrong
	line := strings.Count(string(first), "\n") + 1
	if !strings.HasPrefix(wrong, "line ") || !strings.Contains(wrong, "line "+count(int64(line))+":") {
		t.Errorf("the text has %d lines; %s", line, wrong)
	}

	t.Setenv("EDITOR", "'"+program(t, `cp "$1" "$SEEN"; grep -v "no pair" "$1" >"$SEEN.new"; cp "$SEEN.new" "$1"`)+"'")
	d.keys("ctrl+e")
	again, _ := os.ReadFile(seen)
	if !strings.HasPrefix(string(again), "# Not read: line ") || !strings.Contains(string(again), "\nno pair\n") {
		t.Errorf("it was opened again as\n%s", again)
	}
	d.absent("cannot be read")

	t.Setenv("EDITOR", "'"+program(t, `: >"$1"`)+"'")
	d.keys("ctrl+e")
	d.expect("The text came back empty: the request stays as it was.")
	t.Setenv("EDITOR", "/does/not/exist")
	d.keys("ctrl+e")
	d.expect(`Open the request in the editor (EDITOR): "/does/not/exist"`)
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if d.m.replay.now().method != "PUT" {
		t.Error("what was edited before is lost")
	}
}

// TestAWholeBodyIsEdited edits a body that has no parameters.
func TestAWholeBodyIsEdited(t *testing.T) {
	t.Setenv("VISUAL", "")
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("EDITOR", "'"+program(t, `printf '"\\x00two\\xff"\n' >"$1.body"; sed '/^$/q' "$1" | cat - "$1.body" >"$1.new"; mv "$1.new" "$1"; rm "$1.body"`)+"'")
	d := newDriver(t, newStocked(), 200, 60)
	withoutTerminal(d, io.Discard)
	replayOf(206)(d)
	d.keys("ctrl+o")
	d.expect("the body has no parameters; ctrl+e opens it in the editor")
	d.keys("ctrl+e", "ctrl+s")
	if len(d.core.replays) != 1 || string(d.core.replays[0].Options.Edits.Body) != "\x00two\xff" {
		t.Errorf("sent %+v", d.core.replays)
	}
}

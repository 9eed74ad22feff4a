package tui

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/charmbracelet/lipgloss"
)

// keptIn is a driver whose filters are kept in a file, after it was read.
func keptIn(t *testing.T, file string) *driver {
	t.Helper()
	d := newDriverOn(t, newStocked(), 80, 24, Options{Renderer: lipgloss.DefaultRenderer(), FilterFile: file})
	d.run(d.m.env.filters.load())
	return d
}

// line is what the filter line of the messages holds.
func (d *driver) line() string { return d.m.messages.filter.input.Value() }

func TestFiltersAreRemembered(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "filters")
	d := keptIn(t, file)
	d.keys("/", "up")
	if d.line() != "" {
		t.Errorf("there is an earlier filter: %q", d.line())
	}
	d.keys("esc")
	for _, f := range []string{"status:failed", "code:30", "status:failed", "from:+1415", "hello", "text:a,b", "-to:acme code:10"} {
		d.keys("/")
		d.m.messages.filter.write(f, len(f))
		d.keys("enter")
	}
	d.keys("2", "/", "sig:url", "enter", "1", "esc") // one history for all screens
	d.keys("/", "dr")
	for _, want := range []string{"sig:url", "-to:acme code:10", "text:a,b", "hello", "from:+1415", "status:failed", "code:30", "code:30"} {
		if d.keys("up"); d.line() != want {
			t.Fatalf("the filter is %q, want %q", d.line(), want)
		}
	}
	d.keys("down", "x", "up") // what is changed is a line of its own
	if d.line() != "sig:url" {
		t.Errorf("the filter is %q", d.line())
	}
	d.keys("down")
	if d.line() != "status:failedx" {
		t.Errorf("what was typed became %q", d.line())
	}
	d.keys("down", "esc")

	// Numbers, names and texts stay in this run.
	kept, err := os.ReadFile(file)
	if want := "sig:url\nstatus:failed\ncode:30\n"; err != nil || string(kept) != want {
		t.Errorf("the file holds %q, %v; want %q", kept, err, want)
	}
	if st, err := os.Stat(file); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", st.Mode(), err)
	}
	if all, _ := os.ReadDir(filepath.Dir(file)); len(all) != 1 {
		t.Errorf("left behind: %v", all)
	}
	later := keptIn(t, file)
	later.keys("/", "up", "up")
	if later.line() != "status:failed" {
		t.Errorf("in the next run the filter is %q", later.line())
	}
}

// TestTheFileOfFilters holds what a file may do that others write to.
func TestTheFileOfFilters(t *testing.T) {
	file := filepath.Join(t.TempDir(), "filters")
	long := "uuid:" + strings.Repeat("a", maxFilterBytes)
	if err := os.WriteFile(file, []byte("STATUS:Failed\nfoo:bar\n\nstatus:failed\n\x1b[2Jx\npath:/\u202ex\n"+long+"\ncode:030"), 0o644); err != nil {
		t.Fatal(err)
	}
	d := keptIn(t, file)
	if got := strings.Join(d.m.env.filters.all, "|"); got != "status:failed|code:30" {
		t.Errorf("read %q", got)
	}
	// Two processes, many filters: none is lost but the oldest.
	var writing sync.WaitGroup
	f := &filterFile{path: file}
	for i := range maxFilters + 20 {
		writing.Go(func() {
			if err := f.add(fmt.Sprint("code:", 100+i)); err != nil {
				t.Error(err)
			}
		})
	}
	writing.Wait()
	if err := (&filterFile{path: file}).add("code:100"); err != nil {
		t.Fatal(err)
	}
	all, err := f.read()
	if err != nil || len(all) != maxFilters || all[0] != "code:100" {
		t.Errorf("%d filters, %v: %v", len(all), err, all[:1])
	}
	if st, _ := os.Stat(file); st.Mode().Perm() != 0o600 {
		t.Errorf("the file that was there stays %v", st.Mode())
	}
}

func TestNothingIsKeptWithoutAFile(t *testing.T) {
	d := staged80(t)
	d.keys("/", "status:failed", "enter", "esc", "/", "up")
	if d.line() != "status:failed" {
		t.Errorf("the filter is %q", d.line())
	}
	if f := d.m.env.filters; f.file != nil || f.load() != nil {
		t.Error("there is a file")
	}
}

// TestAFileThatCannotBeWritten is told once, and the history goes on in memory.
func TestAFileThatCannotBeWritten(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d := keptIn(t, filepath.Join(folder, "filters"))
	d.keys("/", "status:failed", "enter")
	d.expect("Filters are remembered in this run only: ")
	d.m.env.forget(aboutNothing)
	d.keys("/")
	d.m.messages.filter.write("code:30", 7)
	d.keys("enter", "/", "up")
	d.absent("Filters are remembered")
	if d.line() != "status:failed" {
		t.Errorf("the filter is %q", d.line())
	}
	d.m.env.learnFilters(filtersMsg{err: errors.New("the disk went")})
	d.absent("the disk went")
}

func TestTheHistoryIsBounded(t *testing.T) {
	d := staged80(t)
	for i := range maxFilters + 5 {
		f := fmt.Sprint("code:", 100+i)
		d.keys("/")
		d.m.messages.filter.write(f, len(f))
		d.keys("enter")
	}
	if all := d.m.env.filters.all; len(all) != maxFilters || all[0] != "code:204" {
		t.Errorf("%d filters, the newest %s", len(all), all[0])
	}
}

// TestTheFilterIsWrittenOn puts what is typed behind a filter apart from it.
func TestTheFilterIsWrittenOn(t *testing.T) {
	d := staged80(t)
	d.keys("/", "status:failed", "enter", "/", "code:50", "enter")
	d.expect("status:failed code:50)")
	d.keys("/", "enter") // what stands there is the filter, and no other one
	d.expect("status:failed code:50)")
	if got := d.m.messages.applied.String(); got != "status:failed code:50" {
		t.Errorf("%q is applied", got)
	}
	d.keys("/", "up")
	if got := d.line(); got != "status:failed" {
		t.Errorf("the filter before is %q", got)
	}
}

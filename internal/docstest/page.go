package docstest

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Page holds the file at path to a whole text.
func Page(t *testing.T, path, want string) {
	t.Helper()
	if updates() {
		write(t, path, want)
		return
	}
	compare(t, path, want, read(t, path))
}

// Part is what stands between the lines <!-- Name --> and <!-- /Name --> of a page.
type Part struct{ Name, Text string }

// Parts holds parts of the file at path to their texts.
func Parts(t *testing.T, path string, parts ...Part) {
	t.Helper()
	got := read(t, path)
	want := got
	for _, p := range parts {
		before, rest, begins := strings.Cut(want, "<!-- "+p.Name+" -->\n")
		_, after, ends := strings.Cut(rest, "<!-- /"+p.Name+" -->")
		if !begins || !ends {
			t.Fatalf("%s has no place for %s", path, p.Name)
		}
		want = before + "<!-- " + p.Name + " -->\n\n" + p.Text + "\n<!-- /" + p.Name + " -->" + after
	}
	if updates() {
		write(t, path, want)
		return
	}
	compare(t, path, want, got)
}

// Cell is a text as it stands in a cell of a table.
func Cell(s string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ", "<", "&lt;").Replace(s)
}

func updates() bool {
	f := flag.Lookup("update")
	return f != nil && f.Value.String() == "true"
}

func read(t *testing.T, path string) string {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func compare(t *testing.T, path, want, got string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s is not what the program says; run this test again with -update (-program +page):\n%s", path, diff)
	}
}

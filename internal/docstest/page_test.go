package docstest

import (
	"flag"
	"path/filepath"
	"testing"
)

var _ = flag.Bool("update", false, "write the page; only for what this test does itself")

// TestUpdate writes a page, in whole and in parts, and finds it as it was written.
func TestUpdate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "page.md")
	update := func(on string) {
		t.Helper()
		if err := flag.Set("update", on); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { update("false") })
	update("true")
	Page(t, path, "# Page\n\n<!-- a -->\nold\n<!-- /a -->\nbetween\n<!-- b -->\n<!-- /b -->\n")
	parts := []Part{{"b", "| " + Cell("x|y\n<z>") + " |\n"}, {"a", "new\n"}}
	Parts(t, path, parts...)
	update("false")
	Parts(t, path, parts...)
	Page(t, path, "# Page\n\n<!-- a -->\n\nnew\n\n<!-- /a -->\nbetween\n<!-- b -->\n\n| x\\|y &lt;z> |\n\n<!-- /b -->\n")
}

package store

import (
	"os"
	"path/filepath"
)

// behindLinks is the file that a symbolic link leads to, which need not be there yet, or path itself: SQLite gives the log and
// its index the names that go with that file, and so are the mark's and all that is looked for beside it.
func behindLinks(path string) string {
	for range 40 { // as many as a system follows
		to, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			folder := filepath.Dir(path)
			if real, err := filepath.EvalSymlinks(folder); err == nil {
				folder = real // .. goes up from there
			}
			to = filepath.Join(folder, to)
		}
		path = to
	}
	return path
}

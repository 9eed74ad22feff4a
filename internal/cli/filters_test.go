package cli

import (
	"path/filepath"
	"testing"
)

// TestWhereFiltersAreKept holds that a run that keeps nothing keeps no filters either.
func TestWhereFiltersAreKept(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_STATE_HOME", dir)
	for _, c := range []struct {
		flags flags
		want  string
	}{
		{flags{}, filepath.Join(dir, "plivoscope", "filters")},
		{flags{ephemeral: true}, ""},
		{flags{mask: true}, ""},
	} {
		o, err := c.flags.look(Streams{}, false)
		if err != nil || o.FilterFile != c.want {
			t.Errorf("ephemeral %v, mask %v: filters are kept in %q, %v; want %q", c.flags.ephemeral, c.flags.mask, o.FilterFile, err, c.want)
		}
	}
}

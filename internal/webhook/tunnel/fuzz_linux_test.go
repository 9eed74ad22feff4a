package tunnel

import "testing"

// FuzzStat: an entry of the system's table is read whatever a program calls itself.
func FuzzStat(f *testing.F) {
	rest := " S 7 8 9 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 1234 0 0"
	for _, s := range []string{"", "42 (sh)" + rest, "42 (a) S 1 (b))" + rest, "x (y)" + rest, ")("} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, stat []byte) {
		p, ok := parseStat(stat)
		if !ok && p != (process{}) {
			t.Errorf("%q is none, and %+v", stat, p)
		}
		if _, ok := parseStat([]byte("42 (" + string(stat) + ")" + rest)); !ok {
			t.Errorf("a program called %q is not read", stat)
		}
	})
}

package screentest

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSequences(t *testing.T) {
	for in, want := range map[string]map[string]int{
		"text, größer 漢字 👩\u200d👧":                     {},
		"\x1b[31mred\x1b[0m":                           {"CSI m": 2},
		"\x1b[?25l\x1b[?1049h\x1b[2J\x1b[1;1H\x1b[>4m": {"CSI ?l": 1, "CSI ?h": 1, "CSI J": 1, "CSI H": 1, "CSI >m": 1},
		"\x1b]52;c;eA==\x07\x1b]0;title\x1b\\x":        {"OSC 52": 1, "OSC 0": 1},
		"\x1bP+q544e\x1b\\\x1bc":                       {"DCS": 1, "ESC c": 1},
		"a\r\nb\x07":                                   {"control 0x0d": 1, "control 0x0a": 1, "control 0x07": 1},
		"\u009b31m":                                    {"control 0x9b": 1},
	} {
		if diff := cmp.Diff(want, Sequences([]byte(in))); diff != "" {
			t.Errorf("%q: %s", in, diff)
		}
	}
	if len(Sequences([]byte("\x9b31m"))) == 0 || len(Sequences([]byte("x\x1b"))) == 0 {
		t.Error("a control of eight bits, or a lone escape, is none")
	}
}

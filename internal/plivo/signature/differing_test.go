package signature_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/plivo/signature"
)

func TestDifferingMarksWholeWords(t *testing.T) {
	long := strings.Repeat("a", 80)
	for name, c := range map[string]struct{ a, b, inA, inB string }{
		"scheme and slash": {"http://h/cb", "https://h/cb/", "[http]://h/cb", "[https]://h/cb[/]"},
		"hosts":            {"https://app.internal/cb", "https://name.example/cb", "https://[app.internal]/cb", "https://[name.example]/cb"},
		"a port":           {"https://h:8443/cb", "https://h/cb", "https://h[:8443]/cb", "https://h/cb"},
		"another port":     {"https://[::1]:80/cb", "https://[::1]:81/cb", "https://[::1][:80]/cb", "https://[::1][:81]/cb"},
		"a segment":        {"https://h/apiv1/cb", "https://h/apiv2/cb", "https://h/[apiv1]/cb", "https://h/[apiv2]/cb"},
		"a pair":           {"https://h/?a=1&b=2&c=3", "https://h/?a=1&c=3", "https://h/?a=1&[b=2&]c=3", "https://h/?a=1&c=3"},
		"a pair's value":   {"https://h/?a=1&bc=2", "https://h/?a=1&bd=2", "https://h/?a=1&[bc=2]", "https://h/?a=1&[bd=2]"},
		"user information": {"https://u@h/", "https://h/", "https://[u@]h/", "https://h/"},
		"methods":          {"GET", "POST", "[GET]", "[POST]"},
		"space":            {" 1 ", "1", "[ ]1[ ]", "1"},
		"nothing":          {"", "12", "", "[12]"},
		"the same":         {"https://h/", "https://h/", "https://h/", "https://h/"},
		"a longer word":    {long, long + long, long, long + "[" + long + "]"},
		"around a slash":   {long + "/", "/" + long + "x", "[" + long + "]/", "/[" + long + "x]"},
		"a long word":      {long + "x" + long, long + "yz" + long, long + "[x]" + long, long + "[yz]" + long},
	} {
		t.Run(name, func(t *testing.T) {
			inA, inB := signature.Differing(c.a, c.b)
			if diff := cmp.Diff([2]string{c.inA, c.inB}, [2]string{bracketed(c.a, inA), bracketed(c.b, inB)}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Without what is marked, two texts are the same; what is marked is never empty, and in order.
func TestDifferingLeavesTheSame(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"http", "https", "://", "h", ":80", "/", "/cb", "?", "a=1", "&", "#", " ", "@", "[::1]", "é", "\xff", strings.Repeat("w", 70), ""}), 0, 12).Draw(t, "pieces"), "")
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		inA, inB := signature.Differing(a, b)
		if x, y := unmarked(t, a, inA), unmarked(t, b, inB); x != y {
			t.Fatalf("%q is left of %q and %q of %q", x, a, y, b)
		}
	})
}

func bracketed(s string, marks []signature.Span) string {
	var b strings.Builder
	at := 0
	for _, m := range marks {
		b.WriteString(s[at:m.From] + "[" + s[m.From:m.To] + "]")
		at = m.To
	}
	return b.String() + s[at:]
}

func unmarked(t *rapid.T, s string, marks []signature.Span) string {
	var b strings.Builder
	at := 0
	for _, m := range marks {
		if m.From < at || m.To <= m.From {
			t.Fatalf("%v in %q", marks, s)
		}
		b.WriteString(s[at:m.From])
		at = m.To
	}
	return b.String() + s[at:]
}

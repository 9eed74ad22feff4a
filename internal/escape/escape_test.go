package escape_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/escape"
)

func TestLine(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", "hello, world ~", "hello, world ~"},
		{"letters of other scripts", "héllo Привет 你好 こんにちは 한국어 שלום مرحبا", "héllo Привет 你好 こんにちは 한국어 שלום مرحبا"},
		{"backslash stays", `C:\new`, `C:\new`},
		{"clear screen", "a\x1b[2Jb", `a\x1b[2Jb`},
		{"title", "\x1b]0;owned\x07", `\x1b]0;owned\x07`},
		{"C1 introducer", "\u009b31m", `\u009b31m`},
		{"bare C1 byte", "\x9b31m", `\x9b31m`},
		{"newline, return, tab", "a\r\nb\tc", `a\r\nb\tc`},
		{"nul and del", "\x00\x7f", `\x00\x7f`},
		{"next line", "a\u0085b", `a\u0085b`},
		{"right to left override", "invoice\u202efdp.exe", `invoice\u202efdp.exe`},
		{"isolates", "\u2066a\u2069", `\u2066a\u2069`},
		{"marks of direction", "\u061ca\u200eb\u200fc", `\u061ca\u200eb\u200fc`},
		{"zero width", "a\u200bb\u2060c\ufeffd", `a\u200bb\u2060c\ufeffd`},
		{"non-joiner", "می\u200cخواهم", `می\u200cخواهم`},
		{"soft hyphen", "pay\u00adpal", `pay\u00adpal`},
		{"blank letters", "a\u3164b\u115fc\u180ed", `a\u3164b\u115fc\u180ed`},
		{"line separators", "a\u2028b\u2029c", `a\u2028b\u2029c`},
		{"tags", "a\U000e0041\U000e007f", `a\U000e0041\U000e007f`},
		{"invalid UTF-8", "a\xff\xc3b", `a\xff\xc3b`},
		{"surrogate", "\xed\xa0\x80", `\xed\xa0\x80`},
		{"replacement character itself", "a\ufffdb", "a\ufffdb"},
		{"number sign of Arabic", "\u0600١", "\u0600١"},
		{"private use", "\ue000", "\ue000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := escape.Line(c.in); got != c.want {
				t.Errorf("Line(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestLineKeepsWhatMakesUpOneCharacter(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"family", "👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"},
		{"flag with selector", "🏳\ufe0f\u200d🌈", "🏳\ufe0f\u200d🌈"},
		{"skin tone", "👩🏽\u200d🚀", "👩🏽\u200d🚀"},
		{"shaking head", "🙂\u200d↔\ufe0f", "🙂\u200d↔\ufe0f"},
		{"keycap", "1\ufe0f⃣", "1\ufe0f⃣"},
		{"ideograph variant", "葛\U000e0100", "葛\U000e0100"},
		{"joiner between letters", "a\u200db", `a\u200db`},
		{"joiner at an end", "👩\u200d", `👩\u200d`},
		{"joiner at the start", "\u200d👩", `\u200d👩`},
		{"two joiners", "👩\u200d\u200d👩", `👩\u200d\u200d👩`},
		{"accent", "e\u0301", "e\u0301"},
		{"four marks", "e\u0301\u0302\u0303\u0304", "e\u0301\u0302\u0303\u0304"},
		{"six marks", "e\u0301\u0302\u0303\u0304\u0305\u0306x", `e` + "\u0301\u0302\u0303\u0304" + `\u0305\u0306x`},
		{"a mark on nothing", "\u0301a", `\u0301a`},
		{"a mark on an escape", "\x07\u0301", `\x07\u0301`},
		{"a selector on a letter", "b\ufe0f ,\ufe0e é\ufe0f", `b\ufe0f ,\ufe0e é\ufe0f`},
		{"selectors on signs", "❤\ufe0f ↔\ufe0e #\ufe0f⃣ ‼\ufe0f 〰\ufe0f ©\ufe0f", "❤\ufe0f ↔\ufe0e #\ufe0f⃣ ‼\ufe0f 〰\ufe0f ©\ufe0f"},
		{"a selector on nothing", "\ufe0f", `\ufe0f`},
		{"bytes hidden in selectors", "😀\ufe0f\ufe01\ufe02", "😀\ufe0f" + `\ufe01\ufe02`},
		{"bytes hidden after a letter", "a\U000e0101", `a\U000e0101`},
		{"devanagari", "हिन्दी", "हिन्दी"},
		{"thai", "น้ำผึ้ง", "น้ำผึ้ง"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := escape.Line(c.in); got != c.want {
				t.Errorf("Line(%+q) = %+q, want %+q", c.in, got, c.want)
			}
		})
	}
}

func TestBlock(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"newlines", "a\nb\n", "a\nb\n"},
		{"CR LF", "a\r\nb\r\n", "a\nb\n"},
		{"lone return hides what came before", "real\rfake", `real\rfake`},
		{"return at the end", "a\r", `a\r`},
		{"two returns", "a\r\r\nb", `a\r` + "\nb"},
		{"tab", "a\tb", "a    b"},
		{"escape sequences", "a\n\x1b[31mb", "a\n" + `\x1b[31mb`},
		{"a mark at the start of a line", "a\n\u0301b", "a\n" + `\u0301b`},
		{"other line ends", "a\u0085b\u2028c\vd\fe", `a\u0085b\u2028c\x0bd\x0ce`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := escape.Block(c.in); got != c.want {
				t.Errorf("Block(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestCleanTextCostsNothing(t *testing.T) {
	clean := strings.Repeat("Your code is 4411. Grüße, 你好, Привет, 👩\u200d👧 e\u0301 ", 20)
	for name, f := range map[string]func(string) string{"Line": escape.Line, "Block": escape.Block} {
		if n := testing.AllocsPerRun(100, func() { f(clean) }); n != 0 {
			t.Errorf("%s of clean text allocates %v times, want 0", name, n)
		}
		if f(clean) != clean {
			t.Errorf("%s changes clean text", name)
		}
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{
		"", "plain", "\x1b[2J\x07", "\u202e\u2066", "a\r\n\tb", "\xff\xed\xa0\x80", "👩\u200d👧\ufe0f",
		"e\u0301\u0302\u0303\u0304\u0305", "\U000e0041\U000e0100", "\u009b\u0085\u2028",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line, block := escape.Line(s), escape.Block(s)
		check(t, line)
		if strings.Contains(line, "\n") {
			t.Errorf("Line keeps a newline: %q", line)
		}
		for part := range strings.SplitSeq(block, "\n") {
			check(t, part)
			if again := escape.Line(part); again != part {
				t.Errorf("a line of Block is no clean Line: %q becomes %q", part, again)
			}
		}
		if again := escape.Line(line); again != line {
			t.Errorf("Line of a Line changes it: %q becomes %q", line, again)
		}
		if again := escape.Block(block); again != block {
			t.Errorf("Block of a Block changes it: %q becomes %q", block, again)
		}
	})
}

// check holds a line of output against Unicode's own lists of what is not seen.
func check(t *testing.T, line string) {
	t.Helper()
	if !utf8.ValidString(line) {
		t.Fatalf("not UTF-8: %q", line)
	}
	marks := 0
	for _, r := range line {
		bad := unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control) ||
			strings.ContainsRune("\u200b\u200c\u2060\ufeff\u00ad", r) || r >= 0xe0000 && r <= 0xe007f
		if bad {
			t.Fatalf("%U is not escaped in %q", r, line)
		}
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		if marks > 4 {
			t.Fatalf("%d marks in a row in %q", marks, line)
		}
	}
}

func BenchmarkLine(b *testing.B) {
	for name, s := range map[string]string{
		"clean":   "Your verification code is 4411. Do not share it with anybody. 你好",
		"hostile": "Your \x1b[31mverification\x1b[0m code\u202e is 4411.\r\n",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				escape.Line(s)
			}
		})
	}
}

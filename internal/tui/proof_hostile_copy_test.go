package tui

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"dev.internal/plivoscope/internal/escape"
)

// TestNothingHostileIsCopied copies all that can be copied where everything is hostile: what arrives on the
// clipboard, and what the pager gets, has no control but line ends and tabs, and turns no text round.
func TestNothingHostileIsCopied(t *testing.T) {
	for i, h := range hostiles {
		t.Run(h.name, func(t *testing.T) {
			oneInSixteen(t, i)
			t.Parallel()
			copied := 0
			for _, tour := range tours {
				if tour.typed && !strings.HasSuffix(tour.name, "menu") {
					continue
				}
				core := newFakeCore()
				hostileTo(core, h.text)
				d := newDriver(t, core, 120, 36)
				tour.play(d)
				s, ok := d.m.screen().(copier)
				if !ok || d.m.typing() {
					continue
				}
				for _, it := range s.copies() {
					copied++
					text, _ := pasteable(it)
					for _, bad := range []string{text, string(readableCopy(it))} {
						if i := strings.IndexFunc(bad, acts); i >= 0 {
							t.Fatalf("%s, %s: %q is copied", tour.name, it.name, head(bad[i:], 40))
						}
					}
					if strings.ContainsAny(text, "\n\t") && !severalLines(it.name) {
						t.Fatalf("%s, %s: several lines are copied: %q", tour.name, it.name, text)
					}
				}
			}
			if copied < 100 {
				t.Errorf("only %d texts were copied", copied)
			}
		})
	}
}

// acts reports whether a character does something where it is pasted.
func acts(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || turnsRound(r)
}

// TestNamesOfSettingsAreSafe shows what a settings file may hold.
func TestNamesOfSettingsAreSafe(t *testing.T) {
	for _, h := range hostiles {
		for _, o := range []Options{
			{Keys: []Setting{{Name: h.text, Values: []string{"x"}}}},
			{Keys: []Setting{{Name: "quit", Values: []string{h.text}}}},
			{Colors: []Setting{{Name: h.text, Values: []string{"#ffffff"}}}},
			{Colors: []Setting{{Name: "accent", Values: []string{h.text}}}},
		} {
			err := o.Check()
			if err == nil {
				t.Errorf("%s: %+v is taken", h.name, o)
				continue
			}
			if shown := escape.Line(err.Error()); fmt.Sprint(err) != shown && strings.ContainsFunc(shown, unicode.IsControl) {
				t.Errorf("%s: %q", h.name, shown)
			}
		}
	}
}

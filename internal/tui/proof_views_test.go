package tui

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
	"github.com/muesli/termenv"
)

// TestViews holds what each scene looks like, in words and signs, on the sizes that count: the least one, a
// common one, a comfortable one and a large one. Blanks at the ends of lines are left out.
func TestViews(t *testing.T) {
	known := map[string]bool{}
	for i, sc := range scenes {
		if sc.more {
			continue
		}
		known[strings.ReplaceAll(sc.name, " ", "_")+".golden"] = true
		t.Run(sc.name, func(t *testing.T) {
			oneInSixteen(t, i)
			t.Parallel()
			var b strings.Builder
			for _, size := range [][2]int{{60, 15}, {80, 24}, {120, 36}, {200, 60}} {
				d := staged(t, sc.live, sc.bare, size[0], size[1], nil)
				sc.play(d)
				fmt.Fprintf(&b, "[%dx%d]\n", size[0], size[1])
				for _, l := range strings.Split(d.m.View(), "\n") {
					b.WriteString(strings.TrimRight(l, " ") + "\n")
				}
			}
			golden.RequireEqual(t, b.String())
		})
	}
	held, err := os.ReadDir("testdata/TestViews")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range held {
		if !known[f.Name()] {
			t.Errorf("testdata/TestViews/%s is of no scene: take it away", f.Name())
		}
	}
}

// looks are the kinds of terminals that get other colours.
var looks = []struct {
	name    string
	profile termenv.Profile
	dark    bool
	mono    bool           // as for NO_COLOR
	not     *regexp.Regexp // the colours that it must not be given
}{
	{"all colours, dark", termenv.TrueColor, true, false, nil},
	{"all colours, light", termenv.TrueColor, false, false, nil},
	{"256 colours, dark", termenv.ANSI256, true, false, regexp.MustCompile(`\x1b\[[0-9;]*[34]8;2;`)},
	{"16 colours, dark", termenv.ANSI, true, false, regexp.MustCompile(`\x1b\[[0-9;]*[34]8;`)},
	{"16 colours, light", termenv.ANSI, false, false, regexp.MustCompile(`\x1b\[[0-9;]*[34]8;`)},
	{"NO_COLOR", termenv.ANSI, true, true, regexp.MustCompile(`\x1b\[(?:[0-9]+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9]+)*m`)},
}

// TestColours holds the colours and attributes of each screen on each kind of terminal.
func TestColours(t *testing.T) {
	shown := []string{
		"messages", "detail", "empty", "filter wrong", "help", "palette found", "copy menu", "confirm", "compose gauge", "compose code", "compose recent",
		"callbacks marked", "callback parameters", "callbacks compared", "callback attempts marked", "attempt with a fault", "signature match", "signature diagnosis", "signature unexplained", "activity losses",
		"replay edited", "replay running", "replay done", "silence", "local api",
	}
	seen := 0
	for _, sc := range scenes {
		if !slices.Contains(shown, sc.name) {
			continue
		}
		seen++
		t.Run(sc.name, func(t *testing.T) {
			oneInSixteen(t, seen-1)
			t.Parallel()
			var b strings.Builder
			words := ""
			for _, look := range looks {
				core := newFakeCore()
				(&driver{core: core}).stage(sc.live, sc.bare)
				d := newDriverOn(t, core, 80, 24, Options{Renderer: rendererOf(look.profile, look.dark), mono: look.mono})
				sc.play(d)
				view := d.m.View()
				if look.not != nil {
					if colour := look.not.FindString(view); colour != "" {
						t.Errorf("%s: there is the colour %q", look.name, colour)
					}
				}
				if words == "" {
					words = d.screen()
				} else if now := d.screen(); now != words {
					t.Errorf("%s tells other things by other signs:\n%s\nnot\n%s", look.name, now, words)
				}
				fmt.Fprintf(&b, "[%s]\n%s\n", look.name, view)
			}
			golden.RequireEqual(t, b.String())
		})
	}
	if seen != len(shown) {
		t.Errorf("%d screens of %d", seen, len(shown))
	}
}

package grid

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"
	"pgregory.net/rapid"
)

// source is a table with identities 1..n, some of them gone, that answers queries as a store does.
type source struct{ ids []int64 } // rising

func (s *source) answer(q Query) Page[int64] {
	desc := slices.Clone(s.ids)
	slices.Reverse(desc)
	if q.Anchor == 0 {
		n := min(q.Below, len(desc))
		if q.Oldest {
			return Page[int64]{Rows: desc[len(desc)-n:], AtTop: n == len(desc), AtEnd: true}
		}
		return Page[int64]{Rows: desc[:n], AtTop: true, AtEnd: n == len(desc)}
	}
	at, _ := slices.BinarySearchFunc(desc, q.Anchor, func(id, a int64) int { return int(a - id) })
	lo, hi := max(at-q.Above, 0), min(at+q.Below, len(desc))
	return Page[int64]{Rows: desc[lo:hi], AtTop: lo == 0, AtEnd: hi == len(desc)}
}

// settleAll asks until nothing is wanted; it fails where that never ends.
func settleAll(t rapid.TB, g *Grid[int64], s *source) {
	for range 10_000 {
		q := g.Query()
		if g.Apply(q, s.answer(q)) && !g.Wants() {
			return
		}
	}
	t.Fatalf("the grid never has the rows it wants: %+v", g.Query())
}

func newNumbers() *Grid[int64] {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termenv.TrueColor)
	r.SetHasDarkBackground(true)
	on := NewPaint(r.NewStyle().Foreground(lipgloss.Color("#ff0000")), r.NewStyle().Background(lipgloss.Color("#0000ff")))
	return New(Config[int64]{
		Columns: []Column[int64]{
			{Title: "ID", Min: 4, Ideal: 8, Priority: 1, Right: true, Cell: func(id int64, _ int) Cell { return Cell{fmt.Sprint(id), on} }},
			{Title: "TEXT", Min: 6, Ideal: 20, Priority: 2, Flex: true, Cell: func(id int64, _ int) Cell {
				return Cell{[]string{"plain", "ご注文ありがとう", "e\u0301a\u0308", "شكرا", "👨‍👩‍👧", "bad\x1b[31m\n", "1\ufe0f\u20e32\ufe0f\u20e3ab"}[id%7], on}
			}},
		},
		ID: func(id int64) int64 { return id }, Same: func(a, b int64) bool { return a == b },
		Mark: Cell{"›", on}, Base: on, Head: on,
	})
}

// shown reads the identities off the screen.
func shown(t rapid.TB, g *Grid[int64]) (ids []int64, selected int) {
	selected = -1
	for y, l := range g.Lines() {
		plain := ansi.Strip(l)
		if got := ansi.StringWidth(l); got != g.w {
			t.Fatalf("line %d is %d cells wide, want %d: %q", y, got, g.w, l)
		}
		if strings.HasPrefix(plain, "›") {
			selected = y
		}
		var id int64
		if _, err := fmt.Sscan(strings.TrimPrefix(plain, "›"), &id); err == nil {
			ids = append(ids, id)
		}
	}
	return ids, selected
}

// TestAgainstAPlainList drives the grid and a plain list of all identities with the same moves: after
// the rows came in, both have selected the same row, and the screen shows a stretch without holes.
func TestAgainstAPlainList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &source{}
		n := rapid.IntRange(0, 300).Draw(t, "rows")
		for id := int64(1); id <= int64(n); id++ {
			s.ids = append(s.ids, id)
		}
		next := int64(n) + 1
		g := newNumbers()
		g.SetSize(40, rapid.IntRange(1, 30).Draw(t, "height"))
		settleAll(t, g, s)
		want, follow := next-1, true
		pos := func() int { return len(s.ids) - 1 - slices.Index(s.ids, want) } // from the top
		at := func(i int) int64 { return s.ids[len(s.ids)-1-min(max(i, 0), len(s.ids)-1)] }
		reselect := func() {
			if n := len(s.ids); n > 0 && follow {
				want = s.ids[n-1]
			} else if n > 0 && !slices.Contains(s.ids, want) {
				i, _ := slices.BinarySearch(s.ids, want)
				want = s.ids[max(i-1, 0)] // the next older one
			}
		}
		move := func(d int) {
			if len(s.ids) == 0 || (follow && d < 0) {
				return
			}
			want, follow = at(pos()+d), false
		}
		t.Repeat(map[string]func(*rapid.T){
			"arrive": func(t *rapid.T) {
				_, before := shown(t, g)
				for range rapid.IntRange(1, 40).Draw(t, "new") {
					s.ids = append(s.ids, next)
					next++
				}
				settleAll(t, g, s)
				reselect()
				if _, after := shown(t, g); !follow && after != before && len(s.ids) > 2*g.h+40 {
					t.Fatalf("the selected row jumped from line %d to %d when rows arrived", before, after)
				}
			},
			"remove": func(t *rapid.T) {
				// Retention takes the oldest; a changed row leaves a filter from anywhere.
				k := min(rapid.IntRange(1, 60).Draw(t, "gone"), max(len(s.ids)-1, 0))
				from := 0
				if rapid.Bool().Draw(t, "from the middle") {
					from = rapid.IntRange(0, max(len(s.ids)-k-1, 0)).Draw(t, "from")
				}
				s.ids = slices.Delete(s.ids, from, from+k)
				settleAll(t, g, s)
				reselect()
			},
			"filter": func(t *rapid.T) {
				k := rapid.SampledFrom([]int64{1, 2, 7, 1000}).Draw(t, "every")
				s.ids = s.ids[:0]
				for id := int64(1); id < next; id++ {
					if id%k == 0 {
						s.ids = append(s.ids, id)
					}
				}
				g.Refilter()
				settleAll(t, g, s)
				reselect()
			},
			"move": func(t *rapid.T) {
				d := rapid.IntRange(-60, 60).Draw(t, "by")
				if d == 0 {
					return
				}
				g.Move(d)
				move(d)
			},
			"page": func(t *rapid.T) {
				d := rapid.SampledFrom([]int{-1, 1, 3}).Draw(t, "pages")
				g.Page(d)
				move(d * max(g.h-1, 1))
			},
			"newest": func(*rapid.T) {
				g.Follow()
				follow = true
				if len(s.ids) > 0 {
					want = s.ids[len(s.ids)-1]
				}
			},
			"oldest": func(*rapid.T) {
				if len(s.ids) == 0 {
					return
				}
				g.Oldest()
				want, follow = s.ids[0], false
			},
			"resize": func(t *rapid.T) {
				g.SetSize(rapid.IntRange(12, 60).Draw(t, "w"), rapid.IntRange(0, 30).Draw(t, "h"))
			},
			"": func(t *rapid.T) {
				settleAll(t, g, s)
				if len(g.Lines()) != g.h {
					t.Fatalf("%d lines, want %d", len(g.Lines()), g.h)
				}
				ids, line := shown(t, g)
				if len(s.ids) == 0 {
					return
				}
				row, ok := g.Selected()
				if !ok || row != want {
					t.Fatalf("selected %d (%v), want %d", row, ok, want)
				}
				if g.h == 0 {
					return
				}
				if line < 0 || ids[line] != want {
					t.Fatalf("the selected row %d is not on the screen: %v, line %d", want, ids, line)
				}
				if g.Following() != follow {
					t.Fatalf("following is %v, want %v", g.Following(), follow)
				}
				first := slices.Index(s.ids, ids[0])
				for i, id := range ids {
					if s.ids[first-i] != id {
						t.Fatalf("the screen has a hole: %v", ids)
					}
				}
				if len(ids) != min(g.h, len(s.ids)) {
					t.Fatalf("%d rows on a screen of %d, of %d", len(ids), g.h, len(s.ids))
				}
			},
		})
	})
}

func TestStaleAnswersAreRefused(t *testing.T) {
	s := &source{}
	for id := int64(1); id <= 500; id++ {
		s.ids = append(s.ids, id)
	}
	g := newNumbers()
	g.SetSize(40, 10)
	q := g.Query()
	g.Refilter()
	if g.Apply(q, s.answer(q)) {
		t.Error("an answer for the filter before was taken")
	}
	settleAll(t, g, s)
	g.Oldest()
	q = g.Query()
	g.Follow()
	if g.Apply(q, s.answer(q)) {
		t.Error("the oldest rows were taken while the newest are followed")
	}
	settleAll(t, g, s)
	g.Move(1)
	q = g.Query()
	for range 3 {
		g.Page(1)
	}
	if p := s.answer(q); g.Apply(q, Page[int64]{Rows: p.Rows[:5], AtTop: true}) {
		t.Error("an answer was taken that does not hold what is on the screen")
	}
}

func TestMouse(t *testing.T) {
	s := &source{}
	for id := int64(1); id <= 100; id++ {
		s.ids = append(s.ids, id)
	}
	g := newNumbers()
	g.SetSize(40, 10)
	settleAll(t, g, s)
	g.Click(3)
	if row, _ := g.Selected(); row != 97 || g.Following() {
		t.Errorf("a click on the fourth line selected %d, following %v", row, g.Following())
	}
	g.Scroll(3)
	if ids, line := shown(t, g); ids[0] != 97 || ids[line] != 97 {
		t.Errorf("after the wheel the screen begins at %d with %d selected", ids[0], ids[line])
	}
	g.Scroll(3)
	if row, _ := g.Selected(); row != 94 {
		t.Errorf("the selection stayed off the screen at %d", row)
	}
	g.Click(50)
	if row, _ := g.Selected(); row != 94 {
		t.Errorf("a click below the table selected %d", row)
	}
	g.Scroll(-100)
	if ids, _ := shown(t, g); ids[0] != 100 {
		t.Errorf("the wheel stopped at %d", ids[0])
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		in    string
		w     int
		right bool
		want  string
	}{
		{"abc", 5, false, "abc  "},
		{"abc", 5, true, "  abc"},
		{"abcdef", 4, false, "abc…"},
		{"ご注文", 5, false, "ご注…"},
		{"ご注文", 4, false, "ご… "},
		{"a\x1b[31mb", 9, false, "a\uFFFD[31mb  "},
		{"\xff", 2, false, "\uFFFD "},
		{"x", 0, false, ""},
		{"1\ufe0f\u20e3ab", 3, false, "1\ufe0f\u20e3…"},
		{"1\ufe0f\u20e3", 1, false, "…"},
		{"a\ufe0fb", 2, true, " …"},
		{"\U0001f1e9\U0001f1ea!", 2, false, "… "},
	} {
		if got := Fit(c.in, c.w, c.right); got != c.want {
			t.Errorf("Fit(%q, %d, %v) = %q, want %q", c.in, c.w, c.right, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }), clusters()).Draw(t, "text")
		w := rapid.IntRange(0, 200).Draw(t, "w")
		got := Fit(in, w, rapid.Bool().Draw(t, "right"))
		if n := ansi.StringWidth(got); n != w {
			t.Fatalf("Fit(%q, %d) is %d cells wide: %q", in, w, n, got)
		}
		if !utf8.ValidString(got) || strings.ContainsFunc(got, control) {
			t.Fatalf("Fit(%q, %d) lets %q through", in, w, got)
		}
	})
}

// clusters makes texts of what characters are joined from: selectors, keycaps, flags, joiners, marks,
// letters of Hangul.
func clusters() *rapid.Generator[string] {
	part := rapid.SampledFrom([]string{
		"1", "#", "a", " ", "\ufe0f", "\u20e3", "\u200d", "👩", "👍", "🏽", "🏴", "\U0001f1e9", "\U0001f1ea", "❤", "e", "\u0301",
		"ご", "한", "\u1100", "\u1161", "\u1160", "ก", "\u0e33", "क", "\u094d", "ि", "\u0600", "ﷺ", "\U000e0100", "\u2640",
	})
	return rapid.Map(rapid.SliceOf(part), func(parts []string) string { return strings.Join(parts, "") })
}

// TestCutKeepsSequences cuts text that carries colours: what remains is no wider than asked, and all
// sequences are there.
func TestCutKeepsSequences(t *testing.T) {
	if got := Cut("\x1b[31ma1\ufe0f\u20e3b\x1b[0m", 2, ""); got != "\x1b[31ma\x1b[0m" {
		t.Errorf("cut to %q", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		in := clusters().Draw(t, "a") + "\x1b[31m" + clusters().Draw(t, "b") + "\x1b[0m"
		w := rapid.IntRange(0, 30).Draw(t, "w")
		got := Cut(in, w, "")
		if n := ansi.StringWidth(got); n > w || strings.Count(got, "\x1b[") != 2 {
			t.Fatalf("Cut(%q, %d) is %d cells wide: %q", in, w, n, got)
		}
	})
}

// TestColumnsGiveWay holds that columns only ever come as the width grows, in the order of their
// priorities, and fill the width.
func TestColumnsGiveWay(t *testing.T) {
	cols := []Column[int]{
		{Min: 8, Ideal: 8, Priority: 3},
		{Min: 4, Ideal: 20, Max: 30, Priority: 2},
		{Min: 5, Ideal: 15, Priority: 1, Flex: true},
		{Min: 3, Ideal: 3, Priority: 4, From: 60},
	}
	const marker = 2
	before := make([]bool, len(cols))
	for w := range 200 {
		got := widths(cols, w, w-marker, 1)
		sum, n := marker, 0
		for i, c := range got {
			if before[i] && c == 0 {
				t.Fatalf("at %d cells column %d is gone though there is more room", w, i)
			}
			before[i] = c > 0
			if c > 0 {
				sum += c
				n++
			}
		}
		if n > 0 {
			if sum += n - 1; sum != w {
				t.Fatalf("the columns take %d of %d cells: %v", sum, w, got)
			}
		}
		if got[0] > 0 && got[1] == 0 || got[1] > 0 && got[2] == 0 {
			t.Fatalf("at %d cells a less important column is shown before a more important one: %v", w, got)
		}
		if got[3] > 0 && w < 60 {
			t.Fatalf("at %d cells the last column is shown already", w)
		}
	}
	if !before[3] {
		t.Error("the last column is never shown")
	}
}

func BenchmarkApply200(b *testing.B) {
	s := &source{}
	for id := int64(1); id <= 1000; id++ {
		s.ids = append(s.ids, id)
	}
	g := newNumbers()
	g.SetSize(120, 50)
	for b.Loop() {
		s.ids = append(s.ids, s.ids[len(s.ids)-1]+1)
		q := g.Query()
		g.Apply(q, s.answer(q))
	}
}

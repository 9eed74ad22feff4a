package grid

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
)

// newKin is a table whose rows of one ten belong together; even ones have a sign while there are signs.
func newKin(signs *bool) *Grid[int64] {
	p := NewPaint(lipgloss.NewStyle(), lipgloss.NewStyle())
	return New(Config[int64]{
		Columns: []Column[int64]{
			{
				Title: "K", Min: 1, Ideal: 1, Priority: 1, Cell: func(int64, int) Cell { return Cell{".", p} },
				Joined: func(_ int64, k Kin, _ int) Cell {
					return Cell{map[Kin]string{{Above: true}: "└", {Below: true}: "┌", {true, true}: "│"}[k], p}
				},
			},
			{Title: "ID", Min: 4, Ideal: 4, Priority: 2, Cell: func(id int64, _ int) Cell { return Cell{fmt.Sprint(id), p} }},
		},
		ID: func(id int64) int64 { return id }, Same: func(a, b int64) bool { return a == b },
		Kin: func(a, b int64) bool { return a/10 == b/10 && a >= 10 },
		Sign: func(id int64) Cell {
			if *signs && id%2 == 0 {
				return Cell{"•", p}
			}
			return Cell{"", p}
		},
		Mark: Cell{"›", p}, Base: p, Head: p,
	})
}

func seen(g *Grid[int64]) string {
	var out []string
	for _, l := range g.Lines() {
		out = append(out, strings.TrimRight(ansi.Strip(l), " "))
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

// TestKinAreJoined draws rows that belong together as the rows around them are now.
func TestKinAreJoined(t *testing.T) {
	signs := true
	g := newKin(&signs)
	g.SetSize(12, 6)
	apply := func(rows ...int64) {
		t.Helper()
		if !g.Apply(g.Query(), Page[int64]{Rows: rows, AtTop: true, AtEnd: true}) {
			t.Fatal("refused")
		}
	}
	check := func(want string) {
		t.Helper()
		if got := seen(g); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
	apply(13, 12, 11, 5, 4)
	check("›  ┌ 13\n • │ 12\n   └ 11\n   . 5\n • . 4")
	apply(14, 13, 12, 5, 4) // the others stay as they are, but not their place
	check("›• ┌ 14\n   │ 13\n • └ 12\n   . 5\n • . 4")
	signs = false
	g.Redraw()
	check("›  ┌ 14\n   │ 13\n   └ 12\n   . 5\n   . 4")
	g.SetSize(12, 2) // what is off the screen still belongs together with what is on it
	g.Move(2)
	check("   │ 13\n›  └ 12")
	for _, l := range append(g.Lines(), g.Head()) {
		if ansi.StringWidth(l) != 12 {
			t.Errorf("%q is not 12 cells wide", l)
		}
	}
}

// TestGo selects a row by its identity, at hand or not, and of one that is gone the next older one.
func TestGo(t *testing.T) {
	s := &source{}
	for id := range int64(500) {
		if id != 300 {
			s.ids = append(s.ids, id+1)
		}
	}
	g := newNumbers()
	g.SetSize(30, 10)
	settleAll(t, g, s)
	for _, c := range []struct{ to, want int64 }{{499, 499}, {40, 40}, {301, 300}, {1, 1}, {500, 500}} {
		before := g.Query()
		g.Go(c.to)
		if c.to == 40 && g.Apply(before, s.answer(before)) {
			t.Error("an answer to an earlier question is taken")
		}
		settleAll(t, g, s)
		if got, ok := g.Selected(); !ok || got != c.want || g.Following() {
			t.Errorf("gone to %d, %d is selected, following %v", c.to, got, g.Following())
		}
	}
}

package tui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"
)

// counting makes a driver whose doors to the world all count as the core's do: clipboard both ways, and
// other programs on the terminal.
func counting(t testing.TB, sc scene, w, h int) *driver {
	core := newFakeCore()
	(&driver{core: core}).stage(sc.live, sc.bare)
	d := newDriverOn(t, core, w, h, Options{
		Renderer: rendererOf(termenv.TrueColor, true),
		Clipboard: func(string) error {
			core.calls.Add(1)
			return nil
		},
		ReadClipboard: func() (string, error) {
			core.calls.Add(1)
			return "pasted", nil
		},
	})
	d.m.env.exec = func(tea.ExecCommand, tea.ExecCallback) tea.Cmd {
		return func() tea.Msg {
			core.calls.Add(1)
			return nil
		}
	}
	sc.play(d)
	return d
}

// pressed are the keys to press in a context: those that its help and footer name, those of every sheet, a
// letter, and what is no key at all.
func pressed(d *driver) []tea.Msg {
	var names []string
	add := func(bs ...key.Binding) {
		for _, b := range bs {
			names = append(names, b.Keys()...)
		}
	}
	for _, s := range d.m.helpSections() {
		add(s.keys...)
	}
	add(d.m.footerKeys()...)
	add(d.m.env.keys.forceQuit, d.m.env.keys.helpTyped, d.m.env.keys.paletteTyped, d.m.env.keys.redraw)
	if d.m.env.sheet != nil {
		sheets := []group{gQuestion, gInbound, gHelp, gSheet, gCopies, gPicking, gCode, gDoctor}
		for _, a := range d.m.env.keys.actions() {
			if slices.Contains(sheets, a.group) {
				names = append(names, a.keys()...)
			}
		}
	}
	names = append(names, "x", "ctrl+v")
	slices.Sort(names)
	var out []tea.Msg
	for _, n := range slices.Compact(names) {
		if k, ok := parseKey(n); ok {
			out = append(out, k)
		}
	}
	return append(out, paste("some text\n+14155550123"), tickMsg{}, wakeMsg{}, tea.FocusMsg{}, tea.BlurMsg{}, sizeOf(60, 15),
		click(10, 6), click(5, 1), click(3, 23), tea.MouseMsg{X: 10, Y: 6, Button: tea.MouseButtonWheelDown, Action: tea.MouseActionPress})
}

// TestNoKeyDoesIO presses each key of each context once: the calls that read, write, send, copy or wait all
// happen in commands, none in Update or View.
func TestNoKeyDoesIO(t *testing.T) {
	contexts := []string{
		"messages", "messages one", "empty", "detail", "filter", "filtered", "help", "compose", "compose checked", "compose recent", "compose code", "confirm", "palette",
		"copy menu", "inbound", "signature empty", "signature match", "signature diagnosis", "signature edited", "callbacks", "callbacks marked",
		"replay empty", "replay", "replay more", "replay scenario", "replay faults", "replay asked", "replay running", "replay done", "replay attempt",
		"callbacks of a message", "callback parameters", "callback body", "callback search", "callbacks compared", "activity busy",
		"callback attempts", "attempt", "attempts compared", "detail of a message that was sent again", "quit asked",
		"silence lost", "missed asked", "foreign asked", "doctor",
	}
	played := 0
	for _, sc := range scenes {
		if !slices.Contains(contexts, sc.name) {
			continue
		}
		played++
		t.Run(sc.name, func(t *testing.T) {
			oneInSixteen(t, played)
			t.Parallel()
			d := counting(t, sc, 80, 24)
			begin := d.screen()
			asked := int64(0)
			msgs := pressed(d)
			if len(msgs) < 20 {
				t.Fatalf("only %d keys and events", len(msgs))
			}
			for _, msg := range msgs {
				if d.screen() != begin || d.quit {
					d = counting(t, sc, 80, 24)
				}
				before := d.core.calls.Load()
				d.send(msg) // fails on a call in Update or View
				asked += d.core.calls.Load() - before
			}
			if asked == 0 {
				t.Error("nothing was asked at all: the count proves nothing")
			}
		})
	}
	if played != len(contexts) {
		t.Errorf("%d contexts of %d are scenes", played, len(contexts))
	}
}

// TestOnlySomeFilesTouchTheSystem holds that files, other programs and the network are used in the few files
// that run outside Update and View.
func TestOnlySomeFilesTouchTheSystem(t *testing.T) {
	outside := map[string]string{
		"run.go": "before and after the program", "background.go": "before the program", "ext_open.go": "within an exec command",
		"ext_panic.go": "after a panic", "filter_history.go": "in commands", "plain_run.go": "a program without a screen", "ext_suspend_unix.go": "within an exec command",
		"rep_target.go": "in commands",
	}
	calls := func(pkg, name string) bool {
		switch pkg {
		case "os":
			return !strings.HasPrefix(name, "Err") && !slices.Contains([]string{"Getenv", "LookupEnv", "File"}, name)
		case "exec", "ioutil", "syscall", "unix":
			return true
		case "net":
			return strings.HasPrefix(name, "Dial") || strings.HasPrefix(name, "Listen") || strings.HasPrefix(name, "Lookup") || strings.HasPrefix(name, "Resolve")
		case "http":
			return slices.Contains([]string{"Get", "Post", "PostForm", "Head", "DefaultClient", "Client", "NewRequest"}, name)
		case "time":
			return name == "Sleep" || name == "After"
		}
		return false
	}
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := s.X.(*ast.Ident); ok && calls(pkg.Name, s.Sel.Name) {
				used[f.Name()] = true
				if outside[f.Name()] == "" {
					t.Errorf("%s uses %s.%s", f.Name(), pkg.Name, s.Sel.Name)
				}
			}
			return true
		})
	}
	for f := range outside {
		if !used[f] {
			t.Errorf("%s does not touch the system", f)
		}
	}
}

package tui

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// noRows are the values of no rows.
func noRows(string) []store.FilterValue { return nil }

// names are the texts of what is offered at | in a text.
func names(text string, rows func(string) []store.FilterValue) string {
	head, tail, _ := strings.Cut(text, "|")
	var all []string
	for _, c := range offered(head+tail, len(head), rows).all {
		all = append(all, c.text)
	}
	return strings.Join(all, " ")
}

func TestFilterOffers(t *testing.T) {
	rows := func(word string) []store.FilterValue {
		return map[string][]store.FilterValue{
			"from":   {{Text: "+14155550100"}, {Text: "+14155550177"}, {Text: "ACME Shop"}, {Text: "ACME"}},
			"status": {{Text: "failed"}, {Text: "Strange"}},
			"path":   {{Text: "/sms/a,b"}},
		}[word]
	}
	for text, want := range map[string]string{
		"|":                   "status: code: sig: dir: is: from: to: uuid: path: since: text:",
		"st|":                 "status:",
		"-S|":                 "status: sig: since:",
		"hello s| x":          "status: sig: since:",
		"status:fa|":          "failed",
		"status:S|":           "sent sending Strange",
		"status:failed,F|":    "",
		"-status:sent,sen|":   "sending",
		"code:1|":             "10 100 110 120 130 140 1000",
		"sig:u|":              "unchecked url unknown",
		"dir:|":               "in out",
		"since:1|":            "10m 1h 1d 1w 12:30",
		"from:1415|":          "+14155550100 +14155550177",
		"from:+14155550100,|": `+14155550177 "ACME Shop" ACME`,
		"from:ac|":            `"ACME Shop" ACME`,
		"path:/|":             `"/sms/a,b"`,
		`"st|`:                "",
		`text:"a" st|`:        "status:",
		"text:|":              "",
		"nothing of this|":    "",
		"status:fa|iled":      "",
		"status:fa|,sent":     "failed",
		"ünï 界 👨‍👩‍👧 status:rea|":      "read",
		"sig:valid since:1h -code:45|": "450 451 452",
		"uuid:|":                       "",
		"to:|":                         "",
	} {
		if got := names(text, rows); got != want {
			t.Errorf("%s offers %q, want %q", text, got, want)
		}
	}
	for _, c := range offered("code:30", 7, noRows).all[:1] {
		if c.about != "spam filter" {
			t.Errorf("code 30 is %q", c.about)
		}
	}
}

// TestWhatIsOfferedCanBeTaken holds that at every place of a filter each candidate, and what all have in
// common, leads to a text that is a filter or can become one.
func TestWhatIsOfferedCanBeTaken(t *testing.T) {
	d := staged(t, false, false, 80, 24, nil)
	d.keys("2")
	lists := []func(string) []store.FilterValue{noRows, d.m.messages.valuesAtHand, d.m.requests.valuesAtHand}
	words := store.FilterWords()
	filters := rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(1, 3).Draw(t, "words") {
			w := rapid.SampledFrom(words).Draw(t, "word")
			values := []string{w.Example}
			for _, v := range w.Values {
				values = append(values, store.FilterText(v.Text))
			}
			b.WriteString(rapid.SampledFrom([]string{"", "-", `"in: quotes" `, "ü ", `"a`}).Draw(t, "before"))
			b.WriteString(w.Name + ":" + strings.Join(rapid.SliceOfN(rapid.SampledFrom(values), 1, 3).Draw(t, "values"), ",") + " ")
		}
		return b.String()
	})
	rapid.Check(t, func(t *rapid.T) {
		text, rows := filters.Draw(t, "filter"), rapid.SampledFrom(lists).Draw(t, "rows")
		if _, err := store.ParseFilter(text); err != nil {
			t.Skip(err)
		}
		for at := range text {
			o := offered(text[:at], at, rows)
			take := []string{o.common()}
			for _, c := range o.all {
				take = append(take, c.text)
			}
			for _, c := range take {
				if c == "" {
					continue
				}
				took, end := o.text(c)
				_, err := store.ParseFilter(took)
				var wrong *store.FilterError
				if errors.As(err, &wrong) && !wrong.Begun || end != len(took) {
					t.Fatalf("%q with %q is %q: %v", text[:at], c, took, err)
				}
			}
		}
	})
}

// TestCompleting goes through a filter with the keys.
func TestCompleting(t *testing.T) {
	d := staged80(t)
	value := func() string { return d.m.messages.filter.input.Value() }
	step := func(want string, keys ...string) {
		t.Helper()
		d.keys(keys...)
		if got := value(); got != want {
			t.Fatalf("%v: the filter is %q, want %q\n%s", keys, got, want, d.screen())
		}
	}
	step("status:", "/", "st", "tab")
	step("status:fa", "fa")
	step("status:failed", "right") // what is shown after the cursor
	step("status:failed,undelivered", ",", "und", "tab")
	step("status:failed,undelivered -sig:", " ", "-", "sig", "tab")
	step("status:failed,undelivered -sig:valid", "tab")
	step("status:failed,undelivered -sig:invalid", "tab")
	d.expect("› invalid")
	step("status:failed,undelivered -sig:valid", "shift+tab")
	step("status:failed,undelivered -sig:unknown", "shift+tab")
	step("status:failed,undelivered -sig:unknown c", " ", "c")
	step("status:failed,undelivered -sig:unknown code:", "tab")
	step("status:failed,undelivered -sig:unknown code:1000", "1000")
	d.expect("1000  unknown")
	step("status:failed,undelivered -sig:unknown code:1000", "tab") // there is no other
	step("hello", "esc", "/", "hello", "tab", "right")
	d.keys("enter")
	d.expect("of 11, hello)") // as it stands
	d.keys("esc", "/", "to:")
	if !strings.Contains(d.screen(), "+1") || !strings.Contains(d.screen(), " message") {
		t.Errorf("no number of the rows is offered:\n%s", d.screen())
	}
	// enter takes what is in the line, not what is offered.
	d.keys("esc", "/", "status:read", "left", "left", "left", "left", "enter")
	d.expect("status:read)")
}

func TestCompletingCallbacks(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.keys("2", "/", "path:/", "tab")
	if got := d.m.requests.filter.input.Value(); !strings.HasPrefix(got, "path:/") || got == "path:/" {
		t.Fatalf("the filter is %q", got)
	}
	d.keys("esc", "/", "uuid:5b")
	d.expect("5b40a428", "callbacks")
	d.keys("tab", "enter")
	d.expect(", uuid:5b40a428)")
	d.keys("enter", "/", "esc", "esc") // inside a callback / is the search
	d.expect("uuid:5b40a428)")
}

// TestClickingACandidateTakesIt clicks into the filter.
func TestClickingACandidateTakesIt(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.keys("/")
	d.click("sig:")
	d.click("missing")
	f := d.m.messages.filter
	if got := f.input.Value(); got != "sig:missing" {
		t.Fatalf("the filter is %q", got)
	}
	x, y := d.find("sig:missing")
	d.send(click(x+4, y))
	d.keys("-")
	if got := f.input.Value(); got != "sig:-missing" {
		t.Errorf("a click into the line put the cursor elsewhere: %q", got)
	}
	d.send(click(x+60, y+3)) // beside the candidates
	d.send(click(x+100, y))
	d.keys("!")
	if got := f.input.Value(); got != "sig:-missing!" {
		t.Errorf("the filter is %q", got)
	}
	d.keys("esc", "2", "/", "dir:")
	d.click("out  ")
	if got := d.m.requests.filter.input.Value(); got != "dir:out" {
		t.Errorf("the callbacks' filter is %q", got)
	}
}

// carets gives the cell of the ^ and that of a text in the line above.
func (d *driver) carets(of string) (caret, place int) {
	d.t.Helper()
	x, y := d.find("^")
	l := strings.Split(d.screen(), "\n")[y-1]
	before, _, ok := strings.Cut(l, of)
	if !ok {
		d.t.Fatalf("%q is not above ^:\n%s", of, d.screen())
	}
	return x, ansi.StringWidth(before)
}

// TestTheErrorStandsUnderItsCharacter holds the place of the caret, also under and after wide characters,
// joined ones and those that nobody sees, and in a line that is scrolled.
func TestTheErrorStandsUnderItsCharacter(t *testing.T) {
	for _, text := range []string{
		"foo:b", "a foo:b", "界界 foo:b", "e\u0301e\u0301 foo:b", "👨‍👩‍👧 🇩🇪 foo:b", "\u200b\u202e foo:b", "\u0301 foo:b", "กำ नि foo:b",
		strings.Repeat("界x ", 60) + "foo:b", strings.Repeat("long ", 50) + "👨‍👩‍👧 foo:b and more", "  -foo:b", `"ü" foo:b`,
	} {
		for _, w := range []int{60, 80, 150} {
			d := staged(t, false, false, w, 24, nil)
			d.keys("/")
			d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
			if caret, place := d.carets("foo:b"); caret != place {
				t.Errorf("%q at %d: ^ at %d, foo: at %d\n%s", text, w, caret, place, d.screen())
			}
			checkFrame(t, "compose cjk", d.m.View(), w, 24)
		}
	}
	d := staged(t, false, false, 60, 24, nil) // the place is left of what is shown
	d.keys("/", "foo:b "+strings.Repeat("x", 200))
	if x, _ := d.find("^"); x != 3 {
		t.Errorf("^ at %d", x)
	}
	d.keys("home")
	if caret, place := d.carets("foo:b"); caret != place {
		t.Errorf("^ at %d, foo: at %d", caret, place)
	}
}

// TestWhatIsBegunIsNoError types filters letter by letter.
func TestWhatIsBegunIsNoError(t *testing.T) {
	d := staged80(t)
	d.keys("/")
	for _, r := range `status:failed,undelivered -sig:scheme+slash since:2026-01-31T12:30:00Z to:"+1 (415)" http://x` {
		d.keys(string(r))
		d.absent("^")
	}
	d.keys("esc", "/")
	for _, c := range []struct {
		typed string
		wrong bool
	}{{"sig:va", false}, {"x", true}, {"backspace", false}, {" ", true}, {"backspace", false}, {"lid dir:", false}, {"left", true}, {"right", false}, {"in", false}, {" since:yes", true}} {
		d.keys(c.typed)
		if got := strings.Contains(d.screen(), "^"); got != c.wrong {
			t.Fatalf("after %q: an error %v\n%s", c.typed, got, d.screen())
		}
	}
	// In the middle, with more after it.
	d.keys("esc", "/", "status: code:30", "left", "left", "left", "left", "left", "left", "left", "left")
	d.absent("^")
	d.expect("delivered")
	d.keys("end")
	d.expect("   ^ status: needs a value")
}

// TestOneWhoPausesIsTold explains what is only begun after a while, and calls it wrong on enter alone.
func TestOneWhoPausesIsTold(t *testing.T) {
	d := staged(t, false, false, 80, 24, nil)
	d.keys("/", `"two wor`)
	d.absent("^")
	d.now = d.now.Add(500 * time.Millisecond)
	d.send(tickMsg{})
	d.absent("^")
	d.now = d.now.Add(600 * time.Millisecond)
	d.send(tickMsg{})
	d.expect("   ^ the quote is not closed")
	if _, bad := d.m.messages.filter.complaint(); bad {
		t.Error("what is begun is called wrong")
	}
	d.keys("d")
	d.absent("^")
	d.keys("enter")
	d.expect("   ^ the quote is not closed")
	if _, bad := d.m.messages.filter.complaint(); !bad {
		t.Error("what cannot be applied is not called wrong")
	}
	d.keys(`s"`, "enter")
	d.expect(`, "two words")`)
}

// TestAnUnknownStatusIsDoubted in the line, once it is not being written any more, and where it is applied, as the
// commands do. It is applied all the same.
func TestAnUnknownStatusIsDoubted(t *testing.T) {
	const doubt = "Plivo is not known to have a status"
	for _, size := range [][2]int{{120, 36}, {80, 24}, {60, 15}} {
		d := staged(t, false, false, size[0], size[1], nil)
		d.keys("/", "status:deliv")
		d.absent(doubt)
		d.keys("x")
		d.absent(doubt)
		d.now = d.now.Add(2 * filterPause)
		d.send(tickMsg{})
		d.expect("! " + doubt + " delivx")
		d.keys(",sent,none to:+1415")
		d.expect("! " + doubt + " delivx, or none")
		d.keys("enter")
		d.expect("! " + doubt + " delivx, or none")
		if got := d.m.messages.applied.String(); !strings.Contains(got, "delivx") {
			t.Errorf("%q is applied", got)
		}
	}
	d := newPlain(t)
	d.press("/", "status:nonesuch", "enter")
	d.hears(doubt + " nonesuch")
}

// TestTheFilterDoesNotJump holds that the list keeps its place whatever is typed.
func TestTheFilterDoesNotJump(t *testing.T) {
	for _, size := range [][2]int{{120, 36}, {80, 24}, {60, 15}} {
		d := staged(t, false, false, size[0], size[1], nil)
		d.keys("/")
		_, at := d.find("TIME")
		for _, text := range []string{"s", "tatus:", "failed", " foo:bar", " since:nonsense", `"`, "esc", "/", "code:", "tab", "tab", "enter", "/"} {
			d.keys(text)
			if d.m.messages.filter.editing {
				if _, y := d.find("TIME"); y != at {
					t.Fatalf("%v: after %q the list begins at line %d, not %d", size, text, y, at)
				}
			}
		}
	}
}

// TestCandidatesComeInPages goes through more of them than fit.
func TestCandidatesComeInPages(t *testing.T) {
	d := staged(t, false, false, 60, 15, nil)
	d.keys("/", "code:")
	d.expect(" more")
	n := len(d.m.messages.filter.offer.all)
	var seen []string
	for range n {
		d.keys("tab")
		v := strings.TrimPrefix(d.m.messages.filter.input.Value(), "code:")
		d.expect("› " + v)
		seen = append(seen, v)
	}
	if slices.Sort(seen); len(slices.Compact(seen)) != n || n != len(plivo.Codes()) {
		t.Errorf("%d of %d candidates were shown", len(slices.Compact(seen)), n)
	}
}

// TestHintsNameTheFilter holds that each screen with a filter says so.
func TestHintsNameTheFilter(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.expect("/ filter   ? help")
	d.keys("2")
	d.expect("/ filter   ? help")
	d.click("/ filter   ?")
	if !d.m.requests.filter.editing {
		t.Error("a click does not open the callbacks' filter")
	}
	d.absent("/ filter   ?")
	d.keys("esc", "enter")
	d.expect("/ search   ? help")
	d.keys("esc", "6")
	d.absent("/ filter")
}

// TestTheFilterNamesItsKeys holds that help and palette offer the keys of the line, not those of the list.
func TestTheFilterNamesItsKeys(t *testing.T) {
	d := staged(t, false, false, 100, 30, nil)
	for _, screen := range []string{"1", "2"} {
		d.keys(screen, "/", "f1")
		d.expect("The filter", "complete, backwards", "take what is proposed")
		d.absent("newest, and follow")
		d.keys("esc")
		d.send(tea.KeyMsg{Type: tea.KeyCtrlP})
		d.keys("take what", "enter", "esc")
	}
}

package tui

import (
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

func TestDarkFromEnv(t *testing.T) {
	for v, want := range map[string][2]bool{
		"15;0": {true, true}, "0;15": {false, true}, "12;default;8": {true, true}, "0;7": {false, true},
		"": {}, "15": {}, "15;default": {}, "0;-1": {},
	} {
		if dark, ok := darkFromEnv(v); dark != want[0] || ok != want[1] {
			t.Errorf("COLORFGBG=%q: dark %v, known %v", v, dark, ok)
		}
	}
}

func TestParseBackground(t *testing.T) {
	for answer, want := range map[string][2]bool{
		"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\\x1b[?62;22c": {true, true},
		"\x1b]11;rgb:ffff/ffff/ffff\a":                 {false, true},
		"\x1b]11;rgb:fd/f6/e3\a":                       {false, true},
		"\x1b[?1;2c":                                   {},
		"":                                             {},
		"\x1b]11;rgb:zz/00/00\a":                       {},
		"\x1b]11;rgb:00000/0/0\a":                      {},
		"\x1b]11;rgb:ffff/ffff":                        {},
	} {
		if dark, ok := parseBackground([]byte(answer)); dark != want[0] || ok != want[1] {
			t.Errorf("%q: dark %v, known %v", answer, dark, ok)
		}
	}
	if !endsWithAttributes([]byte("x\x1b[?62;22c")) || endsWithAttributes([]byte("\x1b]11;rgb:cc/cc/cc")) {
		t.Error("the end of an answer is not found")
	}
}

func typedRunes(alt bool, s string) tea.KeyMsg {
	return tea.KeyMsg{Type: tea.KeyRunes, Alt: alt, Runes: []rune(s)}
}

// TestALateAnswerIsNotTyped gives the background's colour after its time, as the keys that it would be.
func TestALateAnswerIsNotTyped(t *testing.T) {
	for name, end := range map[string]tea.KeyMsg{"BEL": {Type: tea.KeyCtrlG}, "ST": typedRunes(true, `\`)} {
		l := newLateReply(true, func() time.Time { return testNow })
		for _, k := range []tea.KeyMsg{typedRunes(true, "]"), typedRunes(false, "11;rgb:1e1e/"), typedRunes(false, "1e1e/2e2e"), end} {
			if got := l.filter(nil, k); got != nil {
				t.Errorf("%s: %v got through", name, got)
			}
		}
		if got := l.filter(nil, typedRunes(false, "q")); got == nil {
			t.Errorf("%s: the user's key after it is lost", name)
		}
	}
	l := newLateReply(true, func() time.Time { return testNow })
	if l.filter(nil, typedRunes(false, "]")) == nil || l.filter(nil, tea.WindowSizeMsg{}) == nil {
		t.Error("something that is no answer was swallowed")
	}
}

// TestTypingIsNotALateAnswer types what begins like the terminal's answer.
func TestTypingIsNotALateAnswer(t *testing.T) {
	now := testNow
	clock := func() time.Time { return now }
	got := func(l *lateReply, keys ...tea.KeyMsg) (n int) {
		for _, k := range keys {
			if l.filter(nil, k) != nil {
				n++
			}
		}
		return n
	}
	hello := []tea.KeyMsg{typedRunes(true, "]"), typedRunes(false, "h"), typedRunes(false, "e"), typedRunes(false, "l")}
	if n := got(newLateReply(false, clock), hello...); n != 4 {
		t.Errorf("the terminal answered in time, and %d of 4 keys got through", n)
	}
	if n := got(newLateReply(true, clock), hello...); n != 3 {
		t.Errorf("%d of 3 letters got through", n)
	}
	l := newLateReply(true, clock)
	n := 0
	for range 60 {
		n += got(l, typedRunes(true, "]"), typedRunes(false, "1"))
	}
	if n < 60 {
		t.Errorf("an answer without end swallowed %d keys", 120-n)
	}
	l = newLateReply(true, clock)
	now = now.Add(lateFor)
	if n := got(l, hello...); n != 4 {
		t.Errorf("long after the question %d of 4 keys got through", n)
	}
}

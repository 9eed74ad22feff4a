package cli

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// hostile draws text as people and attackers send it: emoji of several code points, keycaps, marks,
// wide letters, controls.
func hostile() *rapid.Generator[string] {
	pieces := []string{
		"1\ufe0f\u20e3", "#\ufe0f", "a\ufe0f", "👩\u200d👩\u200d👧", "🏿", "👍🏿", "ﾞ", "\u0600", "🇩🇪", "🇩", "한", "ᄒ", "ᅡ", "مرحبا", "您", "e\u0301", "\u0301",
		"\x1b[31m", "\x1b]0;x\x07", "\n", "\r", "\u202e", "\u200b", "\xff", " ", "abc", "…",
	}
	return rapid.Custom(func(t *rapid.T) string {
		letters := rapid.StringOf(rapid.RuneFrom(nil, unicode.Latin, unicode.Cyrillic, unicode.Arabic, unicode.Devanagari,
			unicode.Thai, unicode.Han, unicode.Hangul, unicode.Katakana, unicode.So, unicode.Sk, unicode.Cf, unicode.Cc))
		return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), letters), 0, 12).Draw(t, "pieces"), "")
	})
}

// A row keeps its columns whatever is in its cells, and shows nothing that a terminal would obey.
func TestRowKeepsItsColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 12).Draw(t, "width")
		cols := []column{{width: width}, {width: width, right: true}, {width: 1}}
		line := row(cols, []string{hostile().Draw(t, "left"), hostile().Draw(t, "right"), "|"})
		if got := ansi.StringWidth(line); got != 2*width+5 {
			t.Fatalf("%q is %d cells wide, not %d", line, got, 2*width+5)
		}
		if strings.ContainsAny(line, "\x1b\n\r\u202e") {
			t.Fatalf("%q holds controls", line)
		}
	})
}

// On a terminal a row is as wide as it is at the most, whatever is in it; a table gives columns up before
// it cuts its last one.
func TestRowFitsTheTerminal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(20, 200).Draw(t, "width")
		cells := rapid.SliceOfN(hostile(), len(callbackColumns), len(callbackColumns)).Draw(t, "cells")
		if line := rowWithin(width, callbackColumns, cells); ansi.StringWidth(line) > width {
			t.Fatalf("%q is wider than %d", line, width)
		}
	})
	for width, want := range map[int]string{
		0:   "TIME ID KIND STATUS CODE SEQ SIGNATURE ANSWER MESSAGE UUID REQUEST",
		147: "TIME ID KIND STATUS CODE SEQ SIGNATURE ANSWER MESSAGE UUID REQUEST",
		120: "TIME ID KIND STATUS CODE SEQ SIGNATURE ANSWER REQUEST",
		80:  "TIME ID STATUS CODE SIGNATURE REQUEST",
	} {
		if got := strings.Join(strings.Fields(header(width, callbackColumns)), " "); got != want {
			t.Errorf("at %d: %s", width, got)
		}
	}
}

// A table of messages names who is at the other end of each at every width, and which way it went.
func TestOtherNumberAtEachWidth(t *testing.T) {
	now := time.Now()
	in := plivo.Message{Direction: plivo.Inbound, CreatedAt: now, From: "+14155550161", To: "+14155550100", Status: plivo.Received, Text: "an answer"}
	out := plivo.Message{Direction: plivo.Outbound, CreatedAt: now, From: "+14155550100", To: "+14155550162", Status: plivo.Undelivered, Text: "a question"}
	for width := 30; width <= 200; width++ {
		var b bytes.Buffer
		p := printer{lines: &lines{w: &b}, width: func() int { return width }}
		for _, m := range []plivo.Message{in, out} {
			if err := p.message(m); err != nil {
				t.Fatal(err)
			}
		}
		all := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
		if len(all) != 3 {
			t.Fatalf("at %d cells there are %d lines, not titles and two rows:\n%s", width, len(all), b.String())
		}
		titles, signs, own := strings.Fields(all[0]), []string{"↓", "↑"}, slices.Contains(strings.Fields(all[0]), "FROM")
		if own {
			signs = []string{"in", "out"}
		}
		if alone := slices.Contains(titles, "TO/FROM"); own == alone || own != slices.Contains(titles, "TO") {
			t.Errorf("at %d cells the titles are %q", width, all[0])
		}
		for i, other := range []string{in.From, out.To} {
			row := strings.Fields(all[i+1])
			if !slices.Contains(row, other) || !slices.Contains(row, signs[i]) || slices.Contains(row, "+14155550100") != own {
				t.Errorf("at %d cells nobody sees who is at the other end:\n%s", width, b.String())
			}
		}
	}
	for width, want := range map[int]string{
		0:   "TIME DIR FROM TO STATUS CODE SIGNATURE SEG CB TEXT MEANING",
		120: "TIME DIR FROM TO STATUS CODE SIGNATURE SEG CB TEXT",
		80:  "TIME TO/FROM STATUS CODE SIGNATURE TEXT",
	} {
		cols, _ := messageTable(width, in, in.CreatedAt, false)
		if got := strings.Join(strings.Fields(header(width, cols)), " "); got != want {
			t.Errorf("at %d: %s", width, got)
		}
	}
}

// The word for no error stands in no table: not beside a message, and not beside a callback of it.
func TestNoErrorHasNoCode(t *testing.T) {
	for code, want := range map[string]string{"000": "", "": "", "30": "30", "0": ""} {
		report := plivo.NewReport([]signature.Param{{Name: "MessageUUID", Value: "5b40"}, {Name: "Status", Value: "delivered"}, {Name: "ErrorCode", Value: code}})
		for name, shown := range map[string]string{
			"message":  cell(messageColumns, messageRow(plivo.Message{ErrorCode: code}, time.Time{}, noDates), "CODE"),
			"callback": cell(callbackColumns, callbackRow(webhook.Callback{Report: report}, noDates), "CODE"),
		} {
			if shown != want {
				t.Errorf("the code %q of a %s is shown as %q", code, name, shown)
			}
		}
	}
}

func cell(cols []column, cells []string, title string) string {
	return cells[slices.IndexFunc(cols, func(c column) bool { return c.title == title })]
}

func TestWrapped(t *testing.T) {
	for want, got := range map[string]string{
		"  one two three four":                      wrapped("one two three four", 0, 2, 2),
		"  one two\n    three\n    four":            wrapped("one two three four", 10, 2, 2),
		"a\n  " + strings.Repeat("x", 30) + "\n  b": wrapped("a "+strings.Repeat("x", 30)+" b", 10, 0, 2),
		"one  two\n  three":                         wrapped("one  two three", 9, 0, 2),
		"":                                          wrapped("", 9, 0, 2),
		"您好\n  您好":                                  wrapped("您好 您好", 8, 0, 2),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// A value that is wider than the terminal goes on below, and its marks with it.
func TestMarksGoOnBelow(t *testing.T) {
	r := layout{width: 35}
	r.marked(2, "signed", strings.Repeat("a", 22)+"bc", strings.Repeat(" ", 22)+"^^")
	want := "  signed       " + strings.Repeat("a", 20) + "\n" + strings.Repeat(" ", 15) + "aabc\n" + strings.Repeat(" ", 17) + "^^\n"
	if r.String() != want {
		t.Errorf("%q", r.String())
	}
}

func TestSayEscapes(t *testing.T) {
	var b bytes.Buffer
	Streams{Err: &b}.say("the message to %s failed", "\x1b]0;title\x07\u202e")
	if got := b.String(); got != "plivoscope: the message to "+escape.Line("\x1b]0;title\x07\u202e")+" failed\n" {
		t.Errorf("%q", got)
	}
}

// TestLargeIDIsWhole holds that an ID is shown as it is typed again, also where a million came before it.
func TestLargeIDIsWhole(t *testing.T) {
	for _, width := range []int{0, 80, 120, 200} {
		if line := rowWithin(width, callbackColumns, callbackRow(webhook.Callback{ID: 12_345_678}, noDates)); !strings.HasSuffix(line, " 12345678") {
			t.Errorf("at %d cells it is %q", width, line)
		}
	}
}

// TestPipedIsWhole holds that what is no terminal gets all of a text, in one line and escaped.
func TestPipedIsWhole(t *testing.T) {
	var b bytes.Buffer
	p := &printer{lines: &lines{w: &b}}
	text := strings.Repeat("a rather long text ", 20) + "\x1b[31m\nto its end"
	m := plivo.Message{CreatedAt: time.Now(), From: "a sender that is longer than its column", Status: plivo.Failed, ErrorCode: "30", Text: text}
	if err := p.message(m); err != nil {
		t.Fatal(err)
	}
	all := strings.Split(b.String(), "\n")
	if len(all) != 3 || strings.ContainsAny(all[1], "…\x1b") {
		t.Fatalf("cut, or not a line:\n%s", b.String())
	}
	for _, whole := range []string{m.From + "  ", strings.Repeat("a rather long text ", 20), "to its end  "} {
		if !strings.Contains(all[1], whole) {
			t.Errorf("without %q:\n%s", whole, all[1])
		}
	}
}

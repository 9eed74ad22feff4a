package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/store"
)

// TestFilterAt gives texts with | for the place.
func TestFilterAt(t *testing.T) {
	word := func(from int, part string) *store.FilterPlace { return &store.FilterPlace{From: from, Part: part} }
	value := func(from int, of, part string, given ...string) *store.FilterPlace {
		return &store.FilterPlace{From: from, Part: part, Word: of, Given: given}
	}
	for text, want := range map[string]*store.FilterPlace{
		"|":                             word(0, ""),
		"st|":                           word(0, "st"),
		"a  -st|":                       word(4, "st"),
		"-|":                            word(1, ""),
		"a -| b":                        word(3, ""),
		"a | b":                         word(2, ""),
		"a |b":                          nil,
		"s|t":                           nil,
		"st|,":                          nil,
		"status:|":                      value(7, "status", ""),
		"STATUS:Fa|":                    value(7, "status", "Fa"),
		"-sig:valid,|":                  value(11, "sig", "", "valid"),
		"sig:valid,,in|":                value(11, "sig", "in", "valid", ""),
		"code:3|,30":                    value(5, "code", "3"),
		"code:3| ü":                     value(5, "code", "3"),
		"code:|3":                       nil,
		`status:fa "b c" x|`:            word(16, "x"),
		`"st|`:                          nil,
		`"st"|`:                         nil,
		`text:"a|`:                      nil,
		`text:"a"|`:                     nil,
		`text:"a",b|`:                   value(9, "text", "b", `"a"`),
		`a"b|`:                          nil,
		"foo:b|":                        nil,
		"foo:b st|":                     word(6, "st"),
		"http://a|":                     word(0, "http://a"),
		"ü 界 st|":                       word(len("ü 界 "), "st"),
		`"open quote sta|`:              nil,
		`from:"A B" to:"x"y status:|`:   nil, // what is wrong before it goes on to the end
		"uuid:5b40 path:/sms,|  since:": value(20, "path", "", "/sms"),
	} {
		head, tail, _ := strings.Cut(text, "|")
		got, ok := store.FilterAt(head+tail, len(head))
		if ok != (want != nil) {
			t.Errorf("%s: %+v, %v", text, got, ok)
		} else if ok {
			if diff := cmp.Diff(*want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", text, diff)
			}
		}
	}
}

// TestWhatCanStillBecomeRight tells the beginnings of filters from what no filter begins with.
func TestWhatCanStillBecomeRight(t *testing.T) {
	for text, want := range map[string]bool{
		"status:": true, "status:,": true, "status: x": false, "foo:": true, "foo:/": true, "foo:b": false, "foo: ": false,
		"sig:va": true, "sig:va x": false, "sig:vax": false, "sig:scheme+": true, "sig:scheme+sl": true, "sig:valid+sl": false,
		`sig:"va"`: false, `text:"a`: true, `"a"b`: false, `""`: false, "dir:inb": true, "dir:up": false, "to:(": true, "to:( x": false,
		"since:1": true, "since:2026-0": true, "since:2026-02-3": false, "since:12:": true, "since:yes": false, "since:2026-01-31T12:30:00+02": true,
	} {
		_, err := store.ParseFilter(text)
		var fe *store.FilterError
		if !errors.As(err, &fe) {
			t.Errorf("%q: %v", text, err)
		} else if fe.Begun != want {
			t.Errorf("%q: Begun %v: %v", text, fe.Begun, err)
		}
	}
}

// TestEveryBeginningOfAFilter holds that while a filter is typed it is right or can become so.
func TestEveryBeginningOfAFilter(t *testing.T) {
	known := []string{"since:2026-01-31T12:30:00.25+02:00,1h30m,5w,12:30:05", "sig:scheme+slash,url dir:inbound,OUT", `to:"+1 (415)",() -from:"a, b"`}
	filters := rapid.OneOf(rapid.SampledFrom(known), filterText())
	rapid.Check(t, func(rt *rapid.T) {
		text := filters.Draw(rt, "filter")
		if _, err := store.ParseFilter(text); err != nil {
			rt.Skip(err)
		}
		for i := range text {
			_, err := store.ParseFilter(text[:i])
			var fe *store.FilterError
			if errors.As(err, &fe) && !fe.Begun {
				rt.Fatalf("%q, the beginning of %q: %v", text[:i], text, err)
			}
			if p, ok := store.FilterAt(text, i); ok && text[p.From:i] != p.Part {
				rt.Fatalf("%q at %d: %+v", text, i, p)
			}
		}
	})
}

// TestTheListOfWords holds that each value and example of the list is what its word takes, and that no
// value means the same as another.
func TestTheListOfWords(t *testing.T) {
	for _, w := range store.FilterWords() {
		if w.About == "" || w.Takes == "" {
			t.Errorf("%s: is not explained", w.Name)
		}
		filter(t, w.Name+":"+w.Example)
		var seen []string
		for _, v := range w.Values {
			f := filter(t, w.Name+":"+store.FilterText(v.Text)).String()
			if v.About == "" || slices.Contains(seen, f) {
				t.Errorf("%s: %+v", f, v)
			}
			seen = append(seen, f)
		}
		if _, err := store.ParseFilter(w.Name + ":surely-no-value"); w.Closed && err == nil {
			t.Errorf("%s takes more than its list", w.Name)
		}
	}
	if n := len(store.FilterWords()); n != 11 {
		t.Errorf("%d words", n)
	}
}

func TestPersonalFilters(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "status:failed -code:30": false, "uuid:5b path:/sms since:1d sig:url dir:in": false,
		"status:failed to:+1": true, "-from:acme": true, "hello": true, "text:a": true,
	} {
		if got := filter(t, text).Personal(); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}

package tui

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// TestListsAreReadBack holds that pairs of any bytes come back from their lines, which show nothing that acts.
func TestListsAreReadBack(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
		rapid.SampledFrom([]string{"", `"`, `"a"`, "``", "`a`", "'a'", "-x", "a=b", "a: b", " a", "a\n", "\ufffd", "\xff", "é", "👨‍👩‍👧", "#", "\\"}))
	rapid.Check(t, func(t *rapid.T) {
		var pairs []pair
		for range rapid.IntRange(0, 4).Draw(t, "pairs") {
			pairs = append(pairs, pair{name: text.Draw(t, "name"), value: text.Draw(t, "value")})
		}
		for _, sep := range []string{paramSep, headerSep} {
			list := listText(pairs, sep)
			if escape.Block(list) != list {
				t.Fatalf("%q is shown as it is", list)
			}
			got, err := parseList(list, sep)
			if err != nil || cmp.Diff(pairs, got, cmp.AllowUnexported(pair{})) != "" {
				t.Fatalf("%q are read back as %v: %v", list, got, err)
			}
		}
	})
}

// TestRequestsAreReadBack holds that a request which came back from the editor as it was is not edited, and
// that a parameter that was changed is the one edit.
func TestRequestsAreReadBack(t *testing.T) {
	core := newFakeCore()
	stockRequests(core)
	multiline := requestOf(300, webhook.Other, "POST", "/x", "text/plain", []byte("first\n\n# second\n\n"))
	control := requestOf(301, webhook.Other, "POST", "/x", formType, []byte("a=1%0a2&a=3&b=%00&c=%ff&=x&d"))
	for _, cb := range append(core.strangers, multiline, control) {
		base := editableOf(cb)
		for _, remarks := range [][]string{nil, {"a remark\nof two lines"}} {
			now, err := parseEditable(base.text(remarks...), base.whole)
			if cb.ID == 207 { // a path that no line can be asked for is refused, and kept
				now.target, err = base.target, nil
			}
			if err != nil {
				t.Errorf("callback %d: %v in\n%s", cb.ID, err, base.text())
				continue
			}
			edits, _, err := base.edits(now)
			if diff := cmp.Diff(replay.Edits{}, edits); diff != "" || err != nil {
				t.Errorf("callback %d is edited: %v %s", cb.ID, err, diff)
			}
			if base.whole {
				if body, err := readWhole(now.body); err != nil || !bytes.Equal(body, cb.Body) {
					t.Errorf("callback %d: the body is %q, %v", cb.ID, body, err)
				}
			}
		}
	}
	base := editableOf(core.strangers[2])
	text := strings.NewReplacer("Status=undelivered", "Status=\"deli\\nvered\"", "POST /", "PUT /v2/", "User-Agent: Plivo", "User-Agent: mine\nX-New: a: b").Replace(base.text())
	now, err := parseEditable(strings.ReplaceAll(text, "ErrorCode=30\n", ""), base.whole)
	if err != nil {
		t.Fatal(err)
	}
	edits, _, err := base.edits(now)
	want := replay.Edits{
		Method: "PUT", Path: "/v2/sms/delivery-report",
		Params: []replay.Edit{{Name: "ErrorCode", Remove: true}, {Name: "Status", Value: "deli\nvered"}},
		Header: []replay.Edit{{Name: "User-Agent", Value: "mine"}, {Name: "X-New", Value: "a: b"}},
	}
	if diff := cmp.Diff(want, edits); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

func TestTextsThatCannotBeReadNameTheirLine(t *testing.T) {
	for _, c := range []struct {
		text string
		line int
		want string
	}{
		{"", 1, "there is no request line"},
		{"# only\n# remarks\n", 1, "there is no request line"},
		{"# a remark\nFrom=1\n", 2, "is no request line"},
		{"POST sms\n", 1, `does not begin with "/"`},
		{"POST /sms\nX-A: 1\nno header\n\na=1\n", 3, `has no ":"`},
		{"POST /sms\nX-A: 1\n\na=1\nb\n", 5, `has no "="`},
		{"POST /sms\n\na=\"1\n", 3, "the quoted value has no end"},
		{"POST /sms\n\n\"a\n", 3, "the quoted name has no end"},
		{"POST /sms\n\n=1\n", 3, "there is no name"},
	} {
		_, err := parseEditable(c.text, false)
		var wrong *lineError
		if !errors.As(err, &wrong) || wrong.line != c.line || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want line %d: %s", c.text, err, c.line, c.want)
		}
	}
}

func TestEditsOfLists(t *testing.T) {
	was := []pair{{name: "A", value: "1"}, {name: "B", value: "2"}, {name: "b", value: "3"}}
	for _, c := range []struct {
		now  []pair
		same func(string) string
		want []replay.Edit
		err  string
	}{
		{was, sameParam, nil, ""},
		{was[:1], sameParam, []replay.Edit{{Name: "B", Remove: true}, {Name: "b", Remove: true}}, ""},
		{[]pair{was[1], was[2], was[0]}, sameParam, nil, ""},
		{append(was[:3:3], pair{name: "C"}), sameParam, []replay.Edit{{Name: "C"}}, ""},
		{[]pair{{name: "A", drop: true}, was[1], was[2]}, sameParam, []replay.Edit{{Name: "A", Remove: true}}, ""},
		{[]pair{{name: "A", value: "1"}, {name: "A", value: "2"}, was[1], was[2]}, sameParam, nil, `"A" has 2 values`},
		{[]pair{was[0], {name: "B", value: "2"}}, sameHeader, []replay.Edit{{Name: "B", Value: "2"}}, ""},
	} {
		got, err := editsOf(was, c.now, c.same)
		if cmp.Diff(c.want, got) != "" || (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%v: %v, %v", c.now, got, err)
		}
	}
	if got, err := editsOf(nil, []pair{{name: "X", drop: true}}, sameParam); err != nil || cmp.Diff([]replay.Edit{{Name: "X", Remove: true}}, got) != "" {
		t.Errorf("of several callbacks: %v, %v", got, err)
	}
}

func TestReplayWords(t *testing.T) {
	ok := replayWords{fieldTarget: ":3000", fieldMode: replayModes[0]}
	with := func(f field, v string) replayWords {
		w := replayWords{f: v}
		for g, v := range ok {
			if _, set := w[g]; !set {
				w[g] = v
			}
		}
		return w
	}
	for _, c := range []struct {
		words replayWords
		field field
		want  string
	}{
		{with(fieldTarget, ""), fieldTarget, "The target is empty"},
		{with(fieldTarget, "ftp://x"), fieldTarget, "is no http or https URL"},
		{with(fieldTarget, "http://me:secret@x"), fieldTarget, "user name or password"},
		{with(fieldCount, "0"), fieldCount, `"0" is no number from 1`},
		{with(fieldCount, "many"), fieldCount, `"many" is no number`},
		{with(fieldDuplicates, "-1"), fieldDuplicates, "is no number from 0"},
		{with(fieldConcurrency, "1.5"), fieldConcurrency, "is no number from 1"},
		{with(fieldRate, "0"), fieldRate, "is no number above 0"},
		{with(fieldRate, "NaN"), fieldRate, "is no number above 0"},
		{with(fieldSignURL, "nowhere"), fieldSignURL, "has no scheme"},
	} {
		_, _, problems := c.words.plan()
		if !strings.Contains(problems[c.field], c.want) || len(problems) != 1 {
			t.Errorf("%v: %v, want %s", c.words, problems, c.want)
		}
	}
	both := with(fieldTiming, timingOriginal)
	both[fieldRate], both[fieldOrder] = "5", orderShuffle
	if _, _, problems := both.plan(); problems[fieldRate] == "" {
		t.Errorf("a rate at the original spacing: %v", problems)
	}
	captured := with(fieldMode, replayModes[1])
	captured[fieldSignURL] = "https://x.example"
	if _, _, problems := captured.plan(); !strings.Contains(problems[fieldSignURL], "nothing is signed") {
		t.Errorf("a URL to sign for as captured: %v", problems)
	}
	all := with(fieldCount, "5,000")
	all[fieldRate], all[fieldConcurrency], all[fieldDuplicates], all[fieldOrder], all[fieldMode], all[fieldFault] = "0.5", "8", "2", orderShuffle, replayModes[2], "no-nonce"
	o, run, problems := all.plan()
	if len(problems) > 0 || o.To != "http://localhost:3000/" || o.Mode != webhook.Faulty || o.Fault != "no-nonce" ||
		run.Count != 5000 || run.Rate != 0.5 || run.Concurrency != 8 || run.Duplicates != 2 || !run.Shuffle {
		t.Errorf("%v, %+v, %+v", problems, o, run)
	}
}

package store_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

func TestParseFilter(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "",
		"  hello  ":                             "hello",
		"status:Failed,undelivered,FAILED":      "status:failed,undelivered",
		"-code:030,000,none code:0":             "-code:30,none code:none",
		"SIG:Invalid dir:IN -dir:outbound":      "sig:invalid dir:inbound -dir:outbound",
		`to:"+1 (415) 555-0123",4155 from:ACME`: "to:+14155550123,4155 from:acme",
		`text:"two words" "two words" -"a b"`:   `"two words" "two words" -"a b"`,
		`text:a,"b,c",`:                         `text:a,"b,c"`,
		"hello,world":                           "hello,world",
		"http://x/y":                            `"http://x/y"`,
		`path://double status:"//" text:"//"`:   "path://double status:// //",
		"12:30":                                 `"12:30"`,
		"- -- --x":                              `"-" -"-" -"-x"`,
		`"say \"hi\" \\ \n"`:                    `"say \"hi\" \\ \\n"`,
		`a"b`:                                   `"a\"b"`,
		`"status:failed"`:                       `"status:failed"`,
		"since:10m,12:30,2026-01-31,1d":         "since:10m,12:30,2026-01-31,1d",
		"since:2026-01-31T12:30:00+02:00":       "since:2026-01-31T12:30:00+02:00",
		"uuid:5B40,a path:/SMS":                 "uuid:5B40,a path:/SMS",
		"über:x":                                `"über:x"`,
	} {
		f, err := store.ParseFilter(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if f.String() != want {
			t.Errorf("%q is %q, want %q", text, f.String(), want)
		}
		if f.Empty() != (want == "") {
			t.Errorf("%q: Empty %v", text, f.Empty())
		}
	}
}

func TestParseFilterErrors(t *testing.T) {
	for text, want := range map[string]struct {
		column int
		says   string
	}{
		"hello foo:bar":                   {7, "the words are code: dir: from: is: path: sig: since: status: text: to: uuid:"},
		"foo:":                            {1, `foo: is no filter word`},
		"hello foo:bar b":                 {7, `; to look for it as text write "foo:bar" with the double quotes`},
		`-foo:"a \"b\" c" d`:              {2, `write -"foo:a \"b\" c" with`},
		`foo:b\r"`:                        {1, `write "foo:b\\r\"" with`},
		`foo:"open`:                       {1, `write "foo:\"open" with`},
		"foo:" + strings.Repeat("é", 200): {1, "as text write it in double quotes"},
		"status:":                         {1, "status: needs a value, as status:failed,undelivered"},
		"-sig:,":                          {2, "needs a value"},
		"ü sig:good":                      {7, `"good" is none of valid, invalid, missing, unchecked`},
		"dir:up":                          {5, "write in or out"},
		"is:gone":                         {4, `"gone" is none of unclear, silent and lost`},
		"to:()":                           {4, "has no digits"},
		"since:yesterday":                 {7, "12:30"},
		"since:-5m":                       {7, "is no time"},
		`text:"open`:                      {6, "the quote is not closed"},
		`"a"b`:                            {4, "put a space after the closing quote"},
		`""`:                              {1, "nothing between the quotes"},
		strings.Repeat("a ", 101):         {202, "more than 100 values"},
		strings.Repeat("a", 2001):         {1, "longer than 2000 bytes"},
	} {
		_, err := store.ParseFilter(text)
		var fe *store.FilterError
		if !errors.As(err, &fe) || fe.Column != want.column || !strings.Contains(err.Error(), want.says) {
			t.Errorf("%.20q: %v; want character %d and %q", text, err, want.column, want.says)
		}
	}
}

// TestTheTextThatIsProposed holds that what the error proposes to write is that text.
func TestTheTextThatIsProposed(t *testing.T) {
	for given, want := range map[string]string{
		`foo:bar`: `"foo:bar"`, `-note:"a b\"c"`: `-"note:a b\"c"`, `x:\`: `"x:\\"`, `y:,a,"`: `"y:,a,\""`, `z:`: `"z:"`,
	} {
		_, err := store.ParseFilter(given)
		if err == nil {
			t.Fatalf("%s parses", given)
		}
		_, proposed, _ := strings.Cut(err.Error(), "as text write ")
		proposed, _, _ = strings.Cut(proposed, " with the double quotes")
		if f := filter(t, proposed); proposed != want || f.String() != want {
			t.Errorf("for %s the error proposes %s, which is %s; want %s", given, proposed, f, want)
		}
	}
}

// filterText makes texts that look like filters.
func filterText() *rapid.Generator[string] {
	value := rapid.OneOf(
		rapid.SampledFrom([]string{"failed", "30", "030", "none", "valid", "url", "slash", "in", "OUT", "unclear", "Silent", "lost", "+1 415", "10m", "12:30", "/sms", "//", "%", "_", `\`, "'", `"`, ",", "-", ":", "ü", "\x00", "\xff"}),
		rapid.String(),
	)
	quoted := rapid.Custom(func(t *rapid.T) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value.Draw(t, "value")) + `"`
	})
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(0, 4).Draw(t, "words") {
			b.WriteString(rapid.SampledFrom([]string{"", "-"}).Draw(t, "sign"))
			b.WriteString(rapid.SampledFrom([]string{"", "status:", "code:", "sig:", "dir:", "is:", "from:", "to:", "uuid:", "path:", "since:", "text:"}).Draw(t, "key"))
			b.WriteString(strings.Join(rapid.SliceOfN(rapid.OneOf(value, quoted), 1, 3).Draw(t, "values"), ","))
			b.WriteString(" ")
		}
		return b.String()
	})
}

// TestFilterNormalForm holds that the normal form of a filter is that filter, and that each runs.
func TestFilterNormalForm(t *testing.T) {
	s := openStore(t, store.Options{})
	record(t, s, report("a", plivo.Failed, 1, "ErrorCode", "30"))
	rapid.Check(t, func(rt *rapid.T) {
		f, err := store.ParseFilter(filterText().Draw(rt, "filter"))
		if err != nil {
			rt.Skip(err)
		}
		checkFilter(rt, s, f)
	})
}

func checkFilter(t rapid.TB, s *store.Store, f store.Filter) {
	again, err := store.ParseFilter(f.String())
	if err != nil || !reflect.DeepEqual(f, again) {
		t.Fatalf("%#v is %q, which is %#v, %v", f, f.String(), again, err)
	}
	if _, err := s.Messages(context.Background(), store.Window{Filter: f}); err != nil {
		t.Fatalf("messages with %q: %v", f, err)
	}
	if _, err := s.Callbacks(context.Background(), store.Window{Filter: f}); err != nil {
		t.Fatalf("callbacks with %q: %v", f, err)
	}
}

func FuzzParseFilter(f *testing.F) {
	f.Add(`status:failed,undelivered -code:30 "two words" to:+1415`)
	f.Add(`text:"a\"b",c since:10m uuid:5b40 path:/sms`)
	s := openStore(f, store.Options{})
	f.Fuzz(func(t *testing.T, text string) {
		if parsed, err := store.ParseFilter(text); err == nil {
			checkFilter(t, s, parsed)
		}
	})
}

// TestFilter asks for the messages and callbacks that each word matches.
func TestFilter(t *testing.T) {
	zone := time.FixedZone("", 2*3600)
	now := start.In(zone).Add(time.Hour) // 15:00 there
	s := openStore(t, store.Options{Now: func() time.Time { return now }})
	at := func(c *webhook.Callback, age time.Duration) *webhook.Callback { c.ReceivedAt = now.Add(-age); return c }
	invalid := at(report("c3-Upper", plivo.Undelivered, 3, "ErrorCode", "030", "To", "4915112345678"), 2*time.Hour)
	invalid.Verdict.Outcome = "invalid"
	inbound := at(report("d4", plivo.Received, 0, "From", "ACME_1", "To", "14155550100", "Text", "Größe 100% a_b"), 30*time.Minute)
	inbound.Kind, inbound.URL = webhook.Inbound, "http://a.test/sms/inbound?secret=1"
	record(t, s,
		at(report("a1", plivo.Delivered, 3), 26*time.Hour),
		at(report("b2", plivo.Failed, 3, "ErrorCode", "450"), 3*time.Hour),
		invalid, inbound,
		at(report("e5", "Strange", 1, "ErrorCode", ""), 5*time.Minute),
	)
	other := post("")
	other.Kind, other.URL, other.ReceivedAt = webhook.Other, "https://example.test/Elsewhere", now.Add(-time.Minute)
	other.Verdict.Outcome = "missing"
	record(t, s, other)
	ids := begin(t, s, "+14155550199") // 6
	finish(t, s, store.SendOutcome{ID: ids[0], UUID: "f6"})

	for text, want := range map[string]struct{ messages, callbacks []int64 }{
		"":                              {[]int64{6, 5, 4, 3, 2, 1}, []int64{6, 5, 4, 3, 2, 1}},
		"status:delivered":              {[]int64{1}, []int64{1}},
		"status:FAILED,undelivered":     {[]int64{3, 2}, []int64{3, 2}},
		"-status:failed,undelivered":    {[]int64{6, 5, 4, 1}, []int64{6, 5, 4, 1}},
		"status:strange":                {[]int64{5}, []int64{5}},
		"code:30":                       {[]int64{3}, []int64{3}},
		"code:0450,30":                  {[]int64{3, 2}, []int64{3, 2}},
		"code:none":                     {[]int64{6, 5, 4, 1}, []int64{6, 5, 4, 1}},
		"code:none,30":                  {[]int64{6, 5, 4, 3, 1}, []int64{6, 5, 4, 3, 1}},
		"-code:none":                    {[]int64{3, 2}, []int64{3, 2}},
		"sig:invalid":                   {[]int64{3}, []int64{3}},
		"sig:missing,unchecked":         {[]int64{6}, []int64{6}},
		"sig:valid status:failed":       {[]int64{2}, []int64{2}},
		"dir:in":                        {[]int64{4}, []int64{4}},
		"dir:out":                       {[]int64{6, 5, 3, 2, 1}, []int64{5, 3, 2, 1}},
		"dir:in,out":                    {[]int64{6, 5, 4, 3, 2, 1}, []int64{5, 4, 3, 2, 1}},
		"to:+49":                        {[]int64{3}, []int64{3}},
		"to:+15112":                     {nil, nil},
		`to:"(151) 12"`:                 {[]int64{3}, []int64{3}},
		"from:acme":                     {[]int64{4}, []int64{4}},
		"from:acme,4155550100":          {[]int64{6, 5, 4, 3, 2, 1}, []int64{5, 4, 3, 2, 1}},
		"uuid:b":                        {[]int64{2}, []int64{2}},
		"uuid:B2,d":                     {[]int64{4, 2}, []int64{4, 2}},
		"uuid:c3-Upper,c3-U":            {[]int64{3}, []int64{3}},
		"-uuid:b":                       {[]int64{6, 5, 4, 3, 1}, []int64{6, 5, 4, 3, 1}},
		"path:/elsewhere":               {nil, []int64{6}},
		"path:/sms/DELIVERY":            {[]int64{6}, []int64{5, 3, 2, 1}},
		"path:secret":                   {nil, nil},
		"path:example":                  {nil, nil},
		"since:10m":                     {[]int64{5}, []int64{6, 5}},
		"since:1d":                      {[]int64{6, 5, 4, 3, 2}, []int64{6, 5, 4, 3, 2}},
		"-since:1h":                     {[]int64{3, 2, 1}, []int64{3, 2, 1}},
		"since:14:45":                   {[]int64{5}, []int64{6, 5}},
		"since:15:01":                   {[]int64{6, 5, 4, 3, 2}, []int64{6, 5, 4, 3, 2}},
		"since:2026-01-31":              {[]int64{6, 5, 4, 3, 2}, []int64{6, 5, 4, 3, 2}},
		"since:2026-01-31T12:10:00Z":    {[]int64{5, 4}, []int64{6, 5, 4}},
		"since:10m,1w":                  {[]int64{6, 5, 4, 3, 2, 1}, []int64{6, 5, 4, 3, 2, 1}},
		"hello":                         {[]int64{6}, nil},
		"GRÖSSE":                        {nil, nil},
		`"GRÖßE 100%"`:                  {[]int64{4}, []int64{4}},
		"größe":                         {[]int64{4}, []int64{4}},
		`"100% A_B"`:                    {[]int64{4}, []int64{4}},
		"100%25":                        {nil, []int64{4}},
		"a_b 100":                       {[]int64{4}, []int64{4}},
		"axb":                           {nil, nil},
		"-hello status:queued":          {nil, nil},
		"dir:in status:failed,received": {[]int64{4}, []int64{4}},
	} {
		ms := messages(t, s, store.Window{Filter: filter(t, text)})
		var got []int64
		for _, m := range ms {
			got = append(got, m.ID)
		}
		if diff := cmp.Diff(want.messages, got); diff != "" {
			t.Errorf("messages with %q (-want +got):\n%s", text, diff)
		}
		cs, err := s.Callbacks(t.Context(), store.Window{Filter: filter(t, text)})
		if err != nil {
			t.Fatal(err)
		}
		got = nil
		for _, c := range cs {
			got = append(got, c.ID)
		}
		if diff := cmp.Diff(want.callbacks, got); diff != "" {
			t.Errorf("callbacks with %q (-want +got):\n%s", text, diff)
		}
	}
}

// TestWindow compares windows with slices of the whole.
func TestWindow(t *testing.T) {
	s := openStore(t, store.Options{})
	all := []int64{}
	for i := range 30 {
		status := []plivo.Status{plivo.Queued, plivo.Failed, plivo.Sent}[i%3]
		record(t, s, report(fmt.Sprint("m", i), status, 1))
		if i%3 != 2 {
			all = append(all, int64(i+1))
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := store.Window{
			Filter: filter(t, rapid.SampledFrom([]string{"status:queued,failed", "-status:sent"}).Draw(rt, "filter")),
			Before: rapid.SampledFrom([]int64{0, 0, 5, 17, 40}).Draw(rt, "before"),
			After:  rapid.SampledFrom([]int64{0, 0, 1, 9, 40}).Draw(rt, "after"),
			Oldest: rapid.Bool().Draw(rt, "oldest"),
			Limit:  rapid.SampledFrom([]int{0, 1, 7}).Draw(rt, "limit"),
		}
		var want []int64
		for _, id := range all {
			if (w.Before == 0 || id < w.Before) && (w.After == 0 || id > w.After) {
				want = append(want, id)
			}
		}
		if !w.Oldest && (w.After == 0 || w.Before > 0) {
			slices.Reverse(want)
		}
		if w.Limit > 0 {
			want = want[:min(w.Limit, len(want))]
		}
		ms, err := s.Messages(context.Background(), w)
		if err != nil {
			rt.Fatal(err)
		}
		var got []int64
		for _, m := range ms {
			got = append(got, m.ID)
		}
		if !slices.Equal(got, want) {
			rt.Fatalf("%+v gives %v, want %v", w, got, want)
		}
	})
}

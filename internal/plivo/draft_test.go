package plivo_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"dev.internal/plivoscope/internal/plivo"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// good is a draft without a problem.
func good() plivo.Draft {
	return plivo.Draft{
		From: "+14155550100", To: []string{"+14155550123"}, Text: "hello",
		CallbackURL: "https://example.org/sms/delivery-report", Method: "POST",
	}
}

// severity writes a problem as its field and whether it keeps the draft from being sent.
func severity(ps []plivo.Problem) []string {
	var all []string
	for _, p := range ps {
		kind := "error"
		if p.Warning {
			kind = "warning"
		}
		all = append(all, p.Field+" "+kind)
	}
	return all
}

func expect(t *testing.T, d plivo.Draft, kind string, says ...string) plivo.Draft {
	t.Helper()
	checked, ps := d.Check()
	var want []string
	if kind != "" {
		want = []string{kind}
	}
	if diff := cmp.Diff(want, severity(ps)); diff != "" {
		t.Fatalf("problems (-want +got):\n%s%+v", diff, ps)
	}
	for _, s := range says {
		if !strings.Contains(ps[0].Text, s) {
			t.Errorf("the problem says %q, want it to say %q", ps[0].Text, s)
		}
	}
	return checked
}

func TestCheckLeavesAGoodDraftAlone(t *testing.T) {
	checked, ps := good().Check()
	if len(ps) > 0 {
		t.Errorf("problems: %+v", ps)
	}
	if diff := cmp.Diff(good(), checked); diff != "" {
		t.Errorf("(-given +checked):\n%s", diff)
	}
}

func TestCheckReadsDestinations(t *testing.T) {
	for give, want := range map[string][]string{
		"14155550123":                      {"+14155550123"},
		"+1 (415) 555-0123":                {"+14155550123"},
		" +1.415.555.0123\t":               {"+14155550123"},
		"(+1) 415/555-0123":                {"+14155550123"},
		"\u202a+1\u00a0415 555 0123\u202c": {"+14155550123"},
		"+44 (0)7400 123456":               {"+447400123456"},
		"6591234567":                       {"+6591234567"},
		"+14155550123<+447400123456":       {"+14155550123", "+447400123456"},
		"+14155550123, +447400123456;\r\n+4915112345678,,": {"+14155550123", "+447400123456", "+4915112345678"},
		"+15005550030": {"+15005550030"}, "15005559401": {"+15005559401"}, "+1 500 555 0000": {"+15005550000"},
	} {
		d := good()
		d.To = []string{give}
		if got := expect(t, d, "").To; !slices.Equal(got, want) {
			t.Errorf("%q is read as %q, want %q", give, got, want)
		}
	}
}

func TestCheckRefusesDestinations(t *testing.T) {
	for give, says := range map[string]string{
		"12":                           "too short",
		"+12":                          "too short",
		"+1415555":                     "too short",
		"+4":                           "too short",
		"+141555501234":                "too long",
		"+14155550123 +447400123456":   "too long",
		"+15550123":                    "area code",
		"4155550123":                   "+14155550123",
		"(415) 555-0123":               "add +",
		"0171 2345678":                 "national format",
		"0171-2345678":                 "country code",
		"0049 171 2345678":             "instead",
		"+999 123 456":                 "country",
		"+49 abc":                      `"a"`,
		"+":                            "no digits",
		"\x1b[31m+14155550123":         `"\x1b"`,
		"９１２":                          `"９"`,
		strings.Repeat("4", 1_000_000): "too long",
	} {
		d := good()
		d.To = []string{give}
		if got := expect(t, d, "to error", says).To; len(got) > 0 {
			t.Errorf("%.40q is refused and yet kept as %q", give, got)
		}
	}
	for _, none := range [][]string{nil, {}, {""}, {" ", ",;\n"}} {
		d := good()
		d.To = none
		expect(t, d, "to error", "no destination")
	}
}

func TestCheckWarnsOfUnlikelyDestinations(t *testing.T) {
	for give, says := range map[string]string{
		"+19999999999":    "no such number",
		"+447700900123":   "no such number",
		"+442079460018":   "landline",
		"+1 900 555 0123": "premium-rate",
		"6596234567":      "+16596234567",
	} {
		d := good()
		d.To = []string{give}
		checked := expect(t, d, "to warning", says)
		if len(checked.To) != 1 {
			t.Errorf("%q is only unlikely and yet left out", give)
		}
	}
}

func TestCheckNamesDuplicates(t *testing.T) {
	d := good()
	d.To = []string{"+14155550123", "+447400123456", "1 415 555 0123, +1-415-555-0123"}
	got := expect(t, d, "to warning", "+14155550123 is given more than once").To
	if want := []string{"+14155550123", "+447400123456"}; !slices.Equal(got, want) {
		t.Errorf("destinations %q, want %q", got, want)
	}
	d.To = append(d.To, "+447400123456")
	expect(t, d, "to warning", "+14155550123 and +447400123456 are given")
}

func TestCheckTakesAThousandDestinations(t *testing.T) {
	d := good()
	d.To = nil
	for i := range 1000 {
		d.To = append(d.To, fmt.Sprintf("+1415556%04d", i))
	}
	if got := expect(t, d, "").To; len(got) != 1000 {
		t.Errorf("%d destinations, want 1000", len(got))
	}
	d.To = append(d.To, d.To[0])
	expect(t, d, "to warning", "more than once")
	d.To[1000] = "+14155570000"
	expect(t, d, "to error", "1,001", "1,000")
}

func TestCheckReadsTheSender(t *testing.T) {
	for give, want := range map[string]string{
		"14155550100": "+14155550100", " +1 415-555-0100 ": "+14155550100", "12345": "12345", "892": "892",
		"123-456": "123456", "+442079460018": "+442079460018",
	} {
		d := good()
		d.From = give
		if got := expect(t, d, "").From; got != want {
			t.Errorf("sender %q is read as %q, want %q", give, got, want)
		}
	}
	for give, says := range map[string]string{
		"": "no sender", " \t": "no sender", "12": "too short", "+12345": "too short", "07400123456": "national format",
		"4155550100": "+14155550100", "MYBRANDISLONG": "at most 11", "My Brand": `" "`, "Müller": `"ü"`, "A\x1b[2J": `"\x1b"`,
		"+14155550123": "also a destination", "---": "no digits",
	} {
		d := good()
		d.From = give
		expect(t, d, "from error", says)
	}
	d := good()
	d.From = "+19999999999"
	expect(t, d, "from warning", "no such number")
}

func TestCheckWarnsOfAnAlphanumericSenderToTheUS(t *testing.T) {
	d := good()
	d.From = "MYBRAND11"
	expect(t, d, "from warning", "+14155550123", "US and Canada")
	d.To = []string{"+447400123456"}
	if got := expect(t, d, "").From; got != "MYBRAND11" {
		t.Errorf("sender %q", got)
	}
	d.To = []string{"+15005550030"}
	expect(t, d, "")
}

func TestCheckLimitsTheText(t *testing.T) {
	rep := strings.Repeat
	for _, ok := range []string{rep("a", 1600), rep("€", 800), rep("ж", 737), rep("😀", 368)} {
		d := good()
		d.Text = ok
		expect(t, d, "")
	}
	for text, says := range map[string]string{
		"": "no text", " \n\t\u00a0": "white space", "ok\xff": "byte 2", rep("a", 1601): "1,601 of at most 1,600",
		rep("{", 801): "1,602", rep("ж", 738): "738 of at most 737", rep("a", 1000) + "’": "U+2019", rep("😀", 369): "738",
	} {
		d := good()
		d.Text = text
		expect(t, d, "text error", says)
	}
}

func TestCheckReadsTheCallbackURL(t *testing.T) {
	for give, want := range map[string]string{
		"": "", " https://example.org/x?y=1 ": "https://example.org/x?y=1", "HTTPS://example.org": "HTTPS://example.org",
		"http://127.0.0.1:4141/sms": "http://127.0.0.1:4141/sms", "http://localhost": "http://localhost",
		"http://[::1]:80/": "http://[::1]:80/", "http://app.localhost./": "http://app.localhost./",
	} {
		d := good()
		d.CallbackURL = give
		if got := expect(t, d, "").CallbackURL; got != want {
			t.Errorf("callback URL %q becomes %q, want %q", give, got, want)
		}
	}
	for give, says := range map[string]string{
		"example.org/x": "no http", "/sms/delivery-report": "no http", "ftp://example.org": "no http", "https:///x": "no host",
		"https://:443/x": "no host", "https://example.org:0/": "1 to 65535", "https://example.org:70000/": "1 to 65535", "https://example.org:08443/": "write it as 8443",
		"https://example.org:x/": "cannot be read", "https://exa mple.org": "cannot be read", "https://example.org/\x1b[2J": `\x1b`,
		"https://example.org/%zz": "cannot be read", "https:example.org": "no host", "localhost:8080": "write it as \"http://localhost:8080\"",
		"127.0.0.1:4141": "write it as \"http://127.0.0.1:4141\"", "example.org:8443/x": "write it as \"https://example.org:8443/x\"",
		"http://127.0.0.1:": "no port", "https://example.org:/x": "leave the colon out", "[::1]:": "no http", "example.org:x/y": "no http",
	} {
		d := good()
		d.CallbackURL = give
		expect(t, d, "callback_url error", says)
	}
	for give, says := range map[string]string{
		"http://example.org/x": "unencrypted", "http://10.0.0.1/": "unencrypted", "https://example.org/x#rc=1": "fragment",
	} {
		d := good()
		d.CallbackURL = give
		expect(t, d, "callback_url warning", says)
	}
}

func TestCheckReadsTheMethod(t *testing.T) {
	for give, want := range map[string]string{"": "POST", "post": "POST", " Get ": "GET", "GET": "GET"} {
		d := good()
		d.Method = give
		if got := expect(t, d, "").Method; got != want {
			t.Errorf("method %q becomes %q, want %q", give, got, want)
		}
	}
	d := good()
	d.Method = "PUT\n"
	expect(t, d, "method error", `"PUT\n"`, "POST or GET")
}

func TestCheckOrdersProblemsByField(t *testing.T) {
	_, ps := plivo.Draft{CallbackURL: "x", Method: "PUT"}.Check()
	want := []string{"from error", "to error", "text error", "callback_url error", "method error"}
	if diff := cmp.Diff(want, severity(ps)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCheckIsStableAndSafeToShow(t *testing.T) {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{"+14155550123", "4155550123", "+447400123456", "12", "+1500555", "\x1b[31m", "\u202e", "\xff", "MYBRAND", "+", "00", "6596234567"}),
		rapid.StringN(0, 20, -1),
		rapid.StringMatching(`[+ ]?[0-9 ()./-]{0,18}`),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 20), func(b []byte) string { return string(b) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		d := plivo.Draft{
			From: piece.Draw(t, "from"), To: rapid.SliceOfN(piece, 0, 4).Draw(t, "to"), Text: piece.Draw(t, "text"),
			CallbackURL: rapid.SampledFrom([]string{"", "https://", "http://"}).Draw(t, "scheme") + piece.Draw(t, "url"),
			Method:      piece.Draw(t, "method"),
		}
		checked, ps := d.Check()
		failed := map[string]bool{}
		for _, p := range ps {
			failed[p.Field] = failed[p.Field] || !p.Warning
			for _, s := range []string{p.Text, p.Value} {
				if i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
					t.Fatalf("problem of %s has %q in it", p.Field, s[i:])
				}
			}
			if !strings.HasSuffix(p.Text, ".") {
				t.Fatalf("%q is no whole sentence", p.Text)
			}
		}
		again, ps := checked.Check()
		for _, p := range ps {
			if !p.Warning && !failed[p.Field] {
				t.Fatalf("checking what was checked found another error: %+v", p)
			}
		}
		if !slices.Contains([]bool{failed["from"], failed["to"]}, true) {
			if diff := cmp.Diff(checked, again); diff != "" {
				t.Fatalf("checking what was checked changed it:\n%s", diff)
			}
		}
	})
}

// Only a list can hold several numbers: the sender's sentence does not propose that.
func TestTooLongANumber(t *testing.T) {
	d := plivo.Draft{From: "+1415555012314155550124", To: []string{"+1415555012314155550124"}, Text: "hi"}
	_, ps := d.Check()
	said := map[string]string{}
	for _, p := range ps {
		said[p.Field] = p.Text
	}
	if !strings.Contains(said["from"], "too long") || strings.Contains(said["from"], "commas") {
		t.Errorf("of the sender: %q", said["from"])
	}
	if !strings.Contains(said["to"], "too long") || !strings.Contains(said["to"], "commas") {
		t.Errorf("of the destination: %q", said["to"])
	}
}

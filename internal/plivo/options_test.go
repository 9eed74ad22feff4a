package plivo_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
)

const aPowerpack = "3f2b0c1e-5b40-4a28-bfc7-9d06726c558b"

func TestCheckTakesEveryOption(t *testing.T) {
	mms := good()
	mms.Options = plivo.Options{
		Type: " MMS ", Media: []string{" https://example.org/a.JPG ", "", "https://example.org/download?id=7"},
		Expiry: 5, Log: "Content_Only", Trackable: true,
	}
	want := good()
	want.Options = plivo.Options{
		Type: plivo.MMS, Media: []string{"https://example.org/a.JPG", "https://example.org/download?id=7"},
		Expiry: 5, Log: "content_only", Trackable: true,
	}
	if diff := cmp.Diff(want, expect(t, mms, "")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	mms.Text = ""
	expect(t, mms, "") // the files say enough

	pack := good()
	pack.From, pack.Powerpack, pack.Expiry = "", aPowerpack, 10_799
	expect(t, pack, "")

	india := good()
	india.To = []string{"+919812345678"}
	india.DLTEntityID, india.DLTTemplateID, india.DLTTemplateCategory = "1101234567890123456", "1107234567890123456", "Promotional"
	if got := expect(t, india, "").DLTTemplateCategory; got != "promotional" {
		t.Errorf("category %q", got)
	}

	for _, o := range []plivo.Options{
		{Template: `{"name":"order","language":"en_US","components":[{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"$1","currency_code":"USD","amount_1000":1000}}]},{"type":"carousel","cards":[{"card_index":0,"components":[{"type":"header"}]}]}]}`},
		{Interactive: `{"type":"button","body":{"text":"?"},"action":{"buttons":[{"id":"1","title":"Yes"}]}}`},
		{Interactive: `{"type":"list","action":{"sections":[{"title":"a","rows":[{"id":"1","title":"b","description":"c"}]}]}}`},
		{Location: `{"latitude":"48.85","longitude":"2.35","name":"Paris"}`},
		{Media: []string{"https://example.org/a.pdf"}},
		{Media: []string{"5b40a428-bfc7-4daf-9d06-726c558bf3b8"}},
	} {
		d := good()
		d.Text, d.Options = "", o
		d.Type = plivo.WhatsApp
		expect(t, d, "")
	}
}

func TestCheckFindsWhatOptionsHave(t *testing.T) {
	eleven := strings.Fields(strings.Repeat("https://example.org/a.png ", 11))
	for _, c := range []struct {
		name   string
		change func(*plivo.Draft)
		kind   string
		says   string
	}{
		{"type", func(d *plivo.Draft) { d.Type = "rcs" }, "type error", `"rcs"`},
		{"mms abroad", func(d *plivo.Draft) { d.Type, d.Media, d.To = plivo.MMS, eleven[:1], []string{"+447400123456"} }, "type warning", "+447400123456"},
		{"both senders", func(d *plivo.Draft) { d.Powerpack = aPowerpack }, "powerpack error", "leave one of them out"},
		{"no UUID", func(d *plivo.Draft) { d.From, d.Powerpack = "", "my pack" }, "powerpack error", `"my pack"`},
		{"WhatsApp by Powerpack", func(d *plivo.Draft) { d.From, d.Powerpack, d.Type = "", aPowerpack, plivo.WhatsApp }, "powerpack error", "need a sender"},
		{"mms without media", func(d *plivo.Draft) { d.Type = plivo.MMS }, "media warning", "billed as an MMS"},
		{"file in SMS", func(d *plivo.Draft) { d.Media = eleven[:1] }, "media error", "choose the type mms"},
		{"many files", func(d *plivo.Draft) { d.Type, d.Media = plivo.MMS, eleven }, "media error", "11 files"},
		{"two files in WhatsApp", func(d *plivo.Draft) { d.Type, d.Media = plivo.WhatsApp, eleven[:2] }, "media error", "at most 1"},
		{"a path", func(d *plivo.Draft) { d.Type, d.Media = plivo.MMS, []string{"/tmp/a.jpg"} }, "media error", "no http or https URL"},
		{"no port", func(d *plivo.Draft) { d.Type, d.Media = plivo.MMS, []string{"https://example.org:65536/a.jpg"} }, "media error", "a port is a number from 1 to 65535"},
		{"half an ID", func(d *plivo.Draft) { d.Type, d.Media = plivo.MMS, []string{"5b40a428-bfc7-4daf-9d06"} }, "media error", "no ID of a file"},
		{"plain http", func(d *plivo.Draft) { d.Type, d.Media = plivo.MMS, []string{"http://example.org/a.jpg"} }, "media warning", "use https"},
		{"this machine", func(d *plivo.Draft) { d.Type, d.Media = plivo.MMS, []string{"https://localhost/a.jpg"} }, "media warning", "cannot reach this machine"},
		{"a program", func(d *plivo.Draft) { d.Type, d.Media = plivo.MMS, []string{"https://example.org/a.exe"} }, "media warning", "does not look like"},
		{"4 s", func(d *plivo.Draft) { d.Expiry = 4 }, "expiry error", "5 to 10,799"},
		{"negative", func(d *plivo.Draft) { d.Expiry = -5 }, "expiry error", "5 to 10,799"},
		{"the default", func(d *plivo.Draft) { d.Expiry = 10_800 }, "expiry error", "by itself"},
		{"log", func(d *plivo.Draft) { d.Log = "yes" }, "log error", "number_only"},
		{"DLT ID", func(d *plivo.Draft) { d.DLTEntityID, d.To = "11 01", []string{"+919812345678"} }, "dlt_entity_id error", "copy it again"},
		{"DLT category", func(d *plivo.Draft) {
			d.DLTTemplateCategory, d.To = "ads", []string{"+919812345678"}
		}, "dlt_template_category error", "service_explicit"},
		{"DLT elsewhere", func(d *plivo.Draft) { d.DLTTemplateID = "1101" }, "dlt_entity_id warning", "India"},
		{"template in SMS", func(d *plivo.Draft) { d.Template = `{"name":"a","language":"en"}` }, "template error", "Only WhatsApp"},
		{"no JSON", func(d *plivo.Draft) { d.Type, d.Template = plivo.WhatsApp, "order" }, "template error", "JSON object"},
		{"unknown key", func(d *plivo.Draft) { d.Type, d.Template = plivo.WhatsApp, `{"name":"a","language":"en","body":1}` }, "template error", `"body" is nothing that Plivo knows`},
		{"no language", func(d *plivo.Draft) { d.Type, d.Template = plivo.WhatsApp, `{"name":"a"}` }, "template error", "a language"},
		{"nameless component", func(d *plivo.Draft) {
			d.Type, d.Template = plivo.WhatsApp, `{"name":"a","language":"en","components":[{"parameters":[]}]}`
		}, "template error", "no type"},
		{"more JSON", func(d *plivo.Draft) { d.Type, d.Location = plivo.WhatsApp, `{"latitude":"1","longitude":"2"} {}` }, "location error", "behind"},
		{"numbers for strings", func(d *plivo.Draft) { d.Type, d.Location = plivo.WhatsApp, `{"latitude":1,"longitude":2}` }, "location error", "its latitude is a JSON number, and has to be a string"},
		{"half a place", func(d *plivo.Draft) { d.Type, d.Location = plivo.WhatsApp, `{"latitude":"1"}` }, "location error", "in quotes"},
		{"strange menu", func(d *plivo.Draft) {
			d.Type, d.Interactive = plivo.WhatsApp, `{"type":"menu","action":{"buttons":[{}]}}`
		}, "interactive error", "cta_url"},
		{"no action", func(d *plivo.Draft) { d.Type, d.Interactive = plivo.WhatsApp, `{"type":"list"}` }, "interactive error", "neither buttons"},
		{"long WhatsApp", func(d *plivo.Draft) { d.Type, d.Text = plivo.WhatsApp, strings.Repeat("é", 4097) }, "text error", "4,097 of at most 4,096"},
		{"MMS of nothing", func(d *plivo.Draft) { d.Type, d.Text = plivo.MMS, "" }, "text error", "no text"},
		{"hostile", func(d *plivo.Draft) { d.Type = "\x1b[31m\u202e" }, "type error", `\x1b`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := good()
			c.change(&d)
			expect(t, d, c.kind, c.says)
		})
	}
}

func TestSpending(t *testing.T) {
	for _, c := range []struct {
		to           int
		text, kind   string
		want, forced string
	}{
		{1, "hello", "", "1 destination × 1 segment = 1 message unit", ""},
		{3, strings.Repeat("a", 161), "", "3 destinations × 2 segments = 6 message units", ""},
		{1000, strings.Repeat("ж", 71), "sms", "1,000 destinations × 2 segments = 2,000 message units", `"ж" (U+0436) makes the text UCS-2`},
		{2, strings.Repeat("ж", 700), "mms", "2 destinations × 1 MMS = 2 message units", ""},
		{2, "hello", "whatsapp", "2 destinations × 1 WhatsApp message = 2 message units", ""},
	} {
		s := plivo.Draft{To: make([]string, c.to), Text: c.text, Options: plivo.Options{Type: c.kind}}.Spending()
		if s.String() != c.want || s.Forced() != c.forced {
			t.Errorf("%q, %q; want %q, %q", s, s.Forced(), c.want, c.forced)
		}
	}
}

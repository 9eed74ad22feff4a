package plivo_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

func TestParseReplies(t *testing.T) {
	const ok = `<Message src="14155550100" dst="+1 415 555-0123">hi</Message>`
	for name, test := range map[string]struct {
		xml  string
		want []plivo.Reply
	}{
		"none":           {plivo.NoReply, []plivo.Reply{}},
		"empty element":  {"\ufeff<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- x -->\n<Response/>\n<!-- y -->\n", []plivo.Reply{}},
		"one":            {"<Response>\n  " + ok + "\n</Response>", []plivo.Reply{{From: "14155550100", To: "+1 415 555-0123", Text: "hi"}}},
		"all attributes": {`<Response><Message type="sms" callbackMethod="GET" callbackUrl="https://a.example/?a=b&amp;c=d" dst="14155550123" src="Shop">Tom &amp; &lt;b&gt; <![CDATA[<&]]> é` + "\n" + `two</Message></Response>`, []plivo.Reply{{From: "Shop", To: "14155550123", Text: "Tom & <b> <& é\ntwo", Type: "sms", CallbackURL: "https://a.example/?a=b&c=d", CallbackMethod: "GET"}}},
	} {
		got, err := plivo.ParseReplies([]byte(test.xml))
		if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
			t.Errorf("%s: error is %v, replies (-want +got):\n%s", name, err, diff)
		}
	}
	for _, test := range []struct {
		xml, at, says string
	}{
		{"", "line 1, column 1", "ends before"},
		{"thanks", "line 1, column 1", "has to be a <Response>"},
		{`{"a":1}`, "line 1, column 1", "has to be a <Response>"},
		{"<html><body>", "line 1, column 1", "<html>"},
		{"<response/>", "line 1, column 1", "<response>"},
		{"<Response a='1'/>", "line 1, column 1", "attribute a"},
		{"<Response>\n <Speak>hi</Speak></Response>", "line 2, column 2", "<Speak>"},
		{"<Response>\n" + ok + "\n  oops</Response>", "line 3, column 3", "oops"},
		{"<Response>" + ok, "line 1, column 72", "no XML"},
		{"<Response>" + strings.Replace(ok, "hi", "Tom & Co", 1) + "</Response>", "line 1", "&amp;"},
		{"<Response>" + strings.Replace(ok, "hi", "a <b>c</b>", 1) + "</Response>", "line 1, column 62", "<b>"},
		{"<Response>" + strings.Replace(ok, "hi", " \n", 1) + "</Response>", "line 1, column 11", "no text"},
		{"<Response>" + strings.Replace(ok, "hi", strings.Repeat("x", 1601), 1) + "</Response>", "line 1, column 11", "1600"},
		{"<Response>" + strings.Replace(ok, "hi", strings.Repeat("x", 9000), 1) + "</Response>", "line 1, column 11", "longer than any"},
		{"<Response>" + strings.Replace(ok, "src", "from", 1) + "</Response>", "line 1, column 11", `"from"`},
		{"<Response>" + strings.Replace(ok, "src", "dst", 1) + "</Response>", "line 1, column 11", "dst twice"},
		{"<Response>" + strings.Replace(ok, `dst="+1 415 555-0123"`, "", 1) + "</Response>", "line 1, column 11", "needs src"},
		{"<Response>" + strings.Replace(ok, "+1 415 555-0123", "{from}", 1) + "</Response>", "line 1, column 11", "no number"},
		{"<Response>" + strings.Replace(ok, "14155550100", "TwelveLetter", 1) + "</Response>", "line 1, column 11", "sender name"},
		{"<Response>" + strings.Replace(ok, "+1 415 555-0123", "14155550100", 1) + "</Response>", "line 1, column 11", "the same"},
		{"<Response>" + strings.Replace(ok, "dst", `type="voice" dst`, 1) + "</Response>", "line 1, column 11", `"voice"`},
		{"<Response>" + strings.Replace(ok, "dst", `callbackUrl="/x" dst`, 1) + "</Response>", "line 1, column 11", "callbackUrl"},
		{"<Response>" + strings.Replace(ok, "dst", `callbackMethod="PUT" dst`, 1) + "</Response>", "line 1, column 11", "callbackMethod"},
		{"<!DOCTYPE Response><Response/>", "line 1, column 1", "declaration"},
		{"<Response/><Response/>", "line 1, column 12", "after </Response>"},
		{"<Response/>x", "line 1, column 12", "after </Response>"},
		{"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><Response/>", "line 1", "UTF-8"},
		{"<Response>\xff</Response>", "line 1", "no XML"},
	} {
		_, err := plivo.ParseReplies([]byte(test.xml))
		var wrong *plivo.ReplyError
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), test.at) || !strings.Contains(wrong.Text, test.says) {
			t.Errorf("%.80q: error is %v, want %q at %s", test.xml, err, test.says, test.at)
		}
	}
}

func inbound(from, to string) plivo.Report {
	return plivo.NewReport([]signature.Param{{Name: "From", Value: from}, {Name: "To", Value: to}, {Name: "Text", Value: "hi"}})
}

func TestAnswer(t *testing.T) {
	var none plivo.Answer
	if got, err := none.For(inbound("14155550123", "14155550100"), ""); got != plivo.NoReply || err != nil {
		t.Errorf("no answer is %s (%v)", got, err)
	}
	a, err := plivo.ReplyWith("Tom & <b> {from}")
	if err != nil {
		t.Fatal(err)
	}
	filled, err := a.For(inbound("14155550123", "14155550100"), "https://a.example/x?a=b&c=d")
	if err != nil {
		t.Fatal(err)
	}
	replies, err := plivo.ParseReplies([]byte(filled))
	want := []plivo.Reply{{From: "14155550100", To: "14155550123", Text: "Tom & <b> {from}", Type: "sms", CallbackURL: "https://a.example/x?a=b&c=d"}}
	if diff := cmp.Diff(want, replies); err != nil || diff != "" {
		t.Errorf("error is %v, %s is (-want +got):\n%s", err, filled, diff)
	}
	for _, text := range []string{"", strings.Repeat("ж", 738)} {
		if _, err := plivo.ReplyWith(text); err == nil || strings.Contains(err.Error(), "line") {
			t.Errorf("a reply of %d characters: error is %v", len(text), err)
		}
	}
	own := `<Response><Message src="{to}" dst="{from}">one</Message><Message src="{to}" dst="14155550199" callbackUrl="https://a.example/">two</Message></Response>`
	if a, err = plivo.ReadAnswer([]byte(own)); err != nil {
		t.Fatal(err)
	}
	for _, from := range []string{`"><Speak/>`, "", "14155550100"} {
		if got, err := a.For(inbound(from, "14155550100"), ""); err == nil || got != plivo.NoReply {
			t.Errorf("from %q the answer is %s (%v)", from, got, err)
		}
	}
	if _, err := plivo.ReadAnswer([]byte("<Response><Play/></Response>")); err == nil {
		t.Error("an answer that Plivo does not take is read")
	}
}

// TestReplyWithWhatXMLCannotHold holds that no character becomes another one in silence.
func TestReplyWithWhatXMLCannotHold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ab\x1b[2J":            "character 3 is U+001B",
		"é\x00":                "character 2 is U+0000",
		"a\uffff":              "character 2 is U+FFFF",
		"grüß\xff":             "character 5 is no UTF-8",
		"a\tb\nc\ufffd😀 مرحبا": "",
	} {
		a, err := plivo.ReplyWith(text)
		if want == "" {
			if err != nil || a.Text() != text {
				t.Errorf("%q: %v, text %q", text, err, a.Text())
			}
		} else if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

package plivo_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// FuzzParseReplies: an answer is read, or refused with the place where it is wrong.
func FuzzParseReplies(f *testing.F) {
	for _, s := range []string{
		"", plivo.NoReply, `<Response><Message src="1" dst="2">a</Message></Response>`, `<Response><Message dst="2<3">a &amp; b</Message>` + "\n</Response>",
		`<?xml version="1.0" encoding="utf-16"?><Response/>`, "<Response><!-- -->\xff</Response>", "<!DOCTYPE a><Response/>", "<a:Response/>", "<Response a='b'>",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		_, err := plivo.ParseReplies(body)
		var wrong *plivo.ReplyError
		if err == nil {
			return
		}
		if !errors.As(err, &wrong) || wrong.Text == "" {
			t.Fatalf("%v is no place", err)
		}
		if lines := strings.Count(string(body), "\n") + 1; wrong.Line < 1 || wrong.Line > lines || wrong.Column < 1 {
			t.Errorf("line %d, column %d of %d lines: %s", wrong.Line, wrong.Column, lines, wrong.Text)
		}
	})
}

// FuzzReplyWith: what is answered with a text is read as this text again, without the blanks around it, whatever the numbers are.
func FuzzReplyWith(f *testing.F) {
	f.Add("Thanks!", "+14155550123", "14155550100")
	f.Add("a\r\nb <c> & {from} ]]>", "{to}", "\"'>")
	f.Add(" \t", "", "\x00")
	f.Fuzz(func(t *testing.T, text, from, to string) {
		a, err := plivo.ReplyWith(text)
		if err != nil {
			return
		}
		r := plivo.NewReport([]signature.Param{{Name: "From", Value: from}, {Name: "To", Value: to}})
		xml, err := a.For(r, "http://127.0.0.1/sms")
		if err != nil {
			if xml != plivo.NoReply {
				t.Errorf("with %v it is answered %q", err, xml)
			}
			return
		}
		replies, err := plivo.ParseReplies([]byte(xml))
		if err != nil || len(replies) != 1 || replies[0].Text != strings.TrimSpace(text) {
			t.Errorf("%q goes as %q, which is read as %+v, %v", text, xml, replies, err)
		}
	})
}

// FuzzSegment: the parts are the text, each within its limit, and look-alikes make a text no wider twice.
func FuzzSegment(f *testing.F) {
	for _, s := range []string{"", "a", gsmOneSeptet, gsmTwoSeptets, "ж", strings.Repeat("]", 81), strings.Repeat("😀", 36), "“\u200b”\xff", strings.Repeat("\u0301", 80)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := plivo.Segment(text)
		if strings.Join(s.Parts, "") != text || len(s.Parts) != s.Segments || s.Left < 0 || s.Left > s.Capacity() {
			t.Errorf("%q is %+v", text, s)
		}
		for _, part := range s.Parts {
			if n := plivo.Segment(part); n.Encoding == s.Encoding && n.Length > s.Capacity() {
				t.Errorf("the part %q is %d long", part, n.Length)
			}
		}
		plain := plivo.Plain(text)
		if again := plivo.Plain(plain); again != plain {
			t.Errorf("%q is plainly %q, and that is %q", text, plain, again)
		}
		if plivo.Segment(plain).Length > 8*s.Length {
			t.Errorf("%q is plainly as long as %q", text, plain)
		}
		if utf8.ValidString(text) && !utf8.ValidString(plain) {
			t.Errorf("%q is plainly %q", text, plain)
		}
	})
}

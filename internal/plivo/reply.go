package plivo

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Reply is a message that the answer to an inbound message asks Plivo to send.
type Reply struct {
	From           string // src
	To             string // dst
	Text           string
	Type           string // sms, mms or whatsapp; empty for sms
	CallbackURL    string // of its delivery reports; empty for none
	CallbackMethod string // POST or GET; empty for POST
}

// What stands in an Answer for the inbound message's numbers, and for the server's own URL of delivery reports.
const (
	fromHere     = "{from}"
	toHere       = "{to}"
	callbackHere = "{callback}"
)

// NoReply is the answer to an inbound message that sends nothing back.
const NoReply = "<Response></Response>"

// Answer is what the inbound messages of a server are answered with: XML, in which {from} and {to} stand for the
// inbound message's numbers and {callback} for where delivery reports come to the server. The zero Answer sends nothing back.
type Answer struct{ xml, text string }

// String is the XML as it is before the numbers of an inbound message are in it; empty for no reply.
func (a Answer) String() string { return a.xml }

// Text is what ReplyWith was given; empty for an answer of the user's own, and for no reply.
func (a Answer) Text() string { return a.text }

// ReplyWith is the answer that sends text back to who wrote, and has it reported on to the server.
func ReplyWith(text string) (Answer, error) {
	if err := inXML(text); err != nil {
		return Answer{}, err
	}
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(text)); err != nil {
		return Answer{}, err
	}
	safe := strings.ReplaceAll(b.String(), "{", "&#123;") // no number is meant
	a := Answer{`<Response><Message src="` + toHere + `" dst="` + fromHere + `" type="sms" callbackUrl="` + callbackHere + `">` + safe + `</Message></Response>`, text}
	_, err := parseReplies([]byte(a.xml), true)
	var wrong *ReplyError
	if errors.As(err, &wrong) {
		err = errors.New(wrong.Text) // where it is in an XML that nobody wrote tells nothing
	}
	return a, err
}

// inXML makes sure that XML can hold each character of a text: an encoder would put another one in its place.
func inXML(text string) error {
	at := 0
	for i, r := range text {
		at++
		_, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			return fmt.Errorf("character %d is no UTF-8, and an answer is: leave it out", at)
		case r < ' ' && r != '\t' && r != '\n' && r != '\r', r == 0xfffe, r == 0xffff:
			return fmt.Errorf("character %d is %U, which XML cannot hold: leave it out", at, r)
		}
	}
	return nil
}

// ReadAnswer checks an answer of the user's own. The error is a *ReplyError.
func ReadAnswer(body []byte) (Answer, error) {
	if _, err := parseReplies(body, true); err != nil {
		return Answer{}, err
	}
	return Answer{xml: string(body)}, nil
}

// For is the answer to one inbound message, whose replies are reported on to callbackURL; that may be empty. The error says what in the message does not go into it; then the answer
// sends nothing back.
func (a Answer) For(r Report, callbackURL string) (string, error) {
	if a.xml == "" {
		return NoReply, nil
	}
	filled := strings.NewReplacer(fromHere, escaped(r.From()), toHere, escaped(r.To()), callbackHere, escaped(callbackURL)).Replace(a.xml)
	if _, err := ParseReplies([]byte(filled)); err != nil {
		return NoReply, fmt.Errorf("the answer to inbound messages does not fit this one, so it got none: %w", err)
	}
	return filled, nil
}

func escaped(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // to memory
	return b.String()
}

// ReplyError is what Plivo does not take in an answer, and where.
type ReplyError struct {
	Line, Column int    // of the XML, from 1; columns count bytes
	Text         string // what is wrong, and what is right
}

// Error is a sentence without a full stop.
func (e *ReplyError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Text)
}

// isSenderName tells whether s can be an alphanumeric sender.
func isSenderName(s string) bool {
	return s != "" && len(s) <= maxAlphanumeric && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == ""
}

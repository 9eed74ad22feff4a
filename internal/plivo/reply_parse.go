package plivo

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// ParseReplies reads the XML that an inbound message is answered with: a Response element with any number of
// Message elements, and nothing else. The error is a *ReplyError.
func ParseReplies(body []byte) ([]Reply, error) { return parseReplies(body, false) }

// replyParser reads an answer token by token.
type replyParser struct {
	body     []byte
	d        *xml.Decoder
	template bool // {from}, {to} and {callback} stand for what is not known yet
	at       int  // where the last token began, in bytes
}

func parseReplies(body []byte, template bool) ([]Reply, error) {
	p := &replyParser{body: body, d: xml.NewDecoder(bytes.NewReader(body)), template: template}
	root, err := p.root()
	if err != nil {
		return nil, err
	}
	if root.Name.Space != "" || root.Name.Local != "Response" {
		return nil, p.wrong("the answer begins with <%s>; it has to be a <Response>", root.Name.Local)
	}
	if len(root.Attr) > 0 {
		return nil, p.wrong("<Response> has the attribute %s; it takes none", root.Attr[0].Name.Local)
	}
	replies := []Reply{}
	for {
		token, err := p.next()
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if token.Name.Space != "" || token.Name.Local != "Message" {
				return nil, p.wrong("<%s> cannot be in the answer to an inbound message; only <Message> can", token.Name.Local)
			}
			r, err := p.message(token)
			if err != nil {
				return nil, err
			}
			replies = append(replies, r)
		case xml.EndElement:
			return replies, p.end()
		case xml.CharData:
			if len(bytes.TrimSpace(token)) > 0 {
				return nil, p.wrong("there is the text %s outside of a <Message>", quoted(strings.TrimSpace(string(token))))
			}
		}
	}
}

// next gives the next token that says something.
func (p *replyParser) next() (xml.Token, error) {
	for {
		p.at = p.offset()
		token, err := p.d.Token()
		var syntax *xml.SyntaxError
		switch {
		case errors.Is(err, io.EOF):
			return nil, p.wrong("the answer ends before it is whole")
		case errors.As(err, &syntax):
			p.at = p.offset()
			return nil, p.wrong("the answer is no XML (%s); write & as &amp; and < as &lt;", syntax.Msg)
		case err != nil:
			p.at = p.offset()
			return nil, p.wrong("the answer cannot be read (%s); write it in UTF-8", shown(err.Error()))
		}
		switch token.(type) {
		case xml.Comment, xml.ProcInst:
			continue
		case xml.CharData:
			text := p.body[p.at:p.offset()] // as it came: in the token each \r is a \n
			p.at += len(text) - len(bytes.TrimLeft(text, " \t\r\n"))
		case xml.Directive:
			return nil, p.wrong("the answer has a <!…> declaration; leave it out")
		}
		return token, nil
	}
}

// offset is where the decoder is.
func (p *replyParser) offset() int { return min(int(p.d.InputOffset()), len(p.body)) }

// root is the first element.
func (p *replyParser) root() (xml.StartElement, error) {
	for {
		token, err := p.next()
		if err != nil {
			return xml.StartElement{}, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			return token, nil
		case xml.CharData:
			if len(bytes.Trim(token, "\ufeff \t\r\n")) > 0 {
				return xml.StartElement{}, p.wrong("the answer begins with %s; it has to be a <Response>", quoted(strings.TrimSpace(string(token))))
			}
		}
	}
}

// end makes sure that nothing comes after the root.
func (p *replyParser) end() error {
	for {
		p.at = p.offset()
		token, err := p.d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		_, comment := token.(xml.Comment)
		text, blank := token.(xml.CharData)
		if err != nil || !comment && (!blank || len(bytes.TrimSpace(text)) > 0) {
			return p.wrong("there is something after </Response>; the answer ends there")
		}
	}
}

// message reads a Message element to its end.
func (p *replyParser) message(start xml.StartElement) (Reply, error) {
	begin := p.at
	r, err := p.attributes(start)
	if err != nil {
		return r, err
	}
	var text strings.Builder
	for {
		token, err := p.next()
		if err != nil {
			return r, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			return r, p.wrong("<%s> is in a <Message>, which has text alone", token.Name.Local)
		case xml.CharData:
			text.Write(token)
		case xml.EndElement:
			r.Text = strings.TrimSpace(text.String())
			p.at = begin
			return r, p.checkText(r)
		}
	}
}

func (p *replyParser) attributes(start xml.StartElement) (Reply, error) {
	var r Reply
	fields := map[string]*string{
		"src": &r.From, "dst": &r.To, "type": &r.Type, "callbackUrl": &r.CallbackURL, "callbackMethod": &r.CallbackMethod,
	}
	seen := map[string]bool{}
	for _, a := range start.Attr {
		name := a.Name.Local
		field, ok := fields[name]
		switch {
		case a.Name.Space != "" || !ok:
			return r, p.wrong("<Message> has the attribute %s; it takes src, dst, type, callbackUrl and callbackMethod", quoted(name))
		case seen[name]:
			return r, p.wrong("<Message> has the attribute %s twice", name)
		}
		seen[name], *field = true, a.Value
	}
	return r, p.check(r)
}

func (p *replyParser) check(r Reply) error {
	u, err := url.Parse(r.CallbackURL)
	switch {
	case r.From == "" || r.To == "":
		return p.wrong("<Message> needs src, the number that it comes from, and dst, the one that it goes to")
	case !p.number(r.From, toHere, fromHere) && !isSenderName(r.From):
		return p.wrong("src %s is neither a number with its country code nor a sender name of at most 11 letters and digits", quoted(r.From))
	case !p.number(r.To, fromHere, toHere):
		return p.wrong("dst %s is no number with its country code", quoted(r.To))
	case r.From == r.To:
		return p.wrong("src and dst are the same: the message would go to where it comes from")
	case r.Type != "" && r.Type != "sms" && r.Type != "mms" && r.Type != "whatsapp":
		return p.wrong("type %s is none of sms, mms and whatsapp", quoted(r.Type))
	case r.CallbackURL != "" && !(p.template && r.CallbackURL == callbackHere) && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == ""):
		return p.wrong("callbackUrl %s is no absolute http or https URL", quoted(r.CallbackURL))
	case r.CallbackMethod != "" && r.CallbackMethod != http.MethodPost && r.CallbackMethod != http.MethodGet:
		return p.wrong("callbackMethod %s is neither POST nor GET", quoted(r.CallbackMethod))
	}
	return nil
}

func (p *replyParser) checkText(r Reply) error {
	if r.Text == "" {
		return p.wrong("<Message> has no text")
	}
	if len(r.Text) > longestCounted {
		return p.wrong("the text of <Message> is longer than any message")
	}
	most := MaxGSM7
	seg := Segment(r.Text)
	if seg.Encoding == UCS2 {
		most = MaxUCS2
	}
	if r.Type != "whatsapp" && seg.Length > most {
		return p.wrong("the text of <Message> is too long: it has %d %s characters, at most %d are taken", seg.Length, seg.Encoding, most)
	}
	return nil
}

// number tells whether s is a phone number, or stands for one.
func (p *replyParser) number(s string, places ...string) bool {
	for _, place := range places {
		if p.template && s == place {
			return true
		}
	}
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("/-.+() ", r) {
			return -1
		}
		return r
	}, s)
	return len(digits) >= 3 && len(digits) <= maxDigits && strings.Trim(digits, "0123456789") == ""
}

// wrong says what is wrong and where. The decoder's own InputPos is wrong once it took back the end of a line.
func (p *replyParser) wrong(format string, args ...any) *ReplyError {
	read := p.body[:p.at]
	return &ReplyError{
		Line: bytes.Count(read, []byte("\n")) + 1, Column: len(read) - bytes.LastIndexByte(read, '\n'), Text: fmt.Sprintf(format, args...),
	}
}

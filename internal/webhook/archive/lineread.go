package archive

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// nextLine reads on to the next line that is a callback. Lines of other things, as messages and what says
// that a server is ready, are passed over.
func (r *Reader) nextLine() (Entry, error) {
	for {
		line, whole, err := r.readLine()
		if err != nil {
			return Entry{}, err
		}
		if len(line) == 0 {
			continue
		}
		place := fmt.Sprintf("line %d", r.at)
		var l Line
		if err := json.Unmarshal(line, &l); err != nil {
			return Entry{}, fmt.Errorf("%s %w", place, lineError(err, whole))
		}
		if l.Method == "" || l.Headers == nil && l.Exact == nil {
			r.skipped++
			continue
		}
		e := Entry{Place: place, Judged: true, Masked: l.Masked}
		if e.Callback, e.Note, err = l.callback(); err != nil {
			return Entry{}, fmt.Errorf("%s: %w", place, err)
		}
		return e, nil
	}
}

// lineError says what is wrong with a line; whole is whether a line feed ends it.
func lineError(err error, whole bool) error {
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		if wrong.Field == "" {
			return fmt.Errorf("is JSON, but no object: each line is one callback")
		}
		return fmt.Errorf("has %q as %s, which is not how it was written", short(wrong.Field), wrong.Value)
	}
	if syntax := (*json.SyntaxError)(nil); !whole || errors.As(err, &syntax) && syntax.Error() == "unexpected end of JSON input" {
		return errors.New("stops in its middle: the file was cut off there; export it again, or remove the line")
	}
	return fmt.Errorf("is no whole JSON (%w): mend or remove the line", err)
}

// readLine reads a line without its end and the space around it.
func (r *Reader) readLine() (line []byte, whole bool, err error) {
	r.at++
	for {
		piece, err := r.in.ReadSlice('\n')
		line = append(line, piece...)
		switch {
		case len(line) > maxEntry:
			return nil, false, fmt.Errorf("line %d: %w", r.at, errLarge)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil, false, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return nil, false, err
		}
		return bytes.TrimSpace(line), err == nil, nil
	}
}

// callback is the callback of a line, with what could not be read of it.
func (l Line) callback() (c webhook.Callback, note string, err error) {
	c = webhook.Callback{Header: http.Header{}}
	if err := l.put(&c); err != nil {
		return c, "", err
	}
	for _, p := range l.Headers {
		addHeader(c.Header, p[0], p[1])
	}
	if err := l.Exact.put(&c); err != nil {
		return c, "", err
	}
	switch {
	case l.Body != nil:
		c.Body = []byte(*l.Body)
	case l.BodyBase64 != nil:
		if c.Body, err = base64.StdEncoding.DecodeString(*l.BodyBase64); err != nil {
			return c, "", fmt.Errorf("body_base64 is no base64: %w", err)
		}
	case len(l.Params) > 0 && c.Method != http.MethodGet && c.Method != http.MethodHead:
		var params []signature.Param
		for _, p := range l.Params {
			params = append(params, signature.Param{Name: p[0], Value: p[1]})
		}
		c.Body, note = ofForm(params), noBody
	}
	return c, note, nil
}

const noBody = "It has parameters and no body, so they were written as a form."

// put takes over what a line says beside headers and body.
func (l Line) put(c *webhook.Callback) (err error) {
	c.Kind, c.Method, c.URL, c.ReceivedURL = l.Kind, l.Method, l.URL, l.ReceivedURL
	c.Protocol, c.RemoteAddr, c.Truncated = l.Protocol, l.RemoteAddr, l.Truncated
	c.Verdict, c.Cause, c.Arrival = l.Signature.Result, l.Signature.Cause, l.Arrival
	c.Answer.Status = l.Answered.Status
	if l.Problem != nil {
		c.Problem = *l.Problem
	}
	if c.ReceivedAt, err = moment("received_at", l.ReceivedAt); err != nil {
		return err
	}
	c.Answer.At, err = moment("answered.at", l.Answered.At)
	return err
}

func moment(field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s is %q, which is no time as 2006-01-02T15:04:05.000000Z", field, short(text))
	}
	return t, nil
}

// put takes over what is not UTF-8.
func (x *Exact) put(c *webhook.Callback) error {
	if x == nil {
		return nil
	}
	var failed error
	decoded := func(text string) string {
		data, err := base64.StdEncoding.DecodeString(text)
		failed = errors.Join(failed, err)
		return string(data)
	}
	if x.URL != "" {
		c.URL = decoded(x.URL)
	}
	if x.ReceivedURL != "" {
		c.ReceivedURL = decoded(x.ReceivedURL)
	}
	if x.Headers != nil {
		c.Header = http.Header{}
		for _, p := range x.Headers {
			addHeader(c.Header, decoded(p[0]), decoded(p[1]))
		}
	}
	if failed != nil {
		return fmt.Errorf("exact is no base64: %w", failed)
	}
	return nil
}

func addHeader(h http.Header, name, value string) {
	name = textproto.CanonicalMIMEHeaderKey(name)
	h[name] = append(h[name], value)
}

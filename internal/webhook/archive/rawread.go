package archive

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"strconv"
	"strings"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/capture"
)

// nextRaw reads the next request. A capture that lost something on its way is taken with what is there and
// a note: the only request of a file may be without its length, which is then that of the file.
func (r *Reader) nextRaw() (Entry, error) {
	if err := r.skipBlank(); err != nil {
		return Entry{}, err
	}
	r.at++
	e := Entry{Place: fmt.Sprintf("request %d", r.at)}
	fail := func(err error) (Entry, error) { return Entry{}, fmt.Errorf("%s: %w", e.Place, err) }
	head, err := r.readHead()
	if err != nil {
		return fail(err)
	}
	q, err := capture.ParseHead(head)
	if err != nil {
		err = errors.New("it begins with no request line, as POST https://example.com/sms HTTP/1.1; give " + readable)
		if r.at > 1 {
			err = fmt.Errorf("what follows request %d begins no other: its body is longer than its Content-Length says, or something was added", r.at-1)
		}
		return fail(err)
	}
	e.Note = q.Problem
	c := &e.Callback
	c.Method, c.URL, c.Header, c.Protocol = q.Method, q.URL, q.Header, "HTTP/1.1"
	if line, _, _ := strings.Cut(string(head), "\n"); strings.HasSuffix(strings.TrimRight(line, "\r"), "HTTP/1.0") {
		c.Protocol = "HTTP/1.0"
	}
	e.Masked = c.Header.Get(maskedHeader) != ""
	c.Header.Del(maskedHeader)
	if err := r.readBody(&e); err != nil {
		return fail(err)
	}
	if q.Host != "" {
		target := q.Target
		if !strings.HasPrefix(target, "/") {
			target = "/" + target
		}
		c.ReceivedURL = "http://" + q.Host + target
		if q.Target == "" || q.Target[0] == '?' {
			c.ReceivedURL = "http://" + q.Host + q.Target
		}
	}
	if c.URL == "" && r.o.URL != nil {
		q.Body = c.Body
		q.Params, _ = webhook.ParseParams(c.Method, c.ReceivedURL, c.Header.Get("Content-Type"), c.Body)
		c.URL = r.o.URL(q)
	}
	if c.URL == "" {
		return fail(errors.New("it does not say for which host it was: write the whole URL into its first line, as POST https://example.com/sms HTTP/1.1"))
	}
	return e, nil
}

// skipBlank passes over empty lines before a request.
func (r *Reader) skipBlank() error {
	for {
		b, err := r.in.ReadByte()
		if err != nil {
			return err
		}
		if b != '\r' && b != '\n' && b != ' ' && b != '\t' {
			return r.in.UnreadByte()
		}
	}
}

// readHead reads the lines up to the blank one, or all where it is missing.
func (r *Reader) readHead() ([]byte, error) {
	var head []byte
	for {
		line, err := r.in.ReadSlice('\n')
		head = append(head, line...)
		switch {
		case len(head) > maxHead:
			return nil, fmt.Errorf("its head has more than %d bytes", maxHead)
		case errors.Is(err, io.EOF):
			return head, nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
		if err == nil && len(bytes.TrimRight(line, "\r\n")) == 0 && bytes.HasSuffix(head, line) && startsLine(head, len(line)) {
			return head, nil
		}
	}
}

// startsLine tells whether the last n bytes of a head are a line of their own.
func startsLine(head []byte, n int) bool {
	return n == len(head) || head[len(head)-n-1] == '\n'
}

// readBody reads what the head says that follows it. It keeps no more than the server does and passes over
// the rest.
func (r *Reader) readBody(e *Entry) error {
	c := &e.Callback
	keep := func(from io.Reader) (n int64, err error) {
		var kept bytes.Buffer
		if n, err = io.Copy(&kept, io.LimitReader(from, webhook.MaxBody)); err == nil {
			var more int64
			more, err = io.Copy(io.Discard, from)
			n += more
			c.Truncated = more > 0
		}
		c.Body = kept.Bytes()
		return n, err
	}
	lengths := c.Header.Values("Content-Length")
	chunked := strings.Contains(strings.ToLower(strings.Join(c.Header.Values("Transfer-Encoding"), ",")), "chunked")
	switch {
	case chunked && r.atChunk():
		if _, err := keep(httputil.NewChunkedReader(r.in)); err != nil {
			e.note("The chunked body could be read only in part.")
		}
		return nil
	case !chunked && len(lengths) > 0:
		length, err := strconv.ParseInt(strings.TrimSpace(lengths[0]), 10, 63)
		for _, other := range lengths[1:] {
			if other != lengths[0] {
				err = errors.New("several")
			}
		}
		if err != nil || length < 0 {
			return fmt.Errorf("Content-Length is %q, which is no length", short(strings.Join(lengths, ", ")))
		}
		n, err := keep(io.LimitReader(r.in, length))
		if err == nil && n < length {
			e.note(fmt.Sprintf("The body has %d bytes and Content-Length says %d: it was cut or changed when it was captured.", n, length))
		}
		return err
	case !chunked && bodiless[c.Method]:
		return nil
	}
	if _, err := keep(r.in); err != nil {
		return err
	}
	if kind := strings.ToLower(c.Header.Get("Content-Type")); kind == "" || strings.HasPrefix(kind, formType) {
		// An editor's: a form escapes its own.
		c.Body = bytes.TrimSuffix(bytes.TrimSuffix(c.Body, []byte{'\n'}), []byte{'\r'})
	}
	return nil
}

// atChunk tells whether the length of a chunk comes. Many proxies save the joined body under the header of
// the chunked one.
func (r *Reader) atChunk() bool {
	next, _ := r.in.Peek(20)
	line, _, found := bytes.Cut(next, []byte{'\n'})
	digits, _, _ := bytes.Cut(bytes.TrimRight(line, "\r"), []byte{';'})
	_, err := strconv.ParseUint(string(bytes.TrimSpace(digits)), 16, 63)
	return found && err == nil
}

// note adds a sentence to what could not be read.
func (e *Entry) note(sentence string) {
	if e.Note != "" {
		e.Note += " "
	}
	e.Note += sentence
}

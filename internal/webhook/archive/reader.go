package archive

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/capture"
)

// ReadOptions say how an archive is read.
type ReadOptions struct {
	As Format // one of Readable; empty to tell it from the content

	// Now is the present: what was received more than a day after it is an error. Zero for no bound.
	Now time.Time

	// URL gives the public URL of a raw request that names no more than its host; empty where it cannot
	// be told. nil for none.
	URL func(capture.Request) string
}

// Entry is a callback of an archive.
type Entry struct {
	Callback webhook.Callback // ReceivedAt is zero where the archive has no time
	Place    string           // where it is: "line 7", "entry 3", "request 2"
	Judged   bool             // the verdict is that of the archive; otherwise there is none
	Masked   bool             // numbers and texts are pseudonyms: nothing of it can verify
	Note     string           // what could not be read of it, in a sentence; empty otherwise
}

// maxEntry is the most bytes that one callback takes in an archive. One of the largest that the server
// keeps has some hundred thousand.
const maxEntry = capture.MaxSize

// Reader reads the callbacks of an archive one after another.
type Reader struct {
	in      *bufio.Reader
	o       ReadOptions
	format  Format
	next    func() (Entry, error)
	at      int // the line, entry or request that was read last, from 1
	skipped int
	entries *json.Decoder // of a HAR file
	budget  *budget
}

// NewReader begins to read an archive. The error says what to do.
func NewReader(r io.Reader, o ReadOptions) (*Reader, error) {
	rd := &Reader{in: bufio.NewReaderSize(r, 64<<10), o: o, format: o.As}
	head, err := rd.head()
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(head, utf8Mark) {
		_, _ = rd.in.Discard(len(utf8Mark)) // it was peeked
		head = head[len(utf8Mark):]
	}
	if err := unreadable(head); err != nil {
		return nil, err
	}
	if rd.format == "" {
		rd.format = formatOf(head)
	}
	switch rd.format {
	case HAR:
		rd.next = rd.nextEntry
	case RawHTTP:
		rd.next = rd.nextRaw
	default:
		rd.next = rd.nextLine
	}
	return rd, nil
}

// head looks at the beginning, no further than it takes to tell the format: a pipe may bring more only
// later.
func (r *Reader) head() ([]byte, error) {
	for n := 1; ; {
		_, err := r.in.Peek(n)
		head, _ := r.in.Peek(r.in.Buffered())
		text := bytes.TrimLeft(bytes.TrimPrefix(head, utf8Mark), " \t\r\n")
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, bufio.ErrBufferFull):
			return head, nil
		case err != nil:
			return nil, err
		case len(text) > 0 && text[0] != '{' && bytes.IndexByte(text, '\n') >= 0, firstName(text) != nil:
			return head, nil
		}
		n = len(head) + 1
	}
}

var utf8Mark = []byte("\ufeff")

// firstName is the name of the first value of an object, or its end; nil where the text is not so long.
func firstName(text []byte) json.Token {
	d := json.NewDecoder(bytes.NewReader(text))
	_, _ = d.Token()
	name, err := d.Token()
	if err != nil {
		return nil
	}
	return name
}

// Format is how the archive is written.
func (r *Reader) Format() Format { return r.format }

// Skipped is how many lines or entries so far were no callback.
func (r *Reader) Skipped() int { return r.skipped }

// Next gives the next callback, io.EOF after the last. Any other error names its place and says what is
// wrong there; nothing can be read after it.
func (r *Reader) Next() (Entry, error) {
	e, err := r.next()
	if err != nil {
		return Entry{}, err
	}
	if err := r.check(&e); err != nil {
		return Entry{}, fmt.Errorf("%s: %w", e.Place, err)
	}
	return e, nil
}

const readable = "JSON lines of \"plivoscope export\", a HAR file, or raw HTTP requests"

// unreadable refuses what is no archive by its first bytes.
func unreadable(head []byte) error {
	text := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return errors.New("it is UTF-16 text; save it as UTF-8, or as the bytes that were sent")
	case len(text) == 0:
		return errors.New("it is empty; give " + readable)
	case text[0] == '[':
		return errors.New("it is a JSON array; give " + readable)
	case bytes.HasPrefix(text, []byte("curl ")), text[0] == '#', text[0] == '*', text[0] == '>':
		return errors.New("it is no archive that can be read back, as a shell command or a trace; give " + readable)
	}
	return nil
}

// formatOf tells the format of an archive from its first bytes.
func formatOf(head []byte) Format {
	text := bytes.TrimLeft(head, " \t\r\n")
	if text[0] != '{' {
		return RawHTTP
	}
	if firstName(text) == "log" {
		return HAR
	}
	return JSONLines
}

// budget is a reader that fails when one entry takes more than maxEntry.
type budget struct {
	r    io.Reader
	left int
}

var errLarge = fmt.Errorf("it takes more than %d MiB, which is no callback of Plivo's", maxEntry>>20)

func (b *budget) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errLarge
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

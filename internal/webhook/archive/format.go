package archive

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/webhook"
)

// Format is how callbacks are written.
type Format string

// The formats. The last three are tests that can be run.
const (
	JSONLines Format = "jsonl"
	HAR       Format = "har"
	RawHTTP   Format = "http"
	Curl      Format = "curl"
	Jest      Format = "jest"
	Pytest    Format = "pytest"
	GoTest    Format = "go"
)

// Formats are those that can be written.
func Formats() []Format { return []Format{JSONLines, HAR, RawHTTP, Curl, Jest, Pytest, GoTest} }

// Readable are the formats that can be read.
func Readable() []Format { return []Format{JSONLines, HAR, RawHTTP} }

// ParseFormat reads the name of one of some formats.
func ParseFormat(name string, of []Format) (Format, error) {
	if f := Format(strings.ToLower(name)); slices.Contains(of, f) {
		return f, nil
	}
	names := make([]string, len(of))
	for i, f := range of {
		names[i] = string(f)
	}
	return "", fmt.Errorf("there is no format %q; use one of %s", name, strings.Join(names, ", "))
}

// Options say what is told of an archive beside the callbacks.
type Options struct {
	Version string // of this program
	Masked  bool   // the callbacks were masked: it is said, and no signature of theirs can verify
}

// form is how one format is written: what stands before, between and after the callbacks, and each of them.
type form struct {
	begin, between, end func(Options) string // nil for nothing
	each                func(c webhook.Callback, o Options) ([]byte, error)
}

var forms = map[Format]form{
	JSONLines: {each: writeLine},
	HAR:       {begin: beginHAR, between: betweenHAR, end: endHAR, each: writeEntry},
	RawHTTP:   {each: writeRaw},
	Curl:      {begin: beginCurl, each: writeCurl},
	Jest:      {begin: beginJest, each: writeJest},
	Pytest:    {begin: beginPytest, each: writePytest, end: endPytest},
	GoTest:    {begin: beginGo, each: writeGo, end: endGo},
}

// Writer writes callbacks one after another.
type Writer struct {
	w       io.Writer
	form    form
	o       Options
	written int
}

// NewWriter writes to w in a format, which is one of Formats.
func NewWriter(w io.Writer, f Format, o Options) *Writer { return &Writer{w: w, form: forms[f], o: o} }

// Write writes one callback.
func (w *Writer) Write(c webhook.Callback) error {
	data, err := w.form.each(c, w.o)
	if err != nil {
		return err
	}
	before := w.form.between
	if w.written == 0 {
		before = w.form.begin
	}
	if err := w.text(before); err != nil {
		return err
	}
	w.written++
	_, err = w.w.Write(data)
	return err
}

// Close writes what stands after the last callback. It does not close what is written to.
func (w *Writer) Close() error {
	if w.written == 0 {
		if err := w.text(w.form.begin); err != nil {
			return err
		}
	}
	return w.text(w.form.end)
}

func (w *Writer) text(of func(Options) string) error {
	if of == nil {
		return nil
	}
	_, err := io.WriteString(w.w, of(w.o))
	return err
}

// Render is an archive of one callback.
func Render(f Format, c webhook.Callback, o Options) (string, error) {
	var b strings.Builder
	w := NewWriter(&b, f, o)
	if err := w.Write(c); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return b.String(), nil
}

const maskedWords = "Exported with --mask: numbers and texts are masked"

package cli

import (
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// printer writes messages and callbacks in the chosen format.
type printer struct {
	lines  *lines
	json   bool
	titled bool
	last   map[int64]string // of each message, what change printed last
}

// callback prints a callback with its diagnosis, nil where there is none.
func (p *printer) callback(c webhook.Callback, d *signature.Diagnosis) error {
	if p.json {
		line, err := callbackLine(c, d)
		if err != nil {
			return err
		}
		return p.lines.write(line)
	}
	if err := p.text(callbackColumns, callbackRow(c)); err != nil {
		return err
	}
	if words := diagnosisWords(d); words != "" {
		return p.lines.write([]byte("  ✗ signature: " + escape.Line(words)))
	}
	return nil
}

// message prints a message with the time of its creation.
func (p *printer) message(m plivo.Message) error {
	if !p.json {
		return p.text(messageColumns, messageRow(m, m.CreatedAt))
	}
	line, err := messageLine(m)
	if err != nil {
		return err
	}
	return p.lines.write(line)
}

// change prints a message with the time of its last change, unless it was last printed just so.
func (p *printer) change(m plivo.Message) error {
	line, err := messageLine(m)
	if err != nil {
		return err
	}
	if p.last == nil {
		p.last = map[int64]string{}
	}
	if p.last[m.ID] == string(line) {
		return nil
	}
	p.last[m.ID] = string(line)
	if p.json {
		return p.lines.write(line)
	}
	return p.text(messageColumns, messageRow(m, m.UpdatedAt))
}

func (p *printer) text(cols []column, cells []string) error {
	if !p.titled {
		p.titled = true
		if err := p.lines.write([]byte(header(cols))); err != nil {
			return err
		}
	}
	return p.lines.write([]byte(row(cols, cells)))
}

// noticePrinter repeats the program's notices beside the data, each once.
type noticePrinter struct {
	s    Streams
	last time.Time
}

func newNotices(s Streams) *noticePrinter { return &noticePrinter{s: s} }

func (n *noticePrinter) print(list []app.Notice) {
	for _, notice := range list {
		if notice.At.After(n.last) {
			n.last = notice.At
			n.s.say("%s: %s", notice.Severity, escape.Line(notice.Text))
		}
	}
}

package cli

import (
	"fmt"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// printer writes messages and callbacks in the chosen format.
type printer struct {
	lines *lines
	say   func(format string, args ...any) // beside the data
	json  bool
	width func() int       // of the terminal, nil or 0 for no limit
	mask  *mask.Masker     // nil for nothing masked
	more  hint             // nil where a callback cannot be asked about
	dates bool             // a row was not of today
	title string           // the line of titles that the last row stands under
	last  map[int64]string // of each message, what change printed last
	said  []explained      // beneath callbacks, the last ones
}

// masked hides what is hidden of a callback and its diagnosis, nil where there is none.
func (p *printer) masked(c webhook.Callback, d *signature.Diagnosis) (webhook.Callback, *signature.Diagnosis) {
	if d != nil && p.mask != nil {
		hidden := p.mask.Of(mask.CaseOf(c)).Diagnosis(*d)
		d = &hidden
	}
	return p.mask.Callback(c), d
}

// callback prints a callback with its diagnosis, nil where there is none.
func (p *printer) callback(c webhook.Callback, d *signature.Diagnosis) error {
	c, d = p.masked(c, d)
	if p.json {
		line, err := callbackLine(c, d, p.mask != nil)
		if err != nil {
			return err
		}
		return p.lines.write(line)
	}
	if err := p.text(callbackTable(p.columns(), c, p.dated(c.ReceivedAt))); err != nil {
		return err
	}
	if d != nil {
		why := beneath(c, d, p.columns(), nil)
		if first := p.explains(why, c.ID); first != 0 { // a wrong token or URL says the same of each callback
			return p.lines.write([]byte(fmt.Sprintf("  as callback %d above", first)))
		}
	}
	if words := beneath(c, d, p.columns(), p.more); words != "" {
		return p.lines.write([]byte(words))
	}
	return nil
}

// explained is what was printed beneath a callback, but for its ID, and how often since then something else was.
type explained struct {
	why    string
	id     int64
	others int
}

// Of what was said so many are known, and as long as they are not too far above.
const (
	explainedMost  = 4
	explainedAbove = 20 // other explanations
)

// explains notes what is said beneath a callback, and gives the ID of one above of which the same was said; 0 for none.
func (p *printer) explains(why string, id int64) (first int64) {
	if why == "" {
		return 0
	}
	for i := range p.said {
		if p.said[i].why == why {
			first = p.said[i].id
			continue
		}
		p.said[i].others++
	}
	p.said = slices.DeleteFunc(p.said, func(e explained) bool { return e.others > explainedAbove })
	if first == 0 {
		p.said = append(p.said[max(0, len(p.said)-explainedMost+1):], explained{why: why, id: id})
	}
	return first
}

// newPrinter prints to standard output, within its width where that is a terminal.
func newPrinter(s Streams, asJSON bool, more hint) *printer {
	return &printer{lines: s.data(), say: s.say, json: asJSON, width: s.width, mask: s.masker(), more: more}
}

func (p *printer) columns() int {
	if p.width == nil {
		return 0
	}
	return p.width()
}

// message prints a message with the time of its creation.
func (p *printer) message(m plivo.Message) error {
	m = p.mask.Message(m)
	if !p.json {
		return p.row(m, m.CreatedAt)
	}
	line, err := messageLine(m)
	if err != nil {
		return err
	}
	return p.lines.write(line)
}

// change prints a message with the time of its last change, unless it was last printed just so.
func (p *printer) change(m plivo.Message) error {
	m = p.mask.Message(m)
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
	return p.row(m, m.UpdatedAt)
}

// row prints a message as text; at is the time to show.
func (p *printer) row(m plivo.Message, at time.Time) error {
	return p.text(messageTable(p.columns(), m, at, p.dated(at)))
}

// text prints a row, under titles where it is the first or other columns than those before have room.
func (p *printer) text(cols []column, cells []string) error {
	width := p.columns()
	if title := header(width, cols); title != p.title {
		p.title = title
		if err := p.lines.write([]byte(title)); err != nil {
			return err
		}
	}
	return p.lines.write([]byte(rowWithin(width, cols, cells)))
}

// noticePrinter repeats the program's notices beside the data, each once.
type noticePrinter struct {
	s    Streams
	last time.Time
}

func newNotices(s Streams) *noticePrinter { return &noticePrinter{s: s} }

func (n *noticePrinter) print(list []app.Notice) {
	for _, notice := range list {
		if !notice.At.After(n.last) {
			continue
		}
		n.last = notice.At
		if !notice.Ends { // the error that the command ends with says it
			n.s.say("%s: %s", notice.Severity, escape.Line(notice.Text))
		}
	}
}

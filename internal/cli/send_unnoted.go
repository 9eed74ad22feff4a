package cli

import (
	"fmt"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
)

// unnoted prints messages as the API answered for them, which the history could not take. The table has no column of
// UUIDs, and here is their only place.
func (j *sendJob) unnoted(ms []plivo.Message) error {
	for _, m := range ms {
		if err := j.changed(m); err != nil {
			return err
		}
		if j.p.json || m.UUID == "" {
			continue
		}
		if err := j.p.uuid(m); err != nil {
			return err
		}
	}
	return nil
}

// uuid prints the UUID of a message in words.
func (p *printer) uuid(m plivo.Message) error {
	m = p.mask.Message(m)
	return p.lines.write(fmt.Appendf(nil, "message UUID %s of the message to %s", escape.Line(m.UUID), escape.Line(m.To)))
}

package cli

import (
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/webhook/archive"
)

// importedJSON tells what came of a file.
type importedJSON struct {
	Event      string         `json:"event"`
	File       string         `json:"file"`
	Format     archive.Format `json:"format"`
	Read       int            `json:"read"`        // callbacks
	Added      int            `json:"added"`       // of these
	Already    int            `json:"already"`     // of these, in the history before
	PassedOver int            `json:"passed_over"` // lines and entries that are no callback
	Cut        int            `json:"cut"`         // of those read, with a body longer than is kept
	Masked     int            `json:"masked"`      // of those read
	History    string         `json:"history"`
}

func (j *importJob) tell() error {
	l := j.s.data()
	if j.json {
		line, err := encode(j.sum)
		if err != nil {
			return err
		}
		return l.write(line)
	}
	return l.write([]byte(wrapped(escape.Line(j.sum.words()), j.s.width(), 0, 4)))
}

func (i importedJSON) words() string {
	from := i.File
	if from == "-" {
		from = "standard input"
	}
	words := fmt.Sprintf("%s of %s: %d added to %s", plural(i.Read, "callback"), from, i.Added, i.History)
	var more []string
	for _, part := range []struct {
		n    int
		what string
	}{
		{i.Already, "there already"},
		{i.PassedOver, "passed over, as no callbacks"},
		{i.Cut, "with a body cut at 64 KiB"},
		{i.Masked, "masked, so not to be checked"},
	} {
		if part.n > 0 {
			more = append(more, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	if len(more) > 0 {
		words += "; " + strings.Join(more, ", ")
	}
	return words
}

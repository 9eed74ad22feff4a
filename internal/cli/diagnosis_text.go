package cli

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// hint says which command says more of a callback.
type hint func(id int64) string

// more is the hint for a command's history; of one that is not kept nothing can be asked.
func (f *flags) more(set *settings) hint {
	if set.options.HistoryPath == "" {
		return nil
	}
	end := ""
	if f.db != "" {
		end += " --db " + word(f.db)
	} else if f.simulator {
		end += " --simulator"
	}
	if f.env != "" {
		end += " --env " + word(f.env)
	}
	return func(id int64) string { return fmt.Sprintf("plivoscope verify --id %d%s", id, end) }
}

// whereTokensAre is the hint where verify has a token to check with: on a live account, with an extra token,
// and while a server with a simulator runs, whose made-up token is kept nowhere else.
func (ask hint) whereTokensAre(set *settings, running bool) hint {
	if running || set.options.Mode == app.Live || len(set.options.ExtraTokens) > 0 {
		return ask
	}
	return nil
}

// word is a value as a shell takes it for one word.
func word(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:\\") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// beneath is what stands below a callback that does not verify: why, and what was signed in place of what
// was checked. Without a diagnosis it is what was checked, and where a hint says it how to know more.
func beneath(c webhook.Callback, d *signature.Diagnosis, width int, ask hint) string {
	r := layout{width: width}
	switch {
	case d == nil && c.Verdict.Outcome == signature.Invalid:
		said := fmt.Sprintf("checked %s %s", value(c.Method), value(c.URL))
		if ask != nil {
			said += "; " + ask(c.ID) + " says what was signed"
		}
		r.words(2, said)
	case d == nil, c.Verdict.Outcome != signature.Invalid && c.Verdict.Outcome != signature.Missing:
	case len(d.Findings) > 0 && d.Findings[0].Confidence != signature.Possible:
		f := d.Findings[0]
		r.words(2, escape.Line("✗ signature: "+f.Detail+" – "+f.Remedy))
		for _, change := range f.Changes {
			r.change(4, change)
		}
	case c.Verdict.Outcome == signature.Missing:
		if len(d.Findings) > 0 {
			r.words(2, escape.Line(notSigned(c, d.Findings[0])))
		}
	default:
		said := "✗ signature: nothing that was tried makes it match"
		if ask != nil {
			said += "; " + ask(c.ID) + " says what was tried"
		}
		r.words(2, escape.Line(said))
		if len(d.Findings) > 0 {
			r.words(4, escape.Line("worth a look: the signature "+d.Findings[0].Detail))
		}
	}
	return strings.TrimRight(r.String(), "\n")
}

// notSigned says of a callback that has no signature, or one that cannot be computed, what became of it.
func notSigned(c webhook.Callback, f signature.Finding) string {
	if c.Verdict.Header != "" {
		return "✗ signature: " + f.Detail + " – " + f.Remedy
	}
	what, found := strings.CutPrefix(f.Detail, "is not there: ")
	if !found {
		what = "the signature " + f.Detail
	}
	return "– not signed: " + what + " – " + f.Remedy
}

// layout puts text into indented lines. What it is given may be hostile: it is escaped by who gives it.
type layout struct {
	strings.Builder
	width int // of the terminal; 0 for no limit
}

func (r *layout) line(indent int, text string) {
	r.WriteString(strings.Repeat(" ", indent) + text + "\n")
}

// words is a sentence, in as many lines as the terminal makes it.
func (r *layout) words(indent int, text string) {
	r.WriteString(wrapped(text, r.width, indent, 2) + "\n")
}

// labelWidth is the width of a field's label with what sets it apart.
const labelWidth = 13

// field is a labelled value; a label may be empty.
func (r *layout) field(indent int, label, text string) {
	if text == "" {
		r.line(indent, label)
		return
	}
	r.line(indent, fmt.Sprintf("%-*s%s", labelWidth, label, text)) // a space at its end may be what matters
}

// marked is a labelled value with marks below it. One that is too wide for the terminal goes on in
// another line, with its marks.
func (r *layout) marked(indent int, label, text, marks string) {
	room := r.width - indent - labelWidth
	if r.width <= 0 {
		room = longestValue * 2
	}
	for first := true; first || text != ""; first = false {
		piece, cells := text, len(marks)
		if ansi.StringWidth(text) > max(room, 10) {
			piece = ansi.Truncate(text, max(room, 10), "")
			cells = ansi.StringWidth(piece)
		}
		text = text[len(piece):]
		r.field(indent, label, piece)
		below := marks[:min(cells, len(marks))]
		marks = marks[len(below):]
		if strings.TrimSpace(below) != "" {
			r.field(indent, "", below)
		}
		label = ""
	}
}

// change sets what was checked above what was signed and marks where they differ.
func (r *layout) change(indent int, c signature.Change) {
	several := c.Given == "" || c.Signed == "" || strings.Contains(c.Given+c.Signed, "\n")
	switch {
	case c.Part == signature.PartParams && several:
		r.changedLines(indent, "checked", c.Given)
		r.changedLines(indent, "signed", c.Signed)
	case c.Part == signature.PartToken, c.Part == signature.PartRecipe: // in words
		r.marked(indent, "checked", orNothing(value(c.Given)), "")
		r.marked(indent, "signed", orNothing(value(c.Signed)), "")
	default:
		checked, checkedMarks, signed, signedMarks := differing(c.Given, c.Signed)
		r.marked(indent, "checked", orNothing(checked), checkedMarks)
		r.marked(indent, "signed", orNothing(signed), signedMarks)
	}
}

// changedLines is one side of the parameters that differ, one a line.
func (r *layout) changedLines(indent int, label, text string) {
	const most = 20
	lines := strings.Split(orNothing(text), "\n")
	for i, l := range lines {
		if i == most {
			r.field(indent, "", fmt.Sprintf("… and %d more", len(lines)-most))
			return
		}
		r.marked(indent, label, value(l), "")
		label = ""
	}
}

func orNothing(s string) string {
	if s == "" {
		return "(nothing)"
	}
	return s
}

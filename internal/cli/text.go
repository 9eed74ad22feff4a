package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// column is one column of a text table. Widths are fixed, so that lines printed one by one as they
// come stay under each other.
type column struct {
	title string
	width int
	right bool
}

var messageColumns = []column{
	{title: "TIME", width: 8},
	{title: "DIR", width: 3},
	{title: "FROM", width: 16},
	{title: "TO", width: 16},
	{title: "STATUS", width: 13},
	{title: "CODE", width: 4, right: true},
	{title: "SIGNATURE", width: 14},
	{title: "SEG", width: 3, right: true},
	{title: "CB", width: 2, right: true},
	{title: "TEXT", width: 28},
	{title: "MEANING", width: 0},
}

// messageRow is a message in the table; at is the time to show.
func messageRow(m plivo.Message, at time.Time) []string {
	status := string(m.Status)
	if m.Unverified {
		status += " ?"
	}
	units := m.Units
	if units == 0 {
		units = plivo.Segment(m.Text).Segments
	}
	dir := "out"
	if m.Direction == plivo.Inbound {
		dir = "in"
	}
	code := m.ErrorCode
	if code == "000" {
		code = ""
	}
	words := ""
	if code != "" || m.Refusal != "" {
		words = meaning(m)
	}
	if code != "" && words == "" {
		words = "an error code that is not in the table"
	}
	return []string{
		at.Local().Format("15:04:05"), dir, m.From, m.To, status, code, signatureWords(m.Signature, m.Cause),
		count(units), count(m.Callbacks), m.Text, words,
	}
}

var callbackColumns = []column{
	{title: "TIME", width: 12},
	{title: "ID", width: 6, right: true},
	{title: "KIND", width: 15},
	{title: "STATUS", width: 11},
	{title: "CODE", width: 4, right: true},
	{title: "SEQ", width: 3, right: true},
	{title: "SIGNATURE", width: 14},
	{title: "ANSWER", width: 6, right: true},
	{title: "MESSAGE UUID", width: 36},
	{title: "URL", width: 0},
}

func callbackRow(c webhook.Callback) []string {
	seq := ""
	if n, ok := c.Report.Sequence(); ok {
		seq = strconv.Itoa(n)
	}
	return []string{
		c.ReceivedAt.Local().Format("15:04:05.000"), strconv.FormatInt(c.ID, 10), string(c.Kind),
		string(c.Report.Status()), c.Report.ErrorCode(), seq, signatureWords(c.Verdict, c.Cause),
		strconv.Itoa(c.Answer.Status), c.Report.MessageUUID(), c.Method + " " + c.ReceivedURL,
	}
}

// signatureWords is a verdict in a column: with the scheme, or where it does not match with what is wrong,
// as far as that is known.
func signatureWords(r signature.Result, cause string) string {
	switch r.Outcome {
	case signature.Valid:
		return "valid " + string(r.Scheme)
	case signature.Invalid:
		if word := signature.CauseWord(cause); word != "" {
			return "INVALID " + word
		}
		return "INVALID " + string(r.Scheme)
	default:
		return string(r.Outcome)
	}
}

// diagnosisWords is a diagnosis in a line that goes on from "signature:"; empty where nobody looked or
// there was nothing to explain.
func diagnosisWords(d *signature.Diagnosis) string {
	switch {
	case d == nil:
		return ""
	case len(d.Findings) > 0:
		return d.Findings[0].Detail + " – " + d.Findings[0].Remedy
	case len(d.Remains) > 0:
		return "nothing that was tried makes it match – " + d.Remains[0]
	default:
		return ""
	}
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func header(cols []column) string {
	titles := make([]string, len(cols))
	for i, c := range cols {
		titles[i] = c.title
	}
	return row(cols, titles)
}

// row lays cells out under their titles. Text from outside is escaped here, before it can reach a
// terminal; a cell too wide is cut with an ellipsis, but the last column is never cut.
func row(cols []column, cells []string) string {
	line, end := "", 0
	for i, c := range cols {
		cell := escape.Line(cells[i])
		if i > 0 {
			line += "  "
			end += 2
		}
		if c.width == 0 {
			line += cell
			continue
		}
		cell = fit(cell, c.width)
		end += c.width
		// Some letters join with a space before or behind them, so it is the whole line that is measured.
		missing := max(0, end-ansi.StringWidth(line+cell))
		if c.right {
			pad := strings.Repeat(" ", missing)
			line += strings.Repeat(" ", max(0, end-ansi.StringWidth(line+pad+cell))) + pad + cell
		} else {
			line += cell + strings.Repeat(" ", missing)
			line += strings.Repeat(" ", max(0, end-ansi.StringWidth(line)))
		}
	}
	return strings.TrimRight(line, " ")
}

// fit cuts a cell to a width. Cutting before a variation selector changes the width of what is left,
// so the cut is measured and made shorter where it has to be.
func fit(cell string, width int) string {
	cut := ansi.Truncate(cell, width, "…")
	for n := width - 1; n >= 0 && ansi.StringWidth(cut) > width; n-- {
		cut = ansi.Truncate(cell, n, "…")
	}
	return cut
}

// problems prints what a draft's check found, one line each.
func problems(s Streams, ps []plivo.Problem) {
	for _, p := range ps {
		kind := "error"
		if p.Warning {
			kind = "warning"
		}
		fmt.Fprintf(s.Err, "plivoscope: %s: %s\n", kind, escape.Line(p.Text))
	}
}

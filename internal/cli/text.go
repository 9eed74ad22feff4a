package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

var messageColumns = []column{
	{title: "TIME", width: 8},
	{title: "DIR", width: 3},
	{title: "FROM", width: 16},
	{title: "TO", width: 16},
	{title: "STATUS", width: 13},
	{title: "CODE", width: 4, right: true},
	{title: "SIGNATURE", width: 14},
	{title: "SEG", width: 3, right: true, gives: 2},
	{title: "CB", width: 2, right: true, gives: 3},
	{title: "TEXT", width: 28, least: 12},
	{title: "MEANING", least: 20, gives: 1},
}

// tightColumns are the columns in a terminal that has no room for both numbers: the other one, with a sign of the
// direction. One's own says nothing.
var tightColumns = slices.Concat(messageColumns[:1], []column{{title: " ", width: 1}, {title: "TO/FROM", width: 16}}, messageColumns[4:])

// messageTable is a message in the table of a terminal of a width, 0 for no limit; at is the time to show.
func messageTable(width int, m plivo.Message, at time.Time, dated bool) ([]column, []string) {
	full, tight := roomFor(width, messageColumns, dated), roomFor(width, tightColumns, dated)
	if cols := full.columns(messageColumns); full >= tight && fits(width, cols) {
		return cols, messageRow(m, at, full)
	}
	cells := messageRow(m, at, tight)
	sign, other := "↑", m.To
	if m.Direction == plivo.Inbound {
		sign, other = "↓", m.From
	}
	return tight.columns(tightColumns), slices.Concat(cells[:1], []string{sign, other}, cells[4:])
}

// messageRow is a message in the table with all columns; at is the time to show.
func messageRow(m plivo.Message, at time.Time, d dates) []string {
	status := string(m.Status)
	if m.Unverified {
		status += " ?"
	}
	if m.Unclear {
		status = "unclear"
	}
	units := m.Units
	if units == 0 {
		units = m.Segmentation().Segments
	}
	dir := "out"
	if m.Direction == plivo.Inbound {
		dir = "in"
	}
	code := errorCode(m.ErrorCode)
	words := ""
	if code != "" || m.Refusal != "" {
		words = meaning(m)
	}
	if code != "" && words == "" {
		words = "an error code that is not in the table"
	}
	if words == "" {
		_, words = m.SilenceWords(time.Local)
	}
	return []string{
		d.cell(at, "15:04:05"), dir, m.From, m.To, status, code, signatureWords(m.Signature, m.Cause),
		count(units), count(m.Callbacks), m.Text, words,
	}
}

var callbackColumns = []column{
	{title: "TIME", width: 12},
	{title: "ID", width: 6, right: true, whole: true},
	{title: "KIND", width: 15, gives: 2},
	{title: "STATUS", width: 11},
	{title: "CODE", width: 4, right: true},
	{title: "SEQ", width: 3, right: true, gives: 4},
	{title: "SIGNATURE", width: 14},
	{title: "ANSWER", width: 6, right: true, gives: 3},
	{title: "MESSAGE UUID", width: 36, gives: 1},
	{title: "REQUEST", least: 22},
}

// callbackTable is a callback in the table of a terminal of a width, 0 for no limit.
func callbackTable(width int, c webhook.Callback, dated bool) ([]column, []string) {
	d := roomFor(width, callbackColumns, dated)
	return d.columns(callbackColumns), callbackRow(c, d)
}

func callbackRow(c webhook.Callback, d dates) []string {
	seq := ""
	if n, ok := c.Report.Sequence(); ok {
		seq = strconv.Itoa(n)
	}
	return []string{
		d.cell(c.ReceivedAt, "15:04:05.000"), strconv.FormatInt(c.ID, 10), string(c.Kind),
		string(c.Report.Status()), errorCode(c.Report.ErrorCode()), seq, signatureWords(c.Verdict, c.Cause),
		count(c.Answer.Status), c.Report.MessageUUID(), c.Method + " " + pathOf(c.URL),
	}
}

// errorCode is a code in a column, empty where it is Plivo's word for no error.
func errorCode(code string) string {
	if !plivo.HasError(code) {
		return ""
	}
	return code
}

// pathOf is a URL without its scheme and host, which are those of every callback: where they matter, the line beneath has
// the whole URL that was checked.
func pathOf(url string) string {
	_, rest, found := strings.Cut(url, "://")
	if !found {
		return url
	}
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		return rest[i:]
	}
	return "/"
}

// signatureWords is a verdict in a column: with the scheme, or where it does not match with what is wrong
// first of all; "?" where nothing explains it, nothing while nobody looked.
func signatureWords(r signature.Result, cause string) string {
	switch r.Outcome {
	case signature.Valid:
		return "valid " + string(r.Scheme)
	case signature.Invalid:
		first, _, _ := strings.Cut(cause, "+")
		if first == signature.UnknownCause {
			first = "?"
		}
		return strings.TrimRight("INVALID "+first, " ")
	default:
		return string(r.Outcome)
	}
}

func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// problems prints what a draft's check found, one line each.
func problems(s Streams, ps []plivo.Problem) {
	for _, p := range ps {
		kind := "error"
		if p.Warning {
			kind = "warning"
		}
		fmt.Fprintf(s.Err, "plivoscope: %s: %s\n", kind, escape.Line(s.hidden().Text(s.masker().Problem(p).Text)))
	}
}

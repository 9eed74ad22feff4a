package tui

import (
	"slices"
	"strconv"
	"time"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/tui/grid"
)

// longText is how much of a text a row looks at: more never fits on a line.
const longText = 400

// newMessageGrid makes the table of messages. now tells which times are of today, sign which are new.
func newMessageGrid(th *theme, now func() time.Time, sign func(plivo.Message) grid.Cell) *grid.Grid[plivo.Message] {
	return grid.New(grid.Config[plivo.Message]{
		Columns: messageColumns(th, now),
		ID:      func(m plivo.Message) int64 { return m.ID },
		Same:    sameRow,
		Sign:    sign,
		Kin:     sentTogether,
		Twin:    func(gone, m plivo.Message) bool { return gone.UUID != "" && gone.UUID == m.UUID },
		Mark:    grid.Cell{Text: "›", Paint: th.accent},
		Base:    th.text,
		Head:    th.muted,
	})
}

func messageColumns(th *theme, now func() time.Time) []grid.Column[plivo.Message] {
	type message = plivo.Message
	cell := func(p grid.Paint, s string) grid.Cell { return grid.Cell{Text: s, Paint: p} }
	return []grid.Column[message]{
		{Title: "TIME", Min: 8, Ideal: 8, Priority: 3, Cell: func(m message, w int) grid.Cell {
			return cell(th.muted, clock(m.CreatedAt, now()))
		}},
		{Title: " ", Min: 1, Ideal: 1, Priority: 4, Cell: func(m message, w int) grid.Cell {
			if m.Direction == plivo.Inbound {
				return cell(th.accent, "↓")
			}
			return cell(th.muted, "↑")
		}, Joined: func(_ message, kin grid.Kin, w int) grid.Cell {
			return cell(th.muted, bracket(kin))
		}},
		{Title: "FROM", Min: 12, Ideal: 14, Max: 17, Priority: 9, Cell: func(m message, w int) grid.Cell {
			return cell(th.muted, brief(m.From))
		}},
		{Title: "TO", Min: 13, Ideal: 14, Max: 17, Priority: 2, Cell: func(m message, w int) grid.Cell {
			return cell(th.text, brief(m.To))
		}, Alone: &grid.Alone[message]{Title: "TO/FROM", Cell: func(m message, w int) grid.Cell {
			return cell(th.text, brief(counterpart(m))) // one's own number says nothing
		}}},
		{Title: "STATUS", Min: 13, Ideal: 14, Priority: 1, Cell: func(m message, w int) grid.Cell {
			if m.Unverified || m.Unclear {
				return cell(th.warn, statusWords(m)) // a forged delivery must not look like one
			}
			return cell(th.status(m.Status), statusWords(m))
		}},
		{Title: "CODE", Min: 4, Ideal: 18, Max: 29, Priority: 5, Cell: func(m message, w int) grid.Cell {
			if words := silenceBrief(m, w); words != "" && !plivo.HasError(m.ErrorCode) && m.Refusal == "" {
				_, paint := th.silenceSign(m)
				return cell(paint, words)
			}
			return cell(th.status(m.Status), codeWords(m, w))
		}},
		{Title: "SIG", Min: 8, Ideal: 8, Max: 9, Priority: 6, Cell: func(m message, w int) grid.Cell {
			p, s := th.signature(m.Signature, m.Cause, w)
			return cell(p, s)
		}},
		{Title: "!", Min: 2, Ideal: 2, Priority: 8, Cell: func(m message, w int) grid.Cell {
			return th.oddCell(m)
		}},
		{Title: "SEG", Min: 3, Ideal: 3, From: 94, Priority: 10, Right: true, Cell: func(m message, w int) grid.Cell {
			return cell(th.text, segmentsOf(m))
		}},
		{Title: "CB", Min: 3, Ideal: 3, From: 100, Priority: 11, Right: true, Cell: func(m message, w int) grid.Cell {
			return cell(th.muted, strconv.Itoa(m.Callbacks))
		}},
		{Title: "TOOK", Min: 5, Ideal: 5, From: 106, Priority: 12, Right: true, Cell: func(m message, w int) grid.Cell {
			return cell(th.muted, tookOf(m))
		}},
		{Title: "TEXT", Min: 8, Ideal: 18, Max: 40, Priority: 7, Flex: true, Cell: func(m message, w int) grid.Cell {
			if m.Refusal != "" && m.Text == "" && !m.Unclear {
				return cell(th.bad, brief(m.Refusal))
			}
			return cell(th.text, escape.Line(head(m.Text, longText)))
		}},
	}
}

// sameRow reports whether two states of a message look the same in the table.
func sameRow(a, b plivo.Message) bool {
	return a.UpdatedAt.Equal(b.UpdatedAt) && a.Status == b.Status && a.Callbacks == b.Callbacks &&
		a.UUID == b.UUID && a.Refusal == b.Refusal && a.ErrorCode == b.ErrorCode &&
		a.Unverified == b.Unverified && a.Unclear == b.Unclear && a.NotTaken == b.NotTaken && a.Signature == b.Signature && a.Cause == b.Cause && a.Units == b.Units &&
		a.From == b.From && a.To == b.To && a.Text == b.Text && a.FinalAt.Equal(b.FinalAt) &&
		a.Provider == b.Provider && a.Silence == b.Silence && a.Type == b.Type && a.Arrival == b.Arrival && slices.Equal(a.Anomalies, b.Anomalies)
}

// status is the paint of a status: a state's colour, never without its sign.
func (t *theme) status(s plivo.Status) grid.Paint {
	switch s {
	case plivo.Delivered, plivo.Read:
		return t.good
	case plivo.Undelivered, plivo.Failed, plivo.Rejected:
		return t.bad
	case plivo.Received:
		return t.accent
	case plivo.Sending, plivo.Queued, plivo.Sent:
		return t.text
	default:
		return t.warn
	}
}

func statusSign(s plivo.Status) string {
	switch s {
	case plivo.Delivered, plivo.Read:
		return "✓"
	case plivo.Undelivered, plivo.Failed, plivo.Rejected:
		return "✗"
	case plivo.Received:
		return "↓"
	case plivo.Sending, plivo.Queued, plivo.Sent:
		return "…"
	default:
		return "!"
	}
}

// statusWords is a status with its sign; one of a send whose answer was lost is not known, one that rests on unverified callbacks alone has a question
// mark, and a message without any status says so.
func statusWords(m plivo.Message) string {
	switch {
	case m.Unclear:
		return "? unclear"
	case m.Status == "":
		return "! no status"
	}
	s := statusSign(m.Status) + " " + brief(string(m.Status))
	if m.Unverified {
		s += "?"
	}
	return s
}

// refusedWord says of a message that Plivo did not take whether the API refused it; if not, the refusal tells why.
func refusedWord(m plivo.Message) string {
	if m.NotTaken {
		return "not taken"
	}
	return "refused"
}

// refusedBy says the same in full.
func refusedBy(m plivo.Message) string {
	if m.NotTaken {
		return "not taken by Plivo"
	}
	return "refused by the API"
}

// codeWords is the error code, with its meaning in short where there is room for more than the code.
func codeWords(m plivo.Message, w int) string {
	switch {
	case m.Unclear:
		return "" // the status says it
	case m.Refusal != "" && w < len(refusedWord(m)):
		return "–"
	case m.Refusal != "":
		return refusedWord(m)
	case !plivo.HasError(m.ErrorCode):
		return ""
	}
	s := brief(m.ErrorCode)
	if c, ok := plivo.LookupCode(m.ErrorCode); ok && w >= 10 {
		s += " " + c.Short
	}
	return s
}

// signature is the sign and scheme of a check in at most w cells, and its paint. Of one that does not
// match the cause says more than the scheme, once somebody looked for it.
func (t *theme) signature(r signature.Result, cause string, w int) (grid.Paint, string) {
	scheme := string(r.Scheme)
	switch r.Outcome {
	case signature.Valid:
		return t.good, "✓ " + scheme
	case signature.Invalid:
		switch word := signature.CauseWord(cause); {
		case word != "":
			return t.bad, "✗ " + brief(word)
		case cause == signature.UnknownCause:
			return t.bad, "✗ ?"
		}
		return t.bad, "✗ " + scheme
	case signature.Missing:
		if w < len("- none") {
			return t.warn, "–"
		}
		return t.warn, "– none"
	default:
		return t.muted, "·"
	}
}

func tookOf(m plivo.Message) string {
	if d, ok := tookTime(m); ok {
		return short(d)
	}
	return ""
}

// tookTime is the time to the final status of an outbound message that has one.
func tookTime(m plivo.Message) (time.Duration, bool) {
	if m.Direction == plivo.Inbound || m.Refusal != "" || m.FinalAt.IsZero() || m.CreatedAt.IsZero() {
		return 0, false
	}
	return m.FinalAt.Sub(m.CreatedAt), true
}

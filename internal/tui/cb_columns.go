package tui

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook"
)

// newCallbackGrid makes the table of callbacks. now tells which times are of today, marked which rows
// are marked.
func newCallbackGrid(th *theme, now func() time.Time, marked func(int64) bool) *grid.Grid[webhook.Callback] {
	return grid.New(grid.Config[webhook.Callback]{
		Columns: callbackColumns(th, now, marked),
		ID:      func(c webhook.Callback) int64 { return c.ID },
		Same:    func(a, b webhook.Callback) bool { return a.Cause == b.Cause && a.ReceivedAt.Equal(b.ReceivedAt) }, // nothing else of a callback changes
		Mark:    grid.Cell{Text: "›", Paint: th.accent},
		Base:    th.text,
		Head:    th.muted,
	})
}

func callbackColumns(th *theme, now func() time.Time, marked func(int64) bool) []grid.Column[webhook.Callback] {
	type callback = webhook.Callback
	cell := func(p grid.Paint, s string) grid.Cell { return grid.Cell{Text: s, Paint: p} }
	return []grid.Column[callback]{
		{Title: " ", Min: 1, Ideal: 1, Priority: 1, Cell: func(c callback, _ int) grid.Cell {
			if marked(c.ID) {
				return cell(th.accent, "●")
			}
			return cell(th.muted, "")
		}},
		{Title: "TIME", Min: 8, Ideal: 8, Priority: 3, Cell: func(c callback, _ int) grid.Cell {
			return cell(th.muted, clock(c.ReceivedAt, now()))
		}},
		{Title: "KIND", Min: 7, Ideal: 7, Priority: 4, Cell: func(c callback, _ int) grid.Cell {
			return cell(th.text, kindWords(c.Kind))
		}},
		{Title: "REQUEST", Min: 9, Ideal: 24, Max: 40, Priority: 6, Flex: true, Cell: func(c callback, _ int) grid.Cell {
			return cell(th.text, brief(c.Method+" "+pathOf(c.URL)))
		}},
		{Title: "STATUS", Min: 13, Ideal: 13, Priority: 2, Cell: func(c callback, _ int) grid.Cell {
			st := c.Report.Status()
			if st == "" {
				return cell(th.muted, "")
			}
			if c.Report.Inbound() {
				return cell(th.accent, "↓ "+brief(string(st)))
			}
			return cell(th.status(st), statusSign(st)+" "+brief(string(st)))
		}},
		{Title: "CODE", Min: 4, Ideal: 4, Priority: 8, Right: true, Cell: func(c callback, _ int) grid.Cell {
			code := c.Report.ErrorCode()
			if !plivo.HasError(code) {
				return cell(th.muted, "")
			}
			return cell(th.status(c.Report.Status()), brief(code))
		}},
		{Title: "SEQ", Min: 3, Ideal: 3, Priority: 10, Right: true, Cell: func(c callback, _ int) grid.Cell {
			n, ok := c.Report.Sequence()
			if !ok {
				return cell(th.muted, "")
			}
			return cell(th.text, strconv.Itoa(n))
		}},
		{Title: "MESSAGE", Min: 8, Ideal: 8, Max: 13, Priority: 9, Cell: func(c callback, w int) grid.Cell {
			return cell(th.muted, shortUUID(c.Report.MessageUUID(), w))
		}},
		{Title: "SIG", Min: 8, Ideal: 8, Max: 9, Priority: 5, Cell: func(c callback, w int) grid.Cell {
			p, s := th.signature(c.Verdict, c.Cause, w)
			return cell(p, s)
		}},
		{Title: "ANSWER", Min: 6, Ideal: 6, Priority: 7, Cell: func(c callback, _ int) grid.Cell {
			switch c.Answer.Status {
			case 0:
				return cell(th.muted, "–")
			case http.StatusOK:
				return cell(th.good, "✓ 200")
			default:
				return cell(th.warn, "✗ "+strconv.Itoa(c.Answer.Status))
			}
		}},
		{Title: "SIZE", Min: 6, Ideal: 6, Priority: 11, Right: true, Cell: func(c callback, _ int) grid.Cell {
			return cell(th.muted, count(int64(bodySize(c))))
		}},
		{Title: "REMOTE", Min: 15, Ideal: 15, Max: 21, Priority: 12, Cell: func(c callback, _ int) grid.Cell {
			return cell(th.muted, brief(c.RemoteAddr))
		}},
	}
}

// bodySize is that of a callback's body, also where the list has left it out, or it is masked.
func bodySize(c webhook.Callback) int {
	if c.Omitted || c.Size > 0 {
		return c.Size
	}
	return len(c.Body)
}

// pathOf is a URL without its scheme and host.
func pathOf(raw string) string {
	if _, rest, ok := strings.Cut(raw, "://"); ok {
		if i := strings.IndexAny(rest, "/?#"); i >= 0 {
			return rest[i:]
		}
		return "/"
	}
	if u, err := url.Parse(raw); err == nil && u.Path != "" {
		return u.RequestURI()
	}
	return raw
}

// shortUUID is the beginning of a UUID that tells two messages apart in a list.
func shortUUID(uuid string, w int) string {
	s := brief(uuid)
	if len(s) == len(uuid) && len(s) == 36 && w < 36 {
		return strings.TrimRight(s[:min(w, len(s))], "-")
	}
	return s
}

package store

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"dev.internal/plivoscope/internal/webhook"
)

// wholeInList is how many bytes of header and body a list reads with a callback. Plivo's have some 1,000; a
// page of callbacks of 64 KiB would take 30 times as long.
const wholeInList = 4096

// listColumns are callbackRead, and whether header and body are left out, and how large the body is. What
// is only measured is not read.
var listColumns = func() string {
	large := "length(headers) + length(body) > " + strconv.Itoa(wholeInList)
	read := strings.Replace(callbackRead, "headers, body", "iif("+large+", NULL, headers), iif("+large+", NULL, body)", 1)
	return read + ", " + large + ", length(body)"
}()

// ListCallbacks gives the rows of a window as Callbacks does, large ones with Omitted set.
func (s *Store) ListCallbacks(ctx context.Context, w Window) ([]webhook.Callback, error) {
	query, args := w.query(callbacksTable, listColumns, s.now())
	return collect(ctx, s, "read callbacks", query, args, scanListed)
}

// MatchingCallbacks gives those of these callbacks that match f, newest first, large ones with Omitted set.
func (s *Store) MatchingCallbacks(ctx context.Context, f Filter, ids []int64) ([]webhook.Callback, error) {
	return matching(ctx, s, callbacksTable, listColumns, f, ids, scanListed)
}

func scanListed(rows *sql.Rows) (webhook.Callback, error) {
	var (
		omitted bool
		size    int
	)
	c, known, err := scanColumns(rows, &omitted, &size)
	switch {
	case err != nil:
	case omitted:
		c.Header, c.Body = nil, nil
		c.Omitted, c.Size, c.Report.Params = true, size, known
	case !c.Truncated:
		c.Report.Params, _ = webhook.ParseParams(c.Method, c.URL, c.Header.Get("Content-Type"), c.Body)
	}
	return c, err
}

package api

import (
	"context"
	"strings"
	"time"

	sdk "github.com/plivo/plivo-go/v7"

	"dev.internal/plivoscope/internal/plivo"
)

// ListFilter chooses messages. What is empty or zero chooses nothing; without a time the API gives those of the
// last 24 hours, and none that are older than its history, which is 90 days.
type ListFilter struct {
	Direction plivo.Direction
	Status    plivo.Status
	From, To  string    // numbers, with or without a plus
	After     time.Time // made then or later
	Before    time.Time // made earlier
	Limit     int       // 1 to 20; 0 for 20
	Offset    int
}

// listQuery is what the SDK's own parameters cannot say: they have no numbers.
type listQuery struct {
	Direction string `url:"message_direction,omitempty"`
	Status    string `url:"message_state,omitempty"`
	From      string `url:"from_number,omitempty"`
	To        string `url:"to_number,omitempty"`
	After     string `url:"message_time__gte,omitempty"`
	Before    string `url:"message_time__lt,omitempty"`
	Limit     int    `url:"limit"`
	Offset    int    `url:"offset"`
}

// Messages gives one page of the account's messages, the newest first. The API allows 20 such calls a minute. The
// error is an *Error.
func (c *Client) Messages(ctx context.Context, f ListFilter) ([]Record, error) {
	const op = "list the account's messages"
	if err := c.await(ctx, c.pace.list(time.Now()), "to 20 lists a minute"); err != nil {
		return nil, c.failed(&Error{Kind: Cancelled, Op: op, Err: err})
	}
	limit := f.Limit
	if limit <= 0 || limit > pageSize {
		limit = pageSize
	}
	query := listQuery{
		Direction: string(f.Direction), Status: string(f.Status), From: strings.TrimPrefix(f.From, "+"),
		To: strings.TrimPrefix(f.To, "+"), After: queryTime(f.After), Before: queryTime(f.Before), Limit: limit, Offset: f.Offset,
	}
	page, _, ex, err := c.page(ctx, op, func(client *sdk.Client) error {
		request, err := client.NewRequest("GET", query, "Message")
		if err != nil {
			return err
		}
		return client.ExecuteRequest(request, nil)
	})
	if err != nil {
		return nil, err
	}
	records := make([]Record, 0, len(page))
	for _, o := range page {
		r, ok := o.record()
		if !ok {
			// Who looks whether a message is missing must not take this one for it.
			return nil, c.failed(shapeError(op, ex, "with a message without message_uuid or message_state"))
		}
		records = append(records, r)
	}
	return records, nil
}

// queryTime is a time as the API takes it, in UTC.
func queryTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05.000000")
}

package api

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	sdk "github.com/plivo/plivo-go/v7"

	"dev.internal/plivoscope/internal/plivo"
)

// Record is a message as the API keeps it (Plivo calls it an MDR). Numbers stand without a plus, and
// there is no text in it.
type Record struct {
	APIID        string
	UUID         string
	Direction    plivo.Direction
	Status       plivo.Status
	Type         string
	From         string
	To           string
	Units        int    // billed segments
	TotalRate    string // money as the API writes it, in US dollars
	TotalAmount  string
	ErrorCode    string // empty for none; "000" is kept
	ErrorMessage string
	CreatedAt    time.Time // UTC; zero where the API gave none
	SentAt       time.Time
	UpdatedAt    time.Time
	RequesterIP  string
}

// Message looks one message up. The UUID is checked before it becomes part of a path. The error is an
// *Error.
func (c *Client) Message(ctx context.Context, id string) (Record, error) {
	if _, err := uuid.Parse(id); err != nil || len(id) != 36 {
		return Record{}, &Error{
			Kind: BadRequest, Op: "look up the message",
			Words: fmt.Sprintf("%q is no message UUID, which is 36 characters of hexadecimal digits and dashes", clip(id)),
		}
	}
	op := "look up message " + id
	ex, err := c.do(ctx, op, nil, func(client *sdk.Client) error {
		_, err := client.Messages.Get(id)
		return err
	})
	if err != nil {
		return Record{}, c.failed(reading(err))
	}
	o, ok := parseObject(ex.body)
	if !ok {
		return Record{}, c.failed(shapeError(op, ex, notJSON(ex)))
	}
	r, ok := o.record()
	if !ok {
		return Record{}, c.failed(shapeError(op, ex, "without message_uuid or message_state"))
	}
	r.APIID = o.text("api_id")
	return r, nil
}

// record reads a message; false where it has no UUID or no state.
func (o object) record() (Record, bool) {
	r := Record{
		UUID: o.text("message_uuid"), Type: o.text("message_type"),
		Direction: plivo.Direction(o.text("message_direction")), Status: plivo.Status(o.text("message_state")),
		From: o.text("from_number"), To: o.text("to_number"), Units: o.number("units"),
		TotalRate: o.text("total_rate"), TotalAmount: o.text("total_amount"),
		ErrorCode: o.text("error_code"), ErrorMessage: o.text("error_message"),
		CreatedAt: o.time("message_time"), SentAt: o.time("message_sent_time"), UpdatedAt: o.time("message_updated_time"),
		RequesterIP: o.text("requester_ip"),
	}
	return r, r.UUID != "" && r.Status != ""
}

// reading takes the doubt out of an error: a lookup changes nothing, so it can always be repeated.
func reading(err error) error {
	if e, ok := err.(*Error); ok {
		e.Unclear = false
	}
	return err
}

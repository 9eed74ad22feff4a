package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	sdk "github.com/plivo/plivo-go/v7"

	"dev.internal/plivoscope/internal/plivo"
)

// Accepted is the answer to a send that was taken, in whole or in part.
type Accepted struct {
	APIID   string
	Message string   // the API's own words, as "message(s) queued"
	UUIDs   []string // one for each destination taken; Plivo does not promise their order
	Invalid []string // destinations that were refused as no numbers
	Status  int
	Doubt   string // a sentence where the UUIDs do not fit the destinations; empty otherwise
}

// Send hands a draft to the API, as it is: check it first. header is added to the request; it may be
// nil. The error is an *Error.
func (c *Client) Send(ctx context.Context, d plivo.Draft, header http.Header) (Accepted, error) {
	const op = "send the message"
	method := d.Method
	if d.CallbackURL == "" {
		method = ""
	}
	ex, err := c.do(ctx, op, header, func(client *sdk.Client) error {
		_, err := client.Messages.Create(sdk.MessageCreateParams{
			Src: d.From, Dst: strings.Join(d.To, "<"), Text: d.Text, Type: sdk.SMS,
			URL: d.CallbackURL, Method: method,
		})
		return err
	})
	if err != nil {
		return Accepted{}, c.failed(err)
	}
	answer, ok := parseObject(ex.body)
	if !ok {
		return Accepted{}, c.failed(unclear(shapeError(op, ex, notJSON(ex))))
	}
	a := Accepted{
		APIID: answer.text("api_id"), Message: answer.text("message"), UUIDs: answer.list("message_uuid"),
		Invalid: answer.list("invalid_number"), Status: ex.status,
	}
	if len(a.UUIDs) == 0 && len(a.Invalid) == 0 {
		text, _, _ := readWords(ex.body)
		if text == "" {
			text = "nothing said"
		}
		return Accepted{}, c.failed(unclear(shapeError(op, ex, "without a message UUID: "+clip(text))))
	}
	if want := distinct(d.To) - len(a.Invalid); want != len(a.UUIDs) {
		a.Doubt = fmt.Sprintf("The API gave %d message UUIDs where %d destinations were expected to be taken; the message logs in the console tell which were.", len(a.UUIDs), want)
	}
	return a, nil
}

func unclear(e *Error) *Error {
	e.Unclear = true
	return e
}

func notJSON(ex *exchange) string {
	if len(strings.TrimSpace(string(ex.body))) == 0 {
		return "with an empty body"
	}
	return "with something else than a JSON object"
}

func distinct(to []string) int {
	seen := make(map[string]struct{}, len(to))
	for _, n := range to {
		seen[n] = struct{}{}
	}
	return len(seen)
}

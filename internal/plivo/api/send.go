package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

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
	params, err := paramsOf(d)
	if err != nil {
		return Accepted{}, c.failed(&Error{Kind: BadRequest, Op: op, Words: err.Error()})
	}
	turn := c.pace.messages(time.Now(), d.From+d.Powerpack, d.Kind(), len(d.To))
	if err := c.await(ctx, turn, "to what one sender may send a second"); err != nil {
		return Accepted{}, c.failed(&Error{Kind: Cancelled, Op: op, Err: err})
	}
	ex, err := c.do(ctx, op, header, func(client *sdk.Client) error {
		_, err := client.Messages.Create(params)
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

// paramsOf are the parameters of a draft as the SDK takes them.
func paramsOf(d plivo.Draft) (sdk.MessageCreateParams, error) {
	urls, ids := d.Files()
	p := sdk.MessageCreateParams{
		Src: d.From, Dst: strings.Join(d.To, "<"), Text: d.Text, Type: d.Kind(), URL: d.CallbackURL,
		PowerpackUUID: d.Powerpack, MediaUrls: urls, MediaIds: ids, MessageExpiry: d.Expiry, Trackable: d.Trackable,
		DLTEntityID: d.DLTEntityID, DLTTemplateID: d.DLTTemplateID, DLTTemplateCategory: d.DLTTemplateCategory,
	}
	if d.CallbackURL != "" {
		p.Method = d.Method
	}
	if d.Log != "" {
		p.Log = d.Log
	}
	for _, object := range []struct {
		name, raw string
		into      any
	}{{"template", d.Template, &p.Template}, {"interactive", d.Interactive, &p.Interactive}, {"location", d.Location, &p.Location}} {
		if object.raw == "" {
			continue
		}
		if err := json.Unmarshal([]byte(object.raw), object.into); err != nil {
			return p, fmt.Errorf("the %s is not the JSON object that Plivo takes (%s)", object.name, err)
		}
	}
	return p, nil
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

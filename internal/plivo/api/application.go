package api

import (
	"context"
	"fmt"
	"strings"

	sdk "github.com/plivo/plivo-go/v7"
)

// Application says where the messages to its numbers go.
type Application struct {
	ID            string
	Name          string
	MessageURL    string // empty for none
	MessageMethod string // POST or GET
	Default       bool   // new numbers get it
}

func (o object) application() Application {
	return Application{
		ID: o.text("app_id"), Name: o.text("app_name"), MessageURL: o.text("message_url"),
		MessageMethod: o.text("message_method"), Default: o.truth("default_app") || o.truth("default_number_app"),
	}
}

// Applications gives up to limit of the account's applications, in the API's order. The error is an *Error.
func (c *Client) Applications(ctx context.Context, limit int) ([]Application, error) {
	all, err := c.pages(ctx, "list the account's applications", limit, "app_id", func(client *sdk.Client, limit, offset int) error {
		_, err := client.Applications.List(sdk.ApplicationListParams{Limit: limit, Offset: offset})
		return err
	})
	apps := make([]Application, 0, len(all))
	for _, o := range all {
		apps = append(apps, o.application())
	}
	return apps, err
}

// Application looks one application up. The error is an *Error; with Status 404 there is none of this id.
func (c *Client) Application(ctx context.Context, id string) (Application, error) {
	if err := checkAppID("look up the application", id); err != nil {
		return Application{}, err
	}
	op := "look up application " + id
	o, ex, err := c.read(ctx, op, func(client *sdk.Client) error {
		_, err := client.Applications.Get(id)
		return err
	})
	if err != nil {
		return Application{}, err
	}
	a := o.application()
	if a.ID == "" {
		return Application{}, c.failed(shapeError(op, ex, "without app_id"))
	}
	return a, nil
}

// SetMessageURL changes where the messages to an application's numbers go: url, which is empty for nowhere, asked
// with method, POST or GET. The error is an *Error; unless the API refused, the change may have been made all the
// same, which Application tells.
func (c *Client) SetMessageURL(ctx context.Context, appID, url, method string) error {
	if err := checkAppID("change the application", appID); err != nil {
		return err
	}
	_, err := c.do(ctx, "change the message_url of application "+appID, nil, func(client *sdk.Client) error {
		// The SDK's own call leaves out what is empty, and so could not take a URL away.
		params := map[string]string{"message_url": url, "message_method": method}
		request, err := client.NewRequest("POST", params, "Application/%s", appID)
		if err != nil {
			return err
		}
		return client.ExecuteRequest(request, nil)
	})
	if err != nil {
		return c.failed(reading(err))
	}
	return nil
}

// checkAppID keeps what is no id out of a path.
func checkAppID(op, id string) error {
	if id == "" || len(id) > 64 || strings.Trim(id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
		return &Error{
			Kind: BadRequest, Op: op,
			Words: fmt.Sprintf("%q is no application id, which is a row of digits that the console shows with the application", clip(id)),
		}
	}
	return nil
}

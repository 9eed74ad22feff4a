package api

import (
	"context"

	sdk "github.com/plivo/plivo-go/v7"
)

// maxPowerpacks is how many Powerpacks are read of an account.
const maxPowerpacks = 100

// Powerpack is a pool of numbers that send as one.
type Powerpack struct {
	UUID  string
	Name  string
	AppID string // of its application; empty for none
}

// Powerpacks gives the account's Powerpacks, the first 100 of them. The error is an *Error.
func (c *Client) Powerpacks(ctx context.Context) ([]Powerpack, error) {
	all, err := c.pages(ctx, "list the account's Powerpacks", maxPowerpacks, "uuid", func(client *sdk.Client, limit, offset int) error {
		_, err := client.Powerpack.List(sdk.PowerpackListParams{Limit: limit, Offset: offset})
		return err
	})
	packs := make([]Powerpack, 0, len(all))
	for _, o := range all {
		packs = append(packs, Powerpack{UUID: o.text("uuid"), Name: o.text("name"), AppID: lastPart(o.text("application_id"))})
	}
	return packs, err
}

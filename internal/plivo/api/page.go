package api

import (
	"context"

	sdk "github.com/plivo/plivo-go/v7"
)

// ListedAtOnce is the most that the API gives of a list at once: where it gave as much, there may be more.
const ListedAtOnce = 20

const pageSize = ListedAtOnce

// pages reads a list page by page, until limit objects are read or there are no more. The links to the next page
// are not followed: where one is, the offset says as much. A page that repeats the one before ends the list too.
func (c *Client) pages(ctx context.Context, op string, limit int, key string, call func(client *sdk.Client, limit, offset int) error) ([]object, error) {
	var all []object
	seen := map[string]bool{}
	for offset := 0; offset < limit; offset += pageSize {
		size := min(pageSize, limit-offset)
		page, meta, _, err := c.page(ctx, op, func(client *sdk.Client) error { return call(client, size, offset) })
		if err != nil {
			return nil, err
		}
		fresh := false
		for _, o := range page {
			id := o.text(key)
			if id == "" || seen[id] {
				continue
			}
			seen[id], fresh = true, true
			all = append(all, o)
		}
		if !fresh || meta.text("next") == "" || len(all) >= limit {
			break
		}
	}
	return all, nil
}

// page reads one page of a list.
func (c *Client) page(ctx context.Context, op string, call func(*sdk.Client) error) (page []object, meta object, ex *exchange, err error) {
	o, ex, err := c.read(ctx, op, call)
	if err != nil {
		return nil, nil, nil, err
	}
	page, ok := o.objects("objects")
	if !ok {
		return nil, nil, nil, c.failed(shapeError(op, ex, "without a list of objects"))
	}
	meta, _ = parseObject(o["meta"])
	return page, meta, ex, nil
}

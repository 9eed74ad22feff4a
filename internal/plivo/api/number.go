package api

import (
	"context"
	"fmt"
	"path"
	"strings"

	sdk "github.com/plivo/plivo-go/v7"
)

// Number is a phone number that the account rents.
type Number struct {
	Number    string // digits with the country code, without a plus
	Alias     string
	Type      string // as the API has it: local, tollfree, mobile, …
	Country   string // as the API has it; often empty
	SMS       bool
	MMS       bool
	Voice     bool
	AppID     string // of its application; empty for none
	TenDLC    string // tendlc_registration_status, as COMPLETED; empty where it has none
	TollFree  string // toll_free_sms_verification, as verified; empty where it has none
	SubAuthID string // of the subaccount that has it; empty for none
}

func (o object) phone() Number {
	return Number{
		Number: o.text("number"), Alias: o.text("alias"), Type: o.text("number_type"), Country: o.text("country"),
		SMS: o.truth("sms_enabled"), MMS: o.truth("mms_enabled"), Voice: o.truth("voice_enabled"),
		AppID: lastPart(o.text("application")), TenDLC: o.text("tendlc_registration_status"),
		TollFree: o.text("toll_free_sms_verification"), SubAuthID: lastPart(o.text("sub_account")),
	}
}

// lastPart is the id at the end of a resource's path, or the id alone.
func lastPart(resource string) string {
	if resource == "" {
		return ""
	}
	return path.Base(strings.TrimRight(resource, "/"))
}

// Numbers gives up to limit of the account's numbers, in the API's order. The error is an *Error.
func (c *Client) Numbers(ctx context.Context, limit int) ([]Number, error) {
	all, err := c.pages(ctx, "list the account's numbers", limit, "number", func(client *sdk.Client, limit, offset int) error {
		_, err := client.Numbers.List(sdk.NumberListParams{Limit: int64(limit), Offset: int64(offset)})
		return err
	})
	numbers := make([]Number, 0, len(all))
	for _, o := range all {
		numbers = append(numbers, o.phone())
	}
	return numbers, err
}

// Number looks up one number of the account, with or without a plus. The error is an *Error; with Status 404 the
// account does not have the number.
func (c *Client) Number(ctx context.Context, number string) (Number, error) {
	digits := strings.TrimPrefix(number, "+")
	if strings.Trim(digits, "0123456789") != "" || digits == "" {
		return Number{}, &Error{
			Kind: BadRequest, Op: "look up the number",
			Words: fmt.Sprintf("%q is no phone number; write it with its country code, as +14155550100", clip(number)),
		}
	}
	op := "look up the number +" + digits
	o, ex, err := c.read(ctx, op, func(client *sdk.Client) error {
		_, err := client.Numbers.Get(digits)
		return err
	})
	if err != nil {
		return Number{}, err
	}
	n := o.phone()
	if n.Number == "" {
		return Number{}, c.failed(shapeError(op, ex, "without number"))
	}
	return n, nil
}

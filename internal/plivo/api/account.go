package api

import (
	"context"
	"net/http"
	"time"

	sdk "github.com/plivo/plivo-go/v7"
)

// Account is the account whose credentials are used.
type Account struct {
	AuthID       string
	Name         string // of the holder
	Type         string // standard; developer on a free trial
	BillingMode  string // prepaid or postpaid
	Credits      string // in US dollars, as the API writes it
	AutoRecharge bool
	Timezone     string
	// ServerTime is the API's clock, which tells whole seconds, and LocalTime this machine's at the same moment, as
	// near as the RoundTrip allows. ServerTime is zero where the answer had no date.
	ServerTime time.Time
	LocalTime  time.Time
	RoundTrip  time.Duration
}

// Account reads the account. The error is an *Error.
func (c *Client) Account(ctx context.Context) (Account, error) {
	const op = "read the account"
	o, ex, err := c.read(ctx, op, func(client *sdk.Client) error {
		_, err := client.Accounts.Get()
		return err
	})
	if err != nil {
		return Account{}, err
	}
	a := Account{
		AuthID: o.text("auth_id"), Name: o.text("name"), Type: o.text("account_type"), BillingMode: o.text("billing_mode"),
		Credits: o.text("cash_credits"), AutoRecharge: o.truth("auto_recharge"), Timezone: o.text("timezone"),
		LocalTime: ex.began.Add(ex.took / 2), RoundTrip: ex.took,
	}
	if a.AuthID == "" {
		return Account{}, c.failed(shapeError(op, ex, "without auth_id"))
	}
	if date, err := http.ParseTime(ex.header.Get("Date")); err == nil {
		a.ServerTime = date
	}
	return a, nil
}

// read makes a call that changes nothing and gives the JSON object that it is answered with.
func (c *Client) read(ctx context.Context, op string, call func(*sdk.Client) error) (object, *exchange, error) {
	ex, err := c.do(ctx, op, nil, call)
	if err != nil {
		return nil, nil, c.failed(reading(err))
	}
	o, ok := parseObject(ex.body)
	if !ok {
		return nil, nil, c.failed(shapeError(op, ex, notJSON(ex)))
	}
	return o, ex, nil
}

package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
)

const (
	// lowBalance is below how many dollars the balance is worth a warning.
	lowBalance = 5
	// clockWarns and clockFails are how far this machine's clock may be from the API's, which tells whole seconds.
	clockWarns, clockFails = 5 * time.Second, time.Minute
)

// console is where an account is cared for.
const console = "the Plivo console"

func lookAtCredentials(_ context.Context, d *doctor) Finding {
	s := d.o.Surroundings
	switch {
	case s.AccountProblem != nil:
		return failedAs(FaultLocal, s.AccountProblem, "copy PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN from "+console)
	case s.EnvProblem != nil:
		return failed(FaultLocal, "what "+s.EnvFile+" sets is not known, as it cannot be read", "correct the file first")
	case !d.live() && d.app != nil:
		return fine("none are used: the simulator has made up the account " + d.app.authID)
	case !d.live():
		return fine("none are used: the embedded simulator makes up an account")
	}
	what := "account " + d.o.AuthID + ", from " + s.Env.Source("PLIVO_AUTH_ID")
	if strings.HasPrefix(d.o.AuthID, "SA") {
		what = "subaccount " + d.o.AuthID + ", from " + s.Env.Source("PLIVO_AUTH_ID")
		if d.o.MainToken.Empty() {
			return warn(what+"; its main account's token is not set", "set PLIVO_MAIN_AUTH_TOKEN too, so that the Ma- signatures of callbacks verify")
		}
	}
	return fine(what)
}

func private(f Finding, parts ...string) Finding {
	for _, p := range parts {
		if p != "" {
			f.Private = append(f.Private, p)
		}
	}
	return f
}

// lookAtToken looks at how the tokens are written; of a value nothing is shown.
func lookAtToken(_ context.Context, d *doctor) Finding {
	env := d.o.Surroundings.Env
	var names []string // Plivo's
	others := ""       // what of those of other services is true
	for _, name := range env.Secrets() {
		ours := strings.HasPrefix(name, "PLIVO_")
		stray := env.Stray(name)
		switch {
		case stray != "" && ours:
			return failed(FaultLocal, env.Source(name)+" "+stray, "remove that: no request is accepted and no signature matches with it")
		case stray != "":
			return failed(FaultLocal, env.Source(name)+" "+stray, "remove that: it is refused with it")
		case ours:
			names = append(names, name)
		default:
			others += "; " + name + " is without blanks and quotes around"
		}
	}
	if !d.live() && len(names) == 0 {
		return fine("the simulator makes one up" + others)
	}
	if d.ownPlace() {
		return fine(tokens(len(names)) + " without blanks and quotes around; a simulator takes any" + others)
	}
	for _, name := range names {
		if what, remedy := signature.OddToken(signature.NewToken(name, env.Get(name))); what != "" {
			return warn(env.Source(name)+" "+what, remedy)
		}
	}
	return fine(tokens(len(names)) + ", of a length and with letters as Plivo's have them" + others)
}

// lookAtAPI asks who the credentials belong to.
func lookAtAPI(ctx context.Context, d *doctor) Finding {
	if d.apiErr != nil {
		what, _, _ := strings.Cut(d.apiErr.Error(), "; ")
		return failed(FaultLocal, what, "correct PLIVO_API_URL, or leave it out for Plivo's own address")
	}
	if d.client == nil {
		return skipped("there is nobody to ask, for what server says", "")
	}
	account, err := d.client.Account(ctx)
	if err != nil {
		return d.refusal(err)
	}
	d.account = account
	what := "the credentials of " + escape.Line(account.AuthID) + " are accepted"
	if account.Name != "" {
		what += ": " + escape.Line(account.Name)
	}
	if account.Type != "" {
		what += " (" + escape.Line(account.Type) + ")"
	}
	return private(fine(what+"; the answer took "+rounded(account.RoundTrip)), escape.Line(account.Name), escape.Line(account.AuthID))
}

// refusal is the finding of a call that failed.
func (d *doctor) refusal(err error) Finding {
	var e *api.Error
	if !errors.As(err, &e) {
		return failedAs(FaultNetwork, err, "check the network, and try again")
	}
	switch e.Kind {
	case api.Credentials:
		return failedAs(FaultCredentials, e, "check PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN against "+console)
	case api.BadRequest:
		return failedAs(FaultLocal, e, "compare what was asked for with "+console)
	default:
		return failedAs(FaultNetwork, e, "check the network, and try again later")
	}
}

func lookAtClock(_ context.Context, d *doctor) Finding {
	a := d.account
	if a.ServerTime.IsZero() {
		return skipped("the API's answer has no date to compare with", "")
	}
	// The API's second began up to one before the moment.
	off := a.LocalTime.Sub(a.ServerTime.Add(time.Second / 2))
	size := max(off, -off) - time.Second/2 - a.RoundTrip/2
	way := "ahead of"
	if off < 0 {
		way = "behind"
	}
	what := fmt.Sprintf("this machine's clock is %s %s the API's", apart(max(off, -off)), way)
	const advice = "set the clock by the network (timedatectl set-ntp true; macOS: sntp -sS time.apple.com): times of messages, of waits and of certificates go by it"
	switch {
	case size >= clockFails:
		return failed(FaultLocal, what, advice)
	case size >= clockWarns:
		return warn(what, advice)
	}
	return fine("this machine's clock agrees with the API's, which tells whole seconds")
}

func lookAtBalance(_ context.Context, d *doctor) Finding {
	credits, err := strconv.ParseFloat(strings.TrimSpace(d.account.Credits), 64)
	if err != nil {
		return skipped("the API's answer has no balance", "look in "+console)
	}
	what := "the balance is " + strconv.FormatFloat(credits, 'f', 2, 64) + " USD"
	switch {
	case d.account.BillingMode == "postpaid":
		return fine(what + ", billed afterwards")
	case credits <= 0 && !d.account.AutoRecharge:
		return failed(FaultLocal, what, "buy credits in "+console+": every message would be refused or fail with error 900")
	case credits <= 0:
		return warn(what, "it is recharged by itself; see in "+console+" why that has not happened yet")
	case credits < lowBalance && !d.account.AutoRecharge:
		return warn(what, "buy credits in "+console+" before it is used up")
	}
	return fine(what)
}

// lookAtSender asks whether messages can be sent from the default sender.
func lookAtSender(ctx context.Context, d *doctor) Finding {
	sender := d.o.Sender
	if !d.live() {
		sender = d.app.sender()
	}
	if sender == "" {
		return d.senderOffers(ctx)
	}
	if strings.Trim(sender, "+0123456789") != "" {
		return skipped("whether "+escape.Line(sender)+" is allowed as a sender cannot be told: the API does not list names", "see in "+console+" which sender IDs your account may use")
	}
	n, err := d.client.Number(ctx, sender)
	if e := (*api.Error)(nil); errors.As(err, &e) && e.Status == http.StatusNotFound {
		return failed(FaultLocal, "the account does not have the sender "+sender, "set PLIVO_SENDER_ID to one of its numbers: "+d.offers(ctx))
	}
	if err != nil {
		return d.refusal(err)
	}
	what := "the sender " + sender + " is the account's"
	if n.Type != "" {
		what += " (" + escape.Line(n.Type) + ")"
	}
	if !n.SMS {
		return failed(FaultLocal, what+", but not enabled for SMS", "enable SMS for it in "+console+", or set PLIVO_SENDER_ID to another: "+d.offers(ctx))
	}
	return fine(what + " and enabled for SMS")
}

// senderOffers is for an account of which no sender was chosen.
func (d *doctor) senderOffers(ctx context.Context) Finding {
	return warn("no sender is set", "set PLIVO_SENDER_ID to one of the account's numbers ("+d.offers(ctx)+"), or give --from at each send")
}

// offers are numbers of the account that can send SMS, in words.
func (d *doctor) offers(ctx context.Context) string {
	all, err := d.client.Numbers(ctx, 20)
	if err != nil {
		return "they cannot be listed now"
	}
	var usable []string
	for _, n := range all {
		if n.SMS && len(usable) < 3 {
			usable = append(usable, "+"+escape.Line(strings.TrimPrefix(n.Number, "+")))
		}
	}
	if len(usable) == 0 {
		return "it has none that is enabled for SMS, so rent one at " + console
	}
	return strings.Join(usable, ", ")
}

// geoCode is Plivo's error code for a country that is off.
const geoCode = "450"

// lookAtGeo tells what of the geo permissions can be told: the API does not say which countries are on, so only
// messages that were refused for it do.
func lookAtGeo(ctx context.Context, d *doctor) Finding {
	const cannot = "which countries the account may send to cannot be told: the API does not say"
	if !d.live() {
		return fine("the simulator sends to every country")
	}
	refused := d.refusedCountries(ctx)
	if len(refused) > 0 {
		return warn("messages to "+strings.Join(refused, ", ")+" failed because the country is off (error "+geoCode+")", "switch it on in "+console+" under Messaging, Geo Permissions")
	}
	if d.ownPlace() {
		return fine("the API is on this machine, and no message failed because a country is off")
	}
	return skipped(cannot, "see in "+console+" under Messaging, Geo Permissions, whether your destinations are on")
}

// refusedCountries are those of which the newest message of the history failed with geoCode, at most three.
func (d *doctor) refusedCountries(ctx context.Context) []string {
	filter, err := store.ParseFilter("dir:out since:30d")
	if err != nil || d.o.HistoryPath == "" {
		return nil
	}
	r, err := store.OpenReader(ctx, d.o.HistoryPath)
	if err != nil {
		return nil
	}
	defer func() { _ = r.Close() }()
	all, err := r.Messages(ctx, store.Window{Filter: filter, Limit: 1000})
	if err != nil {
		return nil
	}
	var refused []string
	seen := map[string]bool{}
	for _, m := range all { // the newest first
		country := plivo.Country(m.To)
		if country == "" || seen[country] || !m.Status.Terminal() {
			continue
		}
		seen[country] = true
		if m.ErrorCode == geoCode && len(refused) < 3 {
			refused = append(refused, country)
		}
	}
	return refused
}

// apart is how far two clocks are from each other, in words.
func apart(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < 2*time.Hour:
		return fmt.Sprintf("%.0f min", d.Minutes())
	}
	return fmt.Sprintf("%.0f h", d.Hours())
}

func rounded(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "less than a millisecond"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

func tokens(n int) string {
	if n == 1 {
		return "1 token"
	}
	return fmt.Sprintf("%d tokens", n)
}

package app

import (
	"context"
	"errors"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// servedWithin is how long the doctor asks the server behind a message_url.
const servedWithin = 3 * time.Second

// lookAtInbound tells where inbound messages go: first whether a run that was killed left an application that leads
// to it, then what the sender's application has.
func lookAtInbound(ctx context.Context, d *doctor) Finding {
	if !d.live() {
		return fine("the simulator sends inbound messages here by itself")
	}
	for _, owed := range d.leftBehind(ctx) {
		app, err := d.client.Application(ctx, owed.AppID)
		still := " still sends inbound messages to "
		switch {
		case err != nil && notThere(err):
			continue
		case err != nil:
			still = " may still send inbound messages to "
			app.MessageURL = owed.Ours[len(owed.Ours)-1]
		case !oneOf(owed.Ours, app.MessageURL):
			continue // it was put back, or somebody changed it: nothing is to be mended
		}
		what := "application " + escape.Line(named(owed.AppID, owed.AppName)) + still + escape.Line(app.MessageURL) + " of a run that ended"
		return private(warn(what, "run: "+repairOf(d.o)), escape.Line(owed.AppName))
	}
	sender := d.o.Sender
	if sender == "" || strings.Trim(sender, "+0123456789") != "" {
		return skipped("no number is set of which the application could be looked at", "set PLIVO_SENDER_ID to a number of the account")
	}
	n, err := d.client.Number(ctx, sender)
	switch {
	case err != nil && notThere(err):
		return skipped(sender+" is no number of the account", "")
	case err != nil:
		return d.refusal(err)
	case n.AppID == "":
		return warn("the number "+sender+" belongs to no application: inbound messages go nowhere", "give it one in "+console)
	}
	app, err := d.client.Application(ctx, n.AppID)
	if err != nil {
		return d.refusal(err)
	}
	f := d.inboundOf(ctx, sender, app)
	return private(f, escape.Line(app.Name))
}

// inboundOf tells where an application sends what comes to number.
func (d *doctor) inboundOf(ctx context.Context, number string, app api.Application) Finding {
	name, url := "application "+escape.Line(nameOf(app)), escape.Line(app.MessageURL)
	sends := name + " sends inbound messages to " + url
	switch {
	case app.MessageURL == "":
		return warn(name+" of "+number+" has no message_url: inbound messages go nowhere",
			"set one in "+console+", or let them come here while plivoscope runs with --attach-number "+number)
	case d.app != nil && (d.running || d.app.joined) && d.app.leadsHere(app.MessageURL):
		return fine(name + " sends inbound messages here")
	case !sibling(app.MessageURL):
		return private(fine(sends+", not to a plivoscope"), url)
	case d.served(ctx, strings.TrimSuffix(plainURL(app.MessageURL), webhook.InboundPath)):
		return fine(sends + ", a plivoscope that runs")
	}
	return warn(sends+", the address of a plivoscope that nobody serves",
		"set the URL of your app in "+console+", or let them come here while plivoscope runs with --attach-number "+number+" --yes")
}

// served tells whether a callback server answers under a public URL.
func (d *doctor) served(ctx context.Context, at string) bool {
	ctx, cancel := context.WithTimeout(ctx, servedWithin)
	defer cancel()
	got, err := d.ask(ctx, http.MethodGet, at+webhook.HealthPath, nil, nil)
	if err != nil {
		return false
	}
	_, ok := got.health()
	return ok
}

// leftBehind is what the history owes to applications for runs that have ended. A history that is not there, or
// cannot be looked at, owes nothing that is known: the check of the history tells that.
func (d *doctor) leftBehind(ctx context.Context) []store.Custody {
	if d.o.HistoryPath == "" {
		return nil
	}
	r, err := store.OpenReader(ctx, d.o.HistoryPath)
	if err != nil {
		return nil
	}
	defer func() { _ = r.Close() }()
	all, err := r.Custodies(ctx, d.o.AuthID)
	if err != nil {
		return nil
	}
	return slices.DeleteFunc(all, func(c store.Custody) bool { return c.Held || d.running && c.PID == os.Getpid() })
}

func notThere(err error) bool {
	var e *api.Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

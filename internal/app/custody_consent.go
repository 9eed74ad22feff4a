package app

import (
	"context"
	"errors"
	"fmt"

	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// ForeignError says that an application has a message_url which somebody else set, and nobody said that it may be
// replaced.
type ForeignError struct {
	AppID, AppName string
	URL            string
	Sibling        bool // it looks like that of another plivoscope
}

// Name is the application's ID, with its name where it has one.
func (e *ForeignError) Name() string { return named(e.AppID, e.AppName) }

// Error is a sentence with what to do.
func (e *ForeignError) Error() string {
	whose := "which this plivoscope did not set"
	if e.Sibling {
		whose = "which looks like that of another plivoscope"
	}
	return fmt.Sprintf("application %s sends inbound messages to %s, %s: nothing was changed; --yes replaces it, and puts it back at the end",
		e.Name(), e.URL, whose)
}

func foreignError(app api.Application) *ForeignError {
	return &ForeignError{AppID: app.ID, AppName: app.Name, URL: app.MessageURL, Sibling: sibling(app.MessageURL)}
}

func heldError(owed store.Custody) error {
	return fmt.Errorf("process %d has application %s attached already: end that process, or attach another application", owed.PID, named(owed.AppID, owed.AppName))
}

// CheckAttach tells, before Run, whether the application that was asked for can be attached. The errors are
// *ForeignError where the user has to be asked, *api.Error, and sentences on what cannot be.
func (a *App) CheckAttach(ctx context.Context) error {
	if !a.o.Attach.wanted() {
		return nil
	}
	switch {
	case a.joined:
		return fmt.Errorf("cannot attach an application from here: process %d serves this history", a.serverPID)
	case a.custody == nil:
		a.Notify(Info, "The simulator sends its inbound messages here by itself: there is nothing to attach.")
		return nil
	case a.o.HistoryPath == "":
		return errors.New("cannot attach an application without a history: its message_url is put back by what is written down there; leave --ephemeral out")
	case !a.attachable() && a.o.Tunnel == nil:
		return fmt.Errorf("cannot attach an application to a server that Plivo cannot reach: %s; open a tunnel with --tunnel, or name its address from outside with --public-url", a.Unreachable())
	}
	app, owed, err := a.custody.look(ctx)
	switch {
	case err != nil:
		return err
	case owed != nil && owed.Held:
		return heldError(*owed)
	case owed != nil && oneOf(owed.Ours, app.MessageURL), a.custody.mayReplace(app.MessageURL), a.leadsHere(app.MessageURL):
		return nil
	}
	return foreignError(app)
}

// AllowReplacing lets the message_url of e go, after a question. Where it stood in the way of an attempt already
// another one is made. It never blocks.
func (a *App) AllowReplacing(e *ForeignError) {
	c := a.custody
	if c == nil {
		return
	}
	c.mu.Lock()
	c.allowed = e.URL
	tried := c.now.Foreign != nil
	c.mu.Unlock()
	if tried {
		c.change(func(at *Attachment) { at.State, at.Why, at.Foreign, at.Declined = AttachWaiting, "", nil, false })
		c.want(a.publicURL())
	}
}

// DeclineReplacing leaves the message_url of e as it is, after a question: nothing is attached until AllowReplacing.
func (a *App) DeclineReplacing(e *ForeignError) {
	c := a.custody
	if c == nil {
		return
	}
	c.change(func(at *Attachment) { at.State, at.Why, at.Foreign, at.Declined = AttachFailed, e.Error(), e, true })
	a.Notify(Info, fmt.Sprintf("Application %s is not attached: its inbound messages still go to %s.", e.Name(), e.URL))
}

// attachable tells whether Plivo can reach this server.
func (a *App) attachable() bool { return a.CallbackURL() != "" }

// leadsHere tells whether a URL is what an application would be pointed at.
func (a *App) leadsHere(url string) bool { return sameURL(url, a.publicURL()+webhook.InboundPath) }

package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// attach points the application that was asked for at publicURL. It may be called again with another one.
func (a *App) attach(ctx context.Context, publicURL string) error {
	c, want := a.custody, publicURL+webhook.InboundPath
	app, owed, err := c.look(ctx)
	if err != nil {
		return err
	}
	switch {
	case owed == nil:
	case owed.Held:
		return heldError(*owed)
	case oneOf(owed.Ours, app.MessageURL):
	case sameURL(app.MessageURL, owed.Former) && owed.PID == os.Getpid() && !c.attached: // an earlier try did not come through
	case sameURL(app.MessageURL, owed.Former):
		err = a.store.EndCustody(ctx, owed.ID, store.NotNeeded)
		owed = nil
	default:
		err = a.store.EndCustody(ctx, owed.ID, store.Changed)
		owed = nil
	}
	if err != nil {
		return err
	}
	if owed == nil {
		if c.attached {
			c.lost(app)
			return nil
		}
		if sameURL(app.MessageURL, want) {
			c.done(app, want, want)
			a.Notify(Info, fmt.Sprintf("Application %s sends inbound messages here already: nothing was changed.", nameOf(app)))
			return nil
		}
		if !c.mayReplace(app.MessageURL) {
			return foreignError(app)
		}
	}
	former := app.MessageURL
	taken, err := a.store.TakeCustody(ctx, store.Custody{
		AuthID: a.authID, AppID: app.ID, AppName: app.Name, Former: former, FormerMethod: methodOf(app),
		Ours: []string{want}, PID: os.Getpid(),
	})
	if err != nil {
		return err
	}
	c.owes = true
	if !sameURL(app.MessageURL, want) || methodOf(app) != "POST" {
		if err := a.point(ctx, app.ID, want, "POST"); err != nil {
			return c.undo(ctx, taken, err)
		}
	}
	c.attached = true
	c.done(app, want, taken.Former)
	a.Notify(Info, fmt.Sprintf("Inbound messages of application %s come to %s now; %s.", nameOf(app), want, willBe(taken.Former)))
	if owed == nil && sibling(former) {
		a.Notify(Warning, fmt.Sprintf("The message_url that was there, %s, looks like that of another plivoscope. It is put back at the end all the same: if that plivoscope has ended by then, set the URL of your app in the console.", former))
	}
	return nil
}

// look asks for the application and for what is owed for it.
func (c *custodian) look(ctx context.Context) (api.Application, *store.Custody, error) {
	app, err := c.a.target(ctx)
	if err != nil {
		return app, nil, err
	}
	c.change(func(at *Attachment) { at.AppID, at.AppName = app.ID, app.Name })
	all, err := c.a.store.Custodies(ctx, c.a.authID)
	if err != nil {
		return app, nil, err
	}
	for _, owed := range all {
		if owed.AppID == app.ID {
			return app, &owed, nil
		}
	}
	return app, nil, nil
}

// target is the application that was asked for.
func (a *App) target(ctx context.Context) (api.Application, error) {
	id := a.o.Attach.AppID
	if id == "" {
		n, err := a.api.Number(api.Quietly(ctx), a.o.Attach.Number)
		var refused *api.Error
		switch {
		case errors.As(err, &refused) && refused.Status == 404:
			return api.Application{}, fmt.Errorf("cannot attach %s: it is no number of the account %s; check --attach-number against the console: %w", a.o.Attach.Number, a.authID, err)
		case err != nil:
			return api.Application{}, err
		case n.AppID == "":
			return api.Application{}, fmt.Errorf("cannot attach +%s: the number belongs to no application, so there is no message_url to change; give it one in the console", n.Number)
		}
		id = n.AppID
	}
	return a.api.Application(api.Quietly(ctx), id)
}

// point changes an application's message_url and looks whether it is as it was asked for.
func (a *App) point(ctx context.Context, appID, url, method string) error {
	return point(ctx, a.api, appID, url, method)
}

func point(ctx context.Context, client *api.Client, appID, url, method string) error {
	if err := client.SetMessageURL(ctx, appID, url, method); err != nil {
		return err
	}
	app, err := client.Application(ctx, appID)
	if err == nil && !sameURL(app.MessageURL, url) {
		err = fmt.Errorf("cannot change the message_url of application %s: the API took %q but says %q; set it in the console", appID, url, app.MessageURL)
	}
	return err
}

// undo ends what is owed where the API refused the change. What may have been made all the same stays owed: a
// request that got no answer may be obeyed later, and what was taken may be told of later.
func (c *custodian) undo(ctx context.Context, owed store.Custody, failure error) error {
	if !refusedChange(failure) {
		return failure
	}
	app, err := c.a.api.Application(ctx, owed.AppID)
	if err == nil && sameURL(app.MessageURL, owed.Former) {
		return errors.Join(failure, c.a.store.EndCustody(ctx, owed.ID, store.NotNeeded))
	}
	return failure
}

// refusedChange tells whether the API said that it did not make a change.
func refusedChange(err error) bool {
	var e *api.Error
	return errors.As(err, &e) && (e.Kind == api.BadRequest || e.Kind == api.Credentials)
}

// done notes that the application sends here.
func (c *custodian) done(app api.Application, url, former string) {
	c.told = ""
	c.change(func(at *Attachment) {
		at.State, at.URL, at.Former, at.Why, at.Foreign = AttachDone, url, former, "", nil
		at.AppID, at.AppName = app.ID, app.Name
	})
}

// lost notes that somebody else changed the application.
func (c *custodian) lost(app api.Application) {
	c.attached = false
	why := fmt.Sprintf("The message_url of application %s was changed to %s by somebody else, and stays so: inbound messages do not come here any more. Start again with --attach-app %s to attach it anew.",
		nameOf(app), urlOrNone(app.MessageURL), app.ID)
	c.change(func(at *Attachment) { at.State, at.URL, at.Why = AttachLost, "", why })
	c.a.Notify(Warning, why)
}

// stillOurs notices that another process, as plivoscope restore, has put back what this one attached.
func (c *custodian) stillOurs(ctx context.Context) {
	if !c.attached {
		return
	}
	all, err := c.a.store.Custodies(ctx, c.a.authID)
	if err != nil || slices.ContainsFunc(all, func(owed store.Custody) bool { return owed.PID == os.Getpid() }) {
		return
	}
	c.attached, c.owes = false, false
	at := c.status()
	why := fmt.Sprintf("Application %s was taken away from here by another plivoscope command, as restore --yes: inbound messages do not come here any more. Start again with --attach-app %s to attach it anew.",
		named(at.AppID, at.AppName), at.AppID)
	c.change(func(at *Attachment) { at.State, at.URL, at.Why = AttachLost, "", why })
	c.a.Notify(Warning, why)
}

func (c *custodian) mayReplace(url string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return url == "" || c.a.o.Attach.Replace || url == c.allowed
}

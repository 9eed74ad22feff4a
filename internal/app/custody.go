package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// Attach says which application is to send its inbound messages here while the program runs.
type Attach struct {
	AppID   string // empty for that of Number
	Number  string // of the account, with or without a plus
	Replace bool   // also a message_url that somebody else set
}

func (t Attach) wanted() bool { return t.AppID != "" || t.Number != "" }

// AttachState is how the attaching of an application stands.
type AttachState string

// The states.
const (
	AttachWaiting AttachState = "waiting"  // for a public URL, or for the API to answer
	AttachDone    AttachState = "attached" // its inbound messages come here
	AttachFailed  AttachState = "failed"   // it was not changed
	AttachLost    AttachState = "lost"     // somebody else changed it since: that stays
)

// Attachment is the application that was asked for; its State is empty where none was.
type Attachment struct {
	State   AttachState
	AppID   string // empty while only the number is known
	AppName string
	Number  string // that was asked for; empty for none
	URL     string // its message_url while it is attached
	Former  string // what is put back at the end; empty for none
	Why     string // why the state is not attached, in a sentence with what to do
	// Foreign is what stands in the way where a word of the user is enough, to be given to AllowReplacing; nil
	// otherwise.
	Foreign  *ForeignError
	Declined bool // the user has said no to it, and need not be asked again
	Since    time.Time
}

// The pauses of the custodian.
const (
	custodyBeat = 5 * time.Second // between two signs of life to the history
	// theCustodyWithin is for a change once it has begun, and for all that is put back at the end.
	theCustodyWithin = 15 * time.Second
	custodyRetry     = 5 * time.Second // until the API is asked again, at first
	custodyMost      = time.Minute     // at last
)

// custodian changes where the application's messages go, and owes what was there before.
type custodian struct {
	a      *App
	within time.Duration // see theCustodyWithin
	wants  chan string   // the newest public URL, or empty where none will come; one slot

	// These belong to the goroutine of run.
	owes     bool   // something was written down by this run
	attached bool   // the application was seen to send here
	told     string // what was in the way, when the user was told last

	mu      sync.Mutex
	allowed string // the message_url that the user lets go
	now     Attachment
}

// newCustodian gives nil where there is no account whose applications could be changed: that of a simulator sends
// here by itself, and ends with it.
func newCustodian(a *App) *custodian {
	if a.joined || a.simulated() {
		return nil
	}
	c := &custodian{a: a, within: cmp.Or(a.o.custodyWithin, theCustodyWithin), wants: make(chan string, 1)}
	if a.o.Attach.wanted() {
		c.now = Attachment{State: AttachWaiting, AppID: a.o.Attach.AppID, Number: a.o.Attach.Number, Since: a.now()}
	}
	return c
}

// want says under which public URL the server is reached from now on. It never blocks.
func (c *custodian) want(publicURL string) {
	if publicURL != "" {
		c.tell(publicURL)
	}
}

// release says that no public URL leads here any more, and none will: what was attached is given back. It never
// blocks.
func (c *custodian) release() { c.tell("") }

func (c *custodian) tell(publicURL string) {
	if c == nil {
		return
	}
	select {
	case <-c.wants: // what nobody has read yet is out of date
	default:
	}
	select {
	case c.wants <- publicURL:
	default:
	}
}

func (c *custodian) status() Attachment {
	if c == nil {
		return Attachment{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *custodian) change(f func(*Attachment)) {
	c.mu.Lock()
	before := c.now.State
	f(&c.now)
	if c.now.State != before {
		c.now.Since = c.a.now()
	}
	c.mu.Unlock()
	c.a.store.Wake()
}

// run puts back what an earlier run left changed, attaches what is asked for, and puts that back when ctx ends.
// The error says what is still owed then.
func (c *custodian) run(ctx context.Context) error {
	c.settle(ctx)
	beat := time.NewTicker(custodyBeat)
	defer beat.Stop()
	var (
		url   string
		again <-chan time.Time
		pause = custodyRetry
	)
	for {
		select {
		case <-ctx.Done():
			return c.putBackAll(context.WithoutCancel(ctx))
		case <-beat.C:
			if c.owes {
				if err := c.a.store.RenewCustody(ctx, os.Getpid()); err != nil && ctx.Err() == nil {
					c.a.log.Warn("custody not renewed", "err", err)
				}
			}
			continue
		case url = <-c.wants:
			pause = custodyRetry
		case <-again:
		}
		again = nil
		if !c.a.o.Attach.wanted() || c.status().State == AttachLost || c.status().Declined {
			continue
		}
		// What has begun is brought to its end: a request that was given up might be obeyed later.
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.within)
		var err error
		if url == "" {
			err = c.giveBack(within)
		} else {
			err = c.a.attach(within, url)
		}
		cancel()
		if err != nil {
			c.failed(err)
			if mayPass(err) {
				again = time.After(pause)
				pause = min(2*pause, custodyMost)
			}
		}
	}
}

// mayPass tells whether what failed may go well later.
func mayPass(err error) bool {
	var e *api.Error
	return errors.As(err, &e) && (e.Kind == api.Network || e.Kind == api.Upstream || e.Kind == api.RateLimited)
}

// failed tells the user once what is in the way.
func (c *custodian) failed(err error) {
	why, kind := err.Error(), err.Error()
	var refused *api.Error
	if errors.As(err, &refused) {
		kind = string(refused.Kind) // the API's name for the request is another one each time
	}
	var foreign *ForeignError
	errors.As(err, &foreign)
	c.change(func(at *Attachment) {
		at.Why, at.Foreign = why, foreign
		switch {
		case at.State == AttachDone: // to another URL of ours
		case mayPass(err):
			at.State = AttachWaiting
		default:
			at.State = AttachFailed
		}
	})
	if c.told == kind {
		return
	}
	c.told = kind
	if mayPass(err) {
		why += "; it is tried again"
	}
	c.a.Notify(Warning, "Inbound messages do not come here yet: "+why+".")
}

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
	case slices.Contains(owed.Ours, app.MessageURL):
	case app.MessageURL == owed.Former && owed.PID == os.Getpid() && !c.attached: // an earlier try did not come through
	case app.MessageURL == owed.Former:
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
		if app.MessageURL == want {
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
	if app.MessageURL != want || methodOf(app) != "POST" {
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
	if err == nil && app.MessageURL != url {
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
	if err == nil && app.MessageURL == owed.Former {
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

func (c *custodian) mayReplace(url string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return url == "" || c.a.o.Attach.Replace || url == c.allowed
}

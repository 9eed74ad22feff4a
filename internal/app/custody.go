package app

import (
	"cmp"
	"context"
	"errors"
	"os"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/plivo/api"
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
				c.stillOurs(ctx)
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

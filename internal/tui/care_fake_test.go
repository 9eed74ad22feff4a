package tui

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// care is what a fake core has to look after messages, the account and itself.
type care struct {
	stranded map[string]bool // callback URLs that lead nowhere by now
	given    []string        // targets that a missed callback was sent to
	giveErr  error
	answer   int // of the application; 0 for none
	findings []app.Finding
	replies  []string // that were set for inbound messages
	allowed  []app.ForeignError
	foreign  *app.ForeignError // to be asked about in a tour
}

func (c *fakeCore) Stranded(m plivo.Message) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stranded[m.CallbackURL]
}

func (c *fakeCore) GiveMissed(_ context.Context, id int64, to string) (app.Reconciled, error) {
	c.calls.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.given = append(c.given, to)
	m := &c.messages[id-1]
	one := app.Reconciled{Message: *m, Asked: true}
	if c.giveErr != nil || !m.Ahead() {
		return one, c.giveErr
	}
	one.Request, one.Attempt = &replay.Request{}, &webhook.Attempt{Err: "nothing listens there"}
	if c.answer != 0 {
		one.Attempt = &webhook.Attempt{Answer: webhook.TargetAnswer{Status: c.answer}}
	}
	if c.answer == http.StatusOK {
		m.Provider.GivenAt = testNow
	}
	one.Message = *m
	return one, nil
}

func (c *fakeCore) AllowReplacing(e *app.ForeignError) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.allowed = append(c.allowed, *e)
	at := &c.status.Attachment
	at.State, at.Why, at.Foreign = app.AttachWaiting, "", nil
}

func (c *fakeCore) SetInboundReply(text string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.status.Joined {
		return fmt.Errorf("cannot set the reply from here: process %d serves this history", c.status.ServerPID)
	}
	var answer plivo.Answer
	if text != "" {
		var err error
		if answer, err = plivo.ReplyWith(text); err != nil {
			return err
		}
	}
	c.replies = append(c.replies, text)
	c.status.InboundAnswer, c.status.InboundReply = answer.String(), text
	return nil
}

// silence makes the newest messages ones that callbacks are missed of: with nothing known, with an end that
// Plivo alone tells, of which one failed, and one where sent may be all.
func silence(d *driver) {
	at := testNow.Add(-5 * time.Minute)
	for i, m := range []plivo.Message{
		{Silence: plivo.Silence{Cause: plivo.UnknownSilence}, Provider: plivo.Provider{Problem: "the connection failed"}},
		{Silence: plivo.Silence{Cause: plivo.SentFinal, Detail: "United States"}, Provider: plivo.Provider{Status: plivo.Sent, Asked: 1}, Status: plivo.Sent},
		{Silence: plivo.Silence{Cause: plivo.NoURL}, Provider: plivo.Provider{Status: plivo.Delivered, Asked: 1, Units: 1}},
		{
			Silence:     plivo.Silence{Cause: plivo.Down, From: at, To: at.Add(90 * time.Second), Detail: "the connection to ngrok was cut"},
			Provider:    plivo.Provider{Status: plivo.Undelivered, ErrorCode: "30", Asked: 3, Units: 2, ChangedAt: at.Add(time.Second)},
			CallbackURL: "https://old-otter.example.com/sms/delivery-report", Status: plivo.Sent,
		},
	} {
		m.UUID, m.Direction, m.From, m.To, m.Text, m.Type = "5b40a428-0000-4000-8000-00000000010"+string(rune('0'+i)), plivo.Outbound, "+14155550100", "+4915112345678", "Your order is on its way", "sms"
		if m.Status == "" {
			m.Status = plivo.Queued
		}
		m.CreatedAt, m.UpdatedAt, m.Units = at.Add(time.Duration(i)*time.Second), at.Add(time.Duration(i)*time.Second), 1
		if m.CallbackURL == "" && m.Silence.Cause != plivo.NoURL {
			m.CallbackURL = "http://127.0.0.1:4141/sms/delivery-report"
		}
		m.Silence.At, m.Provider.AskedAt = testNow.Add(-20*time.Second), testNow.Add(-20*time.Second)
		d.core.add(m)
	}
	d.core.mu.Lock()
	d.core.stranded = map[string]bool{"https://old-otter.example.com/sms/delivery-report": true}
	d.core.status.Watch = app.WatchStatus{Silent: 3, Lost: 1, Problem: "the API answered 429 too many requests", HeldUntil: testNow.Add(30 * time.Second)}
	d.core.mu.Unlock()
	d.wake()
}

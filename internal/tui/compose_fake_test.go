package tui

import (
	"context"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

func (c *fakeCore) SentDrafts(ctx context.Context, limit int) ([]store.SentDraft, error) {
	c.calls.Add(1)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failReads != nil {
		return nil, c.failReads
	}
	return c.drafts[:min(limit, len(c.drafts))], nil
}

func (c *fakeCore) Senders(ctx context.Context) ([]app.Sender, error) {
	c.calls.Add(1)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.senders, c.sendersErr
}

func (c storeCore) SentDrafts(ctx context.Context, limit int) ([]store.SentDraft, error) {
	return c.Store.SentDrafts(ctx, limit)
}

// recently fills the core with drafts that were sent.
func recently(c *fakeCore) {
	own := c.status.CallbackURL
	for i, d := range []plivo.Draft{
		{From: "+14155550100", To: []string{"+14155550123"}, Text: "Your code is 482913", CallbackURL: own},
		{From: "SHOP", To: []string{"+4915112345678", "+81312345678", "+14155550123"}, Text: "Deine Bestellung ist unterwegs\nund kommt morgen. 👨\u200d👩\u200d👧", CallbackURL: "https://shop.example.com/sms/status"},
		{From: "\x1b[31m\u202eevil", To: []string{"\x1b[2J", "+1\u202e"}, Text: "\x1b]0;owned\x07 red \x9b31m\xff\u202e\x00", CallbackURL: "http://\x1b[2J/\u202e"},
		{From: "+14155550100", To: []string{"+14155550199"}, Text: strings.Repeat("a long one ", 40), CallbackURL: "https://gone.example.com/sms/delivery-report"},
	} {
		c.drafts = append(c.drafts, store.SentDraft{Draft: d, At: testNow.Add(-time.Duration(i*i) * time.Hour)})
	}
}

// manySenders fills the core with what an account can send from.
func manySenders(c *fakeCore) {
	c.senders = []app.Sender{
		{From: "+14155550100", Type: "local", Name: "main", SMS: true, MMS: true, Registration: "10DLC COMPLETED", Default: true},
		{From: "+18005550100", Type: "tollfree", SMS: true, Registration: "toll-free verified"},
		{From: "+4930123456", Type: "fixed", Name: "Büro", MMS: true},
		{Powerpack: "6fe8c5b8-0000-4000-8000-000000000001", Name: "Shop USA", Type: "powerpack", SMS: true, MMS: true},
	}
}

// someOptions fills the form with options of an MMS.
func someOptions(d *driver) {
	d.keys("n", "look", "tab", "+14155550123", "ctrl+x", "right", "tab", "tab")
	d.send(paste("https://example.com/a.jpg\nhttps://example.com/b.png"))
	d.keys("tab", "60", "tab", "right", "tab", "space")
}

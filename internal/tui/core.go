package tui

import (
	"context"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// Core is all that the screens see of the program. Every method may take time and is only called from a Cmd, with
// a context, but those that say that they never block.
type Core interface {
	// Status is a snapshot from memory: it never blocks and does no I/O.
	Status() app.Status
	// Subscribe wakes a reader after a change, and never blocks; see store.Store.Subscribe.
	Subscribe() (<-chan struct{}, func())
	Messages(ctx context.Context, w store.Window) ([]plivo.Message, error)
	// ScanMessages takes a step of a search, MatchingMessages reads what it found; see store.Store.
	ScanMessages(ctx context.Context, w store.Window, budget time.Duration) (store.Scan, error)
	MatchingMessages(ctx context.Context, f store.Filter, ids []int64) ([]plivo.Message, error)
	// SentTogether are the messages of one send to several destinations; see store.Store.SentTogether.
	SentTogether(ctx context.Context, sentWith int64) ([]plivo.Message, error)
	Callbacks(ctx context.Context, w store.Window) ([]webhook.Callback, error)
	ListCallbacks(ctx context.Context, w store.Window) ([]webhook.Callback, error)
	ScanCallbacks(ctx context.Context, w store.Window, budget time.Duration) (store.Scan, error)
	MatchingCallbacks(ctx context.Context, f store.Filter, ids []int64) ([]webhook.Callback, error)
	CallbacksOf(ctx context.Context, uuid string, limit int) ([]webhook.Callback, error)
	// AttemptsOf are what came of sending a callback again, Tried how often it was; see store.Store.
	AttemptsOf(ctx context.Context, callbackID int64, limit int) ([]webhook.Attempt, error)
	Attempt(ctx context.Context, id int64) (webhook.Attempt, bool, error)
	Tried(ctx context.Context, callbackIDs []int64) (map[int64]store.Tried, error)
	// Examine says all that can be said of a request's signature; see app.App.Examine.
	Examine(ctx context.Context, c signature.Case) (app.Examination, error)
	ExamineCallback(ctx context.Context, id int64) (app.Examination, error)
	// Stranded tells whether the reports of a message in flight go to a public URL that is no more; it never blocks.
	Stranded(m plivo.Message) bool
	// GiveMissed sends an application the callback of a message that it missed; see app.App.
	GiveMissed(ctx context.Context, messageID int64, to string) (app.Reconciled, error)
	// AllowReplacing lets a message_url go that somebody else set; it never blocks.
	AllowReplacing(e *app.ForeignError)
	// SetInboundReply sets what each inbound message is answered with; it never blocks. See app.App.
	SetInboundReply(text string) error
	Send(ctx context.Context, r app.SendRequest) (app.Sent, error)
	// Senders are what the account can send from; see app.App.
	Senders(ctx context.Context) ([]app.Sender, error)
	// PreviewReplay says what would be sent, StartReplay sends it; see app.App.
	PreviewReplay(ctx context.Context, p app.ReplayPlan) (app.ReplayPreview, error)
	StartReplay(ctx context.Context, p app.ReplayPlan) (*app.Replaying, error)
	// Attempts are the last that were sent, of whatever callback; see app.App.
	Attempts(ctx context.Context, before int64, limit int) ([]webhook.Attempt, error)
	// SentDrafts are the drafts that were sent lately; see store.Store.SentDrafts.
	SentDrafts(ctx context.Context, limit int) ([]store.SentDraft, error)
	// PauseForwarding stops the forwarding, or lets it go on; it never blocks.
	PauseForwarding(paused bool)
	// Doctor checks everything that has to be right, and tells each finding; see app.App.Doctor.
	Doctor(ctx context.Context, emit func(app.Finding)) error
	// Inbound makes the simulator deliver one inbound message to the callback server.
	Inbound(ctx context.Context, from, to, text string) error
}

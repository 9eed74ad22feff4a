package store

import (
	"context"
	"log/slog"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

// Options say where the history is and how much of it is kept.
type Options struct {
	Path           string           // the file; empty for an ephemeral history, deleted on Close
	Keep           int              // valid callbacks kept; 0 for 1,000,000
	KeepUnverified int              // other callbacks kept; 0 for 10,000
	Now            func() time.Time // nil for time.Now
	Logger         *slog.Logger     // nil for none
}

// Store is the history: one writer, many readers.
type Store struct{}

// Open opens or makes the history. Its errors are one sentence with what to do.
func Open(ctx context.Context, o Options) (*Store, error) { panic("unwritten") }

// Path is the history's file.
func (s *Store) Path() string { panic("unwritten") }

// Close commits what is queued and closes the file.
func (s *Store) Close() error { panic("unwritten") }

// Record keeps a callback and folds it into its message; it returns when both are on disk.
// It implements webhook.Recorder.
func (s *Store) Record(ctx context.Context, c *webhook.Callback) error { panic("unwritten") }

// BeginSend makes a row in status sending for each message and gives their IDs.
func (s *Store) BeginSend(ctx context.Context, ms []plivo.Message) ([]int64, error) {
	panic("unwritten")
}

// SendOutcome is how the API answered for one row of BeginSend.
type SendOutcome struct {
	ID      int64
	UUID    string // empty when refused
	Refusal string // why, in a sentence; empty when accepted
}

// FinishSend writes the API's answer into the rows of BeginSend. A row whose callbacks came first is
// merged with them and keeps its ID.
func (s *Store) FinishSend(ctx context.Context, outs []SendOutcome) error { panic("unwritten") }

// Messages gives the rows of a window, newest first (oldest first when w.Oldest or only w.After).
func (s *Store) Messages(ctx context.Context, w Window) ([]plivo.Message, error) {
	panic("unwritten")
}

// MessagesByID gives the messages of these IDs, in their order; a missing one is left out.
func (s *Store) MessagesByID(ctx context.Context, ids []int64) ([]plivo.Message, error) {
	panic("unwritten")
}

// MessagesByUUID gives the messages of these UUIDs, in their order; a missing one is left out.
func (s *Store) MessagesByUUID(ctx context.Context, uuids []string) ([]plivo.Message, error) {
	panic("unwritten")
}

// CountMessages counts the messages that match f, up to limit; more says that there are more.
func (s *Store) CountMessages(ctx context.Context, f Filter, limit int) (n int, more bool, err error) {
	panic("unwritten")
}

// Callbacks gives the rows of a window, ordered as Messages does.
func (s *Store) Callbacks(ctx context.Context, w Window) ([]webhook.Callback, error) {
	panic("unwritten")
}

// CallbacksOf gives the callbacks of a message, oldest first, at most limit of the newest.
func (s *Store) CallbacksOf(ctx context.Context, uuid string, limit int) ([]webhook.Callback, error) {
	panic("unwritten")
}

// Totals gives the counters.
func (s *Store) Totals(ctx context.Context) (Totals, error) { panic("unwritten") }

// Subscribe gives a one-slot channel that is filled after a change, by this process or another, and
// a function that ends the subscription. It is only a hint: read the window you show.
func (s *Store) Subscribe() (<-chan struct{}, func()) { panic("unwritten") }

// Lease says which process serves this history.
type Lease struct {
	PID       int
	ListenURL string
	PublicURL string
	APIURL    string // of the embedded simulator; empty when live
	AuthID    string
	SimToken  string // a simulator's made-up token; never one of a real account
	Heartbeat time.Time
}

// TakeLease writes or renews this process's lease; it fails while another live process holds it.
func (s *Store) TakeLease(ctx context.Context, l Lease) error { panic("unwritten") }

// Lease gives the lease of a live server on this history; false where there is none or it is stale.
func (s *Store) Lease(ctx context.Context) (Lease, bool, error) { panic("unwritten") }

// DropLease ends this process's lease.
func (s *Store) DropLease(ctx context.Context, pid int) error { panic("unwritten") }

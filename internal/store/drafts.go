package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// SentDraft is a draft as it was sent, and when.
type SentDraft struct {
	plivo.Draft // its method is not known
	At          time.Time
}

// How far back SentDrafts looks, in rows of any kind and in rows of sends: the history may be long, and
// most of it may have come in.
const (
	draftRows  = 50_000
	draftSends = 5_000
)

// SentDrafts gives the drafts that were sent lately, one for each text and its options, the newest first, at
// most limit. Each has the sender, the callback URL and the destinations of the last send of these. Sends from
// before the last 50,000 messages, or the last 5,000 sends, are not looked for.
func (s *Store) SentDrafts(ctx context.Context, limit int) ([]SentDraft, error) {
	rows, err := collect(ctx, s, "read earlier sends", `SELECT from_number, to_number, text, callback_url, created_at, options FROM messages
		WHERE id > (SELECT max(id) FROM messages) - ? AND sent = 1 AND (text <> '' OR options <> '') ORDER BY id DESC LIMIT ?`,
		[]any{draftRows, draftSends}, scanDraft)
	if err != nil {
		return nil, err
	}
	var out []SentDraft
	at := map[string]int{}
	for _, r := range rows {
		key := r.Text + "\x00" + packOptions(&r.Options)
		i, known := at[key]
		switch {
		case known && out[i].At.Equal(r.At) && out[i].From == r.From && out[i].CallbackURL == r.CallbackURL:
			out[i].To = append(out[i].To, r.To...) // of the same send
		case !known && len(out) < limit:
			at[key] = len(out)
			out = append(out, r)
		}
	}
	for _, d := range out {
		slices.Reverse(d.To)
	}
	return out, nil
}

func scanDraft(rows *sql.Rows) (SentDraft, error) {
	var (
		d           SentDraft
		to, options string
		at          int64
	)
	err := rows.Scan(&d.From, &to, &d.Text, &d.CallbackURL, &at, &options)
	if o := unpackOptions(options); o != nil {
		d.Options = *o
		if o.Powerpack != "" {
			d.From = "" // a callback told which sender it chose
		}
	}
	d.To, d.At = []string{to}, moment(at)
	return d, err
}

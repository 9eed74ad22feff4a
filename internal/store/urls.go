package store

import (
	"context"
	"database/sql"
	"time"
)

const (
	keptURLs = 100
	// maxURL is the longest URL that is noted, in bytes; what is longer was not given to Plivo.
	maxURL = 2048
)

// NoteURL remembers a URL that is served, or was given to Plivo, as seen now; that of a send is noted
// with it. The newest 100 are kept.
func (s *Store) NoteURL(ctx context.Context, url string) error {
	return s.ask("note a URL", &request{ctx: ctx, quiet: true, do: func() error { return s.writer.noteURL(url, s.now()) }})
}

func (w *writer) noteURL(url string, at time.Time) error {
	if url == "" || len(url) > maxURL {
		return nil
	}
	err := w.exec(`INSERT INTO urls (url, first_seen, last_seen) VALUES (?1, ?2, ?2)
		ON CONFLICT (url) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)`, url, micros(at))
	if err != nil {
		return err
	}
	return w.exec("DELETE FROM urls WHERE url NOT IN (SELECT url FROM urls ORDER BY last_seen DESC, url LIMIT ?)", keptURLs)
}

// KnownURLs gives the URLs that were noted, the last seen first, at most limit; 0 for all.
func (s *Store) KnownURLs(ctx context.Context, limit int) ([]string, error) {
	if limit <= 0 {
		limit = keptURLs
	}
	return collect(ctx, s, "read the known URLs", "SELECT url FROM urls ORDER BY last_seen DESC, url LIMIT ?", []any{limit},
		func(rows *sql.Rows) (url string, err error) { return url, rows.Scan(&url) })
}

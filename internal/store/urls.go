package store

import (
	"context"
	"database/sql"
	"time"

	"dev.internal/plivoscope/internal/webhook"
)

const (
	// keptURLs are the newest of all, and keptPublic the newest of those that were public: sends with URLs of their
	// own, one for each message, must not push these out.
	keptURLs   = 100
	keptPublic = 100
	// maxURL is the longest URL that is noted, in bytes; what is longer was not given to Plivo.
	maxURL = 2048
)

// publicURL holds of a URL that was public: what is served is noted with the URL of its delivery reports.
const publicURL = "EXISTS (SELECT 1 FROM urls AS reports WHERE reports.url = urls.url || '" + webhook.DeliveryReportPath + "')"

// pruneURLs takes away what is too old, and with a public URL that of its reports.
const pruneURLs = `DELETE FROM urls WHERE url NOT IN (SELECT url FROM urls ORDER BY last_seen DESC, url LIMIT ?)
	AND url NOT IN (SELECT url FROM urls WHERE ` + publicURL + ` ORDER BY last_seen DESC, url LIMIT ?)
	AND url NOT IN (SELECT url || '` + webhook.DeliveryReportPath + `' FROM urls WHERE ` + publicURL + ` ORDER BY last_seen DESC, url LIMIT ?)`

// NoteURL remembers a URL that is served, or was given to Plivo, as seen now; that of a send is noted
// with it. The newest 100 are kept, and of those that were public, with the URL of their reports, the newest 100.
func (s *Store) NoteURL(ctx context.Context, url string) error {
	return s.ask("note a URL", &request{ctx: ctx, quiet: true, do: func() error { return s.writer.noteURL(url, s.now()) }})
}

func (w *writer) noteURL(url string, at time.Time) error {
	if url == "" || len(url) > maxURL {
		return nil
	}
	seen, err := w.stmt("UPDATE urls SET last_seen = max(last_seen, ?) WHERE url = ?")
	if err != nil {
		return err
	}
	result, err := seen.ExecContext(w.ctx, micros(at), url)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); n > 0 || err != nil {
		return err
	}
	if err := w.exec("INSERT INTO urls (url, first_seen, last_seen) VALUES (?1, ?2, ?2)", url, micros(at)); err != nil {
		return err
	}
	return w.exec(pruneURLs, keptURLs, keptPublic, keptPublic)
}

// KnownURLs gives the URLs that were noted, the last seen first, at most limit; 0 for all, which are 300 at most.
func (s *Store) KnownURLs(ctx context.Context, limit int) ([]string, error) {
	if limit <= 0 {
		limit = -1
	}
	return collect(ctx, s, "read the known URLs", "SELECT url FROM urls ORDER BY last_seen DESC, url LIMIT ?", []any{limit},
		func(rows *sql.Rows) (url string, err error) { return url, rows.Scan(&url) })
}

// PublicURLs gives those of the noted URLs that were public, the last seen first; 100 at most.
func (s *Store) PublicURLs(ctx context.Context) ([]string, error) {
	return collect(ctx, s, "read the public URLs", "SELECT url FROM urls WHERE "+publicURL+" ORDER BY last_seen DESC, url LIMIT ?", []any{keptPublic},
		func(rows *sql.Rows) (url string, err error) { return url, rows.Scan(&url) })
}

package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"time"

	"dev.internal/plivoscope/internal/webhook"
)

const (
	attemptFields = `id, callback_id, scenario, step, route, mode, fault, sent_at, method, url, host, signed_url, size,
		answer_status, answer_protocol, answer_truncated, failure, problem, dns, connect, tls, first_byte, total, reused`
	attemptColumns = attemptFields + ", headers, body, answer_headers, answer_body"
	attemptWidth   = 28
	// attemptBody is how many bytes of a request's body are kept, as of a callback's and of an answer's.
	attemptBody = 64 << 10
)

// KeptAttempts is how many attempts are kept unless Options.KeepAttempts says otherwise.
const KeptAttempts = 10_000

// sent is an attempt on its way to the disk, made ready in the caller's goroutine.
type sent struct {
	args  []any // a value for each column; the ID comes last
	bytes int   // about how many the row has
	id    int64 // given by the writer
}

func newSent(a *webhook.Attempt) *sent {
	body := a.Body[:min(len(a.Body), attemptBody)]
	header, answerHeader := packHeader(a.Header), packHeader(a.Answer.Header)
	t := a.Timings
	return &sent{
		args: []any{
			int64(0), a.CallbackID, a.Scenario, int64(a.Step), a.Route, string(a.Mode), a.Fault, micros(a.At), a.Method, a.URL, a.Host,
			a.SignedURL, int64(max(len(a.Body), a.Size)), int64(a.Answer.Status), a.Answer.Protocol, bit(a.Answer.Truncated),
			string(a.Failure), a.Err, t.DNS.Microseconds(), t.Connect.Microseconds(), t.TLS.Microseconds(),
			t.FirstByte.Microseconds(), t.Total.Microseconds(), bit(t.Reused),
			header, blob(body), answerHeader, blob(a.Answer.Body),
		},
		bytes: len(header) + len(body) + len(answerHeader) + len(a.Answer.Body) + len(a.URL) + len(a.Err),
	}
}

// blob is never NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// KeepAttempt keeps an attempt and sets its ID; it returns when it is on disk. Of a longer body the first
// 64 KiB are kept. While there are more attempts than the writer gets done it waits, until ctx ends.
func (s *Store) KeepAttempt(ctx context.Context, a *webhook.Attempt) error {
	const doing = "keep an attempt"
	r := &request{ctx: ctx, attempt: newSent(a.Without(s.hide)), done: make(chan error, 1)}
	s.mu.RLock()
	if s.closed.Load() {
		s.mu.RUnlock()
		return failure(ErrClosed, nil, "cannot %s: the history %s is closed", doing, s.path)
	}
	select {
	case s.attempts <- r:
		s.mu.RUnlock()
	case <-ctx.Done():
		s.mu.RUnlock()
		return s.explain(doing, ctx.Err())
	}
	select {
	case err := <-r.done:
		if err == nil {
			a.ID = r.attempt.id
		}
		return s.explain(doing, err)
	case <-ctx.Done():
		return s.explain(doing, ctx.Err())
	}
}

// putAttempts is the part of attempts of a transaction.
func (w *writer) putAttempts(batch []*request) error {
	if len(batch) == 0 {
		return nil
	}
	first, last, err := w.attemptIDs()
	if err != nil {
		return err
	}
	for _, r := range batch {
		last++
		r.attempt.id, r.attempt.args[0] = last, last
	}
	w.attempts = last - max(first, 1) + 1
	return inChunks(batch, func(chunk []*request) error {
		args := w.args[:0]
		for _, r := range chunk {
			args = append(args, r.attempt.args...)
		}
		w.args = args
		return w.exec("INSERT INTO attempts ("+attemptColumns+") VALUES "+places(len(chunk), attemptWidth), args...)
	})
}

// attemptIDs gives the first and the last ID of the attempts, which have no gaps; 0 where there are none.
func (w *writer) attemptIDs() (first, last int64, err error) {
	st, err := w.stmt("SELECT coalesce((SELECT min(id) FROM attempts), 0), coalesce((SELECT max(id) FROM attempts), 0)")
	if err != nil {
		return 0, 0, err
	}
	return first, last, st.QueryRowContext(w.ctx).Scan(&first, &last)
}

// Attempt gives an attempt by its ID; false where there is none.
func (s *Store) Attempt(ctx context.Context, id int64) (webhook.Attempt, bool, error) {
	as, err := collect(ctx, s, "read an attempt", "SELECT "+attemptColumns+", 0, length(answer_body) FROM attempts WHERE id = ?", []any{id}, scanAttempt)
	if err != nil || len(as) == 0 {
		return webhook.Attempt{}, false, err
	}
	return as[0], true, nil
}

// AttemptsOf gives the attempts of a callback, newest first, at most limit; 0 for 200. Large ones have
// Omitted set.
func (s *Store) AttemptsOf(ctx context.Context, callbackID int64, limit int) ([]webhook.Attempt, error) {
	if limit <= 0 {
		limit = defaultLimit
	}
	return collect(ctx, s, "read attempts", attemptsOf, []any{callbackID, limit}, scanAttempt)
}

// Attempts gives the attempts with a smaller ID than before, newest first, at most limit, large ones with
// Omitted set; before is 0 for no bound, limit for 200.
func (s *Store) Attempts(ctx context.Context, before int64, limit int) ([]webhook.Attempt, error) {
	if limit <= 0 {
		limit = defaultLimit
	}
	query, args := "SELECT "+listedAttempt+" FROM attempts", []any(nil)
	if before > 0 {
		query, args = query+" WHERE id < ?", append(args, before)
	}
	return collect(ctx, s, "read attempts", query+" ORDER BY id DESC LIMIT ?", append(args, limit), scanAttempt)
}

// Tried says how often a callback was sent again, and the ID of the last attempt.
type Tried struct {
	Count int
	Last  int64
}

// Tried gives for each of these callbacks that was sent again how often it was; attempts that are no longer
// kept do not count.
func (s *Store) Tried(ctx context.Context, callbackIDs []int64) (map[int64]Tried, error) {
	out := map[int64]Tried{}
	for chunk := range slices.Chunk(callbackIDs, 500) {
		args := make([]any, len(chunk))
		for i, id := range chunk {
			args[i] = id
		}
		type row struct {
			of int64
			Tried
		}
		rows, err := collect(ctx, s, "count attempts", triedQuery(len(args)), args, func(rows *sql.Rows) (r row, err error) {
			return r, rows.Scan(&r.of, &r.Count, &r.Last)
		})
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.of] = r.Tried
		}
	}
	return out, nil
}

func triedQuery(n int) string {
	return "SELECT callback_id, count(*), max(id) FROM attempts INDEXED BY attempts_callback WHERE callback_id > 0 AND callback_id IN " + places(1, n) + " GROUP BY callback_id"
}

// listedAttempt is what a list reads of an attempt: whether headers and bodies are left out, and how large
// the answer's body is, come last. What is only measured is not read.
var listedAttempt = func() string {
	large := "length(headers) + length(body) + length(answer_headers) + length(answer_body) > " + strconv.Itoa(wholeInList)
	columns := attemptFields
	for _, name := range []string{"headers", "body", "answer_headers", "answer_body"} {
		columns += ", iif(" + large + ", NULL, " + name + ")"
	}
	return columns + ", " + large + ", length(answer_body)"
}()

var attemptsOf = "SELECT " + listedAttempt + " FROM attempts WHERE callback_id = ? AND callback_id > 0 ORDER BY id DESC LIMIT ?"

func scanAttempt(rows *sql.Rows) (webhook.Attempt, error) {
	var (
		a                             webhook.Attempt
		at                            int64
		dns, connect, tls, byte1, all int64
		header, answerHeader          []byte
	)
	t := &a.Timings
	err := rows.Scan(&a.ID, &a.CallbackID, &a.Scenario, &a.Step, &a.Route, &a.Mode, &a.Fault, &at, &a.Method, &a.URL, &a.Host,
		&a.SignedURL, &a.Size, &a.Answer.Status, &a.Answer.Protocol, &a.Answer.Truncated, &a.Failure, &a.Err,
		&dns, &connect, &tls, &byte1, &all, &t.Reused,
		&header, &a.Body, &answerHeader, &a.Answer.Body, &a.Omitted, &a.Answer.Size)
	if err != nil {
		return a, err
	}
	a.At = moment(at)
	for d, us := range map[*time.Duration]int64{&t.DNS: dns, &t.Connect: connect, &t.TLS: tls, &t.FirstByte: byte1, &t.Total: all} {
		*d = time.Duration(us) * time.Microsecond
	}
	for _, body := range []*[]byte{&a.Body, &a.Answer.Body} {
		if len(*body) == 0 {
			*body = nil
		}
	}
	if !a.Omitted {
		a.Header, a.Answer.Header = unpackHeader(header), unpackHeader(answerHeader)
	}
	return a, nil
}

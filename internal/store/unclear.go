package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// doubt is what is not known of a send.
type doubt int64

const (
	unreached doubt = iota - 1 // the API has not refused it, and cannot have accepted it
	certain
	unclear  // it may have been accepted
	notFound // Plivo did not have it when it was asked; a callback still proves the contrary
)

// claimable is how long after a send a first callback can still be its own: Plivo gives a message up after 3 h
// in its queue, and tries a callback again for some minutes.
const claimable = 4 * time.Hour

// mostUnclear is how many rows are looked at for what may belong to them.
const mostUnclear = 2000

// accepted makes a row one that Plivo took.
func (m *messageRow) accepted(uuid string) {
	m.UUID, m.Refusal, m.doubt, m.Unclear, m.NotTaken = uuid, "", certain, false, false
	m.Status, m.FinalAt = plivo.Queued, time.Time{}
}

// fits reports whether a message that Plivo tells of, from and to these numbers, can be that of the send.
func (m *messageRow) fits(from, to string) bool {
	return m.UUID == "" && sameAddress(m.To, to) && (m.From == "" || sameAddress(m.From, from))
}

// sameAddress compares numbers by their digits, since Plivo leaves out the plus, and names without case.
func sameAddress(a, b string) bool {
	return strings.EqualFold(strings.TrimPrefix(a, "+"), strings.TrimPrefix(strings.TrimSpace(b), "+"))
}

// askedAt reports whether a callback to a URL came to the one that was given with a send; a GET has its
// parameters behind it.
func askedAt(given, url string) bool {
	rest, ok := strings.CutPrefix(url, given)
	return ok && given != "" && (rest == "" || rest[0] == '?' || rest[0] == '&')
}

// claim gives the messages of a batch that nobody is known to have sent to the unclear sends that they fit.
func (w *writer) claim(batch []*request, rows map[string]*messageRow, count *counters) error {
	var open []*messageRow
	var waiting inFlight
	read := false
	for _, r := range batch {
		p := r.callback
		m := rows[p.uuid]
		if m == nil || m.sent || p.imported || p.seen.Result.Outcome != signature.Valid || p.seen.Report.Inbound() {
			continue
		}
		if !read {
			var err error
			if open, err = w.unclearRows(); err != nil {
				return err
			}
			if len(open) > 0 {
				if waiting, err = w.inFlightRows(); err != nil {
					return err
				}
			}
			read = true
		}
		if len(open) == 0 {
			return nil
		}
		if waiting.mayHave(p.seen.Report.From(), p.seen.Report.To(), 0) {
			continue // a later callback is claimed, once the answer has come
		}
		url, _ := p.args[callbackURL].(string)
		at := slices.IndexFunc(open, func(u *messageRow) bool {
			since := p.seen.ReceivedAt.Sub(u.CreatedAt)
			return since >= 0 && since <= claimable && askedAt(u.CallbackURL, url) &&
				u.fits(p.seen.Report.From(), p.seen.Report.To())
		})
		if at < 0 {
			continue
		}
		if err := w.takeOver(open[at], m, count); err != nil {
			return err
		}
		open = slices.Delete(open, at, at+1)
	}
	return nil
}

// unclearQuery keeps off the index of UUIDs, in which every refused send of the history is one without.
const unclearQuery = "SELECT " + messageColumns + " FROM messages WHERE unclear > 0 AND +uuid IS NULL AND created_at >= ? ORDER BY id LIMIT ?"

// unclearRows reads the sends that may have been accepted, the oldest first.
func (w *writer) unclearRows() ([]*messageRow, error) {
	rows, err := w.query(unclearQuery, micros(w.s.now().Add(-claimable)), int64(mostUnclear))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []*messageRow
	for rows.Next() {
		m := &messageRow{}
		if err := scanMessage(rows, m); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, rows.Err()
}

// takeOver makes m, which only callbacks know of so far, the message of the send u: in u's row, with m's UUID
// and fold. A row that m had is deleted.
func (w *writer) takeOver(u, m *messageRow, count *counters) error {
	if m.ID != 0 {
		if err := w.exec("UPDATE messages SET (cause, cause_of) = (SELECT cause, cause_of FROM messages WHERE id = ?) WHERE id = ?", m.ID, u.ID); err != nil {
			return err
		}
		if err := w.moveCallbacks(m.ID, u.ID); err != nil {
			return err
		}
		if err := w.exec("DELETE FROM messages WHERE id = ?", m.ID); err != nil {
			return err
		}
		count.messages--
	}
	uuid, fold, arrival, verdict := m.UUID, m.fold, u.Arrival.With(m.Arrival), m.Signature
	*m = *u
	m.accepted(uuid)
	m.fold, m.Arrival, m.Signature = fold, arrival, verdict // that which the cause is of
	return nil
}

// strayOf finds the message that callbacks told of before the outcome of its send became unclear.
func (w *writer) strayOf(row *messageRow) (uuid string, err error) {
	rows, err := w.query("SELECT "+messageColumns+` FROM messages WHERE id > ? AND sent = 0 AND direction = 'outbound' AND unverified = 0
		AND uuid IS NOT NULL AND created_at BETWEEN ? AND ? ORDER BY id LIMIT ?`,
		row.ID, micros(row.CreatedAt), micros(row.CreatedAt.Add(claimable)), int64(mostUnclear))
	if err != nil {
		return "", err
	}
	var fitting []string
	for rows.Next() {
		m := messageRow{}
		if err = scanMessage(rows, &m); err != nil {
			break
		}
		if row.fits(m.From, m.To) {
			fitting = append(fitting, m.UUID)
		}
	}
	if err == nil {
		err = rows.Err()
	}
	_ = rows.Close()
	if err != nil || len(fitting) == 0 {
		return "", err
	}
	waiting, err := w.inFlightRows()
	if err != nil || waiting.mayHave(row.From, row.To, row.ID) {
		return "", err
	}
	for _, uuid := range fitting {
		here, err := w.cameTo(uuid, row.CallbackURL)
		if err != nil || here {
			return uuid, err
		}
	}
	return "", nil
}

// cameTo reports whether a callback of a message that verifies came to a URL.
func (w *writer) cameTo(uuid, url string) (bool, error) {
	rows, err := w.query("SELECT url FROM callbacks WHERE "+ofMessage+" AND outcome = ? LIMIT 100", uuid, string(signature.Valid))
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		var got string
		if err := rows.Scan(&got); err != nil {
			return false, err
		}
		if askedAt(url, got) {
			return true, nil
		}
	}
	return false, rows.Err()
}

// UnclearSends gives the messages whose send may have been accepted, of those that are not older than since; the
// oldest first, at most limit.
func (s *Store) UnclearSends(ctx context.Context, since time.Time, limit int) ([]plivo.Message, error) {
	return collect(ctx, s, "read unclear sends", "SELECT "+messageRead+" FROM messages WHERE unclear = ? AND unclear > 0 AND created_at >= ? ORDER BY id LIMIT ?",
		[]any{int64(unclear), micros(since), limit}, readMessage)
}

// NoteUnclear writes what is known so far into those of some sends that are unclear: each gets the words that tell
// makes of those that it has. Its time of the last change stays, as the last at which it can have gone out.
func (s *Store) NoteUnclear(ctx context.Context, ids []int64, tell func(refusal string) string) error {
	return s.ask("note what is known of a send", &request{ctx: ctx, do: func() error {
		for _, id := range ids {
			row, err := s.writer.messageWhere("id = ?", id)
			if err != nil {
				return err
			}
			if row == nil || row.doubt != unclear {
				continue
			}
			words := tell(row.Refusal)
			if words == row.Refusal {
				continue
			}
			row.Refusal = words
			if err := s.writer.putMessages([]*messageRow{row}); err != nil {
				return err
			}
		}
		return nil
	}})
}

// Candidate is a message that Plivo has, and that may be one of an unclear send.
type Candidate struct{ UUID, From, To string }

// ResolveUnclear gives each of some unclear sends the first candidate that fits its numbers and is of no other
// send. What is left is failed with missing as the refusal, or stays as it is where that is empty. Sends that are
// not unclear any more are left alone, and so are those whose message may be another one's that waits for its
// answer.
func (s *Store) ResolveUnclear(ctx context.Context, ids []int64, found []Candidate, missing string) error {
	return s.ask("note what became of a send", &request{ctx: ctx, do: func() error { return s.writer.resolve(ids, found, missing) }})
}

func (w *writer) resolve(ids []int64, found []Candidate, missing string) error {
	count, err := w.readCounters()
	if err != nil {
		return err
	}
	before := *count
	var free []Candidate
	for _, c := range found {
		owner, err := w.messageWhere("uuid = ?", c.UUID)
		if err != nil {
			return err
		}
		if owner == nil || !owner.sent {
			free = append(free, c)
		}
	}
	waiting, err := w.inFlightRows()
	if err != nil {
		return err
	}
	for _, id := range ids {
		row, err := w.messageWhere("id = ?", id)
		if err != nil {
			return err
		}
		if row == nil || row.doubt != unclear || waiting.mayHave(row.From, row.To, id) {
			continue
		}
		out := SendOutcome{ID: id, Refusal: missing}
		if i := slices.IndexFunc(free, func(c Candidate) bool { return row.fits(c.From, c.To) }); i >= 0 {
			out.UUID = free[i].UUID
			free = slices.Delete(free, i, i+1)
		} else if missing == "" {
			continue
		}
		if err := w.finish(row, out, count); err != nil {
			return err
		}
		if out.UUID == "" {
			row.doubt = notFound
		}
		if err := w.putMessages([]*messageRow{row}); err != nil {
			return err
		}
	}
	return w.writeCounters(count, before)
}

func packOptions(o *plivo.Options) string {
	if o == nil || o.Zero() {
		return ""
	}
	b, _ := json.Marshal(o) // strings and numbers always encode
	return string(b)
}

// unpackOptions reads what packOptions wrote; nil for none.
func unpackOptions(s string) *plivo.Options {
	if s == "" {
		return nil
	}
	o := &plivo.Options{}
	if json.Unmarshal([]byte(s), o) != nil {
		return nil
	}
	return o
}

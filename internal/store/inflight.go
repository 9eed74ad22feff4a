package store

import (
	"slices"

	"dev.internal/plivoscope/internal/plivo"
)

// inFlight are the sends whose answer is waited for now. A message that Plivo tells of before that answer may be
// theirs, so it is given to no other send meanwhile.
type inFlight []*messageRow

// inFlightQuery keeps off the index of UUIDs, as unclearQuery does.
const inFlightQuery = "SELECT " + messageColumns + " FROM messages WHERE status = ? AND sent = 1 AND +uuid IS NULL AND unclear = 0 AND updated_at >= ? ORDER BY id LIMIT ?"

// inFlightRows reads them. Those without a sign of life for long were left by a program that ended.
func (w *writer) inFlightRows() (inFlight, error) {
	rows, err := w.query(inFlightQuery, string(plivo.Sending), micros(w.s.now().Add(-forgottenAfter)), int64(mostUnclear))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all inFlight
	for rows.Next() {
		m := &messageRow{}
		if err := scanMessage(rows, m); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, rows.Err()
}

// mayHave reports whether a message from and to these numbers may be that of one of them, but for the row except;
// from is empty where Plivo chooses it.
func (f inFlight) mayHave(from, to string, except int64) bool {
	return slices.ContainsFunc(f, func(m *messageRow) bool {
		return m.ID != except && (m.fits(from, to) || from == "" && sameAddress(m.To, to))
	})
}

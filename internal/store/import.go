package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"slices"

	"dev.internal/plivoscope/internal/webhook"
)

// Import adds callbacks that were captured elsewhere, or before. What is in the history already is not
// added again: a callback is the same where method, URL, headers and body are, and the time at which it was
// received; one that says no time is the same as any of the same content. An Import is used by one
// goroutine.
type Import struct {
	s     *Store
	known map[string]contents // of the messages that came up, by UUID; what is of no message under ""
	rows  int                 // in known
	upTo  int64               // all rows of known messages up to this ID are in it
}

// contents are the callbacks of a message by what is in them, and when they were received. One without a
// time stands for any.
type contents map[content]struct{}

type content struct {
	sum [16]byte
	at  int64 // microseconds
}

// mostKnown is how many callbacks an Import remembers; then it begins anew and reads again what it needs.
const mostKnown = 1_000_000

// NewImport begins to add callbacks.
func (s *Store) NewImport() *Import { return &Import{s: s, known: map[string]contents{}} }

// Add keeps a batch of callbacks in one transaction and folds them into their messages; all of it is on
// disk, or nothing. What is there already is passed over: added is how many were not. Received times,
// answers, verdicts and causes stay as they are, and so do the arrival flags: what came first here says
// nothing about the order of then. A callback without a time gets the present one. IDs are set in those
// that were added, 0 in the others.
func (i *Import) Add(ctx context.Context, batch []*webhook.Callback) (added int, err error) {
	if err := i.readLoose(ctx, batch); err != nil {
		return 0, err
	}
	if i.rows > mostKnown {
		loose := i.known[""]
		i.known, i.rows = map[string]contents{}, 0
		if loose != nil {
			i.known[""] = loose
		}
	}
	err = i.s.ask("import callbacks", &request{ctx: ctx, do: func() error {
		added, err = i.add(batch)
		return err
	}})
	if err != nil {
		i.known, i.rows, i.upTo = map[string]contents{}, 0, 0 // of what was rolled back nothing is known
		return 0, err
	}
	return added, nil
}

// add runs in the writer.
func (i *Import) add(batch []*webhook.Callback) (int, error) {
	w := i.s.writer
	if err := i.catchUp(w); err != nil {
		return 0, err
	}
	now := i.s.now()
	var fresh []*request
	var from []*webhook.Callback
	for _, c := range batch {
		c.ID = 0
		kept := c.Without(i.s.hide)
		p := newPending(kept, now)
		known, err := i.of(w, p.uuid)
		if err != nil {
			return 0, err
		}
		is := content{sum: sumOf(kept.Method, kept.URL, packHeader(kept.Header), kept.Body), at: micros(c.ReceivedAt)}
		if _, found := known[is]; found {
			continue
		}
		p.imported, p.arrival = true, c.Arrival
		p.flags |= flagImported
		is.at = p.seen.ReceivedAt.UnixMicro()
		i.put(known, is)
		fresh = append(fresh, &request{callback: p})
		from = append(from, c)
	}
	for at := 0; at < len(fresh); at += maxBatch {
		if err := w.record(fresh[at:min(at+maxBatch, len(fresh))]); err != nil {
			return 0, err
		}
	}
	for n, r := range fresh {
		from[n].ID = r.callback.id
		i.upTo = max(i.upTo, r.callback.id)
		if from[n].Cause != "" {
			if err := w.setCause(r.callback.id, from[n].Cause); err != nil {
				return 0, err
			}
		}
	}
	return len(fresh), nil
}

// of gives what is known of a message, read once.
func (i *Import) of(w *writer, uuid string) (contents, error) {
	if known, ok := i.known[uuid]; ok {
		return known, nil
	}
	known := contents{}
	rows, err := w.query("SELECT "+contentColumns+" FROM callbacks WHERE "+ofMessage, uuid)
	if err != nil {
		return nil, err
	}
	if err := i.read(rows, func(string) contents { return known }); err != nil {
		return nil, err
	}
	i.known[uuid] = known
	return known, nil
}

// catchUp adds what others stored since the last batch to what is known.
func (i *Import) catchUp(w *writer) error {
	if len(i.known) > 0 {
		rows, err := w.query("SELECT "+contentColumns+" FROM callbacks WHERE id > ?", i.upTo)
		if err != nil {
			return err
		}
		if err := i.read(rows, func(uuid string) contents { return i.known[uuid] }); err != nil {
			return err
		}
	}
	return w.conn.QueryRowContext(w.ctx, newestCallback).Scan(&i.upTo)
}

// readLoose reads the callbacks that belong to no message, where a batch has such: no index finds them, so
// it is done beside the writer, and once.
func (i *Import) readLoose(ctx context.Context, batch []*webhook.Callback) error {
	loose := func(c *webhook.Callback) bool {
		u := c.Report.MessageUUID()
		return u == "" || len(u) > maxUUID
	}
	if i.known[""] != nil || !slices.ContainsFunc(batch, loose) {
		return nil
	}
	fail := func(err error) error { return i.s.explain("read callbacks", interrupted(ctx, err)) }
	var upTo int64 // what comes while they are read is caught up with
	if err := i.s.readDB.QueryRowContext(ctx, newestCallback).Scan(&upTo); err != nil {
		return fail(err)
	}
	rows, err := i.s.readDB.QueryContext(ctx, "SELECT "+contentColumns+" FROM callbacks NOT INDEXED WHERE message_uuid IS NULL")
	if err != nil {
		return fail(err)
	}
	known := contents{}
	if err := i.read(rows, func(string) contents { return known }); err != nil {
		return fail(err)
	}
	if len(i.known) == 0 {
		i.upTo = upTo
	}
	i.known[""] = known
	return nil
}

const newestCallback = "SELECT coalesce(max(id), 0) FROM callbacks"

const contentColumns = "message_uuid, received_at, method, url, headers, body"

// read adds rows to what is known of their messages, where to gives anything.
func (i *Import) read(rows *sql.Rows, to func(uuid string) contents) error {
	defer rows.Close()
	for rows.Next() {
		var (
			at            int64
			uuid          sql.NullString
			method, url   string
			headers, body sql.RawBytes
		)
		if err := rows.Scan(&uuid, &at, &method, &url, &headers, &body); err != nil {
			return err
		}
		if known := to(uuid.String); known != nil {
			i.put(known, content{sum: sumOf(method, url, headers, body), at: at})
		}
	}
	return rows.Err()
}

func (i *Import) put(known contents, is content) {
	before := len(known)
	known[is] = struct{}{}
	is.at = 0
	known[is] = struct{}{}
	i.rows += len(known) - before
}

// sumOf is a callback's content in short.
func sumOf(method, url string, headers, body []byte) (sum [16]byte) {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(method), []byte(url), headers, body} {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write(part)
	}
	copy(sum[:], h.Sum(nil))
	return sum
}

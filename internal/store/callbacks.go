package store

import (
	"database/sql"
	"encoding/binary"
	"net/http"
	"slices"
	"strconv"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

const (
	callbackColumns = `id, message_uuid, received_at, kind, outcome, status, code, sequence, flags, method, url,
		received_url, protocol, remote_addr, scheme, header, token, problem, answer_status, answered_at, headers, body`
	callbackWidth = 23                          // with the ID of its message
	callbackRead  = callbackColumns + ", cause" // a new row has none
	callbackID    = 0                           // places of what is known only when the row is folded
	callbackFlags = 8
	callbackURL   = 10
	callbackOf    = 22 // message_id

	// ofMessage is the condition for the callbacks of a message, by its UUID.
	ofMessage = "message_id = (SELECT id FROM messages WHERE uuid = ?)"
)

const (
	flagDuplicate = 1 << iota
	flagOutOfOrder
	flagAfterTerminal
	flagTruncated
	flagImported // it was read from a file
)

// maxUUID is the longest message UUID that is folded; Plivo's have 36 bytes. A callback with a longer
// one is kept like any other, but belongs to no message.
const maxUUID = 128

// pending is a callback on its way to the disk, made ready in the caller's goroutine.
type pending struct {
	uuid    string // empty where it belongs to no message
	seen    plivo.Observation
	args    []any // a value for each column; those of ID, flags and message come last
	flags   int64
	id      int64         // given by the writer
	arrival plivo.Arrival // given by the writer

	imported bool // arrival is what it was when it came

	asRead *webhook.Callback // for who follows; nil where nobody does, or it has to be read
}

func newPending(c *webhook.Callback, now time.Time) *pending {
	at := c.ReceivedAt
	if at.IsZero() {
		at = now
	}
	p := &pending{seen: plivo.Observation{Report: c.Report, Result: c.Verdict, ReceivedAt: time.UnixMicro(at.UnixMicro()).UTC()}}
	if p.seen.Result.Outcome == "" {
		p.seen.Result.Outcome = signature.Unchecked
	}
	var uuid, sequence any
	if u := c.Report.MessageUUID(); u != "" && len(u) <= maxUUID {
		p.uuid, uuid = u, u
	}
	if n, ok := c.Report.Sequence(); ok {
		sequence = int64(n)
	}
	if c.Truncated {
		p.flags = flagTruncated
	}
	body := c.Body
	if body == nil {
		body = []byte{}
	}
	r := p.seen.Result
	p.args = []any{
		int64(0), uuid, at.UnixMicro(), string(c.Kind), string(r.Outcome), string(c.Report.Status()),
		c.Report.ErrorCode(), sequence, int64(0), c.Method, c.URL, c.ReceivedURL, c.Protocol, c.RemoteAddr,
		string(r.Scheme), r.Header, r.Token, c.Problem, int64(c.Answer.Status), micros(c.Answer.At),
		packHeader(c.Header), body, nil,
	}
	return p
}

// fold folds p into its message and completes the row.
func (p *pending) fold(f *plivo.Fold, id int64) {
	if f != nil {
		if arrival := f.Add(p.seen); !p.imported {
			p.arrival = arrival
		}
	}
	p.id = id
	p.args[callbackID], p.args[callbackFlags] = id, p.flags|arrivalFlags(p.arrival)
}

func arrivalFlags(a plivo.Arrival) int64 {
	return bit(a.Duplicate)*flagDuplicate | bit(a.OutOfOrder)*flagOutOfOrder | bit(a.AfterTerminal)*flagAfterTerminal
}

func arrivalOf(flags int64) plivo.Arrival {
	return plivo.Arrival{
		Duplicate:     flags&flagDuplicate != 0,
		OutOfOrder:    flags&flagOutOfOrder != 0,
		AfterTerminal: flags&flagAfterTerminal != 0,
	}
}

func scanCallback(rows *sql.Rows) (webhook.Callback, error) {
	c, _, err := scanColumns(rows)
	if err == nil && !c.Truncated {
		c.Report.Params, _ = webhook.ParseParams(c.Method, c.URL, c.Header.Get("Content-Type"), c.Body)
	}
	return c, err
}

// scanColumns reads callbackRead without the parameters, of which it gives those that have a column; more
// are the columns after them.
func scanColumns(rows *sql.Rows, more ...any) (webhook.Callback, []signature.Param, error) {
	var (
		c                   webhook.Callback
		uuid                sql.NullString
		sequence            sql.NullInt64
		received, answered  int64
		flags               int64
		status, code        string
		headers, body       []byte
		kind, outcome       string
		scheme, name, token string
	)
	err := rows.Scan(append([]any{
		&c.ID, &uuid, &received, &kind, &outcome, &status, &code, &sequence, &flags, &c.Method, &c.URL,
		&c.ReceivedURL, &c.Protocol, &c.RemoteAddr, &scheme, &name, &token, &c.Problem, &c.Answer.Status, &answered,
		&headers, &body, &c.Cause,
	}, more...)...)
	if err != nil {
		return c, nil, err
	}
	c.ReceivedAt, c.Answer.At = moment(received), moment(answered)
	c.Kind = webhook.Kind(kind)
	c.Verdict = signature.Result{Outcome: signature.Outcome(outcome), Scheme: signature.Scheme(scheme), Header: name, Token: token}
	c.Truncated, c.Imported = flags&flagTruncated != 0, flags&flagImported != 0
	c.Arrival = arrivalOf(flags)
	c.Header = unpackHeader(headers)
	c.Body = body
	var known []signature.Param
	add := func(name, value string) {
		if value != "" {
			known = append(known, signature.Param{Name: name, Value: value})
		}
	}
	add("MessageUUID", uuid.String)
	add("Status", status)
	add("ErrorCode", code)
	if sequence.Valid {
		add("Sequence", strconv.FormatInt(sequence.Int64, 10))
	}
	return c, known, nil
}

// packHeader keeps a header without loss, also of bytes that are not UTF-8: names in their order, each
// followed by a value, each after its length.
func packHeader(h http.Header) []byte {
	names := make([]string, 0, len(h))
	size := 0
	for name, values := range h {
		names = append(names, name)
		for _, v := range values {
			size += len(name) + len(v) + 2*binary.MaxVarintLen16
		}
	}
	slices.Sort(names)
	b := make([]byte, 0, size)
	for _, name := range names {
		for _, v := range h[name] {
			b = append(binary.AppendUvarint(b, uint64(len(name))), name...)
			b = append(binary.AppendUvarint(b, uint64(len(v))), v...)
		}
	}
	return b
}

// unpackHeader reads what packHeader wrote; of damaged data it gives what stands before the damage. The
// strings share one piece of memory, and so do the values.
func unpackHeader(b []byte) http.Header {
	h := make(http.Header, headerNames)
	values := make([]string, 0, headerNames)
	rest := string(b)
	next := func() (string, bool) {
		n, w := uvarint(rest)
		if w <= 0 || n > uint64(len(rest)-w) {
			return "", false
		}
		s := rest[w : w+int(n)]
		rest = rest[w+int(n):]
		return s, true
	}
	for len(rest) > 0 {
		name, ok := next()
		if !ok {
			break
		}
		value, ok := next()
		if !ok {
			break
		}
		if earlier, again := h[name]; again {
			h[name] = append(earlier, value)
			continue
		}
		values = append(values, value)
		h[name] = values[len(values)-1 : len(values) : len(values)]
	}
	return h
}

// headerNames is about how many there are in a callback.
const headerNames = 16

// uvarint is binary.Uvarint of a string.
func uvarint(s string) (n uint64, width int) {
	var room [binary.MaxVarintLen64]byte
	return binary.Uvarint(room[:copy(room[:], s)])
}

// micros is t as it is stored, 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func moment(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

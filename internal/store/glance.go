package store

import (
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// countersText are the counters in one column. For each column of a result the driver asks SQLite for name and type
// anew at every query, which takes longer than to read the row: what each transaction asks has few of them.
const countersText = `next_message || ' ' || next_callback || ' ' || messages || ' ' || valid || ' ' || invalid || ' ' ||
	missing || ' ' || unchecked || ' ' || latest || ' ' || marked`

// Scan reads countersText.
func (c *counters) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("the counters are %T and no text", src)
	}
	to := [...]*int64{&c.nextMessage, &c.nextCallback, &c.messages, &c.valid, &c.invalid, &c.missing, &c.unchecked, &c.latest, &c.marked}
	for i, p := range to {
		word, rest, more := strings.Cut(text, " ")
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil || more != (i < len(to)-1) {
			return errors.New("the counters cannot be read")
		}
		*p, text = n, rest
	}
	return nil
}

var _ sql.Scanner = (*counters)(nil)

// glance is what the transaction of a batch asks first, in one statement.
type glance struct {
	*counters
	unclear bool // there are sends of which it is not known whether they were accepted
	known   bool // there may be messages of the batch
}

// glance looks for messages of these UUIDs. Where there is none, as of the first callback of each, that is all that
// has to be read.
func (w *writer) glance(uuids []any) (g glance, err error) {
	g.counters = &counters{}
	w.count = g.counters
	var args []any
	if g.known = len(uuids) > maxRows; !g.known {
		args = w.padded(uuids)
	}
	st, err := w.stmt(glanceQuery(len(args)))
	if err != nil {
		return g, err
	}
	var found bool
	err = st.QueryRowContext(w.ctx, args...).Scan(g.counters, &g.unclear, &found)
	g.known = g.known || found
	return g, err
}

// glanceQuery looks for one of so many UUIDs.
func glanceQuery(uuids int) string {
	known := "0"
	if uuids > 0 {
		known = "EXISTS (SELECT 1 FROM messages WHERE uuid IN " + places(1, uuids) + ")"
	}
	return "SELECT " + countersText + ", EXISTS (SELECT 1 FROM messages WHERE unclear > 0), " + known + " FROM counters"
}

// padded gives args in w.args, filled up to one of the few sizes that statements have.
func (w *writer) padded(args []any) []any {
	size := len(args)
	if size > 0 {
		size = padded(size)
	}
	w.args = append(w.args[:0], args...)
	for len(w.args) < size {
		w.args = append(w.args, nil)
	}
	return w.args
}

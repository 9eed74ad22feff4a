package store

import (
	"database/sql/driver"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"modernc.org/sqlite"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// table is what a window is over.
type table struct {
	name       string
	nextColumn string // of marks
	timeColumn string
	uuidColumn string
	urlColumn  string
}

var (
	messagesTable = &table{
		name: "messages", nextColumn: "next_message", timeColumn: "created_at",
		uuidColumn: "uuid", urlColumn: "callback_url",
	}
	callbacksTable = &table{
		name: "callbacks", nextColumn: "next_callback", timeColumn: "received_at",
		uuidColumn: "message_uuid", urlColumn: "url",
	}
)

// condition is a piece of a WHERE clause with its values.
type condition struct {
	sql  string
	args []any
}

func (c condition) negated() condition { return condition{"NOT (" + c.sql + ")", c.args} }

func anyOf(cs []condition) condition {
	var out condition
	for i, c := range cs {
		if i > 0 {
			out.sql += " OR "
		}
		out.sql += c.sql
		out.args = append(out.args, c.args...)
	}
	out.sql = "(" + out.sql + ")"
	return out
}

// ids selects the IDs of the window's rows in its order. One word at most is answered by an index, as
// written here and not as SQLite guesses without statistics: each of its values gives its rows in the
// order of IDs, so that a value that many rows have costs no sorting, and the first rows of each are
// then put together. All else is tested row by row, in the order of IDs, until there are enough.
func (w Window) ids(t *table, now time.Time) (string, []any) {
	return w.idsBy(t, leading(t, w.Filter.words), now)
}

// idsBy is ids by the index of the word at lead; of none where that is -1.
func (w Window) idsBy(t *table, lead int, now time.Time) (string, []any) {
	others := slices.Clone(w.Filter.words)
	if lead >= 0 {
		others = slices.Delete(others, lead, lead+1)
	}
	rest := append(w.bounds(), t.conditions(others, now)...)
	limit := w.Limit
	if limit <= 0 {
		limit = defaultLimit
	}
	order := fmt.Sprintf(" ORDER BY id%s LIMIT %d", w.order(), limit)
	branch := func(source string, first ...condition) (string, []any) {
		sql, args := "SELECT id FROM "+t.name+" "+source, []any(nil)
		for i, c := range slices.Concat(first, rest) {
			sql += []string{" WHERE ", " AND "}[min(i, 1)] + c.sql
			args = append(args, c.args...)
		}
		return sql + order, args
	}
	if lead < 0 {
		return branch("NOT INDEXED")
	}
	word := w.Filter.words[lead]
	values := t.spread(word)
	if len(values) == 1 {
		return branch("INDEXED BY "+t.index(word.key, values[0]), t.indexed(word.key, values[0]))
	}
	var all []string
	var args []any
	for _, v := range values {
		sql, more := branch("INDEXED BY "+t.index(word.key, v), t.indexed(word.key, v))
		all = append(all, "SELECT id FROM ("+sql+")")
		args = append(args, more...)
	}
	// UNION, not UNION ALL: a row can match two prefixes of a UUID.
	return "SELECT id FROM (" + strings.Join(all, " UNION ") + ")" + order, args
}

// conditions are words as they are tested row by row.
func (t *table) conditions(words []word, now time.Time) []condition {
	var all []condition
	for _, w := range words {
		cs := make([]condition, len(w.values))
		for i, v := range w.values {
			cs[i] = t.condition(w.key, v, now)
		}
		c := anyOf(cs)
		if w.negate {
			c = c.negated()
		} else if w.key == keySince {
			all = append(all, t.after(w.values, now))
		}
		all = append(all, c)
	}
	return all
}

func (w Window) bounds() []condition {
	var cs []condition
	if w.Before > 0 {
		cs = append(cs, condition{"id < ?", []any{w.Before}})
	}
	if w.After > 0 {
		cs = append(cs, condition{"id > ?", []any{w.After}})
	}
	return cs
}

// leading chooses the word whose index is used, -1 for none: the most telling first.
func leading(t *table, words []word) int {
	for _, key := range []string{keyUUID, keyIs, keyCode, keySig, keyDir, keyStatus} {
		for i, w := range words {
			if w.key != key || w.negate {
				continue
			}
			if !slices.ContainsFunc(w.values, func(v string) bool { return t.index(key, v) == "" }) {
				return i
			}
		}
	}
	return -1
}

// spread gives the values of a word as its index knows them.
func (t *table) spread(w word) []string {
	values := w.values
	for _, v := range w.values {
		switch {
		case w.key == keyUUID: // the index minds the case
			values = slices.Concat(values, []string{strings.ToLower(v), strings.ToUpper(v)})
		case w.key == keySig && t == messagesTable:
			values = slices.Concat(values, causesOf(v))
		}
	}
	values = slices.Clone(values)
	slices.Sort(values)
	return slices.Compact(values)
}

// index gives the index that holds all rows with a value; empty where none does.
func (t *table) index(key, v string) string {
	if t == callbacksTable {
		switch {
		case key == keyUUID:
			return "callbacks_message"
		case key == keySig && v != string(signature.Valid):
			return "callbacks_unverified"
		}
		return ""
	}
	switch {
	case key == keyUUID:
		return "sqlite_autoindex_messages_1"
	case key == keyIs && v == isUnclear:
		return "messages_unclear"
	case key == keyCode && v != noCode:
		return "messages_code"
	case key == keySig && len(causesOf(v)) > 0:
		return "messages_cause"
	case key == keySig && v != string(signature.Valid):
		return "messages_outcome"
	case key == keyDir && v != "outbound":
		return "messages_inbound"
	case key == keyStatus:
		return "messages_status"
	}
	return ""
}

// indexed is the condition of a value as its index needs it.
func (t *table) indexed(key, v string) condition {
	switch key {
	case keyUUID:
		c := condition{"uuid >= ? AND uuid < ?", []any{v, v + "\U0010ffff"}}
		if t == callbacksTable {
			c.sql = "message_id IN (SELECT id FROM messages WHERE " + c.sql + ")"
		}
		return c
	case keyCode:
		return condition{"ltrim(code, '0') = ? AND ltrim(code, '0') <> ''", []any{v}}
	case keySig:
		if len(causesOf(v)) == 0 {
			return condition{"outcome = ? AND outcome <> 'valid'", []any{v}}
		}
		if t == messagesTable {
			first, _, several := strings.Cut(v, "+")
			c := condition{firstCause + " = ? AND cause <> ''", []any{first}}
			if several {
				c = condition{c.sql + " AND cause = ?", append(c.args, v)}
			}
			return c
		}
		c := sig(v)
		return condition{c.sql + " AND outcome <> 'valid'", c.args}
	case keyDir:
		return condition{"direction = 'inbound'", nil}
	case keyIs:
		c := stateCondition(v)
		return condition{c.sql + " AND unclear > 0", c.args}
	default:
		return condition{"status = ?", []any{v}}
	}
}

// condition is one value of a word as it is tested row by row.
func (t *table) condition(key, v string, now time.Time) condition {
	switch key {
	case keyStatus:
		return condition{"status = ?", []any{v}}
	case keyCode:
		if v == noCode {
			v = ""
		}
		return condition{"ltrim(code, '0') = ?", []any{v}}
	case keySig:
		return sig(v)
	case keyUUID:
		return condition{"coalesce(" + t.uuidColumn + ", '') LIKE ? ESCAPE '\\'", []any{escapeLike(v) + "%"}}
	case keyPath:
		// What is between the host and the query: the host begins at the ninth character at the latest.
		path := "substr(" + t.urlColumn + ", 1, instr(" + t.urlColumn + " || '?', '?') - 1)"
		rest := "substr(" + path + ", 9 + instr(substr(" + path + ", 9), '/') - 1)"
		return condition{"(instr(substr(" + path + ", 9), '/') > 0 AND " + rest + " LIKE ? ESCAPE '\\')", []any{"%" + escapeLike(v) + "%"}}
	case keySince:
		at, _ := sinceTime(v, now)
		return condition{t.timeColumn + " >= ?", []any{at.UnixMicro()}}
	case keyText:
		return t.text(v)
	}
	c := messageCondition(key, v)
	if t == callbacksTable {
		c.sql = "EXISTS (SELECT 1 FROM messages m WHERE m.id = callbacks.message_id AND " + c.sql + ")"
	}
	return c
}

// messageCondition is about what only a message's row has.
func messageCondition(key, v string) condition {
	column := map[string]string{keyFrom: "from_number", keyTo: "to_number"}[key]
	switch {
	case key == keyIs:
		return stateCondition(v)
	case key == keyDir:
		return condition{"direction = ?", []any{v}}
	case digits(v) == "" || strings.ContainsFunc(v, unicode.IsLetter):
		return condition{column + " LIKE ? ESCAPE '\\'", []any{"%" + escapeLike(v) + "%"}}
	}
	if first, ok := strings.CutPrefix(v, "+"); ok {
		return condition{"ltrim(" + column + ", '+') LIKE ?", []any{first + "%"}}
	}
	return condition{"instr(" + column + ", ?) > 0", []any{v}}
}

// after is the bound on IDs that follows from since.
func (t *table) after(values []string, now time.Time) condition {
	c := t.first(values, now)
	return condition{"id >= " + c.sql, c.args}
}

// first is the ID before which since leaves nothing: marks say that no row before is of a later time.
func (t *table) first(values []string, now time.Time) condition {
	var earliest time.Time
	for i, v := range values {
		if at, _ := sinceTime(v, now); i == 0 || at.Before(earliest) {
			earliest = at
		}
	}
	return condition{
		"coalesce((SELECT " + t.nextColumn + " FROM marks WHERE at < ? ORDER BY at DESC LIMIT 1), 0)",
		[]any{earliest.UnixMicro()},
	}
}

// text looks for a substring: in a message's text, and in a callback's URL and body, where it may also
// stand as forms encode it.
func (t *table) text(v string) condition {
	if t == messagesTable {
		return contains("text", "plivoscope_contains", v)
	}
	// LIKE matches no BLOB.
	body := "CAST(body AS TEXT)"
	cs := []condition{contains(body, "plivoscope_form_contains", v), contains("url", "plivoscope_form_contains", v)}
	plus := url.QueryEscape(v)
	for _, encoded := range []string{plus, strings.ReplaceAll(plus, "+", "%20")} {
		if encoded != v && isPlain(v) {
			cs = append(cs, contains(body, "", encoded), contains("url", "", encoded))
		}
	}
	return anyOf(cs)
}

// isPlain reports whether LIKE can look for v: it folds the case of ASCII alone, and ends at a zero byte.
func isPlain(v string) bool {
	return !strings.ContainsFunc(v, func(r rune) bool { return r >= 0x80 || r == 0 })
}

// contains is about a substring in any case; function is the slower way for what LIKE cannot do.
func contains(column, function, v string) condition {
	if !isPlain(v) {
		return condition{function + "(" + column + ", ?)", []any{strings.Map(foldRune, v)}}
	}
	return condition{column + " LIKE ? ESCAPE '\\'", []any{"%" + escapeLike(v) + "%"}}
}

func escapeLike(v string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(v)
}

// foldRune gives one of all runes that differ from r in case alone: the smallest.
func foldRune(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	return least
}

// registerFunctions gives every connection plivoscope_contains(text, folded), and the same for a text in
// which a form's escapes are undone.
var registerFunctions = sync.OnceValue(func() error {
	contains := func(decode func(string) string) func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		return func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			return bit(strings.Contains(strings.Map(foldRune, decode(asString(args[0]))), asString(args[1]))), nil
		}
	}
	asItIs := func(s string) string { return s }
	form := func(s string) string {
		if decoded, err := url.QueryUnescape(s); err == nil {
			return decoded
		}
		return s
	}
	if err := sqlite.RegisterDeterministicScalarFunction("plivoscope_contains", 2, contains(asItIs)); err != nil {
		return err
	}
	return sqlite.RegisterDeterministicScalarFunction("plivoscope_form_contains", 2, contains(form))
})

func asString(v driver.Value) string {
	switch v := v.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	}
	return ""
}

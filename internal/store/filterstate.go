package store

import (
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
)

// The values of is:. They are the messages that the list marks with the signs of the same things, so that none is
// silent and lost at once.
const (
	isUnclear = "unclear"
	isSilent  = "silent"
	isLost    = "lost"
)

var stateValues = []FilterValue{
	{isUnclear, "sent, and perhaps not taken"},
	{isSilent, "the next callback is overdue"},
	{isLost, "overdue, and Plivo knows more"},
}

func stateValue(v string) (string, error) {
	v = strings.ToLower(v)
	for _, known := range stateValues {
		if v == known.Text {
			return v, nil
		}
	}
	return "", fmt.Errorf("%q is none of unclear, silent and lost", v)
}

func beginsState(v string) bool {
	v = strings.ToLower(v)
	for _, known := range stateValues {
		if strings.HasPrefix(known.Text, v) {
			return true
		}
	}
	return false
}

// ranked is plivo's order of statuses in SQL.
func ranked(status string) string {
	var b strings.Builder
	b.WriteString("CASE " + status)
	for _, s := range []plivo.Status{plivo.Sending, plivo.Queued, plivo.Sent, plivo.Delivered, plivo.Undelivered, plivo.Failed, plivo.Received, plivo.Rejected, plivo.Read} {
		fmt.Fprintf(&b, " WHEN '%s' THEN %d", s, s.Rank())
	}
	fmt.Fprintf(&b, " ELSE %d END", plivo.Status("unknown").Rank())
	return b.String()
}

// stateCondition is Message.Unclear, Silent, Ahead and CallbackLost of plivo in SQL. It names columns of messages
// that no table in it has too, so that it can stand under another table's row.
func stateCondition(v string) condition {
	if v == isUnclear {
		return condition{fmt.Sprintf("unclear = %d", unclear), nil}
	}
	said := "(SELECT status FROM watched WHERE message_id = id)"
	final := ranked("status") + fmt.Sprintf(" >= %d", plivo.Delivered.Rank())
	ahead := fmt.Sprintf("CASE WHEN unverified = 1 AND %s THEN %s >= %d AND %s <> status ELSE %s > max(%s, %d) END",
		final, ranked(said), plivo.Delivered.Rank(), said, ranked(said), ranked("status"), plivo.Status("unknown").Rank())
	lost := "(" + ahead + ") AND (callback_url <> '' OR callbacks > 0)"
	if v == isLost {
		return condition{"coalesce(" + lost + ", 0)", nil}
	}
	missed := "(SELECT judged_at FROM watched WHERE message_id = id AND cause <> '') >= updated_at AND NOT (" + final + " AND unverified = 0)"
	return condition{"(coalesce(" + missed + ", 0) OR coalesce(" + ahead + ", 0)) AND NOT coalesce(" + lost + ", 0)", nil}
}

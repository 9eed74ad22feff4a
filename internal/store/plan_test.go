package store

import (
	"strings"
	"testing"
	"time"
)

// TestPlans holds which index answers which word, and that none needs a sort of all that it finds.
func TestPlans(t *testing.T) {
	s, err := Open(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, c := range []struct {
		table *table
		words string
		index string // empty for the rows in the order of their IDs
	}{
		{messagesTable, "", ""},
		{messagesTable, "status:failed", "messages_status"},
		{messagesTable, "status:failed code:30 hello", "messages_code"},
		{messagesTable, "sig:invalid status:failed", "messages_outcome"},
		{messagesTable, "dir:in to:+1", "messages_inbound"},
		{messagesTable, "is:unclear status:sending", "messages_unclear"},
		{messagesTable, "is:unclear,lost", ""},
		{messagesTable, "is:silent", ""},
		{messagesTable, "-status:failed sig:valid code:none dir:out", ""},
		{messagesTable, "since:10m", ""},
		{messagesTable, "sig:port status:failed", "messages_cause"},
		{messagesTable, "sig:port+token status:failed", "messages_cause"},
		{callbacksTable, "sig:url", "callbacks_unverified"},
		{callbacksTable, "", ""},
		{callbacksTable, "sig:invalid status:failed", "callbacks_unverified"},
		{callbacksTable, "status:failed since:10m", ""},
	} {
		f, err := ParseFilter(c.words)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range []Window{{Filter: f}, {Filter: f, After: 5}, {Filter: f, Before: 5}} {
			query, args := w.ids(c.table, time.Now())
			plan := explainPlan(t, s, query, args)
			if strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("%s %q is sorted:\n%s", c.table.name, c.words, plan)
			}
			if c.index == "" && strings.Contains(plan, "INDEX "+c.table.name) || !strings.Contains(plan, c.index) {
				t.Errorf("%s %q uses not %q:\n%s", c.table.name, c.words, c.index, plan)
			}
		}
		if c.words == "since:10m" {
			query, args := Window{Filter: f}.ids(c.table, time.Now())
			if plan := explainPlan(t, s, query, args); !strings.Contains(plan, "INTEGER PRIMARY KEY (rowid>?)") {
				t.Errorf("%q has no bound on IDs:\n%s", c.words, plan)
			}
		}
	}
	if plan := explainPlan(t, s, sentTogether, []any{int64(7), 10}); !strings.Contains(plan, "INDEX messages_sent_with") || strings.Contains(plan, "TEMP B-TREE") {
		t.Errorf("the messages of a send:\n%s", plan)
	}
	for query, args := range map[string][]any{attemptsOf: {int64(7), 10}, triedQuery(2): {int64(7), int64(8)}} {
		if plan := explainPlan(t, s, query, args); !strings.Contains(plan, "INDEX attempts_callback") || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "SCAN attempts") {
			t.Errorf("attempts:\n%s", plan)
		}
	}
	plan := explainPlan(t, s, glanceQuery(4), []any{"a", "b", "c", nil})
	if !strings.Contains(plan, "INDEX messages_unclear") || !strings.Contains(plan, "COVERING INDEX sqlite_autoindex_messages_1 (uuid=?)") {
		t.Errorf("what a batch asks first:\n%s", plan)
	}
	for query, want := range map[string]string{
		messagesByID: "messages USING INTEGER PRIMARY KEY (rowid=?)",
		dueQuery:     "INDEX watched_due", watchedQuery: "watched USING INTEGER PRIMARY KEY", unheardQuery: "m USING INTEGER PRIMARY KEY", unfinishedQuery: "messages USING INTEGER PRIMARY KEY (rowid>?)", unlookedQuery: "messages USING INTEGER PRIMARY KEY (rowid>?)",
		pacesQuery: "INDEX callbacks_message", unclearQuery: "INDEX messages_unclear", inFlightQuery: "INDEX messages_status",
	} {
		args := []any{int64(7), 10, 8, 9}
		if n := strings.Count(query, "?"); n < len(args) {
			args = args[:n]
		}
		if strings.Contains(query, "json_each") {
			args = []any{"[1,2]"}
		}
		if plan := explainPlan(t, s, query, args); !strings.Contains(plan, want) || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s uses not %q:\n%s", query, want, plan)
		}
	}
	// What has several values sorts the few rows of the window alone, and a part of a UUID what it finds.
	for words, index := range map[string]string{"status:failed,undelivered": "messages_status", "sig:url": "messages_cause", "sig:invalid,port": "messages_outcome", "uuid:5b40": "sqlite_autoindex_messages_1"} {
		f, err := ParseFilter(words)
		if err != nil {
			t.Fatal(err)
		}
		query, args := Window{Filter: f}.ids(messagesTable, time.Now())
		if plan := explainPlan(t, s, query, args); !strings.Contains(plan, index) || strings.Contains(plan, "SCAN messages") {
			t.Errorf("%q uses not %q:\n%s", words, index, plan)
		}
	}
}

// TestSearchedInParts holds that no part of a search reads what belongs to another.
func TestSearchedInParts(t *testing.T) {
	const whole = "5b40a428-bfc7-4daf-9d06-726c558bf3b8"
	for words, want := range map[string]struct {
		key   string // of the word whose index is used
		whole bool
	}{
		"hello":                            {},
		"status:failed":                    {keyStatus, true},
		"status:failed hello":              {keyStatus, false},
		"uuid:5b40":                        {keyUUID, true},
		"uuid:5b40 hello":                  {},
		"hello uuid:" + whole:              {keyUUID, true},
		"uuid:5b40," + whole + " code:30":  {},
		"uuid:5 status:failed sig:invalid": {},
	} {
		f, err := ParseFilter(words)
		if err != nil {
			t.Fatal(err)
		}
		lead, all := searched(messagesTable, f.words)
		key := ""
		if lead >= 0 {
			key = f.words[lead].key
		}
		if key != want.key || all != want.whole {
			t.Errorf("%q is searched by %q, whole %v; want %q, %v", words, key, all, want.key, want.whole)
		}
	}
}

func explainPlan(t *testing.T, s *Store, query string, args []any) string {
	t.Helper()
	rows, err := s.readDB.Query("EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan.WriteString("  " + detail + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}

package store

// Window is the part of a table that a reader shows: rows that match Filter on one side of a row.
// Rows are identified by ID, never by position.
type Window struct {
	Filter Filter
	Before int64 // only rows with a smaller ID; 0 for no bound
	After  int64 // only rows with a larger ID; 0 for no bound
	Oldest bool  // start at the oldest matching row instead of the newest
	Limit  int   // at most so many rows; 0 for 200
}

// Totals are counters of the whole history, kept up to date by the writer.
type Totals struct {
	Messages  int64
	Callbacks int64
	Valid     int64
	Invalid   int64
	Missing   int64
	Unchecked int64
}

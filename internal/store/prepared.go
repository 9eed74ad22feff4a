package store

import (
	"context"
	"database/sql"
	"sync"
	"time"
)

// preparedMost is how many statements of readers stay prepared. The program asks the same few over and over;
// parsing them anew takes as long as answering them. Filters make others, which are parsed each time once
// there are so many.
const preparedMost = 64

// reading is the pool of read-only connections with the statements that are prepared on it.
type reading struct {
	*sql.DB
	gate     sync.RWMutex // written while the pool is replaced: who asks then waits
	mu       sync.Mutex
	prepared map[string]*sql.Stmt
}

func newReading(db *sql.DB) *reading {
	return &reading{DB: db, prepared: map[string]*sql.Stmt{}}
}

// QueryContext hides that of sql.DB, to keep statements.
func (r *reading) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	r.gate.RLock()
	defer r.gate.RUnlock()
	st, err := r.stmt(ctx, query)
	if err != nil {
		return nil, err
	}
	if st == nil {
		return r.DB.QueryContext(ctx, query, args...)
	}
	return st.QueryContext(ctx, args...)
}

// QueryRowContext hides that of sql.DB, to keep statements.
func (r *reading) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	r.gate.RLock()
	defer r.gate.RUnlock()
	st, err := r.stmt(ctx, query)
	if err != nil || st == nil {
		return r.DB.QueryRowContext(ctx, query, args...) // which tells the error
	}
	return st.QueryRowContext(ctx, args...)
}

// stmt gives the statement of query; nil where it is not kept.
func (r *reading) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if st := r.prepared[query]; st != nil || len(r.prepared) >= preparedMost {
		return st, nil
	}
	st, err := r.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	r.prepared[query] = st
	return st, nil
}

// empty closes the statements and the pool, and waits a moment for who still reads rows. The caller holds the gate
// until use has given another pool.
func (r *reading) empty() {
	_ = r.Close()
	for end := time.Now().Add(time.Second); r.Stats().OpenConnections > 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}

// use has another pool be read from.
func (r *reading) use(db *sql.DB) { r.DB = db }

// Close closes the statements, without which SQLite would keep the connections open, and the pool.
func (r *reading) Close() error {
	r.mu.Lock()
	for _, st := range r.prepared {
		_ = st.Close()
	}
	clear(r.prepared)
	r.mu.Unlock()
	return r.DB.Close()
}

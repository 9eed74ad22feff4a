package store

import (
	"context"
	"fmt"
	"time"
)

// Put gives a file another name where nothing has that.
var Put = putFile

// Impatient has the writer wait for other programs for a moment alone.
func Impatient(s *Store) error { return Waits(s, 20*time.Millisecond) }

// Waits has the writer wait for other programs so long.
func Waits(s *Store, d time.Duration) error {
	return Ask(context.Background(), s, func() error { s.writer.wait = d; return nil })
}

// WaitsForLocks is how long SQLite waits for its locks, one time after the other, when so much is left.
func WaitsForLocks(s *Store, left ...time.Duration) (waits []time.Duration, err error) {
	err = Ask(context.Background(), s, func() error {
		for _, d := range left {
			s.writer.until = time.Now().Add(d)
			s.writer.patience()
			var ms int64
			if err := s.conn.QueryRowContext(context.Background(), "PRAGMA busy_timeout").Scan(&ms); err != nil {
				return err
			}
			waits = append(waits, time.Duration(ms)*time.Millisecond)
		}
		return nil
	})
	return waits, err
}

// DiskTook is what retention takes for the time that the disk needed for the last callbacks or attempts.
func DiskTook(s *Store) (d time.Duration, err error) {
	err = Ask(context.Background(), s, func() error { d = s.writer.trim.last; return nil })
	return d, err
}

// PrepareFile makes sure that there is a file for a history, and tells whether there was none.
var PrepareFile = prepareFile

// LimitPages lets the file have so many pages, as a full disk does.
func LimitPages(s *Store, pages int) error {
	return pragma(s, fmt.Sprintf("max_page_count = %d", pages))
}

func pragma(s *Store, what string) error {
	return s.ask("set", &request{ctx: context.Background(), do: func() error {
		rows, err := s.writer.query("PRAGMA " + what)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
		}
		return rows.Err()
	}})
}

// HoldWriter keeps the writer from doing anything until the function it gives is called.
func HoldWriter(s *Store) (release func()) {
	held, free := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.ask("wait", &request{ctx: context.Background(), quiet: true, do: func() error {
			close(held)
			<-free
			return nil
		}})
	}()
	<-held
	return func() { close(free) }
}

// Ask lets the writer do something in a transaction.
func Ask(ctx context.Context, s *Store, do func() error) error {
	return s.ask("do", &request{ctx: ctx, quiet: true, do: do})
}

// ApplicationID marks a file as a history.
const ApplicationID = applicationID

// Migration is the script of the schema's version N.
func Migration(n int) string { return migrations[n-1] }

// LastBatch is how many callbacks and attempts the last transaction had that kept any.
func LastBatch(s *Store) (callbacks, attempts int, err error) {
	err = s.ask("look", &request{ctx: context.Background(), quiet: true, do: func() error {
		callbacks, attempts = len(s.writer.batch), len(s.writer.tries)
		return nil
	}})
	return callbacks, attempts, err
}

// Queued is how many callbacks and attempts wait for the writer.
func Queued(s *Store) (callbacks, attempts int) { return len(s.queue), len(s.attempts) }

// CachePages has the writer keep so many pages in memory.
func CachePages(s *Store, n int) error { return pragma(s, fmt.Sprintf("cache_size = %d", n)) }

// Forget has the writer keep no pages in memory.
func Forget(s *Store) error { return pragma(s, "shrink_memory") }

// SalvageWithin gives reading a damaged history so much time, until the function it gives is called.
func SalvageWithin(d time.Duration) (restore func()) {
	was := salvageTime
	salvageTime = d
	return func() { salvageTime = was }
}

// OthersMendWithin gives other programs so much time to begin to mend a log, until the function it gives is called.
func OthersMendWithin(d time.Duration) (restore func()) {
	was := othersMend
	othersMend = d
	return func() { othersMend = was }
}

// BusyTimeout is how long a request waits for other programs.
const BusyTimeout = busyTimeout

// WaitsUntil is when the transaction that runs gives up waiting for other programs, to be asked in it.
func WaitsUntil(s *Store) time.Time { return s.writer.until }

// Chunk is how many rows retention takes away at once after so many chunks, where the commits before them took so long, and
// each row so much.
func Chunk(chunks int, row time.Duration, commits ...time.Duration) int64 {
	t := trimmer{}
	for _, d := range commits {
		t.committed(d)
	}
	rows := int64(trimLeast)
	for range chunks {
		t.took(rows, commits[0]+time.Duration(rows)*row)
		rows = t.rows
	}
	return rows
}

// ChunkInFlood is how many rows a chunk has go at least when so many came since the last.
func ChunkInFlood(came int64) int64 { return chunk(trimLeast, 1, 1+came) }

// MostBetweenChunks is how many callbacks are stored between two chunks at most.
const MostBetweenChunks = trimMost/2 - 1 + maxBatch

package bench

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// syncedP99 writes over a part of a file that is there, as many bytes as a commit of one callback, and syncs it, each
// few milliseconds for a while: what the slowest of a hundred syncs take while nothing else of the program runs.
func syncedP99(b *testing.B, duration time.Duration) time.Duration {
	b.Helper()
	const commit, every, commits = 27 << 10, 4 * time.Millisecond, 256
	f, err := os.Create(filepath.Join(b.TempDir(), "synced"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if _, err = f.Write(make([]byte, commit*commits)); err == nil {
		err = f.Sync()
	}
	bytes, began := make([]byte, commit), time.Now()
	var took []time.Duration
	for due := began; err == nil && due.Sub(began) < duration; due = due.Add(every) {
		time.Sleep(time.Until(due))
		if _, err = f.WriteAt(bytes, int64(len(took)%commits)*commit); err == nil {
			from := time.Now()
			err = f.Sync()
			took = append(took, time.Since(from))
		}
	}
	if err != nil {
		b.Fatal(err)
	}
	return quantile(took, 0.99)
}

package store

import (
	"os"
	"time"
)

// sizeEvery is how often the size of the file is looked at.
const sizeEvery = 2 * time.Second

// Size is how many bytes the history takes on the disk, its write-ahead log included, as of some seconds
// ago. It does no I/O.
func (s *Store) Size() int64 { return s.size.Load() }

func (s *Store) measure() {
	var size int64
	for _, path := range []string{s.path, s.path + "-wal"} {
		if info, err := os.Stat(path); err == nil {
			size += info.Size()
		}
	}
	s.size.Store(size)
}

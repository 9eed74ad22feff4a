package plivo

import (
	"strings"
	"sync"
)

// What was read of numbers is kept: reading one takes some 50 µs, whoever edits a draft reads all of its
// destinations again at each key, and the simulator tells the country of a number at each look.
var (
	readings = memo[reading]{known: map[string]reading{}}
	regions  = memo[string]{known: map[string]string{}}
)

// memoNumbers is how many numbers are kept, some more than 64 KiB of them; memoBytes is how long a text may
// be that is.
const memoNumbers, memoBytes = 8192, 64

// memo keeps what a function of a text gave, for the texts that came last.
type memo[V any] struct {
	mu    sync.Mutex
	known map[string]V
}

type reading struct {
	phone phone
	err   error
}

// of is what read gives for raw, which depends on the text alone.
func (m *memo[V]) of(raw string, read func(string) V) V {
	if len(raw) > memoBytes {
		return read(raw)
	}
	m.mu.Lock()
	v, ok := m.known[raw]
	m.mu.Unlock()
	if ok {
		return v
	}
	v = read(raw)
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known) >= memoNumbers {
		clear(m.known)
	}
	m.known[strings.Clone(raw)] = v // raw may be a part of a long list
	return v
}

// readNumber is readPhone, from memory where it can be.
func readNumber(raw string) (phone, error) {
	r := readings.of(raw, func(raw string) (r reading) {
		r.phone, r.err = readPhone(raw)
		return r
	})
	return r.phone, r.err
}

package plivo

import (
	"strings"
	"sync"
)

// readings keeps what was read of numbers: reading one takes some 50 µs, and whoever edits a draft reads
// all of its destinations again at each key.
var readings = numberMemo{known: map[string]reading{}}

// memoNumbers is how many numbers are kept, some more than 64 KiB of them; memoBytes is how long a text may
// be that is.
const memoNumbers, memoBytes = 8192, 64

type numberMemo struct {
	mu    sync.Mutex
	known map[string]reading
}

type reading struct {
	phone phone
	err   error
}

// read is readPhone, which depends on the text alone.
func (m *numberMemo) read(raw string) (phone, error) {
	if len(raw) > memoBytes {
		return readPhone(raw)
	}
	m.mu.Lock()
	r, ok := m.known[raw]
	m.mu.Unlock()
	if ok {
		return r.phone, r.err
	}
	r.phone, r.err = readPhone(raw)
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known) >= memoNumbers {
		clear(m.known)
	}
	m.known[strings.Clone(raw)] = r // raw may be a part of a long list
	return r.phone, r.err
}

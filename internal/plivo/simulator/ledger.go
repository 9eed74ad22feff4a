package simulator

// How many messages the simulator remembers.
const (
	defaultKept = 10_000
	maxKept     = 1_000_000
)

// ledger is the messages that are remembered, and the attempts to post their callbacks: a ring, of which the oldest
// go first. Its owner guards it.
type ledger struct {
	most   int // never 0
	ring   []entry
	oldest int // where the next one goes once the ring is full
	byUUID map[string]int
	last   lastTries // attempts, also of messages that are forgotten
}

// entry is a message and what was posted of it.
type entry struct {
	m      *message
	posted []posted
}

func (l *ledger) add(m *message) {
	if l.byUUID == nil {
		l.byUUID = make(map[string]int)
	}
	if len(l.ring) < l.most {
		l.byUUID[m.uuid] = len(l.ring)
		l.ring = append(l.ring, entry{m: m})
		return
	}
	delete(l.byUUID, l.ring[l.oldest].m.uuid)
	l.ring[l.oldest] = entry{m: m}
	l.byUUID[m.uuid] = l.oldest
	l.oldest = (l.oldest + 1) % l.most
}

// replace puts m in the place of the same message, if that is still remembered.
func (l *ledger) replace(m *message) {
	if at, ok := l.byUUID[m.uuid]; ok && l.ring[at].m.is(m) {
		l.ring[at].m = m
	}
}

func (l *ledger) get(uuid string) (*message, bool) {
	e, ok := l.entry(uuid)
	if !ok {
		return nil, false
	}
	return e.m, true
}

func (l *ledger) entry(uuid string) (*entry, bool) {
	at, ok := l.byUUID[uuid]
	if !ok {
		return nil, false
	}
	return &l.ring[at], true
}

// newestFirst gives a copy of what is remembered.
func (l *ledger) newestFirst() []*message {
	out := make([]*message, 0, len(l.ring))
	for i := range l.ring {
		out = append(out, l.ring[(l.oldest+len(l.ring)-1-i)%len(l.ring)].m)
	}
	return out
}

// each calls f for what is remembered, newest first, until it says false.
func (l *ledger) each(f func(*entry) bool) {
	for i := range l.ring {
		if !f(&l.ring[(l.oldest+len(l.ring)-1-i)%len(l.ring)]) {
			return
		}
	}
}

package simulator

// keptMessages is how many messages the simulator remembers; the oldest are forgotten first.
const keptMessages = 10_000

// ledger is the messages that are remembered, a ring. Its owner guards it.
type ledger struct {
	ring   []*message
	oldest int // where the next one goes once the ring is full
	byUUID map[string]int
}

func (l *ledger) add(m *message) {
	if l.byUUID == nil {
		l.byUUID = make(map[string]int)
	}
	if len(l.ring) < keptMessages {
		l.byUUID[m.uuid] = len(l.ring)
		l.ring = append(l.ring, m)
		return
	}
	delete(l.byUUID, l.ring[l.oldest].uuid)
	l.ring[l.oldest] = m
	l.byUUID[m.uuid] = l.oldest
	l.oldest = (l.oldest + 1) % keptMessages
}

// replace puts m in the place of the message with its UUID, if that is still remembered.
func (l *ledger) replace(m *message) {
	if at, ok := l.byUUID[m.uuid]; ok {
		l.ring[at] = m
	}
}

func (l *ledger) get(uuid string) (*message, bool) {
	at, ok := l.byUUID[uuid]
	if !ok {
		return nil, false
	}
	return l.ring[at], true
}

// newestFirst gives a copy of what is remembered.
func (l *ledger) newestFirst() []*message {
	out := make([]*message, 0, len(l.ring))
	for i := range l.ring {
		out = append(out, l.ring[(l.oldest+len(l.ring)-1-i)%len(l.ring)])
	}
	return out
}

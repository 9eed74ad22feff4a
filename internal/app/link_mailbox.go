package app

import (
	"sync"

	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// mailbox keeps events until they are read; put never blocks.
type mailbox struct {
	mu   sync.Mutex
	mail []tunnel.Event
	wake chan struct{}
}

// keptMail bounds the events of a tunnel that says more than can be read: the oldest are let go.
const keptMail = 1000

func newMailbox() *mailbox { return &mailbox{wake: make(chan struct{}, 1)} }

func (m *mailbox) put(e tunnel.Event) {
	m.mu.Lock()
	if len(m.mail) == keptMail {
		m.mail = m.mail[1:]
	}
	m.mail = append(m.mail, e)
	m.mu.Unlock()
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

func (m *mailbox) take() []tunnel.Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := m.mail
	m.mail = nil
	return all
}

package app

import (
	"errors"
	"net"
	"net/url"
	"syscall"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// refusedWithin is how soon this machine refuses a connection to a port on which nothing listens.
const refusedWithin = 500 * time.Millisecond

// outlived tells whether a message went to a simulator that has ended, so that nobody can be asked about it. That no other
// server ran, as far as its lease told, is not enough: one that stands still, or has none, may post callbacks yet.
func (l life) outlived(m plivo.Message) bool {
	if m.Simulator == "" || !m.CreatedAt.Before(l.began) {
		return false
	}
	over, known := l.over[m.Simulator]
	if !known {
		over = m.Simulator == l.url || refuses(m.Simulator)
		if l.over != nil {
			l.over[m.Simulator] = over
		}
	}
	return over
}

// refuses tells whether nothing listens at a URL of this machine. Who stands still has the system take connections.
func refuses(rawURL string) bool {
	u, err := url.Parse(rawURL)
	if err != nil || !plivo.IsLoopback(u.Hostname()) {
		return false
	}
	conn, err := net.DialTimeout("tcp", u.Host, refusedWithin)
	if err == nil {
		_ = conn.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

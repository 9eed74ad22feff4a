package app

import (
	"slices"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// Unproved is the state of a public URL that was given and through which no probe came back: from outside it may
// lead here all the same.
const Unproved tunnel.State = "unproved"

// noTunnel is the name where no tunnel was asked for.
const noTunnel = "none"

// TunnelStatus is how the way from outside is.
type TunnelStatus struct {
	Name string // as tunnel.Tunnel has it; "none" where none was asked for
	// State is Online only while the last probe through URL came back here. It is empty where there is neither a
	// tunnel nor a public URL.
	State     tunnel.State
	URL       string        // public; that of before while there is none
	Proved    bool          // a probe came back through URL since it was opened
	ProvedAt  time.Time     // when the last did
	RoundTrip time.Duration // that it took
	Since     time.Time     // of the state
	Why       string        // why the state is not Online, or what to mind, in a sentence with what to do
	Code      string        // the provider's own code, as ERR_NGROK_334
	Metered   bool          // each request counts against a quota of the user's
}

// Asked tells whether a tunnel was asked for.
func (t TunnelStatus) Asked() bool { return t.Name != "" && t.Name != noTunnel }

// TunnelChange is a change of the tunnel's state, its URL, or why it is so.
type TunnelChange struct {
	Seq int // ascending from 1
	At  time.Time
	TunnelStatus
}

// keptChanges bounds how many changes wait for a reader.
const keptChanges = 1000

// tunnelLog holds the status and its last changes.
type tunnelLog struct {
	mu      sync.Mutex
	status  TunnelStatus
	changes []TunnelChange
	seq     int
}

func (l *tunnelLog) now() TunnelStatus {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status
}

// change applies edit and notes what came of it, unless it is what was told before.
func (l *tunnelLog) change(at time.Time, edit func(*TunnelStatus)) (after TunnelStatus, told bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.status
	edit(&l.status)
	s := &l.status
	if s.State != before.State {
		s.Since = at
	}
	if s.State == before.State && s.URL == before.URL && s.Why == before.Why && s.Code == before.Code {
		return *s, false
	}
	l.seq++
	l.changes = append(l.changes, TunnelChange{Seq: l.seq, At: at, TunnelStatus: *s})
	if extra := len(l.changes) - keptChanges; extra > 0 {
		l.changes = slices.Delete(l.changes, 0, extra)
	}
	return *s, true
}

func (l *tunnelLog) since(seq int) []TunnelChange {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, _ := slices.BinarySearchFunc(l.changes, seq+1, func(c TunnelChange, seq int) int { return c.Seq - seq })
	return slices.Clone(l.changes[i:])
}

// TunnelChanges gives what changed after the change of number seq, oldest first; from 0 on everything that is
// still known. A change wakes who subscribed.
func (a *App) TunnelChanges(seq int) []TunnelChange { return a.tunnelLog.since(seq) }

// tunnelHealth is what /health says.
func (a *App) tunnelHealth() webhook.TunnelHealth {
	s := a.tunnelLog.now()
	h := webhook.TunnelHealth{Name: s.Name, State: string(s.State), Code: s.Code, URL: s.URL, Metered: s.Metered}
	if !s.Since.IsZero() {
		h.Since = &s.Since
	}
	if s.Proved {
		h.RoundTrip = float64(s.RoundTrip.Microseconds()) / 1000
	}
	return h
}

// TunnelWords is what a tunnel that is being opened has said so far, in a sentence; empty for nothing.
func (a *App) TunnelWords() string {
	if t, ok := a.o.Tunnel.(interface{ Opening() string }); ok {
		return t.Opening()
	}
	return ""
}

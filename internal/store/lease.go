package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"time"
)

// leaseStale is how long a lease lives without being renewed.
const leaseStale = 5 * time.Second

// Lease says which process serves this history.
type Lease struct {
	PID       int
	ListenURL string
	PublicURL string
	APIURL    string // of the embedded simulator; empty when live
	AuthID    string
	SimToken  string // a simulator's made-up token; never one of a real account
	// AloneSince is when its server began, if no other one of this history ran then, as far as that can be told; zero where
	// one did.
	AloneSince time.Time
	Heartbeat  time.Time // when it was last taken or renewed: the store sets it, by its own time
}

const leaseColumns = "pid, host, listen_url, public_url, api_url, auth_id, sim_token, alone_since, heartbeat"

// TakeLease writes or renews this process's lease; it fails with ErrLeased while another live process
// holds it: one of another host, or of another ID. A lease ends when its process does, or after five
// seconds without renewal; of another host's only the latter is seen. l.Heartbeat is not looked at. One without renewal
// whose process may only stand still leaves its successor without AloneSince.
func (s *Store) TakeLease(ctx context.Context, l Lease) error {
	return s.ask("take the lease", &request{ctx: ctx, quiet: true, do: func() error {
		held, host, err := scanLease(s.conn.QueryRowContext(ctx, "SELECT "+leaseColumns+" FROM lease"))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		here := host == hostname()
		if err == nil && (held.PID != l.PID || !here) && s.alive(held, host) {
			where := ""
			if !here {
				where = " on " + host
			}
			return failure(ErrLeased, nil, "process %d%s serves the history %s already, at %s; stop that process, or name another file with --db", held.PID, where, s.path, held.ListenURL)
		}
		if err == nil && (!here || held.PID != l.PID && processRuns(held.PID)) {
			l.AloneSince = time.Time{}
		}
		return s.writer.exec("INSERT OR REPLACE INTO lease (one, "+leaseColumns+") VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			l.PID, hostname(), l.ListenURL, l.PublicURL, l.APIURL, l.AuthID, l.SimToken, micros(l.AloneSince), s.now().UnixMicro())
	}})
}

// Lease gives the lease of a live server on this history; false where there is none or it is stale.
func (s *Store) Lease(ctx context.Context) (Lease, bool, error) {
	l, host, err := scanLease(s.readDB.QueryRowContext(ctx, "SELECT "+leaseColumns+" FROM lease"))
	if errors.Is(err, sql.ErrNoRows) {
		return Lease{}, false, nil
	}
	if err != nil {
		return Lease{}, false, s.explain("read the lease", err)
	}
	if !s.alive(l, host) {
		return Lease{}, false, nil
	}
	return l, true, nil
}

// DropLease ends this process's lease. One of another process or host stays.
func (s *Store) DropLease(ctx context.Context, pid int) error {
	return s.ask("drop the lease", &request{ctx: ctx, quiet: true, do: func() error {
		return s.writer.exec("DELETE FROM lease WHERE pid = ? AND host = ?", pid, hostname())
	}})
}

func scanLease(row *sql.Row) (l Lease, host string, err error) {
	var alone, heartbeat int64
	err = row.Scan(&l.PID, &host, &l.ListenURL, &l.PublicURL, &l.APIURL, &l.AuthID, &l.SimToken, &alone, &heartbeat)
	l.AloneSince, l.Heartbeat = moment(alone), moment(heartbeat)
	return l, host, err
}

// alive reports whether the holder of a lease still runs.
func (s *Store) alive(l Lease, host string) bool { return s.runs(l.PID, host, l.Heartbeat, leaseStale) }

// runs reports whether a process runs that was last heard of at heartbeat, and is as long as stale at most silent.
// Of another host only the heartbeat tells.
func (s *Store) runs(pid int, host string, heartbeat time.Time, stale time.Duration) bool {
	if age := s.now().Sub(heartbeat); age > stale || age < -time.Minute {
		return false
	}
	return host != hostname() || processRuns(pid)
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

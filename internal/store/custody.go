package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"slices"
	"strings"
	"time"
)

// custodyStale is how long whoever holds a custody may not renew it: a call to the API, which takes 15 s at most,
// holds the sign of life up, which is due every 5 s.
const custodyStale = 30 * time.Second

// ErrHeld says that another process has changed the application, and still wants it so.
var ErrHeld = errors.New("another process holds the application")

// Custody is an application of which the message_url was changed, or is about to be, and what it was before.
type Custody struct {
	ID           int64
	AuthID       string
	AppID        string
	AppName      string
	Former       string // the URL before; empty for none
	FormerMethod string
	Ours         []string // every URL that it was changed to, the last one last
	PID          int      // of the process that holds it
	At           time.Time
	Held         bool // that process is another one, and runs: it is heard of every few seconds
}

// Outcome is how a custody ended.
type Outcome string

// The outcomes.
const (
	PutBack   Outcome = "put_back"  // the former URL is back
	NotNeeded Outcome = "unchanged" // the application never changed, or somebody put the former URL back already
	Changed   Outcome = "changed"   // somebody else changed it meanwhile: that stays
	Gone      Outcome = "gone"      // there is no such application any more
)

const custodyColumns = "id, auth_id, app_id, app_name, former_url, former_method, ours, pid, host, began_at, heartbeat"

// TakeCustody writes down that an application is about to be changed to the last of c.Ours, and gives what is owed
// then. Where something is owed for it already, by this process or one that ended, that stays owed: Former is not
// looked at. It fails with ErrHeld while another process that runs holds the application.
func (s *Store) TakeCustody(ctx context.Context, c Custody) (Custody, error) {
	now := s.now()
	err := s.ask("write down the application's message_url", &request{ctx: ctx, do: func() error {
		row := s.conn.QueryRowContext(ctx, "SELECT "+custodyColumns+" FROM custody WHERE auth_id = ? AND app_id = ? AND ended_at = 0", c.AuthID, c.AppID)
		owed, err := s.scanCustody(row.Scan)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			c.At, c.Held = now, false
			result, err := s.conn.ExecContext(ctx, `INSERT INTO custody (auth_id, app_id, app_name, former_url, former_method, ours, pid, host, began_at, heartbeat, ended_at, outcome)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '')`,
				c.AuthID, c.AppID, c.AppName, c.Former, c.FormerMethod, strings.Join(c.Ours, "\n"), c.PID, hostname(), micros(now), micros(now))
			if err != nil {
				return err
			}
			c.ID, err = result.LastInsertId()
			return err
		case err != nil:
			return err
		case owed.Held && owed.PID != c.PID:
			return failure(ErrHeld, nil, "process %d has application %s attached already; end that process, or attach another application", owed.PID, owed.AppID)
		}
		for _, url := range c.Ours {
			owed.Ours = append(slices.DeleteFunc(owed.Ours, func(u string) bool { return u == url }), url)
		}
		owed.PID, owed.Held = c.PID, false
		c = owed
		return s.writer.exec("UPDATE custody SET ours = ?, pid = ?, host = ?, heartbeat = ? WHERE id = ?",
			strings.Join(c.Ours, "\n"), c.PID, hostname(), micros(now), c.ID)
	}})
	return c, err
}

// RenewCustody says that a process still holds what it took.
func (s *Store) RenewCustody(ctx context.Context, pid int) error {
	return s.ask("renew the custody of an application", &request{ctx: ctx, quiet: true, do: func() error {
		return s.writer.exec("UPDATE custody SET heartbeat = ? WHERE ended_at = 0 AND pid = ? AND host = ?", micros(s.now()), pid, hostname())
	}})
}

// EndCustody says that nothing is owed any more, and why.
func (s *Store) EndCustody(ctx context.Context, id int64, outcome Outcome) error {
	return s.ask("end the custody of an application", &request{ctx: ctx, do: func() error {
		return s.writer.exec("UPDATE custody SET ended_at = ?, outcome = ? WHERE id = ?", micros(s.now()), string(outcome), id)
	}})
}

// Custodies gives what is owed for an account's applications, the oldest first.
func (s *Store) Custodies(ctx context.Context, authID string) ([]Custody, error) {
	return collect(ctx, s, "read what is owed for applications",
		"SELECT "+custodyColumns+" FROM custody WHERE auth_id = ? AND ended_at = 0 ORDER BY id", []any{authID},
		func(rows *sql.Rows) (Custody, error) { return s.scanCustody(rows.Scan) })
}

func (s *Store) scanCustody(scan func(...any) error) (Custody, error) {
	var (
		c                Custody
		ours, host       string
		began, heartbeat int64
	)
	if err := scan(&c.ID, &c.AuthID, &c.AppID, &c.AppName, &c.Former, &c.FormerMethod, &ours, &c.PID, &host, &began, &heartbeat); err != nil {
		return c, err
	}
	c.At, c.Ours = moment(began), strings.Split(ours, "\n")
	own := host == hostname() && c.PID == os.Getpid()
	c.Held = !own && s.runs(c.PID, host, moment(heartbeat), custodyStale)
	return c, nil
}

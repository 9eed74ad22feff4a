package tui

import (
	"slices"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

const (
	// lookTime is how long a message has to be selected to count as looked at: longer than one that is
	// passed with a held key.
	lookTime = 600 * time.Millisecond
	// unreadMost bounds the messages that are known as unread, lookedMost those that are known as looked at.
	unreadMost = 1000
	lookedMost = 10_000
)

// unread knows which messages changed since they were last looked at in this run of the UI. What was there
// before counts as looked at. It knows what rows it was shown, and asks for none.
type unread struct {
	since  time.Time       // what changed no later counts as looked at
	looked map[int64]stamp // what was looked at since, as it was then, and what was silent before
	found  map[int64]bool  // what is unread of the rows seen so far, at most unreadMost
	more   bool            // there are others: more than that, or rows that went by unseen
	newest int64           // the greatest ID seen
	latest time.Time       // the latest change seen
	total  int64           // the messages of the history when its newest were seen
	primed bool            // rows were seen
}

// stamp tells one state of a message from another.
type stamp struct {
	updated   time.Time
	callbacks int
	status    plivo.Status
	missed    bool         // a callback is missed of it
	said      plivo.Status // by the API
}

func stampOf(m plivo.Message) stamp {
	return stamp{updatedAt(m), m.Callbacks, m.Status, missed(m), m.Provider.Status}
}

// missed reports whether a callback of a message is missed, or lost.
func missed(m plivo.Message) bool { return m.Silent() || m.Ahead() }

// changedAt is when there was something new of a message: a callback, or that none came. A silence that lasts
// keeps its time, however often it is judged again.
func changedAt(m plivo.Message) time.Time {
	if missed(m) && m.Silence.At.After(m.UpdatedAt) {
		return m.Silence.At
	}
	return updatedAt(m)
}

// updatedAt is when a message changed. A send that waits for its answer gives a sign of life now and then, which
// is nothing new.
func updatedAt(m plivo.Message) time.Time {
	if m.Status == plivo.Sending && !m.Unclear {
		return m.CreatedAt
	}
	return m.UpdatedAt
}

func newUnread(since time.Time) *unread {
	return &unread{since: since, looked: map[int64]stamp{}, found: map[int64]bool{}}
}

// is reports whether a message changed since it was looked at.
func (u *unread) is(m plivo.Message) bool {
	if s, ok := u.looked[m.ID]; ok {
		return s != stampOf(m)
	}
	return changedAt(m).After(u.since)
}

// take learns of rows that were read: newest first, without holes among those of the filter. all is whether
// there is no filter, atTop and atEnd that no row is newer or older, total how many messages the history has.
func (u *unread) take(rows []plivo.Message, all, atTop, atEnd bool, total int64) {
	came := int64(0)
	for _, m := range rows {
		if at := changedAt(m); at.After(u.latest) {
			u.latest = at
		}
		if !u.primed && missed(m) && !u.is(m) {
			u.looked[m.ID] = stampOf(m)
		}
		if m.ID > u.newest {
			came++
		}
		switch {
		case !u.is(m):
			delete(u.found, m.ID)
		case len(u.found) < unreadMost:
			u.found[m.ID] = true
		case !u.found[m.ID]:
			u.more = true
		}
	}
	if !all {
		return
	}
	u.forget(rows, atTop, atEnd)
	if !atTop {
		return
	}
	if n := len(rows); u.primed && n > 0 && !atEnd && rows[n-1].ID > u.newest+1 {
		u.more = true // between these and the newest so far there are some that nobody saw
	}
	// The total may be some moments behind the rows.
	u.total = max(total, u.total+came)
	if !u.primed {
		u.total = max(total, int64(len(rows)))
	}
	if len(rows) > 0 {
		u.newest = max(u.newest, rows[0].ID)
	}
	u.primed = true
}

// forget drops what is gone: a message that was merged with its send, or is kept no longer.
func (u *unread) forget(rows []plivo.Message, atTop, atEnd bool) {
	for id := range u.found {
		i, there := slices.BinarySearchFunc(rows, id, func(m plivo.Message, id int64) int {
			switch {
			case m.ID > id:
				return -1
			case m.ID < id:
				return 1
			}
			return 0
		})
		if !there && (i > 0 || atTop) && (i < len(rows) || atEnd) {
			delete(u.found, id)
		}
	}
}

// look counts a message as looked at as it is now, and reports whether it was not.
func (u *unread) look(m plivo.Message) bool {
	if !u.is(m) {
		return false
	}
	if len(u.looked) >= lookedMost {
		u.drop()
	}
	u.looked[m.ID] = stampOf(m)
	delete(u.found, m.ID)
	return true
}

// drop forgets the oldest change that was looked at: whatever is no later counts as looked at too.
func (u *unread) drop() {
	oldest := int64(0)
	for id, s := range u.looked {
		if oldest == 0 || s.updated.Before(u.looked[oldest].updated) {
			oldest = id
		}
	}
	if at := u.looked[oldest].updated; at.After(u.since) {
		u.since = at
	}
	delete(u.looked, oldest)
}

// lookAll counts all messages as looked at, also those that were not seen.
func (u *unread) lookAll(now time.Time, total int64) {
	u.since = now
	if u.latest.After(now) {
		u.since = u.latest
	}
	clear(u.looked)
	clear(u.found)
	u.more, u.total = false, max(u.total, total)
}

// words say how many are unread, of total messages; empty for none.
func (u *unread) words(total int64) string {
	n, more := len(u.found), u.more || u.primed && total > u.total
	switch {
	case n == 0 && more:
		return "new ones"
	case n == 0:
		return ""
	case more:
		return count(int64(n)) + "+ new"
	}
	return count(int64(n)) + " new"
}

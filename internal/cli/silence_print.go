package cli

import (
	"context"
	"fmt"
	"time"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// silenceEventJSON is a message that a callback is missed of, or no more, as docs/output.md documents it.
type silenceEventJSON struct {
	Event   string      `json:"event"` // "silence" or "silence_ended"
	At      string      `json:"at"`    // when it was judged first, or when it ended
	Text    string      `json:"text"`
	Message messageJSON `json:"message"`
}

// silencePause is the least time between two looks at what callbacks are missed of, but for those that come.
const silencePause = time.Second

// silences are the messages that callbacks are missed of, as they were printed last.
type silences struct {
	seen  map[int64]store.Unheard
	told  map[int64]toldSilence
	uuids map[string]bool // of those told
	stale bool            // the history changed since the last look
}

// toldSilence is what was said of a message, or was known of it before.
type toldSilence struct {
	uuid  string
	cause plivo.SilenceCause
	said  plivo.Status
}

// unheard reports whether a callback is missed of a message now, and not given to the application in its place.
func unheard(m plivo.Message) bool { return silenceOf(m) != nil && m.Provider.GivenAt.IsZero() }

// looksForSilence takes note of what is silent already, which an earlier run has told.
func (t *tail) looksForSilence(ctx context.Context) error {
	t.silent = silences{told: map[int64]toldSilence{}, uuids: map[string]bool{}}
	return t.eachSilence(ctx, func(plivo.Message, bool) error { return nil })
}

// printSilences prints of which messages callbacks are missed since the last look, why, and of which no more.
func (t *tail) printSilences(ctx context.Context) error {
	return t.p.lines.together(func() error { return t.eachSilence(ctx, t.p.silence) })
}

// endsSilence tells whether a callback may end a silence that was told.
func (t *tail) endsSilence(rows []webhook.Callback) bool {
	for _, c := range rows {
		if t.silent.uuids[c.Report.MessageUUID()] {
			return true
		}
	}
	return false
}

// eachSilence gives the messages whose silence began, changed or ended since the last look.
func (t *tail) eachSilence(ctx context.Context, tell func(m plivo.Message, missed bool) error) error {
	s := &t.silent
	s.stale = false
	now, err := t.a.Unheard(ctx)
	if err != nil {
		return &unreadError{err}
	}
	seen := make(map[int64]store.Unheard, len(now))
	var changed []int64
	for _, u := range now {
		if seen[u.MessageID] = u; s.seen[u.MessageID] != u {
			changed = append(changed, u.MessageID)
		}
	}
	for id := range s.told {
		if _, still := seen[id]; !still {
			changed = append(changed, id)
		}
	}
	if len(changed) == 0 {
		s.seen = seen
		return nil
	}
	ms, err := t.a.MessagesByID(ctx, changed)
	if err != nil {
		return &unreadError{err}
	}
	s.seen = seen
	for _, m := range ms {
		was, told := s.told[m.ID]
		is := toldSilence{m.UUID, m.Silence.Cause, m.Provider.Status}
		switch missed := unheard(m); {
		case missed && (!told || was != is):
			if err := tell(m, true); err != nil {
				return err
			}
			s.told[m.ID] = is
			s.uuids[m.UUID] = true
		case !missed && told:
			if err := tell(m, false); err != nil {
				return err
			}
			delete(s.told, m.ID)
			delete(s.uuids, m.UUID)
		}
	}
	for id, was := range s.told { // what is a day old, or no more in the history, is not looked after
		if _, still := seen[id]; !still {
			delete(s.told, id)
			delete(s.uuids, was.uuid)
		}
	}
	return nil
}

// silence prints that a callback of a message is missed, or is missed no more. As text that is no row of the table, and
// is said beside it.
func (p *printer) silence(m plivo.Message, missed bool) error {
	m = p.mask.Message(m)
	loc := time.Local
	if p.json {
		loc = time.UTC
	}
	event, at := "silence", m.Silence.At
	_, words := m.SilenceWords(loc)
	if !missed {
		event, at, words = "silence_ended", m.UpdatedAt, fmt.Sprintf("A callback came after all: it is %s.", m.Status)
		if !m.Provider.GivenAt.IsZero() && silenceOf(m) != nil {
			at, words = m.Provider.GivenAt, "Your app took a synthetic callback in place of the missed one."
		}
	}
	if !p.json {
		p.say("%s", escape.Line(fmt.Sprintf("%s to %s: %s", m.UUID, m.To, words)))
		return nil
	}
	line, err := encode(silenceEventJSON{Event: event, At: utc(at), Text: words, Message: messageOf(m)})
	if err != nil {
		return err
	}
	return p.lines.write(line)
}

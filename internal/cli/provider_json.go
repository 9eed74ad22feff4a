package cli

import (
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// providerJSON is what the API said of a message.
type providerJSON struct {
	Status    plivo.Status `json:"status"` // empty while it gave none
	ErrorCode *string      `json:"error_code"`
	Units     int          `json:"units"`
	ChangedAt *string      `json:"changed_at"`
	Asked     int          `json:"asked"`
	AskedAt   *string      `json:"asked_at"`
	Problem   string       `json:"problem"`
	GivenAt   *string      `json:"given_at"`
}

// silenceJSON is why a callback of a message is missed.
type silenceJSON struct {
	Cause  plivo.SilenceCause `json:"cause"`
	Detail string             `json:"detail"`
	From   *string            `json:"from"`
	To     *string            `json:"to"`
	At     string             `json:"at"` // when it was judged first
	Text   string             `json:"text"`
}

// providerOf is null for a message that was never asked about.
func providerOf(p plivo.Provider) *providerJSON {
	if p == (plivo.Provider{}) {
		return nil
	}
	j := &providerJSON{
		Status: p.Status, Units: p.Units, Asked: p.Asked, Problem: p.Problem,
		ChangedAt: momentOf(p.ChangedAt), AskedAt: momentOf(p.AskedAt), GivenAt: momentOf(p.GivenAt),
	}
	if p.ErrorCode != "" {
		j.ErrorCode = &p.ErrorCode
	}
	return j
}

// silenceOf is null for a message that no callback is missed of.
func silenceOf(m plivo.Message) *silenceJSON {
	if m.Silence.Cause == "" || !m.Silent() && !m.Ahead() {
		return nil
	}
	q := m.Silence
	return &silenceJSON{Cause: q.Cause, Detail: q.Detail, From: momentOf(q.From), To: momentOf(q.To), At: utc(q.At), Text: q.Words(time.UTC)}
}

// momentOf is null for the zero time.
func momentOf(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := utc(t)
	return &s
}

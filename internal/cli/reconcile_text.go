package cli

import (
	"strconv"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
)

var reconcileColumns = []column{
	{title: "TIME", width: 8, gives: 3},
	{title: "TO", width: 16},
	{title: "CALLBACKS", width: 13},
	{title: "PLIVO", width: 11},
	{title: "CODE", width: 4, right: true},
	{title: "APP", width: 4, right: true, gives: 2},
	{title: "MESSAGE UUID", width: 36, gives: 1},
	{title: "WHAT IS LIKELY THE MATTER", least: 24},
}

// reconcileRow is a message, masked where that is asked for, in the table.
func reconcileRow(m plivo.Message, r app.Reconciled, d dates) []string {
	status := string(m.Status)
	if m.Unverified {
		status += " ?"
	}
	said := string(m.Provider.Status)
	if said == "" && m.Provider.Problem != "" {
		said = "?"
	}
	code := m.Provider.ErrorCode
	if !plivo.HasError(code) {
		code = ""
	}
	answer := ""
	if a := r.Attempt; a != nil {
		answer = "none"
		if a.Answer.Status != 0 {
			answer = strconv.Itoa(a.Answer.Status)
		}
	}
	words := m.Provider.Problem
	switch {
	case words != "":
	case m.Ahead() && m.Silence.Cause == plivo.UnknownSilence:
		words = "the callback did not come; the cause is not known"
	case m.Silence.Cause != "" && !m.Done():
		words = m.Silence.Words(time.Local)
	}
	return []string{d.cell(m.CreatedAt, "15:04:05"), m.To, status, said, code, answer, m.UUID, words}
}

// summary prints the counts. Where nothing was looked at the error says why, and there are none.
func (j *reconcileJob) summary(s app.ReconcileSummary, stopped bool) error {
	if stopped && s.Messages == 0 {
		return nil
	}
	if j.p.json {
		line, err := encode(reconcileSummaryJSON{
			Event: "summary", Messages: s.Messages, Asked: s.Asked, Known: s.Known, Lost: s.Lost, Same: s.Same, Unknown: s.Unknown,
			Failed: s.Failed, Sent: s.Sent, Taken: s.Taken, TakenBefore: s.Before, Stopped: stopped,
		})
		if err != nil {
			return err
		}
		return j.p.lines.write(line)
	}
	r := layout{width: j.p.columns()}
	if s.Messages > 0 {
		r.line(0, "")
	}
	head := plural(s.Messages, "message") + " without " + map[bool]string{true: "its callbacks", false: "their callbacks"}[s.Messages == 1]
	if s.Messages == 0 {
		head = "No message is without its callbacks."
	}
	if stopped {
		head = "stopped: " + head
	}
	r.line(0, head)
	for _, f := range []struct {
		name string
		n    int
		what string
	}{
		{"known", s.Known, "Plivo knows more of than callbacks have told"},
		{"lost", s.Lost, "of these had a callback URL, and their callbacks did not come"},
		{"same", s.Same, "Plivo knows no more of"},
		{"unknown", s.Unknown, "this account has no message of these UUIDs"},
		{"failed", s.Failed, "could not be asked about"},
		{"taken", s.Taken, "missed callbacks were given to your app and taken"},
		{"not taken", s.Sent - s.Taken, "were sent and not answered 2xx"},
		{"before", s.Before, "were taken by your app before (--again sends them once more)"},
	} {
		if f.n > 0 {
			r.field(2, f.name, strconv.Itoa(f.n)+"  "+f.what)
		}
	}
	return j.p.lines.write([]byte(strings.TrimRight(r.String(), "\n")))
}

// reconciledJSON is one message that was asked about; field names never change.
type reconciledJSON struct {
	Event   string      `json:"event"` // "reconciled"
	Asked   bool        `json:"asked"` // the API answered now
	Message messageJSON `json:"message"`
}

func reconciledLine(m plivo.Message, asked bool) ([]byte, error) {
	return encode(reconciledJSON{Event: "reconciled", Asked: asked, Message: messageOf(m)})
}

// reconcileSummaryJSON is the last line.
type reconcileSummaryJSON struct {
	Event       string `json:"event"` // "summary"
	Messages    int    `json:"messages"`
	Asked       int    `json:"asked"`
	Known       int    `json:"known"`
	Lost        int    `json:"lost"`
	Same        int    `json:"same"`
	Unknown     int    `json:"unknown"`
	Failed      int    `json:"failed"`
	Sent        int    `json:"sent"`
	Taken       int    `json:"taken"`
	TakenBefore int    `json:"taken_before"`
	Stopped     bool   `json:"stopped"`
}

package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

const (
	// feedLines is how many lines of the log are said in a second; what comes beside is counted.
	feedLines = 8
	// feedMessages is how many of the newest messages are watched for changes without a callback.
	feedMessages = 100
	// feedRead is how many callbacks are read at once, feedPages how often before the rest is passed over.
	feedRead, feedPages = 500, 20
)

// feed is what the log has told so far. It reads what is new after each change in the core.
type feed struct {
	begun, asking, again bool
	failed               bool  // the last reading did
	callback             int64 // the newest that was read
	message              int64 // the newest that was seen
	refused, unclear     map[int64]bool
	notice               app.Notice // the core's last one that was said

	left   int // lines that may be said in this second
	extra  tally
	paused bool
	missed tally // while paused
}

// tally counts what was not told line by line.
type tally struct{ callbacks, bad, messages int }

func (t tally) none() bool { return t == tally{} }

func (t *tally) plus(o tally) {
	t.callbacks += o.callbacks
	t.bad += o.bad
	t.messages += o.messages
}

// words say how many there were, as "214 more callbacks, 3 of them not verified".
func (t tally) words(more string) string {
	var s string
	if t.callbacks > 0 {
		s = plural(t.callbacks, more+"callback")
		if t.bad > 0 {
			s += ", " + count(int64(t.bad)) + " of them not verified"
		}
	}
	if t.messages > 0 {
		if s != "" {
			s += ", and "
		}
		s += plural(t.messages, more+"message")
	}
	return s
}

// fedMsg is what is new in the history, oldest first.
type fedMsg struct {
	callbacks []webhook.Callback // at most feedLines
	extra     tally              // beside these
	newest    int64              // callback
	messages  []plivo.Message    // the newest, newest first
	err       error
}

// readFeed reads what is new; at first only what there is, because a log begins with now.
func (p *plainUI) readFeed() tea.Cmd {
	f := &p.feed
	if f.asking {
		f.again = true
		return nil
	}
	f.asking, f.again = true, false
	ctx, core, begun, last := p.m.env.ctx, p.m.env.core, f.begun, f.callback
	return func() tea.Msg {
		msg, err := readNew(ctx, core, begun, last)
		msg.err = err
		return msg
	}
}

func readNew(ctx context.Context, core Core, begun bool, last int64) (fedMsg, error) {
	msg := fedMsg{newest: last}
	var err error
	if msg.messages, err = core.Messages(ctx, store.Window{Limit: feedMessages}); err != nil {
		return msg, err
	}
	newest := func() error {
		rows, err := core.ListCallbacks(ctx, store.Window{Limit: 1})
		if err == nil && len(rows) > 0 && rows[0].ID > msg.newest {
			if begun {
				msg.extra.callbacks += int(rows[0].ID - msg.newest)
			}
			msg.newest = rows[0].ID
		}
		return err
	}
	if !begun {
		return msg, newest()
	}
	for range feedPages {
		rows, err := core.ListCallbacks(ctx, store.Window{After: msg.newest, Oldest: true, Limit: feedRead})
		if err != nil {
			return msg, err
		}
		for _, c := range rows {
			msg.newest = max(msg.newest, c.ID)
			if len(msg.callbacks) < feedLines {
				msg.callbacks = append(msg.callbacks, c)
				continue
			}
			msg.extra.plus(tallyOf(c))
		}
		if len(rows) < feedRead {
			return msg, nil
		}
	}
	return msg, newest()
}

func tallyOf(c webhook.Callback) tally {
	t := tally{callbacks: 1}
	if o := c.Verdict.Outcome; o == signature.Invalid || o == signature.Missing {
		t.bad = 1
	}
	return t
}

// fed tells what is new.
func (p *plainUI) fed(msg fedMsg) tea.Cmd {
	f, e := &p.feed, p.m.env
	if e.mask != nil {
		msg.messages, msg.callbacks = each(msg.messages, e.mask.Message), each(msg.callbacks, e.hiddenCallback)
	}
	f.asking = false
	if msg.err != nil {
		if !errors.Is(msg.err, context.Canceled) && !f.failed {
			p.log(e.noticeSpoken(app.Notice{Severity: app.Failure, Text: fmt.Sprintf("Read what is new in the history: %v; trying again each second.", msg.err)}))
		}
		f.failed = true
		return nil
	}
	f.failed = false
	p.messagesFed(msg.messages)
	of := map[string]plivo.Message{}
	for _, m := range msg.messages {
		of[m.UUID] = m
	}
	for _, c := range msg.callbacks {
		p.line(tallyOf(c), func() string { return logSentence(c, of[c.Report.MessageUUID()]) })
	}
	p.passOver(msg.extra)
	f.callback, f.begun = msg.newest, true
	if f.again {
		return p.readFeed()
	}
	return nil
}

// messagesFed tells of messages that are new and have no callback, and of those that the API refused.
func (p *plainUI) messagesFed(newest []plivo.Message) {
	f := &p.feed
	refused, unclear, top := map[int64]bool{}, map[int64]bool{}, f.message
	for i := range newest {
		m := newest[len(newest)-1-i]
		fresh := m.ID > top
		f.message = max(f.message, m.ID)
		refused[m.ID], unclear[m.ID] = m.Refusal != "" && !m.Unclear, m.Unclear
		switch {
		case !f.begun:
		case m.Unclear && f.unclear[m.ID]:
		case m.Unclear:
			p.line(tally{messages: 1}, func() string {
				return fmt.Sprintf("Message to %s: it is unclear whether Plivo took it: %s", brief(orNone(m.To)), readable(m.Refusal))
			})
		case m.Refusal != "" && !f.refused[m.ID]:
			p.line(tally{messages: 1}, func() string {
				return fmt.Sprintf("Message to %s %s: %s", brief(orNone(m.To)), refusedBy(m), readable(m.Refusal))
			})
		case fresh && m.Callbacks == 0 && m.Refusal == "":
			p.line(tally{messages: 1}, func() string { return fmt.Sprintf("Message to %s %s.", brief(orNone(m.To)), statusSpoken(m)) })
		}
	}
	f.refused, f.unclear = refused, unclear
}

// line says a line of the log, or counts it where there were enough in this second.
func (p *plainUI) line(t tally, words func() string) {
	if f := &p.feed; f.paused || f.left == 0 {
		p.passOver(t)
		return
	}
	p.feed.left--
	p.log(words())
}

// passOver counts what is not told.
func (p *plainUI) passOver(t tally) {
	if p.feed.paused {
		p.feed.missed.plus(t)
		return
	}
	p.feed.extra.plus(t)
}

// second says how much was not told in the last second.
func (p *plainUI) second() {
	f := &p.feed
	f.left = feedLines
	if !f.extra.none() {
		p.log(f.extra.words("more ") + " in the last second.")
		f.extra = tally{}
	}
}

// pause stops the log, or goes on with it and says what came meanwhile.
func (p *plainUI) pause() {
	f := &p.feed
	f.paused = !f.paused
	key := spokenKeys(p.m.env.keys.follow.Help().Key)
	switch {
	case f.paused:
		f.missed, f.extra = f.extra, tally{}
		p.out.say("The log is paused. " + key + " goes on with it.")
		return
	case f.missed.none():
		p.out.say("The log goes on. Nothing came meanwhile.")
	default:
		p.out.say("The log goes on. Meanwhile came " + f.missed.words("") + ".")
	}
	f.missed = tally{}
}

// hearCore says the core's notices that are new.
func (p *plainUI) hearCore() {
	all := p.m.env.status.Notices
	fresh := slices.Index(all, p.feed.notice) + 1
	if fresh == 0 { // it is not kept any more, or there was none
		fresh = slices.IndexFunc(all, func(n app.Notice) bool { return n.At.After(p.feed.notice.At) })
	}
	if fresh < 0 {
		return
	}
	for _, n := range all[fresh:] {
		p.log(p.m.env.noticeSpoken(n))
		p.feed.notice = n
	}
}

package tui

import (
	"fmt"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/tui/grid"
)

// The signs of a message that a callback is missed of, and of one of which Plivo's API alone tells the end.
const (
	silentSign = "○"
	lostSign   = "∅"
)

// silent reports whether a callback of a message is missed, and not lost for good as far as is known.
func silent(m plivo.Message) bool { return (m.Silent() || m.Ahead()) && !m.CallbackLost() }

// alarmingSilence reports whether a silence is one to do something about: in some countries sent is the last that is
// heard.
func alarmingSilence(m plivo.Message) bool {
	return m.CallbackLost() || silent(m) && m.Silence.Cause != plivo.SentFinal
}

// silenceSign is the sign of what is missed with its paint, before its words.
func (t *theme) silenceSign(m plivo.Message) (sign string, paint grid.Paint) {
	switch {
	case m.CallbackLost():
		return lostSign, t.warn
	case alarmingSilence(m):
		return silentSign, t.warn
	default:
		return silentSign, t.muted
	}
}

// silenceBrief is what is missed in a few words, or in one, as w cells have room; empty for nothing.
func silenceBrief(m plivo.Message, w int) string {
	words, _ := m.SilenceWords(time.UTC) // the short words have no time
	one := ""
	switch {
	case m.CallbackLost():
		one = "lost"
	case alarmingSilence(m) && !m.Ahead():
		one = "missed"
	}
	return longest(w, brief(words), one, "")
}

// silenceEnd ends a timeline: what is not known, or what Plivo alone says.
func (d *detail) silenceEnd() (words string, paint grid.Paint) {
	th, m := d.env.th, d.message
	_, paint = th.silenceSign(m)
	switch said := brief(string(m.Provider.Status)); {
	case m.CallbackLost():
		return lostSign + " callback lost, Plivo says " + said, paint
	case m.Ahead():
		return silentSign + " no callback, Plivo says " + said, paint
	case m.Silent():
		words, _ := m.SilenceWords(time.UTC)
		return silentSign + " " + words, paint
	}
	return "no final report yet", th.muted
}

// writeSilence says why a callback is missed, what to do, and what Plivo said when it was asked.
func (d *detail) writeSilence(p *page) {
	th, m := d.env.th, d.message
	if m.Silent() || m.Ahead() {
		sign, paint := th.silenceSign(m)
		p.field("missed", paint, sign+" "+readable(missedSentence(m, d.env.at.Location())))
		p.field("", th.text, "→ "+d.env.missedTodo(m))
	}
	if m.Done() && m.Provider.GivenAt.IsZero() {
		return // callbacks have told it all
	}
	d.writeProvider(p)
}

// missedSentence says what did not come, and the likely cause.
func missedSentence(m plivo.Message, loc *time.Location) string {
	switch {
	case m.CallbackLost() && m.Silence.Cause == "":
		return "The callback did not come; the cause is not known."
	case m.CallbackLost():
		words := m.Silence.Words(loc)
		if m.Silence.Cause == plivo.UnknownSilence {
			return "The callback did not come; " + words + "."
		}
		return "The callback did not come: " + words + "."
	case m.Ahead():
		return "No callback comes: no callback URL was given with it."
	}
	_, long := m.SilenceWords(loc)
	return long
}

// missedTodo says what to do about a callback that is missed.
func (e *env) missedTodo(m plivo.Message) string {
	km := e.keys
	var todo string
	switch m.Silence.Cause {
	case plivo.NoURL:
		todo = "Give a callback URL with the send: without one Plivo reports nothing."
	case plivo.Forgotten:
		todo = "Send it again, if it is needed still: what a simulator did not post while it ran comes no more."
	case plivo.ProviderQueued:
		todo = "Wait: there is nothing to report before Plivo has sent it."
	case plivo.SentFinal:
		todo = "Let the app take sent for the end where no delivery is reported."
	case plivo.ProviderSent:
		todo = "Wait: carriers may report hours later, or never."
	case plivo.AnsweredBadly:
		todo = fmt.Sprintf("Only 200 ends Plivo's tries: Activity (%s) says what was refused or dropped here, Callbacks (%s) what was answered.", km.activity.Help().Key, km.requests.Help().Key)
	case plivo.OtherURL:
		todo = "Serve that URL, or send again with the present one; a domain of your own keeps the public URL as it is."
	case plivo.Down:
		todo = "Plivo tries for some seven minutes; what could not come in until then comes no more."
	case plivo.NotVerified:
		todo = km.signature.Help().Key + " says why their signature does not match."
	case plivo.NotThere:
		todo = "Wait, or ask the server that it was sent through: its callbacks may come all the same."
	default:
		todo = km.doctor.Help().Key + " sends a signed request out through the public URL, and says whether it comes back."
	}
	if m.CallbackLost() && m.Provider.GivenAt.IsZero() {
		return km.giveMissed.Help().Key + " sends your app the callback that it missed, marked as synthetic. " + todo
	}
	return todo
}

// writeProvider says what Plivo's API said of the message, which is never its status here.
func (d *detail) writeProvider(p *page) {
	th, said, now := d.env.th, d.message.Provider, d.env.at
	label := "Plivo says"
	if said.Status != "" {
		words := statusSign(said.Status) + " " + brief(string(said.Status))
		if plivo.HasError(said.ErrorCode) {
			words += " with error " + brief(said.ErrorCode)
		}
		if !said.ChangedAt.IsZero() {
			words += " since " + clock(said.ChangedAt, now)
		}
		if said.Units > 0 {
			words += ", billed as " + plural(said.Units, "segment")
		}
		p.field(label, th.status(said.Status), words)
		label = ""
	}
	if said.Problem != "" {
		p.field(label, th.warn, "! nothing when it was asked: "+readable(said.Problem))
		label = ""
	}
	if !said.AskedAt.IsZero() {
		times := "asked once"
		if said.Asked > 1 {
			times = fmt.Sprintf("asked %s times, the last", count(int64(said.Asked)))
		} else if said.Asked == 0 {
			times = "tried"
		}
		p.field(label, th.muted, times+" at "+clock(said.AskedAt, now))
	}
	if plivo.HasError(said.ErrorCode) && said.ErrorCode != d.message.ErrorCode {
		p.explainCode(th, said.ErrorCode, said.Status)
	}
	if !said.GivenAt.IsZero() {
		p.field("your app", th.good, "✓ was given the missed callback at "+clock(said.GivenAt, now)+", marked as synthetic, and took it")
	}
}

// explainCode says what an error code means, whose fault it is and what to do.
func (p *page) explainCode(th *theme, raw string, st plivo.Status) {
	code := brief(raw)
	c, known := plivo.LookupCode(raw)
	if !known {
		p.field("error "+code, th.status(st), statusSign(st)+" Plivo's tables do not explain this code; ask Plivo's support with the UUID.")
		return
	}
	p.field("error "+code, th.status(st), statusSign(st)+" "+c.Meaning+".")
	p.field("", th.text, faultWords(c.Fault)+" "+retryWords(c.Retryable))
	p.field("", th.text, "→ "+c.Advice)
}

// writeReportsTo says where the reports of the message go, and whether anybody listens there still.
func (d *detail) writeReportsTo(p *page) {
	th, m := d.env.th, d.message
	if m.CallbackURL == "" {
		return
	}
	if !d.stranded {
		p.field("reports to", th.text, readable(m.CallbackURL))
		return
	}
	p.field("reports to", th.warn, "! "+readable(m.CallbackURL))
	words := "That was the public URL when it was sent; what is reported there may be lost."
	if now := d.env.status.CallbackURL; now != "" {
		words = "That was the public URL when it was sent; now it is " + strings.TrimSuffix(readable(now), "/sms/delivery-report") + ", and what is reported there may be lost."
	}
	p.field("", th.text, words)
}

// strand looks whether the public URL is another one by now.
func (d *detail) strand() {
	if d.shown && d.env.core.Stranded(d.message) != d.stranded {
		d.refresh()
	}
}

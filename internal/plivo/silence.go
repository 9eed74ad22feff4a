package plivo

import (
	"fmt"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"
)

// Provider is what Plivo's API said of a message when it was asked. The message's own status rests on
// callbacks alone, and nothing of this is ever folded into it. The zero value is of one that was never asked
// about.
type Provider struct {
	Status    Status // empty while the API gave none
	ErrorCode string // as it arrived; empty for none
	Units     int    // billed segments; 0 unknown
	ChangedAt time.Time
	Asked     int       // how often
	AskedAt   time.Time // the last time
	Problem   string    // why the last answer gave no status, in a sentence
	// GivenAt is when the application was given a synthetic callback in place of the missed one, and took it.
	GivenAt time.Time
}

// SilenceCause is the likely reason why no callback comes, in a word.
type SilenceCause string

// The causes, the most certain first.
const (
	NoURL          SilenceCause = "no_url"          // none was given with the send
	Forgotten      SilenceCause = "forgotten"       // by the simulator that it went to
	ProviderQueued SilenceCause = "provider_queued" // there is nothing to tell yet
	SentFinal      SilenceCause = "sent_final"      // the carriers of the country may report nothing
	ProviderSent   SilenceCause = "provider_sent"   // the carrier has reported nothing yet
	AnsweredBadly  SilenceCause = "answer"          // callbacks were not answered 2xx
	OtherURL       SilenceCause = "other_url"       // they go where nothing listens for this history
	Down           SilenceCause = "outage"          // nothing could come in
	NotVerified    SilenceCause = "not_verified"    // some came, but none that verifies
	NotThere       SilenceCause = "not_there"       // the simulator of now does not know it
	UnknownSilence SilenceCause = "unknown"
)

// NotRunning is why nothing could come in while the program was not there, as the history has it.
const NotRunning = "plivoscope was not running"

// Silence is why no callback, or no other one, came in the time in which it usually does. The zero value is
// of a message that nobody misses one of.
type Silence struct {
	Cause  SilenceCause
	At     time.Time // when this was judged first: what came later has ended it
	From   time.Time // of an outage, or of bad answers
	To     time.Time // zero while it lasts
	Detail string    // an outage's reason, the status that we answered, the other URL or the country
}

// Words are the likely cause as a sentence without its full stop. Times are shown in the zone of loc.
func (s Silence) Words(loc *time.Location) string {
	switch s.Cause {
	case NoURL:
		return "no callback URL was given with it"
	case Forgotten:
		return "its simulator has ended or was reset, and has forgotten it: nothing more will come"
	case ProviderQueued:
		return "Plivo has it in its queue still"
	case ProviderSent:
		return "Plivo says it is sent, and the carrier has reported nothing since"
	case SentFinal:
		return "sent may be the last that is heard: carriers there (" + s.Detail + ") often report no delivery"
	case AnsweredBadly:
		return "callbacks were answered " + s.Detail + spanWords(s.From, s.To, loc) + ", and Plivo takes 200 for an answer"
	case OtherURL:
		return "its callbacks go to " + s.Detail + ", which is not served here now"
	case Down:
		if s.Detail == NotRunning {
			return "no server of this history was running" + spanWords(s.From, s.To, loc)
		}
		words := "nothing could come in by the public URL" + spanWords(s.From, s.To, loc)
		if s.Detail != "" {
			words += " (" + strings.TrimSuffix(s.Detail, ".") + ")"
		}
		return words
	case NotVerified:
		return "callbacks came, but none of them verifies"
	case NotThere:
		return "the simulator that runs now does not know it: it was reset since, or remembers only later messages (its last 10,000), or the message did not go through it"
	}
	return "the cause is not known"
}

func spanWords(from, to time.Time, loc *time.Location) string {
	if from.IsZero() {
		return ""
	}
	layout := "15:04:05"
	if d := to.Sub(from); !to.IsZero() && d >= 24*time.Hour {
		layout = time.DateTime
	}
	words := " from " + from.In(loc).Format(layout)
	if to.IsZero() {
		return words + " on"
	}
	return words + " to " + to.In(loc).Format(layout)
}

// Done reports whether callbacks that verify have told the last of a message.
func (m Message) Done() bool { return m.Status.Terminal() && !m.Unverified }

// Silent reports whether a callback is missed now: "no callback yet". Silence says why.
func (m Message) Silent() bool {
	return m.Silence.Cause != "" && !m.Done() && !m.UpdatedAt.After(m.Silence.At)
}

// Ahead reports whether Plivo's API knows more of the message than its callbacks have told, or another end
// than those tell that do not verify.
func (m Message) Ahead() bool {
	said := m.Provider.Status
	if m.Unverified && m.Status.Terminal() {
		return said.Terminal() && said != m.Status
	}
	return said.Known() && said.Rank() > m.Status.Rank()
}

// CallbackLost reports whether the status is known from the API alone although callbacks were asked for.
// Plivo may try for some seven minutes after the change; what comes then ends this.
func (m Message) CallbackLost() bool {
	return m.Ahead() && (m.CallbackURL != "" || m.Callbacks > 0)
}

// SilenceWords say of a message that a callback is missed of, or of which more is known than callbacks have
// told, what the matter is: short for a list ("no callback yet", "no final report", "Plivo: delivered"), and whole sentences
// for where there is room. Both are empty where nothing is missed.
func (m Message) SilenceWords(loc *time.Location) (short, long string) {
	switch {
	case m.Ahead():
		p := m.Provider
		short = "Plivo: " + string(p.Status)
		long = "Plivo says " + string(p.Status)
		if HasError(p.ErrorCode) {
			long += " with error " + p.ErrorCode
		}
		if !p.ChangedAt.IsZero() {
			long += " since " + p.ChangedAt.In(loc).Format("15:04:05")
		}
		long += fmt.Sprintf(" (asked at %s)", p.AskedAt.In(loc).Format("15:04:05"))
		if m.Silence.Cause == NoURL {
			return short, long + "; no callback URL was given with it."
		}
		long += ", but the callback did not come"
		if m.Silence.Cause != "" && m.Silence.Cause != UnknownSilence {
			long += ": " + m.Silence.Words(loc)
		}
		if !p.GivenAt.IsZero() {
			long += "; your app took a synthetic one at " + p.GivenAt.In(loc).Format("15:04:05")
		}
		return short, long + "."
	case m.Silent() && m.Silence.Cause == SentFinal:
		return "sent may be final", "Sent may be the last that is heard: carriers there (" + m.Silence.Detail + ") often report no delivery."
	case m.Silent() && m.Silence.Cause == NotVerified:
		return "none verifies", "Callbacks came, but none of them verifies."
	case m.Silent() && m.Callbacks > 0:
		if m.Unverified { // others came
			return "no final report", "No final report that verifies: " + m.Silence.Words(loc) + "."
		}
		return "no final report", "No final report yet: " + m.Silence.Words(loc) + "."
	case m.Silent():
		return "no callback yet", "No callback yet: " + m.Silence.Words(loc) + "."
	}
	return "", ""
}

// SentMayBeFinal reports whether carriers in the country of a number in E.164 often report no delivery, so
// that sent is all that is ever heard of a message; country is its English name. Plivo says so of the United
// States and Canada; elsewhere it may happen too.
func SentMayBeFinal(e164 string) (country string, may bool) {
	n, err := phonenumbers.Parse(e164, "")
	if err != nil {
		return "", false
	}
	switch phonenumbers.GetRegionCodeForNumber(n) {
	case "US", "CA":
		country = Country(e164)
		return country, country != ""
	}
	return "", false
}

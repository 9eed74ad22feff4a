package forward

import (
	"log/slog"
	"math/rand/v2"
	"strconv"
	"time"

	"dev.internal/plivoscope/internal/webhook"
)

// fell notes that an attempt was not answered for good, and tells of the first. again says that it is
// made again from here.
func (l *lane) fell(a *webhook.Attempt, again bool) {
	l.mu.Lock()
	last := lastWords(a)
	l.s.Health.set(Down, last, l.f.o.Now())
	told := l.trouble
	l.trouble = true
	l.mu.Unlock()
	if told {
		return
	}
	then := "Callbacks are kept and go when it answers."
	if !again {
		then = "Plivo is told so, and sends the callback again."
	}
	if a.Answer.Status != 0 {
		then = "It is sent again until that changes."
		if !again {
			then = "So is Plivo answered, which sends it again."
		}
		l.tell(slog.LevelWarn, "fails: callback %d was answered %s. %s", a.CallbackID, last, then)
		return
	}
	l.tell(slog.LevelWarn, "fails: %s %s", last, then)
}

// rose notes that an attempt was answered for good, and tells when that ends the trouble.
func (l *lane) rose(a *webhook.Attempt, refused bool) {
	l.mu.Lock()
	last := lastWords(a)
	l.s.Forwarded++
	if refused {
		l.s.Refused++
	}
	l.s.Health.set(Up, last, l.f.o.Now())
	over := l.trouble && l.s.Retrying == 0
	if over {
		l.trouble = false
	}
	l.mu.Unlock()
	if over {
		l.tell(slog.LevelInfo, "works again: callback %d was answered %s.", a.CallbackID, last)
	}
	if refused && l.once("refused") {
		l.tell(slog.LevelWarn, "is refused: callback %d was answered %s, which ends it. Others that are answered so are only counted.", a.CallbackID, last)
	}
}

// backOff is how long to wait after so many failures: each time twice as long up to a bound, give or take a
// quarter, so that not all come back at once.
func backOff(failures int, first, most time.Duration) time.Duration {
	d := most
	if failures < 16 {
		d = min(first<<max(failures-1, 0), most)
	}
	return d*3/4 + time.Duration(rand.Int64N(int64(d)/2+1))
}

// askedMost is the longest that an application can ask for.
const askedMost = time.Minute

// waitAsked is how long the application asks to be left alone, where that is longer.
func waitAsked(a *webhook.Attempt, usual time.Duration) time.Duration {
	seconds, err := strconv.Atoi(a.Answer.Header.Get("Retry-After"))
	if err != nil || seconds <= 0 {
		return usual
	}
	return max(usual, min(time.Duration(seconds)*time.Second, askedMost))
}

func plural(n int64, word string) string {
	s := strconv.FormatInt(n, 10) + " " + word
	if n != 1 {
		s += "s"
	}
	return s
}

func were(n int64) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

func are(n int64) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

package tunnel

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// speaker says events, each that tells something new, and keeps the last URL.
type speaker struct {
	emit func(Event)
	last Event
	was  bool // Online at least once
}

func (s *speaker) say(e Event) {
	if e != s.last {
		s.last = e
		s.emit(e)
	}
}

func (s *speaker) online(url, doubt string) {
	s.was = true
	s.say(Event{State: Online, URL: url, Why: doubt})
}

// away says that the tunnel is not there now, but may be later.
func (s *speaker) away(why, code string) {
	state := Connecting
	if s.was {
		state = Reconnecting
	}
	s.say(Event{State: state, URL: s.last.URL, Why: why, Code: code})
}

// failed says that it does not come back, and gives the error that Run returns.
func (s *speaker) failed(e *Error) error {
	s.say(Event{State: Failed, URL: s.last.URL, Why: e.Why, Code: e.Code})
	return e
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

// sentence is an error that is shown as it is.
func sentence(format string, args ...any) error { return fmt.Errorf(format, args...) }

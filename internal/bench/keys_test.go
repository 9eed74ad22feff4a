package bench

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// keyer presses one key after the other, each when the one before can be seen, and keeps how long that
// took: from writing it to the terminal until the emulated screen shows what it does.
type keyer struct {
	u     ui
	press func() (why string)
	took  []time.Duration
}

var shownUUID = regexp.MustCompile(`· (5b40a428-[0-9a-f-]{27})`)

// mover moves the selection down and up. What is selected is named over the detail.
func mover(b *testing.B, u ui) *keyer {
	y := slices.IndexFunc(strings.Split(u.Text(), "\n"), shownUUID.MatchString)
	if y < 0 {
		b.Fatalf("no message is selected:\n%s", u.Text())
	}
	selected := func() string { return shownUUID.FindString(u.Line(y)) }
	down := true
	return &keyer{u: u, press: func() string {
		was := selected()
		u.Press(map[bool]string{true: "j", false: "k"}[down])
		down = !down
		return u.Until(func() bool { now := selected(); return now != "" && now != was })
	}}
}

// typist types into the filter and takes it back.
func typist(u ui) *keyer {
	u.Press("/")
	u.Wait(`(?m)^ / `)
	y := slices.IndexFunc(strings.Split(u.Text(), "\n"), func(l string) bool { return strings.HasPrefix(l, " / ") })
	const words = "xyzzyxyzzyxyzzyxyzzyxyzzy" // no filter word that would be completed
	n, back := 0, false
	return &keyer{u: u, press: func() string {
		if n == len(words) {
			back = true
		} else if n == 0 {
			back = false
		}
		if back {
			n--
			u.Press("\x7f")
		} else {
			u.Press(words[n : n+1])
			n++
		}
		want := " / " + words[:n]
		return u.Until(func() bool {
			line := strings.TrimRight(u.Line(y), " ")
			return line == strings.TrimRight(want, " ") || n == 0 && !strings.HasPrefix(line, " / x")
		})
	}}
}

// pause is the time between two keys: that of one who holds a key down.
const pause = 30 * time.Millisecond

// until presses keys until the channel is closed.
func (k *keyer) until(done <-chan struct{}) (why string) {
	for i := 0; ; i++ {
		select {
		case <-done:
			return ""
		// Not in step with the frames, which would show only one moment between two of them.
		case <-time.After(pause + time.Duration(i*7%17)*time.Millisecond):
		}
		began := time.Now()
		if why := k.press(); why != "" {
			return why
		}
		k.took = append(k.took, time.Since(began))
	}
}

// during presses keys for so long.
func (k *keyer) during(b *testing.B, d time.Duration) {
	b.Helper()
	done := make(chan struct{})
	time.AfterFunc(d, func() { close(done) })
	if why := k.until(done); why != "" {
		b.Fatalf("a key was not answered: %s:\n%s", why, k.u.Text())
	}
}

// report reports the quantiles under a name and forgets the times.
func (k *keyer) report(b *testing.B, name string) {
	slices.Sort(k.took)
	for _, q := range []struct {
		name string
		at   float64
	}{{"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}} {
		if n := len(k.took); n > 0 {
			b.ReportMetric(ms(k.took[min(int(float64(n)*q.at), n-1)]), "ms/"+name+"-"+q.name)
		}
	}
	b.ReportMetric(float64(len(k.took)), name+"s")
	k.took = nil
}

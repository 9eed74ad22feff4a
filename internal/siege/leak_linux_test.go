package siege

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/screentest"
)

var million = flag.Bool("million", false, "have TestLeaks go on until a million callbacks went through")

// More callbacks come only where few are still on their way to the target: what is measured is the program, and not
// how much it lets wait.
const (
	soakCallers = 16
	soakWaiting = 400 // acknowledged, and not at the target yet
)

// soak is the program with its screens, a target that it forwards to, and what came of all callbacks.
type soak struct {
	t      *testing.T
	screen *screentest.Terminal
	stderr string
	url    string // of delivery reports

	next, acknowledged, forwarded atomic.Int64
	came                          []atomic.Uint32 // at the target, by message
	twice                         atomic.Int64    // of these, those that had come already
}

// usage is what a process holds.
type usage struct {
	at                   int64 // callbacks so far
	descriptors, threads int
	resident             int // KiB
}

// newSoak starts the program, which keeps so many callbacks, for most of them.
func newSoak(t *testing.T, most, keep int) *soak {
	t.Helper()
	s := &soak{t: t, came: make([]atomic.Uint32, most+soakCallers+1)}
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		id := r.FormValue("MessageUUID")
		i, err := strconv.Atoi(id[strings.LastIndexByte(id, '-')+1:])
		if err != nil || i >= len(s.came) {
			t.Errorf("the target was sent message %q", id)
			return
		}
		if s.came[i].Add(1) == 1 {
			s.forwarded.Add(1)
		} else {
			s.twice.Add(1)
		}
	}))
	t.Cleanup(target.Close)
	s.stderr = filepath.Join(t.TempDir(), "stderr")
	stderr, err := os.Create(s.stderr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stderr.Close() })
	cmd := newHouse(t).command("--addr", "127.0.0.1:0", "--keep", strconv.Itoa(keep), "--forward-to", target.URL)
	cmd.Stderr = stderr
	s.screen = screentest.Open(t, cmd, 120, 36)
	s.screen.Wait(`127\.0\.0\.1:\d+`)
	s.url = "http://" + regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(s.screen.Text()) + "/sms/delivery-report"
	return s
}

// flood posts callbacks until so many were sent or ctx ends, and returns when each is at the target.
func (s *soak) flood(ctx context.Context, most int64) {
	s.t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: soakCallers}}
	var callers sync.WaitGroup
	for range soakCallers {
		callers.Go(func() {
			for ctx.Err() == nil {
				for s.acknowledged.Load()-s.forwarded.Load() > soakWaiting && ctx.Err() == nil {
					time.Sleep(time.Millisecond)
				}
				i := s.next.Add(1)
				if i > most {
					s.next.Add(-1)
					return
				}
				status, err := post(context.WithoutCancel(ctx), client, s.url, int(i))
				if err != nil || status != http.StatusOK {
					s.t.Errorf("message %d is answered %d, %v", i, status, err)
					return
				}
				s.acknowledged.Add(1)
			}
		})
	}
	callers.Wait()
	client.CloseIdleConnections()
	wait(s.t, "all at the target", func() bool { return s.forwarded.Load() == s.acknowledged.Load() })
}

// hands does what a user does, over and over, until ctx ends: types a filter and clears it, goes through the screens,
// draws the window larger and smaller.
func (s *soak) hands(ctx context.Context) {
	sizes := [][2]int{{80, 24}, {120, 36}, {60, 15}, {160, 50}, {120, 36}}
	keys := []string{"/", "status:delivered to:+1415", "\r", "j", "j", "\r", "\x1b", "/", "\x15", "\r", "2", "j", "\r", "\x1b", "6", "5", "1", "?", "\x1b"}
	pace := time.NewTicker(20 * time.Millisecond) // a user is no faster
	defer pace.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-pace.C:
		}
		s.screen.Press(keys[n%len(keys)])
		if n%7 == 0 {
			size := sizes[n/7%len(sizes)]
			s.screen.Resize(size[0], size[1])
		}
	}
}

// sample looks at what the process holds.
func (s *soak) sample() usage {
	dir := fmt.Sprintf("/proc/%d/", s.screen.Cmd.Process.Pid)
	u := usage{at: s.acknowledged.Load()}
	open, err := os.ReadDir(dir + "fd")
	if err != nil {
		s.t.Error(err)
	}
	u.descriptors = len(open)
	status, err := os.ReadFile(dir + "status")
	if err != nil {
		s.t.Error(err)
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		number, _, _ := strings.Cut(strings.TrimSpace(value), " ")
		switch name {
		case "VmRSS":
			u.resident, _ = strconv.Atoi(number)
		case "Threads":
			u.threads, _ = strconv.Atoi(number)
		}
	}
	return u
}

// watch samples until ctx ends.
func (s *soak) watch(ctx context.Context, every time.Duration) (all []usage) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return all
		case <-tick.C:
			all = append(all, s.sample())
		}
	}
}

// goroutines ends the program and gives how many it had, and all of them in words.
func (s *soak) goroutines() (int, string) {
	s.t.Helper()
	_ = s.screen.Cmd.Process.Signal(syscall.SIGQUIT)
	_ = s.screen.Cmd.Wait()
	dump, err := os.ReadFile(s.stderr)
	if err != nil {
		s.t.Fatal(err)
	}
	return len(regexp.MustCompile(`(?m)^goroutine \d+ .*\[`).FindAll(dump, -1)), string(dump)
}

// TestLeaks: descriptors, threads, memory and goroutines do not grow while callbacks come and are forwarded, a user goes
// through the screens, and the oldest callbacks are dropped.
func TestLeaks(t *testing.T) {
	t.Parallel()
	slack := 16 << 10 // KiB: a cycle of the collector, of which each half sees some
	most, keep, limit, every := 4000, 500, 4*time.Second, 40*time.Millisecond
	switch {
	default:
		slack *= 4 // the caches are still filling
	case *million:
		most, keep, limit, every = 1_000_000, 20_000, time.Hour, time.Second
	case figures.Collecting():
		most, keep, limit, every = 1_000_000, 5000, 90*time.Second, 500*time.Millisecond
	}
	s := newSoak(t, most, keep)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	playing, stop := context.WithCancel(t.Context())
	var beside sync.WaitGroup
	var all []usage
	beside.Go(func() { s.hands(playing) })
	beside.Go(func() { all = s.watch(playing, every) })
	began := time.Now()
	s.flood(ctx, int64(most))
	took := time.Since(began)
	stop()
	beside.Wait()
	s.screen.Resize(120, 36)
	s.screen.Press("\x1b")
	s.screen.Press("\x1b")
	s.screen.Press("1")
	s.screen.Wait(`Messages`)
	for _, seen := range []string{"status:delivered", "Callbacks", "Activity"} {
		if !strings.Contains(string(s.screen.Written()), seen) {
			t.Errorf("%s was never on the screen", seen)
		}
	}
	sent, lost := s.acknowledged.Load(), 0
	for i := range sent {
		if s.came[i+1].Load() != 1 {
			lost++
		}
	}
	if lost > 0 || s.twice.Load() > 0 {
		t.Errorf("%d of %d are not at the target once; %d came again", lost, sent, s.twice.Load())
	}
	rested := s.sample()
	number, dump := s.goroutines()
	flat(t, all, sent, slack)

	fresh := newSoak(t, 200, keep)
	fresh.flood(t.Context(), 200)
	fresh.screen.Wait(`Messages`)
	first := fresh.sample()
	expected, _ := fresh.goroutines()
	// Idle connections come and go, and one between two states is counted in either.
	if number == 0 || expected == 0 || number > expected+12 {
		t.Errorf("%d goroutines after %d callbacks, %d in a fresh program:\n%s", number, sent, expected, dump)
	}
	t.Logf("%d callbacks in %.1f s, at rest %+v with %d goroutines; a fresh program %+v with %d", sent, took.Seconds(), rested, number, first, expected)
	figures.Tell(t, figures.Attack{What: fmt.Sprintf("%d callbacks forwarded, with filtering, resizing and retention", sent), Tries: int(sent), Survived: int(sent) - lost, Lost: lost + int(s.twice.Load())})
}

// flat compares the second half of the samples with the first, without its beginning.
func flat(t *testing.T, all []usage, sent int64, slack int) {
	t.Helper()
	var most [2]usage
	var resident, number [2]int
	for _, u := range all {
		half := 0
		switch {
		case u.at < sent/8:
			continue
		case u.at > sent/2:
			half = 1
		}
		most[half].descriptors = max(most[half].descriptors, u.descriptors)
		most[half].threads = max(most[half].threads, u.threads)
		resident[half] += u.resident
		number[half]++
	}
	if number[0] == 0 || number[1] == 0 {
		t.Fatalf("only %d samples", len(all))
	}
	before, after := resident[0]/number[0], resident[1]/number[1]
	t.Logf("first half %d descriptors, %d threads, %d KiB; second %d, %d, %d KiB", most[0].descriptors, most[0].threads, before, most[1].descriptors, most[1].threads, after)
	// A descriptor for each connection that is just being made, and a thread where the system holds one up.
	if most[1].descriptors > most[0].descriptors+soakCallers || most[1].threads > most[0].threads+6 || after > before+before/5+slack {
		t.Errorf("it grows: %+v and %d KiB in the first half, %+v and %d KiB in the second", most[0], before, most[1], after)
	}
}

package tunnel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"mvdan.cc/sh/v3/syntax"
)

// command is a tunnel that another program opens and prints the URL of.
type command struct {
	preset
	find    finder
	secrets secrets
	log     *slog.Logger
	pace    pace
	opening atomic.Pointer[string] // what a program that has printed no URL yet says; nil for nothing
}

// Opening is what the program has printed while it has printed no URL, in a sentence; empty for nothing, and where it
// has one. Each line of it would be too much to tell by events.
func (c *command) Opening() string {
	if words := c.opening.Load(); words != nil {
		return *words
	}
	return ""
}

// pace holds the times that a command is given.
type pace struct {
	first, most time.Duration // between two starts, the bounds of the back-off
	url         time.Duration // for the URL to be printed
	ready       time.Duration // after that for the line that says that it works
	steady      time.Duration // online for so long is no flapping
	grace       time.Duration // to end by itself when it is told to
}

var commandPace = pace{
	first: time.Second, most: 30 * time.Second, url: 30 * time.Second, ready: 10 * time.Second,
	steady: 30 * time.Second, grace: 2 * time.Second,
}

// tries is how many times a command may end before it has printed a URL for the first time. One that did
// once is started again for ever: the network may come back.
const tries = 3

func (c *command) Name() string { return c.name }

// Metered tells whether the program is ngrok's: no other service is known to count requests by the month.
func (c *command) Metered() bool { return c.program() == "ngrok" }

// NamesCaller tells whether the program is one of which it is known: the edges of ngrok and Cloudflare append the
// caller's address to what the caller wrote. What the services over ssh do with it is written nowhere.
func (c *command) NamesCaller() bool { return c.program() == "ngrok" || c.program() == "cloudflared" }

// program is the name of the program that is started.
func (c *command) program() string { return strings.TrimSuffix(filepath.Base(c.words[0]), ".exe") }

// title is the program's name for sentences.
func (c *command) title() string { return c.secrets.hide(filepath.Base(c.words[0])) }

// byHand is the command as a user would type it, without what keeps the user's own configuration out.
func (c *command) byHand(addr string) string {
	var words []string
	for _, w := range c.words {
		if w == configFile {
			words = words[:len(words)-1]
			continue
		}
		w = strings.ReplaceAll(w, placeholder, dialable(addr))
		if quoted, err := syntax.Quote(w, syntax.LangPOSIX); err == nil {
			w = quoted
		}
		words = append(words, w)
	}
	return c.secrets.hide(strings.Join(words, " "))
}

func (c *command) Run(ctx context.Context, local Local, emit func(Event)) error {
	say := &speaker{emit: emit}
	say.away("", "")
	for failures := 0; ctx.Err() == nil; {
		l := &life{command: c, say: say, output: output{secrets: c.secrets}}
		err := l.live(ctx, dialable(local.Addr))
		if ctx.Err() != nil {
			break
		}
		if l.onlineFor >= c.pace.steady {
			failures = 0
		}
		failures++
		why := err.Error()
		var final *Error
		if errors.As(err, &final) {
			return say.failed(final)
		}
		if !say.was && failures >= tries {
			return say.failed(&Error{Why: fmt.Sprintf("%s It was started %d times; try by hand: %s", why, failures, c.byHand(local.Addr))})
		}
		wait := backOff(failures, c.pace.first, c.pace.most)
		say.away(fmt.Sprintf("%s It is started again in %s.", why, wait.Round(100*time.Millisecond)), "")
		pause(ctx, wait)
	}
	return nil
}

// life is one child process from its start to its end.
type life struct {
	*command
	say    *speaker
	output output

	url       string
	untaken   *untaken // nil for none
	ready     bool
	doubt     string
	since     time.Time // when it came online
	onlineFor time.Duration
}

// live runs the program once; the error says how it ended.
func (l *life) live(ctx context.Context, addr string) error {
	words, remove, err := l.args(addr)
	if err != nil {
		return err
	}
	defer remove()
	hidden := ours
	if l.preset.name != ownCommand {
		hidden = oursOrNgroks
	}
	l.opening.Store(nil)
	child, err := startChild(words, hidden)
	switch {
	case errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist):
		advice := "install it, or name it with its path"
		if l.install != "" {
			advice = l.install
		}
		return &Error{Why: fmt.Sprintf("The program %s for the tunnel was not found: %s.", l.title(), advice)}
	case errors.Is(err, os.ErrPermission):
		return &Error{Why: fmt.Sprintf("The program %s for the tunnel may not be run; make it executable.", l.title())}
	case err != nil:
		return sentence("The program %s for the tunnel could not be started: %s.", l.title(), l.secrets.hide(err.Error()))
	}
	defer func() {
		child.stop(l.pace.grace)
		if !l.since.IsZero() {
			l.onlineFor = time.Since(l.since)
		}
	}()
	return l.watch(ctx, child)
}

// watch follows what the child prints until it ends or is to end.
func (l *life) watch(ctx context.Context, child *child) error {
	limit := time.NewTimer(l.pace.url)
	defer limit.Stop()
	var idle <-chan time.Time // a line that has no end yet may be all that comes
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case chunk, open := <-child.output:
			if !open {
				l.take(l.output.flush())
				return l.ended(<-child.ended)
			}
			l.take(l.output.add(chunk))
			idle = nil
			if l.output.partial() {
				idle = time.After(idleLine)
			}
		case <-idle:
			idle = nil
			l.take(l.output.flush())
		case <-limit.C:
			if l.url == "" {
				why := fmt.Sprintf("The command %s printed no public URL within %s%s", l.title(), l.pace.url, l.said())
				if l.say.was {
					return errors.New(why)
				}
				return &Error{Why: why + " Check the command, or say with --tunnel-pattern what its URL looks like."}
			}
			l.ready = true
			l.tell()
		}
		if l.url != "" && l.since.IsZero() {
			l.since = time.Now()
			limit.Reset(l.pace.ready)
		}
	}
}

// take looks for a URL in lines of output.
func (l *life) take(lines []string) {
	for _, line := range lines {
		l.log.Debug("tunnel output", "program", l.title(), "line", l.secrets.hide(line))
		if l.preset.ready != "" && strings.Contains(line, l.preset.ready) {
			l.ready = true
		}
		if other := l.find.untaken(line); other != nil && other.likelier(l.untaken) {
			l.untaken = other
		}
		found, ok := l.find.url(line)
		switch {
		case !ok || found == l.url:
		case l.url == "" || l.find.pattern != nil || sameSite(found, l.url):
			l.url, l.doubt = found, ""
		default:
			l.doubt = fmt.Sprintf("%s also printed %s, which is not used; if that is the tunnel, say with --tunnel-pattern what its URL looks like.", l.title(), l.secrets.hide(found))
		}
	}
	if l.url == "" && len(lines) > 0 {
		words := "It has printed no public URL yet" + l.said()
		l.opening.Store(&words)
	}
	l.tell()
}

func (l *life) tell() {
	if l.url != "" {
		l.opening.Store(nil)
	}
	if l.url != "" && (l.ready || l.preset.ready == "") {
		l.say.online(l.url, l.doubt)
	}
}

// ended is how the child ended, with the last lines that it printed.
func (l *life) ended(err error) error {
	how := "ended"
	if err != nil {
		how = "ended with " + err.Error()
	}
	return sentence("The command %s of the tunnel %s%s", l.title(), how, l.said())
}

// said ends a sentence with the last lines of output.
func (l *life) said() string {
	lines := l.output.last
	if len(lines) == 0 {
		return ", having printed nothing."
	}
	why := ""
	if l.url == "" && l.untaken != nil {
		why = fmt.Sprintf(". It printed %s, which is not taken: %s", shortened(l.secrets.hide(l.untaken.url)), shortened(l.secrets.hide(l.untaken.why)))
	}
	return fmt.Sprintf("%s. Its last words: “%s”.", why, strings.Join(lines, " / "))
}

// args are the words with the address put in; remove takes away the file that was made for them.
func (c *command) args(addr string) (words []string, remove func(), err error) {
	remove = func() {}
	for _, w := range c.words {
		if w == configFile {
			f, err := os.CreateTemp("", "plivoscope-*.yml")
			if err == nil {
				w = f.Name()
				remove = func() { _ = os.Remove(w) }
				_, err = f.WriteString("{}\n")
				err = errors.Join(err, f.Close())
			}
			if err != nil {
				remove()
				return nil, nil, sentence("The empty configuration file for %s could not be written: %v.", c.title(), err)
			}
		}
		words = append(words, strings.ReplaceAll(w, placeholder, addr))
	}
	return words, remove, nil
}

// dialable is an address on this machine where the server that listens on addr can be reached.
func dialable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

package simulator

import "strings"

// How many callbacks are on their way at once.
const (
	maxPosting    = 64 // to all targets
	defaultAtOnce = 6  // to one: what waits in the listen queue of 5 that Python's http.server has, before one is dropped
)

// lane is what is due to one target. Only so many of its tasks run at once, so that neither is a small server overrun
// nor do all wait for a slow one.
type lane struct {
	target  string
	ready   []*task // in order
	workers int
}

// targetOf is the scheme and host of a URL, as they are written.
func targetOf(url string) string {
	begun := strings.Index(url, "://") + len("://")
	if end := strings.IndexAny(url[begun:], "/?#"); end >= 0 {
		return url[:begun+end]
	}
	return url
}

// line has a due task run in its turn. The caller holds mu.
func (c *schedule) line(t *task) {
	target := targetOf(t.m.url)
	l := c.lanes[target]
	if l == nil {
		l = &lane{target: target}
		c.lanes[target] = l
	}
	l.ready = append(l.ready, t)
	if l.workers < c.atOnce && c.workers < maxPosting {
		l.workers++
		c.workers++
		go c.work(l)
	}
}

// due gives all that is, and does not run yet. The caller holds mu.
func (c *schedule) due() []*task {
	var all []*task
	for _, l := range c.lanes {
		all = append(all, l.ready...)
	}
	return all
}

// work runs what is due in a lane until nothing is, then in others.
func (c *schedule) work(l *lane) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for l != nil {
		for len(l.ready) > 0 {
			t := l.ready[0]
			l.ready[0] = nil
			if l.ready = l.ready[1:]; len(l.ready) == 0 {
				l.ready = nil // what was used is let go
			}
			c.perform(t)
		}
		if l.workers--; l.workers == 0 {
			delete(c.lanes, l.target)
		}
		l = c.understaffed()
	}
	c.workers--
}

// understaffed gives a lane a worker that another one leaves, where one has need of it.
func (c *schedule) understaffed() *lane {
	for _, l := range c.lanes {
		if len(l.ready) > 0 && l.workers < c.atOnce {
			l.workers++
			return l
		}
	}
	return nil
}

// perform runs a task, without mu meanwhile.
func (c *schedule) perform(t *task) {
	c.running[t] = struct{}{}
	c.mu.Unlock()
	t.do(t)
	c.mu.Lock()
	delete(c.running, t)
	c.weight.Add(-t.weight)
	c.pay(t)
	if c.ended != nil {
		close(c.ended)
		c.ended = nil
	}
}

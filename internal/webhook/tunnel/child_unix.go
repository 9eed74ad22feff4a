//go:build unix

package tunnel

import (
	"os"
	"syscall"
	"time"
)

// ask tells the child and all that it started to end.
func (c *child) ask() { c.tree.signal(syscall.SIGTERM) }

// kill ends them at once.
func (c *child) kill() { c.tree.signal(syscall.SIGKILL) }

// sweep ends what the child, which has ended, has left behind: it is told to end, and killed after grace. What begins
// while that goes on is found too, a few times.
func (c *child) sweep(grace time.Duration) {
	c.tree.ended()
	if !c.tree.signal(syscall.SIGTERM) {
		return
	}
	for end := time.Now().Add(grace); time.Now().Before(end); time.Sleep(sweepPause) {
		if left, _ := c.tree.members(); len(left) == 0 {
			return
		}
	}
	for range mostSweeps {
		if !c.tree.signal(syscall.SIGKILL) {
			return
		}
		time.Sleep(sweepPause)
	}
}

const (
	sweepPause = 20 * time.Millisecond
	mostSweeps = 25
)

// hold notes the child, the leader of the session by which most of its tree is known.
func (t *tree) hold(p *os.Process) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.root, t.known, t.told = p.Pid, map[int]string{}, map[int]string{}
}

func (t *tree) release() {}

// ended notes that the child is no more, so that its number may be another's.
func (t *tree) ended() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.gone = true
}

// signal sends sig to all of the tree that live, SIGTERM to each once; false where there are none.
func (t *tree) signal(sig syscall.Signal) bool {
	members, listed := t.members() // before the first of them ends, by which others hang
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.gone || !listed {
		_ = syscall.Kill(-t.root, sig) // in one step
	}
	for _, p := range members {
		if told := t.told[p.pid] == p.born; sig == syscall.SIGTERM && told {
			continue
		}
		t.told[p.pid] = p.born
		if !p.grouped {
			_ = syscall.Kill(p.pid, sig)
		}
	}
	return len(members) > 0
}

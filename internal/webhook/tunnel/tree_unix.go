//go:build unix

package tunnel

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// tree is the child with all that it started: what is in its session, whatever group of it, and what descends from
// these. A process that made a session of its own is known for as long as what started it lives, or once it was seen;
// one that did so and was let go by what started it before anybody looked is not.
type tree struct {
	mu    sync.Mutex
	root  int            // the child, which leads the session
	gone  bool           // it has ended and its number is free
	known map[int]string // who was seen in it, by ID, and when each was started
	told  map[int]string // those that were sent a signal
}

// process is an entry of the system's table.
type process struct {
	pid, parent, session int
	born                 string // when it was started: with the ID it is one process and no other
	dead                 bool   // it has ended and its parent has not asked for it

	grouped bool // of the child's group, which is signalled as one
}

// members lists those of the tree that live, ourselves never; listed is false where the system lists none at all.
func (t *tree) members() (members []process, listed bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := processes()
	// The number of the session is still the child's: it is given to nobody as long as the session is. 0 is that of all
	// that another namespace leads, the kernel too.
	leads := t.root > 0
	for _, p := range all {
		if p.pid == t.root && t.gone {
			leads = false
		}
	}
	ours := map[int]bool{}
	for _, p := range all {
		born, seen := t.known[p.pid]
		ours[p.pid] = seen && born == p.born || leads && p.session == t.root
	}
	for more := true; more; {
		more = false
		for _, p := range all {
			if ours[p.parent] && !ours[p.pid] {
				ours[p.pid], more = true, true
			}
		}
	}
	for _, p := range all {
		if !ours[p.pid] || p.pid == os.Getpid() {
			continue
		}
		t.known[p.pid] = p.born
		if p.dead {
			continue
		}
		group, err := unix.Getpgid(p.pid)
		p.grouped = !t.gone && err == nil && group == t.root
		members = append(members, p)
	}
	return members, len(all) > 0
}

// listed asks ps for the processes, where the system has no folder of them.
func listed() (all []process) {
	cmd := exec.Command("ps", "-A", "-o", "pid=,ppid=,stat=,lstart=")
	cmd.Env = append(slices.DeleteFunc(os.Environ(), oursOrNgroks), "LC_ALL=C")
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	for line := range bytes.Lines(out) {
		fields := strings.Fields(string(line))
		if len(fields) < 4 {
			continue
		}
		p := process{dead: strings.HasPrefix(fields[2], "Z"), born: strings.Join(fields[3:], " ")}
		var wrong [2]error
		p.pid, wrong[0] = strconv.Atoi(fields[0])
		p.parent, wrong[1] = strconv.Atoi(fields[1])
		if wrong[0] != nil || wrong[1] != nil {
			continue
		}
		if session, err := unix.Getsid(p.pid); err == nil {
			p.session = session
		}
		all = append(all, p)
	}
	return all
}

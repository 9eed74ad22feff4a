//go:build unix

package tunnel

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestProcesses: ps tells of this process what the table of the system does.
func TestProcesses(t *testing.T) {
	t.Parallel()
	self := func(all []process) (p process) {
		for _, p := range all {
			if p.pid == os.Getpid() {
				return p
			}
		}
		t.Error("this process is not listed")
		return p
	}
	if len(listed()) == 0 {
		t.Skip("no ps here")
	}
	got, want := self(listed()), self(processes())
	got.born, want.born = "", ""   // each in its own unit
	session, err := unix.Getsid(0) // 0 where it is led from outside of this namespace of processes
	if err != nil {
		t.Fatal(err)
	}
	if got != want || got.parent != os.Getppid() || got.session != session {
		t.Errorf("ps has %+v, the system %+v", got, want)
	}
}

// TestNoSession: a child that was never held has no session, though 0 is what the system gives for those it cannot name.
func TestNoSession(t *testing.T) {
	t.Parallel()
	none := &tree{known: map[int]string{}}
	if members, _ := none.members(); len(members) > 0 {
		t.Errorf("%d processes are of no session, %+v among them", len(members), members[0])
	}
}

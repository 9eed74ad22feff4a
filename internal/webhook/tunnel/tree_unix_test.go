//go:build unix

package tunnel

import (
	"os"
	"testing"
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
	got.born, want.born = "", "" // each in its own unit
	if got != want || got.parent != os.Getppid() || got.session == 0 {
		t.Errorf("ps has %+v, the system %+v", got, want)
	}
}

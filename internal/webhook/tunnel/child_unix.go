//go:build unix

package tunnel

import (
	"os"
	"syscall"
)

// tree is the child's group, which its ID names.
type tree struct{}

func (tree) hold(*os.Process) {}

func (tree) release() {}

// ask tells the child's whole group to end.
func (c *child) ask() { _ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGTERM) }

// kill ends the group at once.
func (c *child) kill() { _ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) }

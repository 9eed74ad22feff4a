//go:build unix

package tunnel

import "syscall"

// ask tells the child's whole group to end.
func (c *child) ask() { _ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGTERM) }

// kill ends the group at once.
func (c *child) kill() { _ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) }

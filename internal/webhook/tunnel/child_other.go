//go:build !unix

package tunnel

import "syscall"

func processAttributes() *syscall.SysProcAttr { return nil }

// ask cannot ask here: it ends the process.
func (c *child) ask() { c.kill() }

func (c *child) kill() { _ = c.cmd.Process.Kill() }

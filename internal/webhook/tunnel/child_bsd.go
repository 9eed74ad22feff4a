//go:build unix && !linux

package tunnel

import "syscall"

// processAttributes put the child into a session of its own: it is a group that can be ended as a whole, has
// no terminal to ask a password on, and ctrl+c is not for it.
func processAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

//go:build unix

package tunnel_test

import "syscall"

var terminate = syscall.SIGTERM

// apart puts a process into a group, or a session, of its own.
func apart(session bool) *syscall.SysProcAttr {
	if session {
		return &syscall.SysProcAttr{Setsid: true}
	}
	return &syscall.SysProcAttr{Setpgid: true}
}

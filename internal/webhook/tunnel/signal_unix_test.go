//go:build unix

package tunnel_test

import "syscall"

var terminate = syscall.SIGTERM

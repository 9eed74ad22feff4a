//go:build !unix

package tunnel_test

import (
	"os"
	"syscall"
)

var terminate = os.Kill

func apart(bool) *syscall.SysProcAttr { return nil }

//go:build !unix && !windows

package tunnel

import (
	"os"
	"syscall"
	"time"
)

func processAttributes() *syscall.SysProcAttr { return nil }

// tree is the child alone here.
type tree struct{}

func (tree) hold(*os.Process) {}

func (tree) release() {}

// ask cannot ask here: it ends the process.
func (c *child) ask() { c.kill() }

func (c *child) kill() { _ = c.cmd.Process.Kill() }

// sweep ends what the child has left behind, at once.
func (c *child) sweep(time.Duration) { c.kill() }

package tunnel

import (
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// child is a process of ours with all that it started.
type child struct {
	cmd    *exec.Cmd
	tree   tree
	output chan []byte // what it prints on either stream; closed when it has ended and all was read
	ended  chan error  // how it ended
	gone   chan struct{}
	quiet  chan struct{} // closed when nobody reads output any more
	stdin  *os.File
	once   sync.Once
}

// lateOutput is how long what a process has left behind that has ended may take to end too, and then how long output is
// waited for: something that it started, and that made itself independent, may hold its streams.
const lateOutput = time.Second

// startChild starts words[0], looked for in PATH, without the variables that hidden tells.
func startChild(words []string, hidden func(variable string) bool) (*child, error) {
	cmd := exec.Command(words[0], words[1:]...)
	cmd.SysProcAttr = processAttributes()
	cmd.Env = slices.DeleteFunc(os.Environ(), hidden)
	out, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	// Standard input stays open and empty: an end of it would end a session over ssh.
	stdin, held, err := os.Pipe()
	if err != nil {
		_, _ = out.Close(), in.Close()
		return nil, err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, in, in
	c := &child{
		cmd: cmd, output: make(chan []byte), ended: make(chan error, 1),
		gone: make(chan struct{}), quiet: make(chan struct{}), stdin: held,
	}
	started := make(chan error)
	go c.own(started, out)
	err = <-started
	_, _ = stdin.Close(), in.Close() // the child's own now
	if err != nil {
		_, _ = out.Close(), held.Close()
		return nil, err
	}
	go c.read(out)
	return c, nil
}

// ours tells the variables that are no business of another program: Plivo's token above all.
func ours(variable string) bool {
	variable = strings.ToUpper(variable) // one system does not tell them apart
	return strings.HasPrefix(variable, "PLIVO_") || strings.HasPrefix(variable, "PLIVOSCOPE_")
}

// oursOrNgroks tells also those that only a program of ngrok's, which is none of the presets, has a use for.
func oursOrNgroks(variable string) bool {
	return ours(variable) || strings.HasPrefix(strings.ToUpper(variable), "NGROK_")
}

// own starts the process and waits for it on one thread: where the system ends a child with its parent, it
// takes the thread that started it for the parent.
func (c *child) own(started chan<- error, out *os.File) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := c.cmd.Start()
	if err == nil {
		c.tree.hold(c.cmd.Process)
	}
	started <- err
	if err != nil {
		return
	}
	err = c.cmd.Wait()
	c.sweep(lateOutput)
	c.tree.release()
	c.ended <- err
	close(c.gone)
	_ = c.stdin.Close()
	_ = out.SetReadDeadline(time.Now().Add(lateOutput))
}

func (c *child) read(out *os.File) {
	defer out.Close()
	defer close(c.output)
	for {
		chunk := make([]byte, 4<<10)
		n, err := out.Read(chunk)
		if n > 0 {
			select {
			case c.output <- chunk[:n]:
			case <-c.quiet: // it must not be held up by a full pipe
			}
		}
		if err != nil {
			return
		}
	}
}

// stop ends the process and all that it started, and returns when that is done: it is asked to, and killed
// after grace. After the process has ended by itself it only tidies up.
func (c *child) stop(grace time.Duration) {
	c.once.Do(func() { close(c.quiet) })
	select {
	case <-c.gone:
		return
	default:
	}
	c.ask()
	t := time.NewTimer(grace)
	defer t.Stop()
	select {
	case <-c.gone:
	case <-t.C:
		c.kill()
		<-c.gone
	}
}

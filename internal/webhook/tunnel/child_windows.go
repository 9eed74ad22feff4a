package tunnel

import (
	"os"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// processAttributes put the child into a group of its own: ctrl+c is not for it.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}

// tree is a job object that holds the child with all that it starts. What is in it ends with the last handle of
// it, so also when we are killed.
type tree struct {
	mu  sync.Mutex
	job windows.Handle // 0 for none
}

// hold puts a process that has just begun into a job. What it has started before that is not in it. Where the
// system allows no job the process alone is ended.
func (t *tree) hold(p *os.Process) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE},
	}
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation, uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err == nil {
		err = assign(job, p)
	}
	if err != nil {
		_ = windows.CloseHandle(job)
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.job = job
}

func assign(job windows.Handle, p *os.Process) error {
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(p.Pid))
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(process) }()
	return windows.AssignProcessToJobObject(job, process)
}

// end ends what is in the job.
func (t *tree) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.job != 0 {
		_ = windows.TerminateJobObject(t.job, 1)
	}
}

// release lets go of the job, which ends what is left in it.
func (t *tree) release() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.job != 0 {
		_ = windows.CloseHandle(t.job)
		t.job = 0
	}
}

// ask cannot ask here: it ends the process.
func (c *child) ask() { c.kill() }

// kill ends the child with all that it started.
func (c *child) kill() {
	c.tree.end()
	_ = c.cmd.Process.Kill() // where it is in no job
}

// sweep ends what the child has left behind, at once.
func (c *child) sweep(time.Duration) { c.kill() }

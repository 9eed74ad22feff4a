package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// usage is what a process has taken so far, as the system's /proc tells it.
type usage struct {
	cpu       time.Duration // user and system
	rss, peak int64         // resident memory in bytes, and the most so far
	at        time.Time
}

// use asks the system. The benchmark is passed over where there is no /proc.
func use(b *testing.B, pid int) usage {
	b.Helper()
	const hz = 100 // of the times in /proc, on every Linux
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Skipf("this system does not tell the processor time of a process: %v", err)
	}
	u := usage{at: time.Now()}
	// The name may hold blanks and parentheses: the fields are counted from its end, where the state is
	// the third of all.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	const user, system = 14 - 3, 15 - 3
	for _, i := range []int{user, system} {
		ticks, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		u.cpu += time.Duration(ticks) * time.Second / hz
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		kib, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		switch name {
		case "VmRSS":
			u.rss = kib << 10
		case "VmHWM":
			u.peak = kib << 10
		}
	}
	return u
}

// share is the processor time since an earlier moment, as percent of one core.
func (u usage) share(since usage) float64 {
	return 100 * float64(u.cpu-since.cpu) / float64(u.at.Sub(since.at))
}

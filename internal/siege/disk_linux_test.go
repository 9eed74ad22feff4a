package siege

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/screentest"
)

// smallDisk mounts a disk of so many bytes at a folder.
func smallDisk(tb testing.TB, folder, size string) {
	tb.Helper()
	if err := os.MkdirAll(folder, 0o700); err != nil {
		tb.Fatal(err)
	}
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size="+size); err != nil {
		tb.Skipf("no disk can be mounted: %v", err)
	}
	tb.Cleanup(func() { _ = unix.Unmount(folder, unix.MNT_DETACH) })
}

// fill takes all room of a disk but so many bytes, and gives it back.
func fill(tb testing.TB, folder string, but int64) (free func()) {
	tb.Helper()
	var disk unix.Statfs_t
	if err := unix.Statfs(folder, &disk); err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(folder, "filler")
	if err := os.WriteFile(path, make([]byte, max(0, int64(disk.Bavail)*disk.Bsize-but)), 0o600); err != nil && !errors.Is(err, unix.ENOSPC) {
		tb.Fatal(err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			tb.Error(err)
		}
	}
}

// TestFullDisk: on a disk without room callbacks are answered 503, and taken again when there is room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	h, l := newHouse(t), newLedger(t)
	folder := filepath.Dir(h.db())
	smallDisk(t, folder, "8m")
	tries, survived := times(1, 20), 0
	r := h.listen(t)
	for i := range tries {
		l.until(t, r.url, http.StatusOK)
		free := fill(t, folder, int64(i%4)*20_000)
		for range 3 {
			l.until(t, r.url, http.StatusServiceUnavailable)
		}
		free()
		l.until(t, r.url, http.StatusOK)
		survived++
	}
	r.says(t, "Answered 503", "no room is left for the history "+h.db())
	r.kill()
	figures.Tell(t, figures.Attack{What: "full disk", Tries: tries, Survived: survived, Lost: l.lost(t, h.exported(t))})
}

// TestFullDiskAtStart: a history that cannot be made says why, and one that is there is opened.
func TestFullDiskAtStart(t *testing.T) {
	t.Parallel()
	h, l := newHouse(t), newLedger(t)
	folder := filepath.Dir(h.db())
	smallDisk(t, folder, "8m")
	free := fill(t, folder, 0)
	out, err := h.command("listen", "--addr", "127.0.0.1:0").CombinedOutput()
	survived := 0
	if err != nil && strings.Contains(string(out), "no room is left for the history "+h.db()) {
		survived++
	} else {
		t.Errorf("on a full disk it ended with %v and said\n%s", err, out)
	}
	free()
	r := h.listen(t)
	l.until(t, r.url, http.StatusOK)
	r.kill() // its log is not in the file
	free = fill(t, folder, 0)
	r = h.listen(t)
	l.until(t, r.url, http.StatusServiceUnavailable)
	free()
	l.until(t, r.url, http.StatusOK)
	survived++
	r.kill()
	figures.Tell(t, figures.Attack{What: "full disk at the start", Tries: 2, Survived: survived, Lost: l.lost(t, h.exported(t))})
}

// TestFullDiskOnScreen: the screen says so, and goes on.
func TestFullDiskOnScreen(t *testing.T) {
	t.Parallel()
	h, l := newHouse(t), newLedger(t)
	folder := filepath.Dir(h.db())
	smallDisk(t, folder, "8m")
	s := screentest.Open(t, h.command("--addr", "127.0.0.1:0"), 120, 36)
	url := h.serves(t) + "/sms/delivery-report"
	l.until(t, url, http.StatusOK)
	s.Wait(`Messages \(1\)`)
	free := fill(t, folder, 0)
	l.until(t, url, http.StatusServiceUnavailable)
	s.Wait(`Answered 503, Plivo tries again: cannot`)
	free()
	l.until(t, url, http.StatusOK)
	s.Wait(`Messages \([2-9]\)`)
	s.Press("q")
	<-s.Ended
	figures.Tell(t, figures.Attack{What: "full disk under the screen", Tries: 1, Survived: 1, Lost: l.lost(t, h.exported(t))})
}

// TestFileSizeLimitAtStart: where no history can be made within the limit of the size of files that is named.
func TestFileSizeLimitAtStart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	out, err := limited(h.command("listen", "-o", "json", "--addr", "127.0.0.1:0"), "-S -f 20").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "ulimit -f") {
		t.Errorf("it ended with %v and said\n%s", err, out)
	}
}

// TestFileSizeLimit: a limit of the size of files is as a full disk, and its signal ends nothing.
func TestFileSizeLimit(t *testing.T) {
	t.Parallel()
	tries, survived, lost := times(1, 10), 0, 0
	for i := range tries {
		h, l := newHouse(t), newLedger(t)
		r := start(t, limited(h.command("listen", "-o", "json", "--addr", "127.0.0.1:0"), []string{"-S -f 1024", "-S -f 700", "-S -f 1501"}[i%3]))
		l.until(t, r.url, http.StatusServiceUnavailable)
		l.until(t, r.url, http.StatusServiceUnavailable)
		r.says(t, "Answered 503", h.db(), "ulimit -f")
		lift(t, r.cmd.Process, unix.RLIMIT_FSIZE)
		l.until(t, r.url, http.StatusOK)
		survived++
		r.kill()
		lost += l.lost(t, h.exported(t))
	}
	figures.Tell(t, figures.Attack{What: "file-size limit", Tries: tries, Survived: survived, Lost: lost})
}

package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/local"
	"dev.internal/plivoscope/internal/store"
)

// What is free on the disk of the history, in bytes, below which the doctor says so. A callback takes a few
// kilobytes; the default bound of the history, a million, some gigabytes.
const (
	roomWarns = 1 << 30
	roomFails = 50 << 20
)

// lookAtDataFolder tries to write where the history is, or will be.
func lookAtDataFolder(_ context.Context, d *doctor) Finding {
	if d.o.HistoryPath == "" {
		return fine("nothing is kept (--ephemeral)")
	}
	folder := filepath.Dir(d.o.HistoryPath)
	const elsewhere = "make it writable, or name a history elsewhere with --db"
	there, err := nearest(folder)
	if err != nil {
		return failed(FaultLocal, "the folder for the history, "+folder+", cannot be made: "+reasonOf(err), elsewhere)
	}
	trial, err := os.CreateTemp(there, ".plivoscope-doctor-*")
	if err != nil {
		return failed(FaultLocal, "the folder for the history, "+there+", cannot be written: "+reasonOf(err), elsewhere)
	}
	_ = trial.Close()
	if err := os.Remove(trial.Name()); err != nil {
		return warn("a file that was made in "+there+" to try it cannot be removed: "+reasonOf(err), "remove "+trial.Name())
	}
	what := folder + " can be written"
	if there != folder {
		what = folder + " is not there yet and can be made"
	}
	free, known := freeSpace(there)
	if known {
		what += fmt.Sprintf(", and has %s free", size(free))
	}
	switch {
	case known && free < roomFails:
		return failed(FaultLocal, what, "free some space there, or name a history on another disk with --db: what cannot be stored is answered 503")
	case known && free < roomWarns:
		return warn(what, "free some space there, or bound the history with --keep N")
	case there == folder && ours(folder) && openToOthers(folder):
		return warn(what+"; other users of this machine can look into it", "run: chmod 700 "+folder)
	case openToOthers(d.o.HistoryPath):
		return warn(what+"; other users of this machine can read the history", "run: chmod 600 "+d.o.HistoryPath)
	}
	return fine(what)
}

// nearest is a folder, or the one above it that is there.
func nearest(folder string) (string, error) {
	for {
		info, err := os.Stat(folder)
		switch {
		case err == nil && !info.IsDir():
			return "", fmt.Errorf("%s is a file", folder)
		case err == nil:
			return folder, nil
		case !errors.Is(err, fs.ErrNotExist):
			return "", err
		}
		up := filepath.Dir(folder)
		if up == folder {
			return "", err
		}
		folder = up
	}
}

// ours tells whether a folder is the program's own, in which nobody else has anything to look for.
func ours(folder string) bool {
	own, err := config.StateDir()
	return err == nil && own == folder
}

func openToOthers(path string) bool {
	info, err := os.Stat(path)
	return err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0
}

func size(bytes uint64) string {
	const kilo = 1 << 10
	value, unit := float64(bytes), "bytes"
	for _, u := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if value < kilo {
			break
		}
		value, unit = value/kilo, u
	}
	if value >= 10 || unit == "bytes" {
		return fmt.Sprintf("%.0f %s", value, unit)
	}
	return fmt.Sprintf("%.1f %s", value, unit)
}

// historyCheck is how long the pages of a history are looked through; of one above some gigabyte that is a part.
const historyCheck = 5 * time.Second

// lookAtHistory looks whether the history can be read, and who serves it.
func lookAtHistory(ctx context.Context, d *doctor) Finding {
	const open = "the history is open"
	path := d.o.HistoryPath
	if path == "" {
		return fine(open)
	}
	r, err := store.OpenReader(ctx, path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fine("there is no history yet; it begins with the first start")
	case errors.Is(err, store.ErrOlder):
		return fine("the history is of an older version, and is brought up to date at the next start")
	case err != nil:
		return failedAs(FaultLocal, err, "name another file with --db")
	}
	defer func() { _ = r.Close() }()
	checking, stop := context.WithTimeout(ctx, historyCheck)
	defer stop()
	if err := r.Check(checking); err != nil {
		return failedAs(FaultLocal, err, "move it away to begin a new one, or name another file with --db; what can be read of it is kept beside it by the command that finds the damage")
	}
	if d.running {
		return fine(open)
	}
	lease, live, err := r.Lease(ctx)
	if err != nil {
		return failedAs(FaultLocal, err, "name another file with --db")
	}
	d.lease, d.leased = lease, live && answers(ctx, lease.ListenURL)
	if d.leased {
		return fine(fmt.Sprintf("the history %s can be read; process %d serves it", path, lease.PID))
	}
	return fine("the history " + path + " can be read")
}

// lookAtPort looks whether the callback server can have its address.
func lookAtPort(ctx context.Context, d *doctor) Finding {
	addr := d.o.Addr
	if addr == "" {
		addr = DefaultAddr
	}
	switch {
	case d.running && d.app.moved:
		return warn(addr+" was taken by another program as this one started, so callbacks come to "+d.app.listenURL, "end that program ("+whoHolds(addr)+" tells which) and start this one again, or choose a port with --addr")
	case d.running:
		return fine("callbacks come to " + d.app.listenURL)
	}
	if d.leased && sameAddr(d.lease.ListenURL, addr) {
		return fine(fmt.Sprintf("%s is held by process %d, which serves this history", addr, d.lease.PID))
	}
	ln, err := local.Listen(ctx, addr)
	if err == nil {
		_ = ln.Close()
		return fine(addr + " is free")
	}
	needed := d.o.AddrGiven || d.o.PublicURL != ""
	switch {
	case errors.Is(err, syscall.EADDRINUSE) && needed && !d.leased:
		return failed(FaultLocal, addr+" is taken by another program", "end that program ("+whoHolds(addr)+" tells which), or choose another port with --addr")
	case errors.Is(err, syscall.EADDRINUSE):
		return warn(addr+" is taken by another program, so a free port is used instead", "end that program ("+whoHolds(addr)+" tells which), or choose a port with --addr")
	}
	return failed(FaultLocal, "cannot listen on "+addr+": "+err.Error(), local.Advice(err, "name another address with --addr"))
}

func sameAddr(listenURL, addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	return err == nil && (listenURL == "http://"+addr || onLoopback(listenURL) && strings.HasSuffix(listenURL, ":"+port))
}

// whoHolds is the command that names the program behind an address.
func whoHolds(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	if runtime.GOOS == "windows" {
		return "netstat -ano | findstr :" + port
	}
	return "lsof -i :" + port
}

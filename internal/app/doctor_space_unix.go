//go:build linux || darwin || freebsd

package app

import "golang.org/x/sys/unix"

// freeSpace is how many bytes this user may still write on the disk of a folder.
func freeSpace(folder string) (bytes uint64, known bool) {
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil || st.Bsize <= 0 {
		return 0, false
	}
	return uint64(st.Bavail) * uint64(st.Bsize), true
}

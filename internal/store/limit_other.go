//go:build !unix

package store

// fileSizeLimit: the system has none.
func fileSizeLimit() (int64, bool) { return 0, false }

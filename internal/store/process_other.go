//go:build !unix

package store

// processRuns cannot be asked here; the heartbeat tells.
func processRuns(int) bool { return true }

//go:build !unix

package tui

// stop is nothing where a process cannot stop itself for a shell.
var stop func() bool

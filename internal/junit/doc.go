// Package junit writes what came of a run as a JUnit report, which build servers read: a suite of test
// cases, each of them passed, failed, or in error where it could not be tried.
//
// A Report belongs to a file from the beginning, so that a place that cannot be written is known before the
// run, and takes that file's name only when it is whole. Text from the network is made safe on the way in: it
// passes package escape, and XML takes what is left. Its methods may be called from any goroutine.
package junit

// Package storetest makes large histories for tests and benchmarks. They are filled by SQL, in seconds, where
// recording as many callbacks would take an hour. Nothing but tests imports it.
package storetest

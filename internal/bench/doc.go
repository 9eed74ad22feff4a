// Package bench measures the whole program as a user has it: the real binary in a pseudo-terminal, driven
// by truly signed callbacks over loopback and by keys, beside its baselines in the same run. It holds
// nothing but benchmarks, so that go test ./... does nothing here; they run by
//
//	go test ./internal/bench -bench . -benchtime 5x
//
// where -program FILE after -args measures another build. Nothing imports this package, and no time is a
// condition: the figures are read by people.
package bench

// Package bench measures the whole program as a user has it: the real binary in a pseudo-terminal, driven
// by truly signed callbacks over loopback and by keys, beside its baselines in the same run. It holds
// nothing but benchmarks, so that go test ./... does nothing here. internal/bench/all runs them with those of
// other packages and ends with a table; one alone runs by
//
//	go test ./internal/bench -run '^$' -bench Flood -benchtime 1x
//
// where -program FILE after -args measures another build. Nothing imports this package, and no time fails a
// benchmark: whether a goal is reached is told in the table.
package bench

// Package screentest runs a program in a pseudo-terminal with an emulated screen, for tests and benchmarks
// that press keys and look at what is shown. It knows nothing of this program and imports none of its
// packages.
package screentest

// Package control calls the control API of a simulator that runs on this machine, in this process or another one. It
// knows how to ask, what an answer is and the shape of those that several read, not what the calls mean: package
// simulator says that.
package control

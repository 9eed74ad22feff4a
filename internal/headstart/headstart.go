// Package headstart makes garbage collections rare, from before the other packages are initialised on.
//
// The program keeps little. Without this the collector would run after each four megabytes: twice before main, over
// the phone number plans of the world, all of which is kept, and dozens of times a second in a flood of callbacks.
// So there is memory that nobody touches: the system gives none for it, and to the collector it is live, so that
// as much comes between two collections, whatever is kept.
//
// Go initialises the packages that are ready in the order of their import paths. This one imports nothing, and the
// module's path sorts before those of its dependencies. It exports nothing; cmd/plivoscope imports it for its
// effect.
package headstart

// size is that of the memory in bytes.
const size = 32 << 20

//lint:ignore U1000 that nobody reads it is its point
var untouched []byte

func init() { untouched = make([]byte, size) }

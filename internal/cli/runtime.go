package cli

import "runtime"

// leastThreads is how many threads run Go code while the screens are shown, also on fewer cores. A flood of
// callbacks keeps each thread busy for milliseconds at a time; the system gives a thread that just woke for a
// key its turn sooner than Go gives a goroutine.
const leastThreads = 6

// keysFirst prepares the process for screens beside a callback server, and gives how many callbacks may use
// the processor at once: one core is left to the keys, where there are several.
func keysFirst() (callbacksAtOnce int) {
	if n := runtime.GOMAXPROCS(0); n < leastThreads {
		runtime.GOMAXPROCS(leastThreads)
	}
	return max(1, runtime.NumCPU()-1)
}

// ballastSize is the size of memory that nobody touches, so the system gives none for it; to the garbage
// collector it is live. The program keeps little, so that without it the collector would run after each few
// megabytes of requests, dozens of times a second in a flood. With it so much more comes between two
// collections, whatever is kept.
const ballastSize = 32 << 20

// collectLess makes garbage collections rare until the function that it gives is called, for commands that
// take callbacks.
func collectLess() (until func()) {
	ballast := make([]byte, ballastSize)
	return func() { runtime.KeepAlive(ballast) }
}

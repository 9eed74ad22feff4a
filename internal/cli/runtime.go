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

package webhook

// turns bounds how many requests use the processor at once. In a flood every connection has one that is
// ready to run; what else the process does then waits in the queues of Go's scheduler behind all of them,
// for tens of milliseconds. A request that waits for its turn is in no such queue. nil is no bound.
type turns chan struct{}

func newTurns(n int) turns {
	if n <= 0 {
		return nil
	}
	return make(turns, n)
}

// take waits for a turn. Nothing may be waited for while one is held: turns end by computing alone.
func (t turns) take() {
	if t != nil {
		t <- struct{}{}
	}
}

func (t turns) give() {
	if t != nil {
		<-t
	}
}

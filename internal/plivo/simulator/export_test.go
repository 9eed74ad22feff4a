package simulator

// Pending is how many messages and retries still have something to post.
func (s *Simulator) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pending
}

// LimitPending changes how much may be pending.
func (s *Simulator) LimitPending(most int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.most = most
}

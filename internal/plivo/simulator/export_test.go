package simulator

// Pending is how many messages and retries still have something to post.
func (s *Simulator) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pending
}

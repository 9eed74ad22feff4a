package simulator

// Tried is an attempt that was made, with the callback that it was of, whose Attempts are left out.
type Tried struct {
	Callback
	Attempt
}

// Tried gives the attempts that were made of the messages that are remembered, newest first, at most so many.
func (s *Simulator) Tried(most int) []Tried {
	return s.tried(most, func(*message) bool { return true })
}

// tried gives those of some messages.
func (s *Simulator) tried(most int, of func(*message) bool) []Tried {
	made := s.latestAttempts(most, of)
	out := make([]Tried, 0, len(made))
	for _, a := range made {
		out = append(out, Tried{a.of, a.attempt()})
	}
	return out
}

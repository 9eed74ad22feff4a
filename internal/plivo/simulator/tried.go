package simulator

// Tried is an attempt that was made, with the callback that it was of, whose Attempts are left out.
type Tried struct {
	Callback
	Attempt
}

// Tried gives the attempts that were made of the messages that are remembered, newest first, at most so many.
func (s *Simulator) Tried(most int) []Tried {
	made, atHand := s.lastAttempts(most)
	if !atHand {
		made = s.latestAttempts(most, func(*message) bool { return true })
	}
	return triedOf(made)
}

// triedOfSome gives those of some messages.
func (s *Simulator) triedOfSome(most int, of func(*message) bool) []Tried {
	return triedOf(s.latestAttempts(most, of))
}

func triedOf(made []madeTry) []Tried {
	out := make([]Tried, 0, len(made))
	for _, a := range made {
		out = append(out, Tried{a.of, a.attempt()})
	}
	return out
}

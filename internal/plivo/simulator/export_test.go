package simulator

import (
	"net/http"
	"net/url"
)

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

// LimitWeight changes how much the callbacks that are still to be posted may hold, in bytes.
func (s *Simulator) LimitWeight(most int64) { s.heaviest = most }

// Searched gives what Tried does, by a look at all that is remembered.
func (s *Simulator) Searched(most int) []Tried {
	return s.triedOfSome(most, func(*message) bool { return true })
}

// Weight is how much they hold.
func (s *Simulator) Weight() int64 { return s.clock.weight.Load() }

// Gates is how many sources are remembered whose next message has to wait.
func (s *Simulator) Gates() int {
	s.gates.mu.Lock()
	defer s.gates.mu.Unlock()
	return len(s.gates.open)
}

// UseProxy has callbacks to other machines go by a proxy, which would be the environment's.
func (s *Simulator) UseProxy(proxy *url.URL) {
	s.client.Transport.(*http.Transport).Proxy = http.ProxyURL(proxy)
}

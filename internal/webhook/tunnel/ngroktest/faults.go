package ngroktest

import (
	"encoding/json"
	"fmt"

	"golang.ngrok.com/muxado/v2"
)

// refusal is a text as ngrok's, with its code on the last line. Some repeat the token.
func refusal(code, token string) string {
	if code == "" {
		return ""
	}
	text := "The service refuses this."
	if token != "" {
		text += "\r\nYour authtoken: " + token
	}
	return fmt.Sprintf("%s\r\n\r\n%s\r\n", text, code)
}

// RefuseLogin refuses every login with a code, as ERR_NGROK_107; empty to take them again.
func (s *Service) RefuseLogin(code string) { s.noted(func() { s.refuseLogin = code }) }

// RefuseBind refuses every bind with a code, those after a reconnect too; empty to take them again.
func (s *Service) RefuseBind(code string) { s.noted(func() { s.refuseBind = code }) }

// Cut closes the connections of all clients.
func (s *Service) Cut() {
	for _, c := range s.all() {
		c.end()
	}
}

// Outage closes every new connection at once, and those that are open, or ends that.
func (s *Service) Outage(on bool) {
	s.noted(func() { s.outage = on })
	if on {
		s.Cut()
	}
}

// Freeze lets connections of clients be taken, and kept, and nothing go over them any more, as a network that
// has gone; or ends that.
func (s *Service) Freeze(on bool) {
	s.noted(func() {
		s.frozen = on
		if !on {
			s.thawLocked()
		}
	})
}

// Silence lets the edge take requests and neither forward nor answer them, or ends that.
func (s *Service) Silence(on bool) {
	s.noted(func() {
		s.silent = on
		if !on {
			s.thawLocked()
		}
	})
}

// Move gives the next bind, which may be one after a reconnect, another URL. The earlier one stays, offline.
func (s *Service) Move() { s.noted(func() { s.moveNext = true }) }

// Take takes every endpoint away from its client, with a code.
func (s *Service) Take(code, text string) {
	for _, c := range s.all() {
		s.mu.Lock()
		var ids []string
		for id, e := range c.binds {
			ids = append(ids, id)
			if e.owner == c {
				e.owner = nil
			}
		}
		clear(c.binds)
		s.mu.Unlock()
		for _, id := range ids {
			c.tell(typeTake, map[string]string{"Id": id, "Message": text, "ErrorCode": code}, false)
		}
	}
}

// Stop asks every client to end, as the button in ngrok's dashboard does.
func (s *Service) Stop() {
	for _, c := range s.all() {
		c.tell(typeStop, struct{}{}, true)
	}
}

// tell sends a message, and waits for the client's own where one is due.
func (c *session) tell(kind muxado.StreamType, message any, answered bool) {
	stream, err := c.mux.OpenTypedStream(kind)
	if err != nil {
		return
	}
	defer stream.Close()
	if json.NewEncoder(stream).Encode(message) == nil && answered {
		var answer struct{ Error string }
		_ = json.NewDecoder(stream).Decode(&answer)
	}
}

func (s *Service) all() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*session
	for c := range s.sessions {
		all = append(all, c)
	}
	return all
}

func (s *Service) thawLocked() {
	close(s.thaw)
	s.thaw = make(chan struct{})
}

package ngroktest

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"strings"
	"sync"

	"golang.ngrok.com/muxado/v2"
)

// session is one connection of a client.
type session struct {
	service *Service
	conn    net.Conn
	mux     muxado.TypedStreamSession
	once    sync.Once

	// Under the service's lock.
	loggedIn bool
	binds    map[string]*edge
}

// serve speaks with one client until either side has enough.
func (s *Service) serve(conn net.Conn) {
	secured := tls.Server(conn, s.authority.config())
	c := &session{
		service: s, conn: conn, binds: make(map[string]*edge),
		mux: muxado.NewTypedStreamSession(muxado.Server(secured, nil)),
	}
	s.noted(func() {
		s.sessions[c] = struct{}{}
		if s.closed {
			go c.end()
		}
	})
	defer s.noted(func() {
		delete(s.sessions, c)
		for _, e := range c.binds {
			if e.owner == c {
				e.owner = nil
			}
		}
	})
	defer c.end()
	for {
		stream, err := c.mux.AcceptTypedStream()
		if err != nil {
			return
		}
		s.work.Go(func() { c.handle(stream) })
	}
}

func (c *session) end() {
	c.once.Do(func() {
		_ = c.conn.Close() // first: the goodbye of a closed session could wait for a frozen one
		_ = c.mux.Close()
	})
}

func (c *session) handle(stream muxado.TypedStream) {
	defer stream.Close()
	switch stream.StreamType() {
	case typeLogin:
		answer(stream, c.login)
	case typeBind:
		answer(stream, c.bind)
	case typeUnbind:
		answer(stream, c.unbind)
	case typeInfo:
		answer(stream, func(struct{}) any { return map[string]string{"Region": region} })
	case typeBeat:
		beat := make([]byte, 4)
		for {
			if _, err := io.ReadFull(stream, beat); err != nil {
				return
			}
			if _, err := stream.Write(beat); err != nil {
				return
			}
			c.service.noted(func() { c.service.beats++ })
		}
	}
}

// answer reads one message and writes another.
func answer[T any](stream io.ReadWriter, do func(T) any) {
	var message T
	if json.NewDecoder(stream).Decode(&message) == nil {
		_ = json.NewEncoder(stream).Encode(do(message))
	}
}

const region = "lo"

func (c *session) login(l Login) any {
	s := c.service
	var a loginAnswer
	s.noted(func() {
		s.logins = append(s.logins, l)
		if a.Error = refusal(s.refuseLogin, l.Extra.Authtoken); a.Error != "" {
			return
		}
		c.loggedIn = true
		a.Version, a.ClientID = "3", l.ClientID
		if a.ClientID == "" {
			a.ClientID = s.next("client")
		}
		a.Extra.Version, a.Extra.Region, a.Extra.Cookie = "ngroktest", region, s.next("cookie")
		a.Extra.AccountName, a.Extra.PlanName = "Test", "Free"
	})
	return a
}

func (c *session) bind(b Bind) any {
	s := c.service
	a := bindAnswer{Proto: b.Proto, Opts: b.Opts}
	if a.Opts == nil {
		a.Opts = make(map[string]any)
	}
	s.noted(func() {
		s.binds = append(s.binds, b)
		e := s.current
		switch {
		case !c.loggedIn:
			a.Error = "not logged in"
		case s.refuseBind != "":
			a.Error = refusal(s.refuseBind, "")
		case s.moveNext:
			s.moveNext = false
			var err error
			if e, err = s.newEdge(); err != nil {
				a.Error = err.Error()
				return
			}
			s.current = e
		}
		if a.Error != "" {
			return
		}
		if a.ID = b.ID; a.ID == "" {
			a.ID = s.next("bind")
		}
		e.owner, e.bind = c, a.ID
		c.binds[a.ID] = e
		a.URL, a.Opts["Hostname"] = e.url, strings.TrimPrefix(e.url, "https://")
		a.Extra.Token, a.Extra.TunnelID = s.next("token"), s.next("tn")
	})
	return a
}

func (c *session) unbind(u struct {
	ID string `json:"Id"`
},
) any {
	s := c.service
	s.noted(func() {
		s.unbinds++
		if e := c.binds[u.ID]; e != nil && e.owner == c {
			e.owner = nil
		}
		delete(c.binds, u.ID)
	})
	return struct{ Error string }{}
}

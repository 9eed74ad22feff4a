package tunnel

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"golang.ngrok.com/ngrok/v2"
	"golang.ngrok.com/ngrok/v2/rpc"
)

// ngrokSession is one life of ngrok's client.
type ngrokSession struct {
	*ngrokTunnel
	say  *speaker
	feed *feed

	ctx    context.Context // the client's, for life: whatever it is given a shorter one for ends with that
	cancel context.CancelFunc
	dialer *shutDialer
	mail   *mailbox
	verifier
	once sync.Once

	endpoint ngrok.EndpointListener // nil until the client listens
	pumped   chan struct{}          // closed when nothing more comes from the endpoint
	url      string
	doubt    string
	up       bool // logged in, and bound where there is an endpoint
	came     bool // online at least once

	why, code string      // of its being away; empty for not known
	refused   time.Time   // when the service began to refuse; zero for not
	limit     *time.Timer // ends a session that does not come online
}

// What a session learns from its client, on whatever goroutine.
type (
	linkUp     struct{}
	linkDown   struct{ err error }
	rebound    struct{ url string } // the service's answer to a bind
	listening  struct{ endpoint ngrok.EndpointListener }
	notBound   struct{ err error }
	taken      struct{ err error } // the endpoint takes nothing more
	toldToEnd  struct{}
	toldToBack struct{}
)

func (n *ngrokTunnel) newSession(say *speaker, feed *feed) *ngrokSession {
	s := &ngrokSession{
		ngrokTunnel: n, say: say, feed: feed,
		dialer: &shutDialer{open: make(map[net.Conn]struct{})}, mail: newMailbox(), pumped: make(chan struct{}),
		limit: time.NewTimer(n.pace.connect),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// run connects and follows what happens until ctx ends, or what cannot mend itself: a *trouble, or an *Error.
func (s *ngrokSession) run(ctx context.Context) error {
	defer s.limit.Stop()
	if err := s.listen(); err != nil {
		return &Error{Why: "ngrok's client cannot be set up: " + s.secrets.hide(err.Error()) + "."}
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.limit.C:
			return s.late()
		case <-s.mail.came:
			for _, m := range s.mail.take() {
				if err := s.learn(m); err != nil {
					return err
				}
			}
		}
	}
}

// listen begins to connect; what comes of it comes by mail.
func (s *ngrokSession) listen() error {
	options := []ngrok.AgentOption{
		ngrok.WithAuthtoken(s.settings.NgrokToken.Reveal()),
		ngrok.WithDialer(s.dialer),
		ngrok.WithHeartbeatInterval(s.pace.interval),
		ngrok.WithHeartbeatTolerance(s.pace.tolerance),
		ngrok.WithLogger(clientLog(s.log, s.secrets, func(url string) { s.mail.put(rebound{url}) })),
		ngrok.WithEventHandler(s.event),
		ngrok.WithRPCHandler(s.command),
	}
	if s.settings.Metadata != "" {
		options = append(options, ngrok.WithAgentMetadata(s.settings.Metadata))
	}
	host := ""
	if server := s.settings.NgrokServer; server != "" {
		var err error
		if host, _, err = net.SplitHostPort(server); err != nil {
			return err
		}
		options = append(options, ngrok.WithAgentConnectURL(server))
	}
	options = append(options, ngrok.WithTLSConfig(func(c *tls.Config) {
		// The client takes what stands before the first colon, which an IPv6 address is full of.
		c.ServerName = cmp.Or(host, c.ServerName)
		s.fit(c)
	}))
	if s.roots != nil {
		options = append(options, ngrok.WithAgentConnectCAs(s.roots))
	}
	agent, err := ngrok.NewAgent(options...)
	if err != nil {
		return err
	}
	endpoint := []ngrok.EndpointOption{ngrok.WithDescription("plivoscope")}
	if s.settings.Metadata != "" {
		endpoint = append(endpoint, ngrok.WithMetadata(s.settings.Metadata))
	}
	if s.domain != "" {
		endpoint = append(endpoint, ngrok.WithURL(s.domain))
	}
	go func() {
		listener, err := agent.Listen(s.ctx, endpoint...)
		if err != nil {
			s.mail.put(notBound{err})
			return
		}
		s.mail.put(listening{listener})
	}()
	return nil
}

// event is on the client's goroutine, which it must not hold up.
func (s *ngrokSession) event(e ngrok.Event) {
	switch e := e.(type) {
	case *ngrok.EventAgentConnectSucceeded:
		s.mail.put(linkUp{})
	case *ngrok.EventAgentDisconnected:
		if e.Error != nil {
			s.mail.put(linkDown{s.cause(e.Error)})
		}
	}
}

// command is what ngrok's dashboard asks of its agents.
func (s *ngrokSession) command(_ context.Context, _ ngrok.AgentSession, r rpc.Request) ([]byte, error) {
	switch r.Method() {
	case rpc.StopAgentMethod:
		s.mail.put(toldToEnd{})
		return nil, nil
	case rpc.RestartAgentMethod:
		s.mail.put(toldToBack{})
		return nil, nil
	}
	return nil, errors.New("plivoscope does not update itself")
}

// learn takes one piece of mail.
func (s *ngrokSession) learn(mail any) error {
	switch m := mail.(type) {
	case linkUp:
		s.up, s.refused = true, time.Time{}
		return s.tell()
	case linkDown:
		if s.up {
			s.limit.Reset(s.pace.connect)
		}
		s.up = false
		return s.down(m.err)
	case rebound:
		s.url = m.url // told when the link is up
	case listening:
		s.endpoint = m.endpoint
		if s.url == "" {
			s.url = m.endpoint.URL().String()
		}
		s.doubt = s.warning(m.endpoint.Agent())
		go s.pump(m.endpoint)
		return s.tell()
	case notBound:
		return s.refuse("ngrok refuses the endpoint", m.err)
	case taken:
		return s.refuse("ngrok has taken the endpoint away", m.err)
	case toldToEnd:
		return &Error{Why: "ngrok's dashboard has stopped the tunnel. Start plivoscope again to open another."}
	case toldToBack:
		return &trouble{why: "ngrok's dashboard has restarted the tunnel."}
	}
	return nil
}

// tell says that the tunnel is online, where it is.
func (s *ngrokSession) tell() error {
	if !s.up || s.endpoint == nil {
		return nil
	}
	public, why := clean(s.url)
	if why != "" {
		return &trouble{why: fmt.Sprintf("ngrok gave no usable public URL, but “%s”: %s.", s.secrets.hide(s.url), s.secrets.hide(why))}
	}
	s.limit.Stop()
	s.came, s.why, s.code = true, "", ""
	s.say.online(public, s.doubt)
	return nil
}

// warning is what the service says of a client that it will not take for much longer.
func (s *ngrokSession) warning(agent ngrok.Agent) string {
	session, err := agent.Session()
	if err != nil || len(session.Warnings()) == 0 {
		return ""
	}
	return "ngrok warns: " + s.secrets.hide(session.Warnings()[0].Error())
}

// pump passes connections on until the endpoint takes no more.
func (s *ngrokSession) pump(endpoint ngrok.EndpointListener) {
	defer close(s.pumped)
	for {
		conn, err := endpoint.Accept()
		if err != nil {
			s.mail.put(taken{err})
			return
		}
		s.feed.put(tunnelConn{conn})
	}
}

// close ends the client. Leave is taken for a moment only, and only where the service listens; then the
// connection is cut under whatever the client still tries, which would wait for 25 seconds on a dead network.
func (s *ngrokSession) close() {
	s.once.Do(func() {
		if s.endpoint != nil && s.up {
			gone := make(chan struct{})
			go func() {
				defer close(gone)
				_ = s.endpoint.Close()
			}()
			t := time.NewTimer(s.pace.unbind)
			defer t.Stop()
			select {
			case <-gone:
			case <-t.C:
			}
		}
		s.cancel()
		s.dialer.shut()
		if s.endpoint != nil {
			go func() { _ = s.endpoint.Close() }() // so that the pump ends although the client still sleeps
			t := time.NewTimer(s.pace.unbind)
			defer t.Stop()
			select {
			case <-s.pumped:
			case <-t.C:
			}
		}
	})
}

package ngroktest

import (
	"net"
	"sync"
)

// slowConn is a client's connection, over which nothing goes while the service is frozen.
type slowConn struct {
	net.Conn
	service *Service
	once    sync.Once
	closed  chan struct{}
}

func newSlowConn(conn net.Conn, s *Service) *slowConn {
	return &slowConn{Conn: conn, service: s, closed: make(chan struct{})}
}

func (c *slowConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.wait()
	return n, err
}

func (c *slowConn) Write(p []byte) (int, error) {
	c.wait()
	return c.Conn.Write(p)
}

func (c *slowConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

func (c *slowConn) wait() {
	for {
		c.service.mu.Lock()
		frozen, thaw := c.service.frozen, c.service.thaw
		c.service.mu.Unlock()
		if !frozen {
			return
		}
		select {
		case <-thaw:
		case <-c.closed:
			return
		}
	}
}

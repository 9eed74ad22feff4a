package simulator

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
)

// What chaos does to an attempt on its way.
var (
	errTruncated = errors.New("truncated by chaos: the connection ended within the body")
	errCut       = errors.New("cut by chaos: the connection ended before the body")
)

// mishap is what chaos does to the attempt of a task on its way; nil for nothing.
func (s *Simulator) mishap(t *task) error {
	c, st := t.m.chaos, &t.steps[0]
	if c == nil {
		return nil
	}
	at := []uint64{t.m.number, uint64(st.Number), uint64(st.Copy), uint64(t.attempt)}
	switch {
	case s.dice.happens(c.Truncated, "chaos truncated", at...):
		return errTruncated
	case s.dice.happens(c.Cut, "chaos cut", at...):
		return errCut
	}
	return nil
}

// maim sends the beginning of a request and ends the connection; then it waits until the other side has noticed. half
// chooses between the two ends that a cut one can have: with nothing sent, or with the header. wrote is called when it
// was sent. The error says what was done, or why it could not be.
func (s *Simulator) maim(ctx context.Context, request *http.Request, how error, half bool, wrote func()) error {
	var whole bytes.Buffer
	if err := request.Write(&whole); err != nil {
		return err
	}
	conn, err := s.dial(ctx, request)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	head := bytes.Index(whole.Bytes(), []byte("\r\n\r\n")) + 4
	body := whole.Len() - head
	end := head + body/2
	switch {
	case how == errCut && !half:
		return how
	case how == errCut:
		end = head
	}
	if body < 2 {
		end = head / 2 // there is nothing else to take away
	}
	if _, err := conn.Write(whole.Bytes()[:end]); err != nil {
		return how
	}
	wrote()
	if c, ok := conn.(interface{ CloseWrite() error }); ok && c.CloseWrite() == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(conn, maxAnswer)) // whatever it is, it comes too late
	}
	return how
}

// dial opens a connection to where a request goes, under the same guard as all others.
func (s *Simulator) dial(ctx context.Context, request *http.Request) (net.Conn, error) {
	port := request.URL.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[request.URL.Scheme]
	}
	conn, err := s.client.Transport.(*http.Transport).DialContext(ctx, "tcp", net.JoinHostPort(request.URL.Hostname(), port))
	if err != nil || request.URL.Scheme != "https" {
		return conn, err
	}
	secure := tls.Client(conn, &tls.Config{ServerName: request.URL.Hostname()})
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}

package simulator

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
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
	conn, byProxy, err := s.dial(ctx, request)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	var whole bytes.Buffer
	if byProxy {
		err = request.WriteProxy(&whole)
	} else {
		err = request.Write(&whole)
	}
	if err != nil {
		return err
	}
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
	if _, err := conn.Write(whole.Bytes()[:end]); err != nil && ctx.Err() != nil {
		return err
	} else if err != nil {
		return how
	}
	wrote()
	if c, ok := conn.(interface{ CloseWrite() error }); ok && c.CloseWrite() == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(conn, maxAnswer)) // whatever it is, it comes too late
	}
	return how
}

// dial opens a connection to where a request goes, under the same guard as all others, and by the same proxy. byProxy
// says that a proxy reads the request itself.
func (s *Simulator) dial(ctx context.Context, request *http.Request) (conn net.Conn, byProxy bool, err error) {
	transport := s.client.Transport.(*http.Transport)
	var proxy *url.URL
	if transport.Proxy != nil {
		if proxy, err = transport.Proxy(request); err != nil {
			return nil, false, err
		}
	}
	to := request.URL
	if proxy != nil {
		to = proxy
	}
	if to.Scheme != "http" && to.Scheme != "https" {
		return nil, false, fmt.Errorf("chaos cannot cut a connection by a proxy of the scheme %s; use one of http or https", to.Scheme)
	}
	if conn, err = transport.DialContext(ctx, "tcp", address(to)); err != nil {
		return nil, false, err
	}
	if to.Scheme == "https" {
		if conn, err = secured(ctx, conn, to.Hostname()); err != nil {
			return nil, false, err
		}
	}
	if proxy == nil {
		return conn, false, nil
	}
	header := http.Header{}
	if user := proxy.User; user != nil {
		word, _ := user.Password()
		header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user.Username()+":"+word)))
	}
	if request.URL.Scheme == "http" {
		maps.Copy(request.Header, header)
		return conn, true, nil
	}
	if err = tunnel(ctx, conn, address(request.URL), header); err != nil {
		_ = conn.Close()
		return nil, false, err
	}
	conn, err = secured(ctx, conn, request.URL.Hostname())
	return conn, false, err
}

// address is the host and port of a URL.
func address(u *url.URL) string {
	return net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), map[string]string{"http": "80", "https": "443"}[u.Scheme]))
}

// secured speaks TLS over a connection, which it closes where it cannot.
func secured(ctx context.Context, conn net.Conn, name string) (net.Conn, error) {
	secure := tls.Client(conn, &tls.Config{ServerName: name})
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}

// tunnel asks a proxy for a connection to an address.
func tunnel(ctx context.Context, conn net.Conn, to string, header http.Header) error {
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	connect := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: to}, Host: to, Header: header}
	if err := connect.Write(conn); err != nil {
		return err
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), connect)
	if err != nil {
		return err
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the proxy refused the connection: %s", answer.Status)
	}
	return nil
}

package ngroktest

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

// edge is one public URL.
type edge struct {
	service *Service
	url     string
	server  *http.Server

	// Under the service's lock.
	owner *session // nil for offline
	bind  string
}

// newEdge opens a public URL.
func (s *Service) newEdge() (*edge, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	e := &edge{service: s, url: "https://" + ln.Addr().String()}
	e.server = &http.Server{
		Handler: e, TLSConfig: s.authority.config(), ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: log.New(io.Discard, "", 0),
	}
	s.edges = append(s.edges, e)
	s.work.Go(func() { _ = e.server.ServeTLS(ln, "", "") })
	return e, nil
}

var errOffline = errors.New("the endpoint is offline")

func (e *edge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := e.service
	s.mu.Lock()
	silent, thaw := s.silent, s.thaw
	s.mu.Unlock()
	if silent {
		select {
		case <-thaw:
		case <-r.Context().Done():
		}
		return
	}
	transport := &http.Transport{
		DisableKeepAlives: true, DisableCompression: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) { return e.open(r.RemoteAddr) },
	}
	defer transport.CloseIdleConnections()
	proxy := &httputil.ReverseProxy{
		Transport: transport,
		ErrorLog:  log.New(io.Discard, "", 0),
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(&url.URL{Scheme: "http", Host: "agent"})
			p.Out.Host, p.Out.URL.RawQuery = p.In.Host, p.In.URL.RawQuery
			// ngrok appends to the first two, and leaves the last one where the caller has sent it.
			appendTo(p.Out.Header, p.In.Header, "X-Forwarded-For", hostOf(p.In.RemoteAddr))
			appendTo(p.Out.Header, p.In.Header, "X-Forwarded-Proto", "https")
			p.Out.Header["X-Forwarded-Host"] = p.In.Header["X-Forwarded-Host"]
			if p.In.Header.Get("X-Forwarded-Host") == "" {
				p.Out.Header.Set("X-Forwarded-Host", p.In.Host)
			}
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
			if errors.Is(err, errOffline) {
				refuse(w, http.StatusNotFound, "ERR_NGROK_3200", "The endpoint is offline.")
				return
			}
			refuse(w, http.StatusBadGateway, "ERR_NGROK_3004", "The agent gave no valid answer.")
		},
	}
	proxy.ServeHTTP(w, r)
}

func appendTo(out, in http.Header, name, value string) {
	values := append([]string(nil), in[name]...)
	out.Set(name, strings.Join(append(values, value), ", "))
}

func hostOf(addr string) string {
	host, _, _ := net.SplitHostPort(addr)
	return host
}

// refuse answers as ngrok itself does.
func refuse(w http.ResponseWriter, status int, code, text string) {
	w.Header().Set("Ngrok-Error-Code", code)
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<html><body>"+text+" "+code+"</body></html>\n")
}

// open begins a connection to whoever has bound the URL.
func (e *edge) open(caller string) (net.Conn, error) {
	s := e.service
	s.mu.Lock()
	owner, bind := e.owner, e.bind
	s.mu.Unlock()
	if owner == nil {
		return nil, errOffline
	}
	stream, err := owner.mux.OpenTypedStream(typeProxy)
	if err != nil {
		return nil, err
	}
	if err := writeProxyHeader(stream, proxyHeader{ID: bind, ClientAddr: caller, Proto: "https", EdgeType: "3"}); err != nil {
		_ = stream.Close()
		return nil, err
	}
	return stream, nil
}

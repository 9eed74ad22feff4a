package metrics

import (
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/net/netutil"

	"dev.internal/plivoscope/internal/hostport"
	"dev.internal/plivoscope/internal/local"
	"dev.internal/plivoscope/internal/plivo"
)

// Path is where the metrics are.
const Path = "/metrics"

// ParseAddr reads where metrics are to be served: HOST:PORT, or a port alone, which is one of 127.0.0.1.
func ParseAddr(given string) (string, error) {
	addr := given
	if !strings.Contains(given, ":") {
		addr = ":" + given
	}
	host, port, err := hostport.Listen(addr)
	if err != nil || strings.ContainsAny(host, "/ ") {
		why := ""
		if err != nil && strings.Contains(given, ":") {
			why = "it " + err.Error() + "; "
		}
		return "", fmt.Errorf("%q is no address: %sgive it as 127.0.0.1:9464, or a port alone; port 0 takes a free one", cut(given), why)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}

// cut keeps what somebody typed from filling a sentence.
func cut(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// Listen binds an address as ParseAddr gives it. from is the flag or the variable that named it, which an error advises to
// change.
func Listen(ctx context.Context, addr, from string) (net.Listener, error) {
	ln, err := local.Listen(ctx, addr)
	if err != nil {
		return nil, fmt.Errorf("cannot serve metrics on %s: %w; %s", addr, err, local.Advice(err, "name another address with "+from+", or port 0 for a free one"))
	}
	return ln, nil
}

// Beyond tells whether other machines can reach a listener.
func Beyond(ln net.Listener) bool {
	tcp, ok := ln.Addr().(*net.TCPAddr)
	return !ok || !tcp.IP.IsLoopback()
}

// Bounds of the server. A scrape is a short request of a program; connections are kept between scrapes.
const (
	readWithin  = 5 * time.Second
	writeWithin = 10 * time.Second
	idle        = 2 * time.Minute
	headerMost  = 16 << 10
	endsWithin  = time.Second
	atOnce      = 4   // scrapes; more are answered 503
	open        = 100 // connections; more wait, and take none of the callbacks' descriptors
)

// Serve answers requests for the metrics of a source until ctx ends, and closes ln. addr is what ln was asked for, as
// ParseAddr gives it: where other machines reach that, they may ask for it by that name. An error says that the
// listener failed. A nil log is none.
func Serve(ctx context.Context, ln net.Listener, addr string, of Source, log *slog.Logger) error {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	server := &http.Server{
		Handler: Handler(of, doorOf(ln, addr), log), ReadTimeout: readWithin, WriteTimeout: writeWithin, IdleTimeout: idle,
		MaxHeaderBytes: headerMost, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), endsWithin)
		defer cancel()
		if server.Shutdown(within) != nil {
			_ = server.Close()
		}
	})
	err := server.Serve(netutil.LimitListener(ln, open))
	if stop() {
		return fmt.Errorf("metrics are not served on %s any more: %w", ln.Addr(), err)
	}
	<-ended
	return nil
}

func doorOf(ln net.Listener, addr string) local.Door {
	door := local.Door{What: "the metrics page", Beyond: Beyond(ln)}
	if host, _, err := net.SplitHostPort(addr); err == nil && !plivo.IsLoopback(host) && net.ParseIP(host) == nil {
		door.Names = []string{host}
	}
	return door
}

// Handler answers GET and HEAD of the metrics, and of a page that names them, to whom the door lets in.
func Handler(of Source, door local.Door, log *slog.Logger) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{of}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	scrape := promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: atOnce,
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		switch why := door.Refuses(r); {
		case why != "":
			say(w, http.StatusForbidden, why)
		case r.URL.Path != Path && r.URL.Path != "/":
			say(w, http.StatusNotFound, "The metrics are at "+Path+".")
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			say(w, http.StatusMethodNotAllowed, "The metrics are for GET and HEAD.")
		case r.URL.Path == Path:
			scrape.ServeHTTP(w, r)
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'none'")
			_, _ = io.WriteString(w, "<!doctype html>\n<title>plivoscope</title>\n<p>plivoscope "+html.EscapeString(of.Version)+`: <a href="`+Path+`">metrics</a>`+"\n")
		}
	})
}

func say(w http.ResponseWriter, status int, words string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, words+"\n")
}

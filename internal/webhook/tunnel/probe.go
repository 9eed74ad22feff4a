package tunnel

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"
)

// UserAgent names a probe to the edge of a tunnel and in its logs. It is no browser's, so that no page is put
// between.
const UserAgent = "plivoscope-probe"

const (
	probeTimeout = 10 * time.Second
	pageMost     = 4 << 10 // bytes looked at of an answer that is not ours
)

// Prober asks a public URL whether it leads here.
type Prober struct {
	Prover *Prover
	// Path is that of the health answer, under the public URL, with a slash before it.
	Path string
	// Roots are the CAs that the certificate is checked with; nil for the system's.
	Roots *x509.CertPool
	// Timeout is for the whole of it; 0 for 10 seconds.
	Timeout time.Duration
}

// Probe sends a request with a one-time token out through the public URL. It gives the time from the request
// to the answer, connecting included, when the answer proves that it was made by this process; otherwise the
// error is a *Refusal, or ctx's own when that has ended.
func (p *Prober) Probe(ctx context.Context, publicURL string) (time.Duration, error) {
	timeout := p.Timeout
	if timeout == 0 {
		timeout = probeTimeout
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var connected atomic.Bool
	traced := httptrace.WithClientTrace(limited, &httptrace.ClientTrace{
		WroteRequest: func(i httptrace.WroteRequestInfo) { connected.Store(i.Err == nil) },
	})
	target := strings.TrimRight(publicURL, "/") + p.Path
	request, err := http.NewRequestWithContext(traced, http.MethodGet, target, nil)
	if err != nil {
		return 0, &Refusal{Kind: BadURL, Why: "The public URL " + shown(publicURL) + " cannot be read: give one as https://example.com."}
	}
	token := p.Prover.Issue()
	defer p.Prover.forget(token)
	request.Header.Set(probeHeader, token)
	request.Header.Set("User-Agent", UserAgent)
	request.Header.Set("ngrok-skip-browser-warning", "1")
	request.Header.Set("Cache-Control", "no-cache")

	transport := &http.Transport{
		Proxy:             http.ProxyFromEnvironment,
		TLSClientConfig:   &tls.Config{RootCAs: p.Roots, MinVersion: tls.VersionTLS12},
		DisableKeepAlives: true, // each probe goes the whole way
	}
	defer transport.CloseIdleConnections()
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	began := time.Now()
	response, err := client.Do(request)
	took := time.Since(began)
	if err != nil {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		return 0, unanswered(publicURL, err, connected.Load(), timeout)
	}
	defer response.Body.Close()
	if p.Prover.proves(token, response.Header.Get(proofHeader)) {
		return took, nil
	}
	page, _ := io.ReadAll(io.LimitReader(response.Body, pageMost))
	return 0, p.judge(publicURL, response, page)
}

package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// newProber makes what proves that a URL leads to this process.
func (a *App) newProber() *tunnel.Prober {
	return &tunnel.Prober{Prover: tunnel.NewProver(), Path: webhook.HealthPath, Roots: a.o.ProbeRoots}
}

// answerProbe answers a probe of this process, and no other.
func (a *App) answerProbe(w http.ResponseWriter, r *http.Request) bool {
	return a.prober.Prover.Stamp(w, r)
}

// prove sends a probe through a public URL; the error says in a sentence why it did not come back.
func (a *App) prove(ctx context.Context, publicURL string) (time.Duration, error) {
	if name := reserved(publicURL); name != "" {
		return 0, &tunnel.Refusal{Kind: tunnel.UnknownHost, Why: fmt.Sprintf(
			"The name %s is kept for examples and exists nowhere; give the public URL that really leads here.", name)}
	}
	return a.prober.Probe(ctx, publicURL)
}

// reserved is the host of a URL where it is one of those that no DNS server may be asked for.
func reserved(publicURL string) string {
	u, err := url.Parse(publicURL)
	if err != nil {
		return ""
	}
	name := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	for _, end := range []string{".example", ".invalid"} {
		if strings.HasSuffix(name, end) {
			return name
		}
	}
	return ""
}

// codeOf is the provider's own code of why a probe did not come back.
func codeOf(err error) string {
	var refusal *tunnel.Refusal
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return ""
}

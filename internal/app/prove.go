package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/webhook"
)

// prover proves that a public URL leads to this process: it sends a token through it, which is answered with
// another one that nobody outside of this process knows, once.
type proofs struct {
	mu   sync.Mutex
	open map[string]string
}

const (
	challengeHeader = "Plivoscope-Probe"
	proofHeader     = "Plivoscope-Proof"
)

// Answer answers a challenge that is open.
func (p *proofs) Answer(answer http.Header, r *http.Request) bool {
	token := r.Header.Get(challengeHeader)
	if token == "" {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	proof, ok := p.open[token]
	if ok {
		delete(p.open, token)
		answer.Set(proofHeader, proof)
	}
	return ok
}

func (a *App) prove(ctx context.Context, url string) (time.Duration, error) {
	p := &a.prover
	token, proof := rand.Text(), rand.Text()
	p.mu.Lock()
	if p.open == nil {
		p.open = map[string]string{}
	}
	p.open[token] = proof
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.open, token)
		p.mu.Unlock()
	}()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+webhook.HealthPath, nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set(challengeHeader, token)
	began := time.Now()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if resp.Header.Get(proofHeader) != proof {
		return 0, fmt.Errorf("The URL %s does not lead here: it answered %s", url, resp.Status) //nolint:staticcheck // a sentence of its own
	}
	return time.Since(began), nil
}

func codeOf(error) string { return "" }

package tunnel

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"sync"
	"time"
)

// The headers of a probe and of its answer.
const (
	probeHeader    = "X-Plivoscope-Probe"
	proofHeader    = "X-Plivoscope-Proof"
	instanceHeader = "X-Plivoscope-Instance"
)

const (
	tokenLife = 2 * time.Minute // how long a token can be answered
	tokenMost = 256             // tokens that wait for an answer; the oldest goes first
)

// Prover proves that a request which came through a public URL has reached this very process. Its methods
// may be called from several goroutines.
type Prover struct {
	key      [32]byte
	instance string
	now      func() time.Time

	mu     sync.Mutex
	issued map[string]time.Time
}

// NewProver makes a Prover with a key of its own, which nothing outside this process knows.
func NewProver() *Prover {
	p := &Prover{instance: random(8), now: time.Now, issued: make(map[string]time.Time)}
	_, _ = rand.Read(p.key[:]) // never fails
	return p
}

// Issue makes a token for one probe.
func (p *Prover) Issue() (token string) {
	token = random(16)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.issued) >= tokenMost {
		oldest := ""
		for t, at := range p.issued {
			if oldest == "" || at.Before(p.issued[oldest]) {
				oldest = t
			}
		}
		delete(p.issued, oldest)
	}
	p.issued[token] = p.now()
	return token
}

// Answer gives the proof for a token that was issued here; ok is false for any other, for one that was
// answered before, and for one that is older than two minutes.
func (p *Prover) Answer(token string) (proof string, ok bool) {
	p.mu.Lock()
	at, ok := p.issued[token]
	delete(p.issued, token)
	p.mu.Unlock()
	if !ok || p.now().Sub(at) > tokenLife {
		return "", false
	}
	return p.proof(token), true
}

// Stamp writes the proof of a probe, and of which process this is, into the headers of an answer. It is for the
// handler of the health path, before the status is written. It reports whether the proof is there.
func (p *Prover) Stamp(w http.ResponseWriter, r *http.Request) bool {
	token := r.Header.Get(probeHeader)
	if token == "" {
		return false
	}
	w.Header().Set(instanceHeader, p.instance)
	w.Header().Set("Cache-Control", "no-store")
	proof, ok := p.Answer(token)
	if ok {
		w.Header().Set(proofHeader, proof)
	}
	return ok
}

func (p *Prover) proof(token string) string {
	mac := hmac.New(sha256.New, p.key[:])
	_, _ = mac.Write([]byte(token))
	return hex.EncodeToString(mac.Sum(nil))
}

// proves reports whether proof is the one for token.
func (p *Prover) proves(token, proof string) bool {
	return hmac.Equal([]byte(proof), []byte(p.proof(token)))
}

// forget drops a token that nobody has answered.
func (p *Prover) forget(token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.issued, token)
}

// random is n random bytes in hexadecimal digits.
func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

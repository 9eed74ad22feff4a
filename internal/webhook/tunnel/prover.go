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
	issued map[string]issue
}

// issue is a token that was given out.
type issue struct {
	at       time.Time
	answered bool
}

// NewProver makes a Prover with a key of its own, which nothing outside this process knows.
func NewProver() *Prover {
	p := &Prover{instance: random(8), now: time.Now, issued: make(map[string]issue)}
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
		for t, i := range p.issued {
			if oldest == "" || i.at.Before(p.issued[oldest].at) {
				oldest = t
			}
		}
		delete(p.issued, oldest)
	}
	p.issued[token] = issue{at: p.now()}
	return token
}

// Answer gives the proof for a token that was issued here; ok is false for any other, for one that was
// answered before, and for one that is older than two minutes.
func (p *Prover) Answer(token string) (proof string, ok bool) {
	_, proof = p.look(token)
	return proof, proof != ""
}

// look tells whether a token is one that waits here, and gives its proof the first time.
func (p *Prover) look(token string) (ours bool, proof string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i, ours := p.issued[token]
	if !ours || p.now().Sub(i.at) > tokenLife {
		delete(p.issued, token)
		return false, ""
	}
	if i.answered {
		return true, ""
	}
	i.answered = true
	p.issued[token] = i
	return true, p.proof(token)
}

// Stamp writes the proof of a probe, and of which process this is, into the headers of an answer. It is for the
// handler of the health path, before the status is written. It reports whether the proof is there. Who has no
// token of this process learns nothing: two URLs, or an answer that --allow refuses, could be told to be one
// program's by it.
func (p *Prover) Stamp(w http.ResponseWriter, r *http.Request) bool {
	ours, proof := p.look(r.Header.Get(probeHeader))
	if !ours {
		return false
	}
	w.Header().Set(instanceHeader, p.instance)
	w.Header().Set("Cache-Control", "no-store")
	if proof != "" {
		w.Header().Set(proofHeader, proof)
	}
	return proof != ""
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

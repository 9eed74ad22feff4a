package signature

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"hash/maphash"
	"strings"
)

// The bounds of one diagnosis: signatures computed, and bytes built and hashed for them.
const (
	maxSignatures = 4000
	maxBytes      = 4 << 20
)

// wanted is a signature that the request carries.
type wanted struct {
	scheme   Scheme
	digest   []byte
	encoding string // "" for standard base64; the digest is not written as Plivo does otherwise
}

// search looks for inputs that reproduce a target.
type search struct {
	c       *Case
	targets []wanted
	seed    maphash.Seed
	seen    map[uint64]struct{} // base strings and keys that were tried
	tried   int
	bytes   int
	keys    map[string]*key // by label, so that the state of an HMAC is made once
	base    []byte
	sum     []byte
}

func newSearch(c *Case) *search {
	return &search{c: c, seed: maphash.MakeSeed(), seen: make(map[uint64]struct{}, maxSignatures), keys: map[string]*key{}}
}

// aim sets the targets: the signatures of a tier's headers, in every encoding that they can be read
// in.
func (s *search) aim(checks []Check) {
	s.targets = nil
	clear(s.seen)
	for _, c := range checks {
		for _, given := range c.Given {
			if d, err := base64.StdEncoding.DecodeString(given); err == nil && plausible(d) {
				s.targets = append(s.targets, wanted{c.Scheme, d, ""})
				continue
			}
			if d, err := hex.DecodeString(given); err == nil && plausible(d) {
				s.targets = append(s.targets, wanted{c.Scheme, d, "hex"})
			}
			bare := strings.TrimRight(given, "=")
			if d, err := base64.RawURLEncoding.DecodeString(bare); err == nil && plausible(d) {
				s.targets = append(s.targets, wanted{c.Scheme, d, "base64url"})
			} else if d, err := base64.RawStdEncoding.DecodeString(bare); err == nil && plausible(d) {
				s.targets = append(s.targets, wanted{c.Scheme, d, "base64 without padding"})
			}
		}
	}
}

func plausible(digest []byte) bool { return len(digest) == 20 || len(digest) == 32 }

// key gives a token, or what was made of it, as a key.
func (s *search) key(label, value, words string) *key {
	id := label + "\x00" + value + "\x00" + words
	if s.keys[id] == nil {
		s.keys[id] = &key{label: label, value: value, words: words}
	}
	return s.keys[id]
}

// spent tells whether the bound of the work is reached.
func (s *search) spent() bool { return s.tried >= maxSignatures || s.bytes >= maxBytes }

// try computes the signature of in, unless its like was tried before, and gives the target that it is.
func (s *search) try(in input) (wanted, bool) {
	if in.key == nil || in.key.value == "" || s.spent() {
		return wanted{}, false
	}
	base, err := s.appendInput(s.base[:0], in)
	if err != nil {
		return wanted{}, false
	}
	s.base = base
	s.bytes += len(base)
	var h maphash.Hash
	h.SetSeed(s.seed)
	h.Write(base)
	h.WriteByte(0)
	h.WriteString(in.key.value)
	if in.recipe.sha1 {
		h.WriteByte(1)
	}
	id := h.Sum64()
	if _, tried := s.seen[id]; tried {
		return wanted{}, false
	}
	s.seen[id] = struct{}{}
	s.tried++
	s.bytes += len(base)
	s.sum = in.key.sum(s.sum[:0], in.recipe.sha1 != (in.recipe.form == V1), base)
	for _, t := range s.targets {
		if subtle.ConstantTimeCompare(t.digest, s.sum) == 1 {
			return t, true
		}
	}
	return wanted{}, false
}

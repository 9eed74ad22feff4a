package signature

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"hash/maphash"
	"iter"
	"strings"
)

// The bounds of one diagnosis: signatures computed, and bytes built, copied and hashed for them.
const (
	maxSignatures = 4000
	maxBytes      = 6 << 20
)

// wanted is a signature that the request carries.
type wanted struct {
	scheme   Scheme
	digest   []byte
	encoding string // "" for standard base64; the digest is not written as Plivo does otherwise
}

// search looks for inputs that reproduce a target.
type search struct {
	c        *Case
	evidence evidence
	prefixes []hint // as prefixHints found them

	keys   []*key // of the tokens that the request is checked with
	others []*key // of those that are known beside them
	ids    []*key // the auth ids
	made   map[keyID]*key

	targets []wanted
	form    Scheme // of the targets
	seed    maphash.Seed
	seen    map[uint64]struct{} // base strings, keys and forms of the targets that were tried
	tried   int
	bytes   int
	limit   int // of tried
	cut     bool
	base    []byte
	sum     []byte
	run     run
	sorting []Param

	given  input                  // the request as it was given, under its strongest tier
	trials map[*hypothesis]*trial // what was tried of it, one change at a time
}

// keyID tells keys apart that were made of others.
type keyID struct {
	from         *key
	value, words string
}

func newSearch(c *Case) *search {
	s := &search{
		c: c, evidence: gather(c), limit: maxSignatures,
		seed: maphash.MakeSeed(), seen: make(map[uint64]struct{}, maxSignatures/2), made: map[keyID]*key{},
	}
	known := map[string]bool{"": true}
	first := &key{words: "no token"}
	add := func(list *[]*key, k *key) {
		if !known[k.value] {
			known[k.value] = true
			*list = append(*list, k)
		}
	}
	for _, t := range c.Tokens {
		if !t.Empty() {
			add(&s.keys, &key{label: t.label(), value: *t.value})
		}
	}
	if len(s.keys) > 0 {
		first = s.keys[0]
	}
	for _, t := range c.Others {
		if !t.Empty() {
			add(&s.others, &key{label: t.label(), value: *t.value, from: first})
		}
	}
	for _, id := range c.AuthIDs {
		add(&s.ids, &key{words: "the auth id", value: id, from: first})
	}
	return s
}

// key gives k, or its like that was made before, so that the state of an HMAC is made once.
func (s *search) key(k key) *key {
	id := keyID{k.from, k.value, k.words}
	if s.made[id] == nil {
		s.made[id] = &k
	}
	return s.made[id]
}

// aim sets the targets: the signatures of a tier's headers, in every encoding that they can be read
// in.
func (s *search) aim(checks []Check) {
	s.targets, s.form = nil, checks[0].Scheme.form()
	for _, c := range checks {
		for _, given := range c.Given {
			add := func(d []byte, err error, encoding string) bool {
				plausible := err == nil && (len(d) == 20 || len(d) == 32)
				if plausible && len(s.targets) < maxHints {
					s.targets = append(s.targets, wanted{c.Scheme, d, encoding})
				}
				return plausible
			}
			if d, err := base64.StdEncoding.Strict().DecodeString(given); len(given) < 64 && add(d, err, "") {
				continue
			}
			if d, err := hex.DecodeString(given); add(d, err, "hex") {
				continue
			}
			bare := strings.TrimRight(given, "=")
			if d, err := base64.RawURLEncoding.DecodeString(bare); add(d, err, "base64url") {
				continue
			}
			d, err := base64.RawStdEncoding.DecodeString(bare)
			add(d, err, "base64 without padding")
		}
	}
}

// spent tells whether the bound of the work is reached.
func (s *search) spent() bool {
	if s.tried < s.limit && s.bytes < maxBytes {
		return false
	}
	s.cut = true
	return true
}

// rewrite applies h to in, and counts the work that it makes.
func (s *search) rewrite(h *hypothesis, in input) iter.Seq[input] {
	s.bytes += len(in.url)
	if covered(in) {
		s.bytes += 8 * len(in.params)
	}
	return h.rewrite(s, in)
}

// outcome is what a trial came to.
type outcome int

const (
	failed  outcome = iota
	matched         // a target
	stale           // it was tried before, or cannot be
)

// hit is the target that an input is the signature of, with the key.
type hit struct {
	wanted
	key *key
}

// try computes the signatures of in, with its key or, where it has none, with every token's, unless
// its like was tried before.
func (s *search) try(in input) (hit, outcome) {
	keys := s.keys
	if in.key != nil {
		keys = []*key{in.key}
	}
	if len(keys) == 0 || s.spent() {
		return hit{}, stale
	}
	base, err := s.appendInput(s.base[:0], in)
	if err != nil {
		return hit{}, stale
	}
	s.base = base
	s.bytes += len(base)
	old := in.recipe.sha1 != (in.recipe.form == V1)
	var h maphash.Hash
	h.SetSeed(s.seed)
	h.Write(base)
	h.WriteByte(0)
	if in.key != nil {
		h.WriteString(in.key.value)
	}
	h.WriteString(string(s.form))
	if old {
		h.WriteByte(0)
	}
	id := h.Sum64()
	if _, tried := s.seen[id]; tried {
		return hit{}, stale
	}
	s.seen[id] = struct{}{}
	for _, k := range keys {
		s.tried++
		s.bytes += len(base)
		s.sum = k.sum(s.sum[:0], old, base)
		for _, t := range s.targets {
			if subtle.ConstantTimeCompare(t.digest, s.sum) == 1 {
				return hit{t, k}, matched
			}
		}
	}
	return hit{}, failed
}

package signature

import (
	"crypto/subtle"
	"encoding/base64"
	"hash/maphash"
	"iter"
	"strings"
)

// The bounds of one diagnosis: the signatures computed, and the work for them and for what leads to
// them. A unit of work is what hashing a byte takes, a nanosecond or so.
const (
	maxSignatures = 3000
	maxWork       = 6 << 20
)

// What is worked beside hashing, in the same unit.
const (
	workRewrite = 150 // to apply a hypothesis
	workInput   = 300 // to build a base string and see whether it is new
	workHMAC    = 200 // a signature, beside the base string
	workParam   = 200 // to read, copy, change or sort a parameter
)

// wanted is a signature that the request carries.
type wanted struct {
	scheme Scheme
	digest []byte   // nil where the header's entry reads as none
	as     *writing // how the header holds it
	text   string   // an entry that may hold what is left of one; empty where it is whole
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
	work    int
	share   int // of maxWork and of maxSignatures, in percent
	cut     bool
	base    []byte
	sum     []byte
	written []byte // sum in base64
	proof   int    // how many characters of a damaged signature prove that it was the computed one
	texts   map[textID][]byte

	read   [bodyForms]bool // whether the body was
	bodies [bodyForms][]Param

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
		c: c, evidence: gather(c), share: 100, proof: provesAny,
		seed: maphash.MakeSeed(), seen: make(map[uint64]struct{}, maxSignatures/2), made: map[keyID]*key{},
		texts: make(map[textID][]byte, maxTexts),
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
	var damaged map[string]bool
	if len(c.Others) > 0 {
		damaged = cleanedForms(s.keys)
	}
	for _, t := range c.Others {
		if !t.Empty() && !damaged[*t.value] {
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

// aim sets the targets: the signatures of a tier's headers, in whatever way they are written.
func (s *search) aim(checks []Check) {
	s.targets, s.form = nil, checks[0].Scheme.form()
	for _, c := range checks {
		for _, given := range c.Given {
			if len(s.targets) >= maxHints {
				return
			}
			d, as := readSignature(given)
			text := ""
			if isDamaged(given) {
				text = given
			}
			if d != nil || text != "" {
				s.targets = append(s.targets, wanted{c.Scheme, d, as, text})
			}
		}
	}
}

// spent tells whether the bound of the work is reached.
func (s *search) spent() bool {
	if s.tried*100 < maxSignatures*s.share && s.work*100 < maxWork*s.share {
		return false
	}
	s.cut = true
	return true
}

// rewrite applies h to in, and counts the work that it makes.
func (s *search) rewrite(h *hypothesis, in input) iter.Seq[input] {
	s.work += workRewrite + len(in.url)
	if h.cause == CauseParams || h.cause == CauseQuery {
		s.work += workParam * len(in.params)
		if inQuery(in) {
			s.work += 4 * workParam * strings.Count(in.url, "&")
		}
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

// hit is the target that an input is the signature of, with the key and what befell the target.
type hit struct {
	wanted
	key    *key
	damage *damage // nil where the target is whole
}

// try computes the signatures of in, with its key or, where it has none, with every token's, unless
// its like was tried before.
func (s *search) try(in input) (hit, outcome) {
	keys := s.keys
	if in.key != nil {
		keys = []*key{in.key}
	}
	if len(keys) == 0 {
		return hit{}, stale
	}
	base, err := s.appendInput(s.base[:0], in)
	if err != nil {
		return hit{}, stale
	}
	s.base = base
	s.work += workInput + len(base)/4 // copied and compared, not hashed
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
		s.work += workHMAC + len(base)
		s.sum = k.sum(s.sum[:0], old, base)
		for _, t := range s.targets {
			if subtle.ConstantTimeCompare(t.digest, s.sum) == 1 {
				return hit{t, k, nil}, matched
			}
			if t.text == "" {
				continue
			}
			s.written = base64.StdEncoding.AppendEncode(s.written[:0], s.sum)
			if d := leftOf(t.text, s.written, s.proof); d != nil {
				return hit{t, k, d}, matched
			}
		}
	}
	return hit{}, failed
}

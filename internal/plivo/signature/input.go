package signature

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"hash"
	"strings"
)

// input is all that a signature is computed from. A hypothesis changes a copy; the parameters are
// shared between copies and never written to.
type input struct {
	method string
	url    string
	nonce  string
	params []Param
	key    *key // nil stands for each token that the request is checked with
	recipe recipe
}

// key is a token as a signer may have used it.
type key struct {
	label  string // of the token; empty of what is none
	words  string // what was made of the token: "without the space at its end"; empty where nothing was
	value  string
	from   *key // what it was made of, or stands in place of; nil for a token as it was given
	sha256 hash.Hash
	sha1   hash.Hash
}

// String is the key in words; its value is never shown.
func (k *key) String() string {
	switch {
	case k.label == "":
		return k.words
	case k.words == "":
		return fmt.Sprintf("the token %q", k.label)
	default:
		return fmt.Sprintf("the token %q %s", k.label, k.words)
	}
}

// sum gives the HMAC of base in a buffer that the next call overwrites.
func (k *key) sum(dst []byte, old bool, base []byte) []byte {
	mac, newHash := &k.sha256, sha256.New
	if old {
		mac, newHash = &k.sha1, sha1.New
	}
	if *mac == nil {
		*mac = hmac.New(newHash, []byte(k.value))
	}
	(*mac).Reset()
	(*mac).Write(base)
	return (*mac).Sum(dst)
}

// appendInput appends the base string of in. It fails where the URL cannot be read.
func (s *search) appendInput(dst []byte, in input) ([]byte, error) {
	switch {
	case !in.recipe.standard():
		return s.appendOdd(dst, in)
	case in.recipe.form != V3 || len(in.params) == 0 || strings.EqualFold(in.method, "GET"):
		return appendBase(dst, in.recipe.form, in.method, in.url, in.nonce, in.params)
	}
	// As appendBase does, but for the parameters, which most inputs have in common.
	t, err := parseTarget(in.url)
	if err != nil {
		return nil, err
	}
	dst = append(appendOrigin(dst, t), '?')
	if t.query != "" {
		pairs := sorted(appendQuery(nil, t.query))
		if dst = appendPairs(dst, pairs); len(pairs) > 0 {
			dst = append(dst, '.')
		}
	}
	dst = append(dst, s.sortedRun(in.params)...)
	return append(append(dst, '.'), in.nonce...), nil
}

// runID tells lists of parameters apart: inputs share what no hypothesis changed.
type runID struct {
	first *Param
	n     int
}

// maxRuns is how many runs are kept.
const maxRuns = 64

// sortedRun gives what V3 makes of the parameters of a POST.
func (s *search) sortedRun(params []Param) []byte {
	id := runID{&params[0], len(params)}
	if text, made := s.runs[id]; made {
		return text
	}
	s.sorting = sorted(append(s.sorting[:0], params...))
	s.work += workParam * len(params)
	text := appendRun(nil, s.sorting)
	if s.runs == nil {
		s.runs = make(map[runID][]byte, maxRuns)
	}
	if len(s.runs) < maxRuns {
		s.runs[id] = text
	}
	return text
}

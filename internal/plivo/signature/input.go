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
	case in.recipe.form != V3:
		return appendBase(dst, in.recipe.form, in.method, in.url, in.nonce, in.params)
	}
	// As appendBase does, but for query and parameters, which most inputs have in common.
	t, err := parseTarget(in.url)
	if err != nil {
		return nil, err
	}
	dst = append(appendOrigin(dst, t), s.coveredText(in.method, t.query, in.params)...)
	return append(append(dst, '.'), in.nonce...), nil
}

// textID tells what is made of query and parameters apart: inputs share the parameters that no
// hypothesis changed.
type textID struct {
	form  string // "GET", "POST", or "{" for a JSON object
	query string
	first *Param
	n     int
}

// maxTexts is how many of them are kept.
const maxTexts = 64

// text gives what was made of query and parameters before, or makes it; nobody may write to it.
func (s *search) text(form, query string, params []Param, make func() []byte) []byte {
	id := textID{form: form, query: query, n: len(params)}
	if len(params) > 0 {
		id.first = &params[0]
	}
	if text, made := s.texts[id]; made {
		return text
	}
	s.work += workParam * (len(params) + strings.Count(query, "&"))
	text := make()
	if len(s.texts) < maxTexts {
		s.texts[id] = text
	}
	return text
}

// coveredText is what V3 makes of query and parameters.
func (s *search) coveredText(method, query string, params []Param) []byte {
	if strings.EqualFold(method, "GET") {
		return s.text("GET", query, params, func() []byte { return appendV3(nil, query, true, params) })
	}
	return s.text("POST", query, params, func() []byte { return appendV3(nil, query, false, params) })
}

// objectText is a JSON object of the parameters.
func (s *search) objectText(params []Param) []byte {
	return s.text("{", "", params, func() []byte { return appendObject(nil, params) })
}

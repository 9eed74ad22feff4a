package signature

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"hash"
)

// input is all that a signature is computed from. A hypothesis changes a copy; the parameters are
// shared between copies and never written to.
type input struct {
	method string
	url    string
	nonce  string
	params []Param
	key    *key
	recipe recipe
}

// key is a token as a signer may have used it.
type key struct {
	label  string // of the token
	words  string // what was made of the token: "without the space at its end"; empty where nothing was
	value  string
	sha256 hash.Hash
	sha1   hash.Hash
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
	if in.recipe.standard() {
		return appendBase(dst, in.recipe.form, in.method, in.url, in.nonce, in.params)
	}
	return s.appendOdd(dst, in)
}

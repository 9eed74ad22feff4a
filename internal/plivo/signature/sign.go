package signature

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// Sign gives the base64 signature of scheme under token, as Plivo puts it into scheme's header. It
// takes what [Base] takes, and fails where Base does and for an empty token.
func Sign(token Token, scheme Scheme, method, rawURL, nonce string, params []Param) (string, error) {
	signatures, err := SignEach([]Token{token}, scheme, method, rawURL, nonce, params)
	if err != nil {
		return "", err
	}
	return signatures[0], nil
}

// SignEach gives the signatures of several tokens, in their order, for less than so many calls of [Sign] cost.
func SignEach(tokens []Token, scheme Scheme, method, rawURL, nonce string, params []Param) ([]string, error) {
	for _, token := range tokens {
		if token.Empty() {
			return nil, fmt.Errorf("sign with %s: the token %q is empty; set its auth token", scheme, token.Label)
		}
	}
	base, err := appendBase(nil, scheme, method, rawURL, nonce, params)
	if err != nil {
		return nil, fmt.Errorf("sign with %s: %w", scheme, err)
	}
	signatures := make([]string, len(tokens))
	var room [64]byte
	for i, token := range tokens {
		if i > 0 && *token.value == *tokens[i-1].value {
			signatures[i] = signatures[i-1]
			continue
		}
		signatures[i] = string(appendSignature(room[:0], token, scheme, base))
	}
	return signatures, nil
}

// appendSignature appends the base64 signature of base; token must not be empty.
func appendSignature(dst []byte, token Token, scheme Scheme, base []byte) []byte {
	newHash := sha256.New
	if scheme == V1 {
		newHash = sha1.New
	}
	mac := hmac.New(newHash, []byte(*token.value))
	mac.Write(base)
	var sum [sha256.Size]byte
	return base64.StdEncoding.AppendEncode(dst, mac.Sum(sum[:0]))
}

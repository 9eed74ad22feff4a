package replay

import (
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// families are all schemes, in the order in which they are signed and told.
var families = []signature.Scheme{signature.V2, signature.MaV2, signature.V3, signature.MaV3, signature.V1}

// usual are the schemes of a callback that carried none.
var usual = families[:4]

func carried(header http.Header) []signature.Scheme {
	var list []signature.Scheme
	for _, scheme := range families {
		if strings.Trim(strings.Join(header[scheme.Header()], ""), " \t,") != "" {
			list = append(list, scheme)
		}
	}
	return list
}

func firstNonce(header http.Header, scheme signature.Scheme) string {
	for _, v := range header[scheme.NonceHeader()] {
		if v = strings.TrimSpace(v); v != "" {
			return v
		}
	}
	return ""
}

// usedNonces gives the nonces that a callback came with: V2's, then V3's. Where it has one of them alone
// that stands for both, and where it has none, one that is always the same.
func usedNonces(header http.Header) func() string {
	v2, v3 := firstNonce(header, signature.V2), firstNonce(header, signature.V3)
	const same = "00000000000000000000"
	left := []string{cmp.Or(v2, v3, same), cmp.Or(v3, v2, same)}
	return func() string {
		next := left[0]
		left = left[1:]
		return next
	}
}

// randomNonce has 20 digits, as Plivo's.
func randomNonce() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return fmt.Sprintf("%020d", binary.BigEndian.Uint64(b[:]))
}

// sign puts the signatures of the draft's families over its URL into the header.
func (d *draft) sign() error {
	for _, scheme := range d.families {
		if !slices.Contains(families, scheme) {
			return fmt.Errorf("there is no signature scheme %q; use V1, V2, Ma-V2, V3 or Ma-V3", cut(string(scheme)))
		}
	}
	params := d.covered()
	for _, scheme := range families {
		if !slices.Contains(d.families, scheme) {
			continue
		}
		token, nonce := d.keys.of(scheme), d.nonceOf(scheme)
		if token.Empty() {
			return fmt.Errorf("there is no auth token to sign %s with; set PLIVO_AUTH_TOKEN", scheme)
		}
		if err := checkValue(scheme.NonceHeader(), nonce); err != nil {
			return err
		}
		sig, err := signature.Sign(token, scheme, d.method, d.signURL, nonce, params)
		if err != nil {
			return err
		}
		d.header.Set(scheme.Header(), sig)
		if h := scheme.NonceHeader(); h != "" {
			if strings.TrimSpace(nonce) == "" {
				return errors.New("the nonce to sign with is empty")
			}
			d.header.Set(h, nonce)
		}
		d.signed = append(d.signed, scheme)
	}
	return nil
}

func (k Keys) of(scheme signature.Scheme) signature.Token {
	if (scheme == signature.MaV2 || scheme == signature.MaV3) && !k.Main.Empty() {
		return k.Main
	}
	return k.Account
}

func (d *draft) nonceOf(scheme signature.Scheme) string {
	switch scheme {
	case signature.V2, signature.MaV2:
		return d.nonceV2
	case signature.V3, signature.MaV3:
		return d.nonceV3
	}
	return ""
}

// coversTheSame tells whether what the signatures of a callback were made over is what the draft holds
// for an application that rebuilds the callback's own scheme and host.
func (d *draft) coversTheSame(cb *webhook.Callback) bool {
	scheme, host, target := cutURL(cb.URL)
	before := message{method: cb.Method, target: target, header: cb.Header, body: cb.Body}
	// A URL that was given without a path is signed so, and asked for as "/".
	after := d.target
	if target == "" || target[0] == '?' {
		after = strings.TrimPrefix(after, "/")
	}
	for _, s := range carried(cb.Header) {
		was, err := signature.Base(s, cb.Method, cb.URL, firstNonce(cb.Header, s), before.covered())
		if err != nil {
			return false
		}
		is, err := signature.Base(s, d.method, scheme+"://"+cmp.Or(d.host, host)+after, firstNonce(d.header, s), d.covered())
		if err != nil || is != was || !slices.Equal(d.header[s.Header()], cb.Header[s.Header()]) {
			return false
		}
	}
	return true
}

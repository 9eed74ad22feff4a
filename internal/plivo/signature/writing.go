package signature

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// writing is a way in which a header may hold a signature.
type writing struct {
	name   string // "hex"; empty for Plivo's own, standard base64
	read   func(string) ([]byte, error)
	remedy string
}

const (
	otherSigner = "Write the signature in standard base64 with padding, as Plivo does; what signed this request is not Plivo."
	otherReader = "Take the header's value as it was sent: something on the way, or the copying of it, wrote it otherwise."
)

// writings are tried in turn, until a header reads as a hash.
var writings = []writing{
	{"", base64.StdEncoding.Strict().DecodeString, ""},
	{"hex", hex.DecodeString, otherSigner},
	{"base64url", func(v string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(bare(v)) }, otherSigner},
	{"base64 without padding", func(v string) ([]byte, error) { return base64.RawStdEncoding.DecodeString(bare(v)) }, otherReader},
	{"base64 of hex digits", func(v string) ([]byte, error) {
		digits, err := base64.StdEncoding.DecodeString(v)
		if err != nil {
			return nil, err
		}
		return hex.DecodeString(string(digits))
	}, otherSigner},
	{"percent-encoded base64", func(v string) ([]byte, error) { return base64.StdEncoding.DecodeString(percentDecoded(v)) }, otherReader},
	{"base64 with spaces for plus signs", func(v string) ([]byte, error) {
		return base64.StdEncoding.DecodeString(strings.ReplaceAll(v, " ", "+"))
	}, otherReader},
	{"base64 in quotation marks", func(v string) ([]byte, error) {
		return base64.StdEncoding.DecodeString(strings.Trim(v, quotationMarks))
	}, otherReader},
	{"base64 behind a name", func(v string) ([]byte, error) { return base64.StdEncoding.DecodeString(unnamed(v)) }, otherSigner},
	{"hex behind a name", func(v string) ([]byte, error) { return hex.DecodeString(unnamed(v)) }, otherSigner},
}

// hypothesis is the name of the supposition that a header is written so.
func (w *writing) hypothesis() string { return strings.ReplaceAll(w.name, " ", "-") + "-signature" }

func bare(v string) string { return strings.TrimRight(v, "=") }

// unnamed takes off what stands before a signature as in "sha256=" and "v1:".
func unnamed(v string) string {
	if i := strings.IndexAny(v, "=: "); i > 0 && i < len(v)-2 && i <= 16 {
		return v[i+1:]
	}
	return v
}

// readSignature gives the hash that a header's entry holds, and how it is written; nil where it reads
// as none.
func readSignature(given string) ([]byte, *writing) {
	const longest = 256
	if len(given) > longest {
		return nil, nil
	}
	for i := range writings {
		w := &writings[i]
		if d, err := w.read(given); err == nil && (len(d) == 20 || len(d) == 32) {
			return d, w
		}
	}
	return nil, nil
}

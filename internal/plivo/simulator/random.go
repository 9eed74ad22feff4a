package simulator

import (
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"github.com/google/uuid"
)

// dice draws everything random. Each draw has a stream of its own, found by a label and numbers, so
// that with a seed it comes out the same whatever else was drawn before.
type dice [sha256.Size]byte

func newDice(seed uint64) dice {
	var d dice
	if seed == 0 {
		_, _ = crand.Read(d[:]) // never fails: see its documentation
		return d
	}
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte("seed"), seed))
}

func (d dice) stream(label string, at ...uint64) *rand.ChaCha8 {
	in := append(d[:len(d):len(d)], label...)
	for _, n := range at {
		in = binary.BigEndian.AppendUint64(in, n)
	}
	return rand.NewChaCha8(sha256.Sum256(in))
}

func (d dice) text(alphabet string, length int, label string, at ...uint64) string {
	r := rand.New(d.stream(label, at...))
	b := make([]byte, length)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

func (d dice) uuid(label string, at ...uint64) string {
	id, err := uuid.NewRandomFromReader(d.stream(label, at...))
	if err != nil {
		panic(err) // a ChaCha8 stream neither ends nor fails
	}
	return id.String()
}

// unit gives a number from 0 to less than 1.
func (d dice) unit(label string, at ...uint64) float64 {
	const bits = 53 // of a float64
	return float64(d.stream(label, at...).Uint64()>>(64-bits)) / (1 << bits)
}

// happens tells whether something of this probability does.
func (d dice) happens(p float64, label string, at ...uint64) bool {
	return p > 0 && (p >= 1 || d.unit(label, at...) < p)
}

// nonces gives the nonces of one request: 20 digits, as Plivo's.
func (d dice) nonces(at ...uint64) func() string {
	s := d.stream("nonce", at...)
	return func() string { return fmt.Sprintf("%020d", s.Uint64()) }
}

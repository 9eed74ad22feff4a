package simulator

import (
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
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
	return rand.NewChaCha8(d.seed(label, at...))
}

func (d dice) seed(label string, at ...uint64) [sha256.Size]byte {
	var room [128]byte // enough that nothing is allocated
	in := append(append(room[:0], d[:]...), label...)
	for _, n := range at {
		in = binary.BigEndian.AppendUint64(in, n)
	}
	return sha256.Sum256(in)
}

// reader is the stream of the same label and number, which is made when it is read: most never are.
func (d dice) reader(label string, n uint64) io.Reader {
	return &lazyStream{dice: d, label: label, n: n}
}

type lazyStream struct {
	dice  dice
	label string
	n     uint64
	*rand.ChaCha8
}

func (l *lazyStream) Read(p []byte) (int, error) {
	if l.ChaCha8 == nil {
		l.ChaCha8 = l.dice.stream(l.label, l.n)
	}
	return l.ChaCha8.Read(p)
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
	var stream rand.ChaCha8 // not behind an io.Reader, so that it is not allocated
	stream.Seed(d.seed(label, at...))
	var id uuid.UUID
	_, _ = stream.Read(id[:]) // never fails
	id[6] = id[6]&0x0f | 0x40 // version 4
	id[8] = id[8]&0x3f | 0x80 // of RFC 9562
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

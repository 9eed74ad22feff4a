package plivo

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// foldVersion is the first byte of a kept Fold. A change of the format takes the next number.
const foldVersion = 1

// outcomes gives each outcome its number in the kept format.
var outcomes = [...]signature.Outcome{
	signature.Valid, signature.Unchecked, signature.Missing, signature.Invalid,
}

// Bits of the second byte of a kept Fold.
const (
	unknownBit = 1 << iota
	missingBit
	invalidBit
	foldBits = unknownBit | missingBit | invalidBit
)

// MarshalBinary writes the Fold to keep it in the history: some 200 bytes for the usual three
// callbacks. It does not fail; a Fold that has seen nothing gives no bytes.
func (f *Fold) MarshalBinary() ([]byte, error) {
	if f.count == 0 {
		return nil, nil
	}
	var bits byte
	if f.unknown {
		bits |= unknownBit
	}
	if f.missing {
		bits |= missingBit
	}
	if f.invalid {
		bits |= invalidBit
	}
	b := append(make([]byte, 0, 384), foldVersion, bits)
	b = binary.AppendUvarint(b, uint64(f.count))
	b = binary.AppendVarint(b, f.first)
	b = binary.AppendVarint(b, f.last)
	for i, o := range outcomes {
		if o == f.worst.Outcome {
			b = append(b, byte(i))
		}
	}
	b = appendString(b, string(f.worst.Scheme))
	b = appendString(b, f.worst.Header)
	b = appendString(b, f.worst.Token)
	b = f.verified.append(b)
	return f.others.append(b), nil
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// Bits of a tier's first byte: one for each of finals, then these.
const (
	openBit = 1 << (len(finals) + iota)
	sequencedBit
)

func (t *tier) append(b []byte) []byte {
	var bits byte
	for i, set := range t.finally {
		if set {
			bits |= 1 << i
		}
	}
	if t.open.status != "" {
		bits |= openBit
	}
	if t.arrivals.sequenced {
		bits |= sequencedBit
	}
	b = append(b, bits)
	if t.open.status != "" {
		b = appendString(b, string(t.open.status))
		b = t.open.append(b)
	}
	for i := range t.final {
		if t.finally[i] {
			b = t.final[i].append(b)
		}
	}
	b = binary.AppendUvarint(b, uint64(t.units))
	b = appendString(b, t.from)
	b = appendString(b, t.to)
	b = appendString(b, t.kind)
	return t.arrivals.append(b)
}

// append writes everything but the status, which its place tells.
func (c *claim) append(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(c.sequence))
	b = binary.AppendVarint(b, c.reported)
	b = binary.AppendVarint(b, c.received)
	b = appendString(b, c.code)
	b = binary.AppendUvarint(b, uint64(c.units))
	b = appendString(b, c.from)
	b = appendString(b, c.to)
	b = appendString(b, c.kind)
	if c.status == Received {
		b = appendString(b, c.text)
	}
	return b
}

func (a *arrivals) append(b []byte) []byte {
	b = append(b, byte(a.rank))
	if a.sequenced {
		b = binary.AppendUvarint(b, uint64(a.lastSequence))
		b = append(b, byte(a.sequenceRank))
	}
	b = append(b, byte(len(a.recent)), byte(a.next))
	for _, fp := range a.recent {
		b = binary.LittleEndian.AppendUint64(b, fp)
	}
	return b
}

// UnmarshalBinary reads what MarshalBinary wrote; empty data is an empty Fold. Anything else is an
// error and leaves f as it was.
func (f *Fold) UnmarshalBinary(data []byte) error {
	if len(data) == 0 {
		*f = Fold{}
		return nil
	}
	if data[0] != foldVersion {
		return fmt.Errorf("reading a message's folded callbacks: format %d is not known here, only %d; "+
			"a newer version of the program wrote it", data[0], foldVersion)
	}
	d := decoder{rest: string(data[1:])}
	g := d.fold()
	if d.bad || d.rest != "" {
		return errors.New("reading a message's folded callbacks: the bytes are damaged; " +
			"fold the stored callbacks again")
	}
	*f = g
	return nil
}

// decoder takes values off the front of rest. Once something does not fit it is bad, and gives zeros.
type decoder struct {
	rest string
	bad  bool
}

func (d *decoder) fold() (f Fold) {
	bits := d.byte(foldBits)
	f.unknown, f.missing, f.invalid = bits&unknownBit != 0, bits&missingBit != 0, bits&invalidBit != 0
	f.count = d.int()
	f.first = d.varint()
	f.last = d.varint()
	// Room to count on: a greater count was never written.
	if f.count == 0 || int64(f.count) > 1<<48 || f.last < f.first {
		d.bad = true
	}
	f.worst.Outcome = outcomes[d.byte(byte(len(outcomes)-1))]
	f.worst.Scheme = signature.Scheme(d.string(maxField))
	f.worst.Header = d.string(maxField)
	f.worst.Token = d.string(maxField)
	d.tier(&f.verified)
	d.tier(&f.others)
	return f
}

func (d *decoder) tier(t *tier) {
	bits := d.byte(math.MaxUint8)
	if bits&openBit != 0 {
		t.open.status = Status(d.string(maxField))
		if t.open.status == "" || t.open.status.Terminal() {
			d.bad = true
		}
		d.claim(&t.open)
	}
	for i, s := range finals {
		if bits&(1<<i) != 0 {
			t.final[i].status, t.finally[i] = s, true
			d.claim(&t.final[i])
		}
	}
	t.units = d.int()
	t.from = d.string(maxField)
	t.to = d.string(maxField)
	t.kind = d.string(maxField)
	t.arrivals.sequenced = bits&sequencedBit != 0
	d.arrivals(&t.arrivals)
}

func (d *decoder) claim(c *claim) {
	c.sequence = d.int()
	c.reported = d.varint()
	c.received = d.varint()
	c.code = d.string(maxField)
	c.units = d.int()
	c.from = d.string(maxField)
	c.to = d.string(maxField)
	c.kind = d.string(maxField)
	if c.status == Received {
		c.text = d.string(maxText)
	}
}

func (d *decoder) arrivals(a *arrivals) {
	highest := byte(Read.Rank())
	a.rank = int(d.byte(highest))
	if a.sequenced {
		a.lastSequence = d.int()
		a.sequenceRank = int(d.byte(highest))
	}
	n := int(d.byte(remembered))
	a.next = int(d.byte(remembered - 1))
	if len(d.rest) < 8*n || n < remembered && a.next != 0 {
		d.bad = true
		return
	}
	if n == 0 {
		return
	}
	a.recent = make([]uint64, n, n+1)
	for i := range a.recent {
		a.recent[i] = binary.LittleEndian.Uint64([]byte(d.rest[8*i : 8*i+8]))
	}
	d.rest = d.rest[8*n:]
}

func (d *decoder) byte(highest byte) byte {
	if d.rest == "" || d.rest[0] > highest {
		d.bad = true
		return 0
	}
	b := d.rest[0]
	d.rest = d.rest[1:]
	return b
}

func (d *decoder) uvarint() uint64 {
	var n uint64
	for i := 0; i < len(d.rest) && i < binary.MaxVarintLen64; i++ {
		b := d.rest[i]
		if i == binary.MaxVarintLen64-1 && b > 1 {
			break
		}
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			d.rest = d.rest[i+1:]
			return n
		}
	}
	d.bad = true
	return 0
}

func (d *decoder) varint() int64 {
	n := d.uvarint()
	return int64(n>>1) ^ -int64(n&1)
}

func (d *decoder) int() int {
	n := d.uvarint()
	if n > uint64(maxInt) {
		d.bad = true
		return 0
	}
	return int(n)
}

func (d *decoder) string(limit int) string {
	n := d.int()
	if n > limit || n > len(d.rest) {
		d.bad = true
		return ""
	}
	s := d.rest[:n]
	d.rest = d.rest[n:]
	return s
}

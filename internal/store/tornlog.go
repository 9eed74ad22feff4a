package store

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// mendTorn mends a log over whose gap another program has written, where a transaction failed for that, and gives what the
// transaction failed with: pages with zeros in them look like damage, or like rows without values, and are none to who reads
// the log anew.
func (w *writer) mendTorn(err error) error {
	if errors.As(err, new(*Error)) || lockIsToBlame(err) || !w.s.logTorn() {
		return err
	}
	if _, err := w.mendLog(true); err != nil {
		return err
	}
	return failure(ErrTaken, err, "the log of the history %s was emptied or cut while it was written: what came at that moment is not kept", w.s.path)
}

// logTorn tells whether the log has fewer frames that are whole than its index says. The caller has the lock that keeps
// others from mending it, or looks again under that.
func (s *Store) logTorn() bool {
	if s.place.log == nil {
		return false
	}
	index, err := s.indexOf()
	if err != nil {
		return false
	}
	l, raw, err := readIndex(index)
	if err != nil || !sound(raw) {
		return false
	}
	f, err := os.Open(s.path + logSuffix)
	if err != nil {
		return false
	}
	defer f.Close() // SQLite has no locks on it
	if now, err := f.Stat(); err != nil || !os.SameFile(s.place.log, now) {
		return false
	}
	return l.whole(f) < l.frames
}

// whole counts the frames from the first on whose checksums are right, which are of all that is before, too.
func (l logState) whole(log io.ReaderAt) (n int64) {
	head := make([]byte, logHead)
	if _, err := log.ReadAt(head, 0); err != nil {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	if head[3]&1 == 1 { // of the magic number
		order = binary.BigEndian
	}
	a, b := binary.BigEndian.Uint32(head[24:]), binary.BigEndian.Uint32(head[28:])
	sum := func(words []byte) {
		for i := 0; i+8 <= len(words); i += 8 {
			a += order.Uint32(words[i:]) + b
			b += order.Uint32(words[i+4:]) + a
		}
	}
	frame := make([]byte, frameHead+l.pageSize)
	for ; n < l.frames; n++ {
		if _, err := log.ReadAt(frame, l.frame(n)); err != nil || string(frame[8:16]) != string(head[16:24]) {
			return n
		}
		sum(frame[:8])
		sum(frame[frameHead:])
		if binary.BigEndian.Uint32(frame[16:]) != a || binary.BigEndian.Uint32(frame[20:]) != b {
			return n
		}
	}
	return n
}

// sound reports whether what was read of an index is none that something overwrote, or of the moment in which it changes.
func sound(raw []byte) bool {
	var a, b uint32
	for i := 0; i < indexHeader-8; i += 8 {
		a += binary.NativeEndian.Uint32(raw[i:]) + b
		b += binary.NativeEndian.Uint32(raw[i+4:]) + a
	}
	return string(raw[:indexHeader]) == string(raw[indexHeader:2*indexHeader]) &&
		a == binary.NativeEndian.Uint32(raw[indexHeader-8:]) && b == binary.NativeEndian.Uint32(raw[indexHeader-4:])
}

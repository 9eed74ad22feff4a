package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"slices"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What SQLite's file format says of the log and of its index: https://www.sqlite.org/walformat.html.
const (
	logHead     = 32 // bytes before the first frame
	frameHead   = 24 // bytes of a frame before its page
	indexHeader = 48 // bytes, which are there twice
	indexInfo   = 2*indexHeader + 4
)

// indexes are the indexes of logs that are looked at. Closing one would give up all locks that SQLite has on it in
// this process, so they stay open until all who look at them have closed their connections.
var indexes struct {
	sync.Mutex
	open []*logIndex
}

type logIndex struct {
	*os.File
	info  os.FileInfo
	users map[*Store]struct{}
}

// indexOf opens the index of this history's log, once.
func (s *Store) indexOf() (*os.File, error) {
	indexes.Lock()
	defer indexes.Unlock()
	at, err := os.Stat(s.path + indexSuffix)
	if err != nil {
		return nil, err
	}
	for _, index := range indexes.open {
		if os.SameFile(index.info, at) {
			index.users[s] = struct{}{}
			return index.File, nil
		}
	}
	f, err := os.OpenFile(s.path+indexSuffix, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	index := &logIndex{File: f, users: map[*Store]struct{}{s: {}}}
	indexes.open = append(indexes.open, index)
	index.info, err = f.Stat()
	return f, err
}

// dropIndexes closes what indexOf opened for this history alone, where no connection is open any more.
func (s *Store) dropIndexes() {
	if s.readDB != nil && s.readDB.Stats().OpenConnections > 0 {
		return // somebody reads rows still
	}
	indexes.Lock()
	defer indexes.Unlock()
	indexes.open = slices.DeleteFunc(indexes.open, func(index *logIndex) bool {
		if _, uses := index.users[s]; !uses {
			return false
		}
		if delete(index.users, s); len(index.users) > 0 {
			return false
		}
		_ = index.Close()
		return true
	})
}

// logState is what the index says of the log.
type logState struct {
	pageSize int64
	frames   int64 // that are valid
	moved    int64 // of these, from the first on, are in the file too
}

func (l logState) frame(n int64) int64 { return logHead + n*(frameHead+l.pageSize) }

// fits reports whether a log of so many bytes can have all of its frames.
func (l logState) fits(size int64) bool { return l.frames == 0 || size >= l.frame(l.frames) }

// readIndex reads what the index says, and its bytes.
func readIndex(index io.ReaderAt) (l logState, raw []byte, err error) {
	raw = make([]byte, indexInfo)
	if _, err := index.ReadAt(raw, 0); err != nil {
		return l, nil, err
	}
	l.pageSize = int64(binary.NativeEndian.Uint16(raw[14:]))
	if l.pageSize == 1 {
		l.pageSize = 1 << 16
	}
	l.frames = int64(binary.NativeEndian.Uint32(raw[16:]))
	l.moved = int64(binary.NativeEndian.Uint32(raw[2*indexHeader:]))
	return l, raw, nil
}

// logCut tells whether the log is shorter than what is in it: somebody else emptied or cut it. SQLite would write the
// next frame where the log ended, and take the gap before that for pages of zeros. It is shortened rightly only by
// who closes the history after all of it was moved into the file. That it did not become shorter since it was looked at
// does not say it: another program may have written more meanwhile, which then was cut.
func (s *Store) logCut() bool {
	if s.place.log == nil {
		return false
	}
	now, err := os.Stat(s.path + logSuffix)
	if err != nil || !os.SameFile(s.place.log, now) {
		return false
	}
	longer := now.Size() >= s.logSize
	index, err := s.indexOf()
	if err == nil && longer {
		var l logState
		var raw []byte
		l, raw, err = readIndex(index)
		longer = err != nil || l.fits(now.Size()) || !sound(raw)
	}
	if longer {
		s.logSize = now.Size()
		return false
	}
	if err != nil {
		return true
	}
	for range 10 {
		l, before, err := readIndex(index)
		if err != nil {
			return true
		}
		if now, err = os.Stat(s.path + logSuffix); err != nil {
			return false
		}
		_, after, err := readIndex(index)
		if err != nil {
			return true
		}
		if bytes.Equal(before, after) { // nobody wrote meanwhile
			if !l.fits(now.Size()) {
				return true
			}
			s.logSize = now.Size()
			return false
		}
	}
	return false // it is being written, and looked at again soon
}

// logGap tells whether the log was cut while something was written: the last frame that was there before is not there.
func (s *Store) logGap() bool {
	if s.place.log == nil || s.logSize <= logHead {
		return false
	}
	f, err := os.Open(s.path + logSuffix)
	if err != nil {
		return false
	}
	defer f.Close() // SQLite has no locks on it
	now, err := f.Stat()
	if err != nil || !os.SameFile(s.place.log, now) {
		return false
	}
	head := make([]byte, logHead)
	if _, err := f.ReadAt(head, 0); err != nil {
		return false
	}
	l := logState{pageSize: int64(binary.BigEndian.Uint32(head[8:]))}
	if l.pageSize == 0 {
		return true
	}
	if now.Size() < s.logSize { // begun anew it may be longer than what is in it
		return s.incomplete(f)
	}
	if n := (s.logSize - logHead) / (frameHead + l.pageSize); n > 0 {
		frame := make([]byte, frameHead)
		_, err := f.ReadAt(frame, l.frame(n-1))
		return err == nil && binary.BigEndian.Uint32(frame) == 0 // no page has this number
	}
	return false
}

// incomplete tells whether frames are missing in the log that its index has.
func (s *Store) incomplete(log io.ReaderAt) bool {
	index, err := s.indexOf()
	if err != nil {
		return false
	}
	l, _, err := readIndex(index)
	return err == nil && l.left(log) < l.frames
}

// left counts the frames from the first on that the log still has.
func (l logState) left(log io.ReaderAt) (n int64) {
	head, frame, end := make([]byte, logHead), make([]byte, frameHead), make([]byte, 1)
	if _, err := log.ReadAt(head, 0); err != nil {
		return 0
	}
	for ; n < l.frames; n++ {
		if _, err := log.ReadAt(frame, l.frame(n)); err != nil || !bytes.Equal(frame[8:16], head[16:24]) {
			return n
		}
		if _, err := log.ReadAt(end, l.frame(n+1)-1); err != nil {
			return n
		}
	}
	return n
}

// forgetCut has SQLite read the log anew, as after a crash: all connections, of other processes too, then know that it
// has no more than it has. What is left of the log and is in the file already would bring pages back as they were
// before, and is left out. lost is whether something was in the log alone that it has no more.
func (s *Store) forgetCut() (lost bool, err error) {
	index, err := s.indexOf()
	if err != nil {
		return false, err
	}
	l, _, err := readIndex(index)
	if err != nil {
		return false, err
	}
	log, err := os.OpenFile(s.path+logSuffix, os.O_RDWR, 0)
	if err != nil {
		return false, err
	}
	defer log.Close() // SQLite has no locks on it
	left := l.left(log)
	if left <= l.moved {
		if err := log.Truncate(0); err != nil {
			return false, err
		}
	}
	if _, err := index.WriteAt(make([]byte, 2*indexHeader), 0); err != nil {
		return false, err
	}
	info, err := log.Stat()
	if err == nil {
		s.logSize = info.Size()
	}
	return l.frames > max(left, l.moved), err
}

// logAlone tells whether the log had something that is not in the file.
func (s *Store) logAlone() bool {
	index, err := s.indexOf()
	if err != nil {
		return true
	}
	l, _, err := readIndex(index)
	return err != nil || l.frames > l.moved
}

// doubtLog has the next look be at what is in the log, where a read found its end too soon: another program may have
// written what is cut, and this one never seen the log as long as it was.
func (s *Store) doubtLog(err error) {
	var se *sqlite.Error
	if errors.As(err, &se) && se.Code() == sqlite3.SQLITE_IOERR_SHORT_READ {
		s.logSize = math.MaxInt64
	}
}

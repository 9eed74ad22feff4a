package store_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// TestMendedTogether cuts the log under two programs that both store something in the next moment: no ID of a callback
// is given twice, and what is acknowledged after the cut is there once.
func TestMendedTogether(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being cut")
	}
	rounds, survived, lost := 10, 0, 0
	if figures.Collecting() {
		rounds = 300
	}
	path := filepath.Join(t.TempDir(), "h.db")
	programs := []*store.Store{openStore(t, store.Options{Path: path}), openStore(t, store.Options{Path: path})}
	var mu sync.Mutex
	given := map[int64]string{}
	keep := func(s *store.Store, uuid string) error {
		c := report(uuid, plivo.Sent, 1)
		if err := s.Record(t.Context(), c); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		if was, twice := given[c.ID]; twice {
			t.Errorf("the ID %d of %s was given to %s", c.ID, was, uuid)
		}
		given[c.ID] = uuid
		return nil
	}
	for round := range rounds {
		for i := range 6 {
			by := programs[(round+i*(round%4/2))%2] // all by one, or by turns
			if err := keep(by, fmt.Sprintf("before-%d-%d", round, i)); err != nil {
				t.Fatal(err)
			}
		}
		info, err := os.Stat(path + "-wal")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path+"-wal", []int64{0, info.Size()/2 + 11, info.Size() - 1}[round%3]); err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		after := make([][]string, len(programs))
		for p, s := range programs {
			both.Go(func() {
				for i := range 5 {
					uuid := fmt.Sprintf("after-%d-%d-%d", round, p, i)
					if keep(s, uuid) == nil { // who notices the cut late answers 503
						after[p] = append(after[p], uuid)
					}
				}
			})
		}
		both.Wait()
		for p, uuids := range after {
			ms, err := programs[1-p].MessagesByUUID(t.Context(), uuids)
			if err != nil {
				t.Fatal(err)
			}
			if len(uuids) == 0 || len(ms) != len(uuids) {
				t.Errorf("round %d: %d were acknowledged after the cut, %d are there", round, len(uuids), len(ms))
				lost += len(uuids) - len(ms)
			}
			for _, m := range ms {
				if m.Callbacks != 1 {
					t.Errorf("%s has %d callbacks", m.UUID, m.Callbacks)
					lost++
				}
			}
		}
		survived++
	}
	figures.Tell(t, figures.Attack{What: "the log is cut under two programs that store at once", Tries: rounds, Survived: survived, Lost: lost})
}

// TestWhoKnowsMends cuts a log of which one program has all in memory, and has another notice it that has nothing of it:
// that leaves it to the first, and nothing is lost.
func TestWhoKnowsMends(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being cut")
	}
	t.Cleanup(store.OthersMendWithin(time.Minute)) // however busy the machine is
	path := filepath.Join(t.TempDir(), "h.db")
	before, err := store.Open(t.Context(), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := before.Close(); err != nil { // the tables are in the file
		t.Fatal(err)
	}
	knows, other := openStore(t, store.Options{Path: path}), openStore(t, store.Options{Path: path})
	for i := range 3 {
		record(t, knows, report(fmt.Sprint("known-", i), plivo.Sent, 1))
	}
	if err := os.Truncate(path+"-wal", 0); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is mended", func() bool { return other.Record(t.Context(), report("new", plivo.Sent, 1)) == nil })
	ms, err := other.MessagesByUUID(t.Context(), []string{"known-0", "known-1", "known-2"})
	if err != nil || len(ms) != 3 {
		t.Errorf("of 3 that were known %d are there, %v", len(ms), err)
	}
}

// TestNoIDOfALostSendTwice has a program lose the message that it is sending, with the log, and another mend that: the
// answer to the send is written into no other message.
func TestNoIDOfALostSendTwice(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the system keeps open files from being cut")
	}
	for range 5 { // who notices the cut first mends it
		path := filepath.Join(t.TempDir(), "h.db")
		s, sending := openStore(t, store.Options{Path: path}), openStore(t, store.Options{Path: path})
		record(t, s, report("one", plivo.Sent, 1))
		ids := begin(t, sending, "+14155550123")
		if err := errors.Join(store.Forget(s), store.Forget(sending), os.Truncate(path+"-wal", 0)); err != nil {
			t.Fatal(err)
		}
		record(t, s, report("other", plivo.Sent, 1))
		if err := sending.FinishSend(t.Context(), []store.SendOutcome{{ID: ids[0], UUID: "mine"}}); err == nil {
			t.Error("the answer was written, and the message is gone")
		}
		if ms, err := s.MessagesByUUID(t.Context(), []string{"other"}); err != nil || len(ms) != 1 || ms[0].ID == ids[0] {
			t.Errorf("the other message, where %d is the ID of what was sent: %+v, %v", ids[0], ms, err)
		}
	}
}

// TestNoIDTwiceWhileAnotherMends has another program have a log that was cut read anew, and not note yet which IDs were
// given: none is given again that this one knows to be given, even after it has seen what is left.
func TestNoIDTwiceWhileAnotherMends(t *testing.T) {
	for name, looked := range map[string]bool{"not looked at": false, "looked at": true} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "h.db")
			s := openStore(t, store.Options{Path: path})
			sent, err := s.BeginSend(t.Context(), make([]plivo.Message, 3))
			if err != nil {
				t.Fatal(err)
			}
			last := report("one", plivo.Sent, 1) // of a message with the ID after those
			record(t, s, last)
			if err := store.Ask(t.Context(), s, func() error { return nil }); err != nil { // all are told of that
				t.Fatal(err)
			}
			changed := make(<-chan struct{})
			if looked {
				var stop func()
				changed, stop = s.Subscribe()
				defer stop()
			}
			sqlExec(t, path, `DELETE FROM messages; DELETE FROM callbacks;
				UPDATE counters SET next_message = 1, next_callback = 1, messages = 0, valid = 0, invalid = 0, missing = 0, unchecked = 0`)
			if looked {
				<-changed
			}
			again, err := s.BeginSend(t.Context(), make([]plivo.Message, 1))
			if err != nil {
				t.Fatal(err)
			}
			if again[0] <= sent[2]+1 {
				t.Errorf("a message has the ID %d after %d", again[0], sent[2]+1)
			}
			next := report("two", plivo.Sent, 1)
			if record(t, s, next); next.ID <= last.ID {
				t.Errorf("a callback has the ID %d after %d", next.ID, last.ID)
			}
		})
	}
}

// TestNoIDTwiceAfterAnAnswer has the counters be behind, as another program leaves them that mends a log, and the answer to a
// send come before the next: that makes no message, and what this program knows is not forgotten for it.
func TestNoIDTwiceAfterAnAnswer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "h.db")
	s := openStore(t, store.Options{Path: path})
	sent, err := s.BeginSend(t.Context(), make([]plivo.Message, 3))
	if err != nil {
		t.Fatal(err)
	}
	sqlExec(t, path, `DELETE FROM messages WHERE id > 1; UPDATE counters SET next_message = 2, messages = 1`)
	finish(t, s, store.SendOutcome{ID: sent[0], UUID: "a"})
	again, err := s.BeginSend(t.Context(), make([]plivo.Message, 1))
	if err != nil {
		t.Fatal(err)
	}
	if again[0] <= sent[2] {
		t.Errorf("a message has the ID %d after %d", again[0], sent[2])
	}
}

package store_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

const crashFile = "PLIVOSCOPE_TEST_CRASH_FILE"

// TestMain lets the test binary be the process that is killed.
func TestMain(m *testing.M) {
	if path := os.Getenv(crashFile); path != "" {
		flood(path)
		return
	}
	os.Exit(m.Run())
}

// flood records callbacks from many sides and prints the ID of each that was acknowledged, until it is
// killed.
func flood(path string) {
	s, err := store.Open(context.Background(), store.Options{Path: path})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := s.TakeLease(context.Background(), store.Lease{PID: os.Getpid(), ListenURL: "http://127.0.0.1:4141"}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for side := range 16 {
		go func() {
			for i := 0; ; i++ {
				c := report(fmt.Sprintf("m-%d-%d", side, i/3), plivo.Sent, i%3)
				if err := s.Record(context.Background(), c); err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				os.Stdout.WriteString(fmt.Sprintf("%d %s\n", c.ID, c.Report.MessageUUID()))
			}
		}()
	}
	select {}
}

// TestKill kills a process in the middle of a flood: all that it acknowledged is there, each message has
// the callbacks that it counts, the totals are right, and its lease is over.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history.db")
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), crashFile+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	kill := func() { once.Do(func() { _ = cmd.Process.Kill() }) }
	defer kill()
	late := time.AfterFunc(time.Minute, kill)
	defer late.Stop()
	acknowledged := map[int64]string{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		id, uuid, ok := strings.Cut(lines.Text(), " ")
		n, err := strconv.ParseInt(id, 10, 64)
		if !ok || err != nil || !strings.HasPrefix(uuid, "m-") || strings.Count(uuid, "-") != 2 {
			continue // the line that the kill cut
		}
		acknowledged[n] = uuid
		if len(acknowledged) == 300 {
			kill()
		}
	}
	_ = cmd.Wait()
	if len(acknowledged) < 300 {
		t.Fatalf("only %d callbacks before the process ended", len(acknowledged))
	}

	s := openStore(t, store.Options{Path: path})
	if l, live, err := s.Lease(t.Context()); live || err != nil {
		t.Errorf("the lease of a dead process lives: %+v, %v", l, err)
	}
	cs, err := s.Callbacks(t.Context(), store.Window{Limit: 1_000_000})
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, c := range cs {
		uuid := c.Report.MessageUUID()
		count[uuid]++
		if want, ok := acknowledged[c.ID]; ok && (want == uuid || strings.HasPrefix(uuid, want)) {
			delete(acknowledged, c.ID)
		}
	}
	if len(acknowledged) > 0 {
		t.Errorf("%d acknowledged callbacks are lost: %v", len(acknowledged), acknowledged)
	}
	ms := messages(t, s, store.Window{Limit: 1_000_000})
	for _, m := range ms {
		if m.Callbacks != count[m.UUID] {
			t.Errorf("message %s counts %d callbacks and has %d", m.UUID, m.Callbacks, count[m.UUID])
		}
	}
	if n := totals(t, s); n.Callbacks != int64(len(cs)) || n.Messages != int64(len(ms)) || len(ms) != len(count) {
		t.Errorf("totals %+v; there are %d callbacks of %d messages", n, len(cs), len(ms))
	}
}

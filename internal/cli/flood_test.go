package cli

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// report posts one signed delivery report and tells whether it was acknowledged.
func report(client *http.Client, target, uuid string) bool {
	return postReport(client, target, uuid, "delivered", 3)
}

// TestKilledListenKeepsWhatItAcknowledged kills listen in the middle of a flood: every callback that
// was answered 200 is in the history afterwards, once.
func TestKilledListenKeepsWhatItAcknowledged(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "history.db")
	listen := start(t, command(t, "listen", "--db", db, "--addr", "127.0.0.1:0", "-o", "json"))
	go func() {
		for listen.out.Scan() { // a reader that keeps up, as a pipe's would
		}
	}()

	const senders, enough = 8, 400
	var (
		mu    sync.Mutex
		acked []string
		wg    sync.WaitGroup
		full  = make(chan struct{})
	)
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
	target := listen.ready.PublicURL + "/sms/delivery-report"
	for sender := range senders {
		wg.Go(func() {
			for i := 0; ; i++ {
				uuid := fmt.Sprintf("5b40a428-bfc7-4daf-%04d-%012d", sender, i)
				if !report(client, target, uuid) {
					return
				}
				mu.Lock()
				acked = append(acked, uuid)
				if len(acked) == enough {
					close(full)
				}
				mu.Unlock()
			}
		})
	}
	select {
	case <-full:
	case <-time.After(time.Minute):
		t.Fatal("the flood was not acknowledged")
	}
	if err := listen.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	_ = listen.cmd.Wait()

	out, err := command(t, "history", "--callbacks", "--db", db, "-o", "json").Output()
	if err != nil {
		t.Fatal(err)
	}
	stored := map[string]int{}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		var c callbackJSON
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if c.Signature.Outcome != signature.Valid {
			t.Errorf("callback %d is %s", c.ID, c.Signature.Outcome)
		}
		stored[c.MessageUUID]++
	}
	for _, uuid := range acked {
		if stored[uuid] != 1 {
			t.Errorf("%s was acknowledged and is stored %d times", uuid, stored[uuid])
		}
	}
	t.Logf("%d acknowledged, %d stored", len(acked), len(stored))
}

// TestListenPrintsWhatItAcknowledged ends listen in the middle of a flood, in order: every callback
// that was answered 200, from the first after the ready line to the last, is printed once.
func TestListenPrintsWhatItAcknowledged(t *testing.T) {
	t.Parallel()
	listen := start(t, command(t, "listen", "--ephemeral", "--addr", "127.0.0.1:0", "-o", "json"))
	const senders = 4
	var (
		mu    sync.Mutex
		acked = map[string]bool{}
		wg    sync.WaitGroup
		full  = make(chan struct{})
	)
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
	for sender := range senders {
		wg.Go(func() {
			for i := 0; ; i++ {
				uuid := fmt.Sprintf("5b40a428-bfc7-4daf-%04d-%012d", sender, i)
				if !report(client, listen.ready.PublicURL+"/sms/delivery-report", uuid) {
					return
				}
				mu.Lock()
				acked[uuid] = true
				if len(acked) == 100 {
					close(full)
				}
				mu.Unlock()
			}
		})
	}
	go func() {
		<-full
		_ = listen.cmd.Process.Signal(os.Interrupt)
	}()
	printed := map[string]int{}
	for listen.out.Scan() {
		var c callbackJSON
		if err := json.Unmarshal(listen.out.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		printed[c.MessageUUID]++
	}
	wg.Wait()
	for uuid := range acked {
		if printed[uuid] != 1 {
			t.Errorf("%s was acknowledged and printed %d times", uuid, printed[uuid])
		}
	}
}

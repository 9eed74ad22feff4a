package cli

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/screentest"
	"dev.internal/plivoscope/internal/store"
)

// guide is the handler of Plivo's guide: it checks the V2 signature over the URL and the nonce, and counts what
// it answers.
type guide struct {
	token            atomic.Pointer[string]
	accepted, forged atomic.Int64
	held             chan struct{} // the answer to the heldAt-th that it takes waits for its end
}

// heldAt is near the end of the burst, so that whoever waits for it sees the burst on its way.
const heldAt = 4990

func (g *guide) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token, given := g.token.Load(), r.Header.Get("X-Plivo-Signature-V2")
	mac := hmac.New(sha256.New, []byte(*token))
	fmt.Fprintf(mac, "http://%s%s%s", r.Host, r.URL.Path, r.Header.Get("X-Plivo-Signature-V2-Nonce"))
	if want := base64.StdEncoding.EncodeToString(mac.Sum(nil)); given == "" || !hmac.Equal([]byte(want), []byte(given)) {
		g.forged.Add(1)
		http.Error(w, "Invalid signature", http.StatusForbidden)
		return
	}
	if g.accepted.Add(1) == heldAt {
		<-g.held
	}
	fmt.Fprintln(w, "taken")
}

// TestScreenReplays sends a callback of the simulator to an app that checks its signature, with a fault that
// the app has to see, and 5,000 times at once: the screen answers keys meanwhile, and its figures are the
// app's own.
func TestScreenReplays(t *testing.T) {
	t.Parallel()
	g := &guide{held: make(chan struct{})}
	app := httptest.NewServer(g)
	t.Cleanup(app.Close)
	history := filepath.Join(t.TempDir(), "history.db")
	cmd := command(t, "--simulator", "--db", history, "--addr", "127.0.0.1:0", "--speed", "20")
	withoutAccount(cmd)
	s := screentest.Open(t, cmd, 120, 36)
	s.Wait(`No messages yet`)
	s.Press("n")
	s.Wait(`› Text`)
	s.Press("Sent for the replay")
	s.Press("\t")
	s.Press("+14155550199")
	s.Wait(`Send 1 message`)
	s.Press("\x13")
	s.Wait(`\+14155550199\s+✓ delivered`)
	token := simulatorToken(t, history)
	g.token.Store(&token)

	s.Press("r")
	s.Wait(`Replay · callback \d+`)
	s.Press(app.URL)
	s.Wait(`signed\s+V2, Ma-V2, V3, Ma-V3 for this URL`)
	s.Press("\x13")
	s.Wait(`answer\s+✓ 200 OK`)
	s.Wait(`taken`)

	s.Press("\t") // into the fields
	s.Press("\t")
	s.Press("\t")
	s.Wait(`› How`)
	s.Press("\x1b[D")
	s.Wait(`with a fault`)
	s.Wait(`Signs with another auth token`)
	s.Press("\x13")
	s.Wait(`answer\s+✓ 403 Forbidden`)
	s.Wait(`Invalid signature`)
	if a, f := g.accepted.Load(), g.forged.Load(); a != 1 || f != 1 {
		t.Fatalf("the app took %d and refused %d", a, f)
	}

	s.Press("\t")
	s.Press("\t")
	s.Press("\t")
	s.Wait(`› How`)
	s.Press(" ")
	s.Wait(`re-signed`)
	s.Press("\t")
	s.Wait(`› Count`)
	s.Press("5000")
	s.Wait(`Send 5,000 requests`)
	s.Press("\x0f") // more fields
	s.Wait(`At once`)
	for range 8 {
		s.Press("\t")
	}
	s.Wait(`› At once`)
	s.Press("8")
	s.Wait(`Send 5,000 requests`)
	s.Press("\x13")
	s.Wait(`Send 5,000 requests to http://127\.0\.0\.1:\d+\?`)
	confirm(t, s)
	s.Wait(`answered +.*\n.* 4,999 +0 +1\b`) // sent, and one of them waits
	s.Press("?")
	s.Wait(`── Keys · plivoscope`)
	s.Press("\x1b")
	s.Wait(`4,999 of 5,000 · +99 %`)
	close(g.held)
	s.Wait(`Sent 5,000 requests, all answered\.`)
	s.Wait(`✓ 5,000 × 200 OK`)
	if a := g.accepted.Load() - 1; a != 5000 || g.forged.Load() != 1 {
		t.Errorf("the app took %d and refused %d", a, g.forged.Load()-1)
	}
	if kept := attemptsCounted(t, history); kept != 5002 {
		t.Errorf("%d attempts are in the history", kept)
	}
	s.Press("\x03")
	<-s.Ended
	leavesTheTerminal(t, s)
	knownSequences(t, s)
}

// simulatorToken is the made-up token of the simulator that runs on a history.
func simulatorToken(t *testing.T, history string) string {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: history})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	lease, live, err := db.Lease(t.Context())
	if err != nil || !live || lease.SimToken == "" {
		t.Fatalf("there is no running simulator: %v", err)
	}
	return lease.SimToken
}

// attemptsCounted is how many attempts a history has of its first callbacks.
func attemptsCounted(t *testing.T, history string) (n int) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{Path: history})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tried, err := db.Tried(t.Context(), []int64{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range tried {
		n += of.Count
	}
	return n
}

// confirm says yes to a question, which wants half a second of quiet before, until it is gone.
func confirm(t *testing.T, s *screentest.Terminal) {
	t.Helper()
	answers := time.NewTicker(700 * time.Millisecond)
	defer answers.Stop()
	for range 40 {
		<-answers.C
		if !strings.Contains(s.Text(), "y send") {
			return
		}
		s.Press("y")
	}
	t.Fatalf("yes is not taken:\n%s", s.Text())
}

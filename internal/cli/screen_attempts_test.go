package cli

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync/atomic"
	"testing"

	"dev.internal/plivoscope/internal/screentest"
)

// TestScreenShowsAttempts replays from another process into an app, and sees each attempt come to the open
// callback of the UI on the same history: the list, one of them whole, two compared, and the message's line.
func TestScreenShowsAttempts(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := asked.Add(1)
		if n == 2 {
			http.Error(w, "forged", http.StatusForbidden)
			return
		}
		fmt.Fprintf(w, "taken %d", n)
	}))
	t.Cleanup(app.Close)
	history := filepath.Join(t.TempDir(), "a.db")
	cmd := func(args ...string) *screentest.Terminal {
		c := command(t, append(args, "--db", history, "--simulator")...)
		withoutAccount(c)
		return screentest.Open(t, c, 120, 36)
	}
	send := cmd("send", "--speed", "20", "--to", "+15005550000", "--text", "hi", "--wait", "delivered")
	<-send.Ended
	replay := func(args ...string) {
		t.Helper()
		r := cmd(append([]string{"replay", "3", "--to", app.URL}, args...)...)
		<-r.Ended
		if err := r.Cmd.Wait(); err != nil {
			t.Fatalf("%v:\n%s", err, r.Text())
		}
	}
	s := cmd("--addr", "127.0.0.1:0")
	s.Wait(`Messages \(1\)`)
	s.Press("2")
	s.Wait(`Callback 3 · report`) // the preview: the title has its count before the rows are there
	s.Press("\r")
	s.Wait(`Overview +Parameters`)
	s.Press("\x1b[Z")
	s.Wait(`This callback was not sent again\.`)
	replay()
	s.Wait(`1 attempt, newest first`)
	s.Wait(`re-signed +✓ 200 `)
	replay("--fault", "wrong-token")
	s.Wait(`2 attempts, newest first`)
	s.Wait(`wrong-token +✓ 403 `)
	s.Press("\r")
	s.Wait(`Attempt 1 of callback 3 · re-signed · ✓ 200`) // the cursor stayed on it
	s.Wait(`taken 1`)
	s.Press("K")
	s.Wait(`Attempt 2 of callback 3 · wrong-token · ✓ 403`)
	s.Press("\x1b")
	s.Wait(`2 attempts, newest first`)
	s.Press(" ")
	s.Wait(`1 marked`)
	s.Press(" ")
	s.Wait(`2 marked`)
	s.Press("=")
	s.Wait(`Attempt 1 beside attempt 2`)
	s.Wait(`≠ answer +200 +│ 403`)
	s.Press("1")
	s.Wait(`sent again ✓ 403 at the last of 2 attempts`)
	replay()
	s.Wait(`sent again ✓ 200 at the last of 3 attempts`)
	s.Press("\x03")
	<-s.Ended
}

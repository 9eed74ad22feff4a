package siege

import (
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// TestOutOfDescriptors: connections that hold all file descriptors end nothing, and when they are gone callbacks are
// taken again.
func TestOutOfDescriptors(t *testing.T) {
	t.Parallel()
	h, l := newHouse(t), newLedger(t)
	tries, survived := times(2, 20), 0
	r := start(t, limited(h.command("listen", "-o", "json", "--addr", "127.0.0.1:0"), "-n 40"))
	t.Cleanup(func() { t.Logf("it said\n%s", r.said()) })
	address := strings.TrimPrefix(r.base, "http://")
	for i := range tries {
		if i%2 == 1 {
			l.until(t, r.url, http.StatusOK)
		}
		var held []net.Conn
		for range 60 {
			conn, err := net.DialTimeout("tcp", address, time.Second)
			if err != nil {
				break // the queue of the system is full too
			}
			held = append(held, conn)
		}
		client := *l.client
		client.Timeout = 300 * time.Millisecond
		few := &ledger{client: &client, acknowledged: l.acknowledged}
		few.next.Store(l.next.Load())
		for range 5 {
			few.post(t.Context(), r.url)
		}
		l.next.Store(few.next.Load())
		for _, conn := range held {
			_ = conn.Close()
		}
		l.until(t, r.url, http.StatusOK)
		survived++
	}
	r.says(t, "no file descriptor is left")
	r.kill()
	figures.Tell(t, figures.Attack{What: "out of file descriptors", Tries: tries, Survived: survived, Lost: l.lost(t, h.exported(t))})
}

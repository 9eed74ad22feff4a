package siege

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// slowHead and slowBody never end.
const (
	slowHead = "POST /sms/delivery-report HTTP/1.1\r\nHost: h\r\nX-Slow: "
	slowBody = "POST /sms/delivery-report HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\nText="
	later    = "GET /health HTTP/1.1\r\nHost: h\r\n\r\n"
)

// slowly opens n connections from many addresses that say nothing, a byte of a head or a body now and then, or
// nothing more after a request. They go on until the test ends, or the server ends them, which ended counts.
func slowly(t *testing.T, r *running, n int) (ended *atomic.Int64) {
	t.Helper()
	ended = &atomic.Int64{}
	var all sync.WaitGroup
	stop := make(chan struct{})
	var conns []net.Conn
	for i := range n {
		conn, err := from(t.Context(), nth(i/100), r.addr())
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, conn)
		text := []string{"", slowHead, slowBody, later}[i%4]
		if _, err := io.WriteString(conn, text); err != nil {
			t.Fatal(err)
		}
		all.Go(func() {
			_, _ = io.Copy(io.Discard, conn)
			ended.Add(1)
		})
		if text != slowHead && text != slowBody {
			continue
		}
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(300 * time.Millisecond):
					if _, err := io.WriteString(conn, "x"); err != nil {
						return
					}
				}
			}
		})
	}
	t.Cleanup(func() {
		close(stop)
		for _, conn := range conns {
			_ = conn.Close()
		}
		all.Wait()
	})
	return ended
}

// TestSlowConnections: who holds connections open and sends next to nothing is cut off, and keeps nobody out.
func TestSlowConnections(t *testing.T) {
	t.Parallel()
	n := part(200, 1000)
	h := newHouse(t)
	r := h.listen(t)
	ended := slowly(t, r, n)
	callers := r.honestly(t, r.base)
	survived := n
	callers.called(t, 30)
	if figures.Collecting() { // 5 s for a head, 10 s for a body, 60 s between two requests
		time.Sleep(12 * time.Second)
		survived = int(ended.Load()) + n/4
		if survived < n {
			t.Errorf("of %d slow connections %d were cut off", n*3/4, ended.Load())
		}
	}
	lost := callers.check(t, h)
	figures.Tell(t, figures.Attack{What: "slow connections: silent, slow heads, slow bodies, idle", Tries: n, Survived: survived, Lost: lost})
}

// TestMoreConnectionsThanThereMayBe: through a tunnel's agent, whose connections are one address's, as many are opened
// as there may be and more; who calls meanwhile is answered.
func TestMoreConnectionsThanThereMayBe(t *testing.T) {
	if !figures.Collecting() {
		t.Skip("it takes thousands of descriptors; a small limit is tried in internal/webhook")
	}
	n := 5000
	h := newHouse(t)
	r := h.tunnelled(t)
	slowly(t, r, n)
	callers := r.honestly(t, outsideURL)
	callers.called(t, 200)
	survived := n
	if callers.end(); len(callers.refused) > 0 {
		survived = 0
	}
	figures.Tell(t, figures.Attack{What: "more slow connections than may be open", Tries: n, Survived: survived, Lost: callers.check(t, h)})
}

package siege

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"dev.internal/plivoscope/internal/figures"
)

// TestHangingTarget: an application that takes connections and never answers costs no callback, and none that goes
// to another application.
func TestHangingTarget(t *testing.T) {
	t.Parallel()
	h, l := newHouse(t), newLedger(t)
	hangs, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var held []net.Conn
	go func() {
		for {
			conn, err := hangs.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			held = append(held, conn)
			mu.Unlock()
		}
	}()
	t.Cleanup(func() {
		_ = hangs.Close()
		mu.Lock()
		defer mu.Unlock()
		for _, conn := range held {
			_ = conn.Close()
		}
	})
	got := map[string]int{}
	works := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		uuid := r.FormValue("MessageUUID")
		_, _ = io.Copy(io.Discard, r.Body)
		mu.Lock()
		defer mu.Unlock()
		got[uuid]++
	}))
	t.Cleanup(works.Close)
	r := h.listen(t, "--forward-to", "http://"+hangs.Addr().String(), "--forward-to", works.URL)
	tries := times(30, 1000)
	for range tries {
		l.until(t, r.url, http.StatusOK)
	}
	survived := 0
	wait(t, "all at the application that works", func() bool {
		mu.Lock()
		defer mu.Unlock()
		survived = 0
		for id := range l.acknowledged {
			if got[id] > 0 {
				survived++
			}
		}
		return survived == tries
	})
	r.kill()
	figures.Tell(t, figures.Attack{What: "callbacks past a target that hangs", Tries: tries, Survived: survived, Lost: l.lost(t, h.exported(t))})
}

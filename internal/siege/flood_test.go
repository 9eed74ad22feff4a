package siege

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// unsigned is a flood of callbacks without a valid signature.
type unsigned struct {
	addresses int    // from how many addresses they come; 0 for a new one each time
	junk      bool   // they are signed with junk, which has to be checked
	body      string // beside the UUID of a message
	path      string
	sides     int // connections
}

// sent is what became of a flood.
type sent struct{ all, stored, limited, other atomic.Int64 }

// flood sends until ctx ends, or n were sent; 0 for no bound.
func (u unsigned) flood(ctx context.Context, tb testing.TB, r *running, n int64) *sent {
	tb.Helper()
	var s sent
	var all sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: u.sides,
		DialContext:         func(ctx context.Context, _, addr string) (net.Conn, error) { return from(ctx, nth(1), addr) },
	}}
	defer client.CloseIdleConnections()
	for range u.sides {
		all.Go(func() {
			for ctx.Err() == nil {
				i := s.all.Add(1)
				if n > 0 && i > n {
					s.all.Add(-1)
					return
				}
				status := u.send(ctx, client, r, i)
				switch {
				case status == http.StatusOK:
					s.stored.Add(1)
				case status == http.StatusTooManyRequests:
					s.limited.Add(1)
				case ctx.Err() == nil:
					s.other.Add(1)
				}
			}
		})
	}
	all.Wait()
	return &s
}

func (u unsigned) send(ctx context.Context, client *http.Client, r *running, i int64) (status int) {
	form := url.Values{"MessageUUID": {fmt.Sprintf("flood-%d", i)}, "From": {"1"}, "To": {"2"}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.base+"/sms/delivery-report"+u.path, strings.NewReader(form+u.body))
	if err != nil {
		return 0
	}
	who := i
	if u.addresses > 0 {
		who = i % int64(u.addresses)
	}
	req.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", who>>16&0xff, who>>8&0xff, who&0xff))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if u.junk {
		req.Header.Set("X-Plivo-Signature-V3", strings.Repeat("A", 43)+"=")
		req.Header.Set("X-Plivo-Signature-V3-Nonce", fmt.Sprint(i))
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode
}

// onDisk is how many bytes the history takes, its write-ahead log included.
func (h house) onDisk(tb testing.TB) (size int64) {
	tb.Helper()
	_ = filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(filepath.Base(path), ".db") {
			if info, err := d.Info(); err == nil {
				size += info.Size()
			}
		}
		return nil
	})
	return size
}

// The limits of what is not verified: by address, and in the history.
const (
	perSecond, burst = 50, 200
	mostUnverified   = 10_100 // the bound of 10,000 and a hundredth, from which on the oldest go
)

// TestFloodFromOneAddress: one that floods without a valid signature is limited; what is valid is not, not even from
// the same address.
func TestFloodFromOneAddress(t *testing.T) {
	t.Parallel()
	n := part(1200, 100_000)
	h := newHouse(t)
	r := h.tunnelled(t)
	callers := r.honestly(t, outsideURL)
	began := time.Now()
	s := unsigned{addresses: 1, sides: 8}.flood(t.Context(), t, r, int64(n))
	took := time.Since(began)
	callers.called(t, 20)
	lost := callers.check(t, h)
	survived := n
	// Rate and burst of the one address.
	if most := burst + int64(perSecond*(took.Seconds()+1)); s.stored.Load() > most || s.other.Load() > 0 {
		t.Errorf("of %d in %s %d were stored, %d answered otherwise than 200 and 429; want at most %d stored", n, took, s.stored.Load(), s.other.Load(), most)
		survived = 0
	}
	figures.Tell(t, figures.Attack{What: "flood of unsigned callbacks from one address", Tries: n, Survived: survived, Lost: lost})
}

// TestFloodFromManyAddresses: no limit of an address holds these; the history keeps the newest of them, and all that
// is valid.
func TestFloodFromManyAddresses(t *testing.T) {
	t.Parallel()
	n := part(1000, 60_000)
	h := newHouse(t)
	r := h.tunnelled(t)
	callers := r.honestly(t, outsideURL)
	survived := n
	for _, junk := range []bool{false, true} {
		s := unsigned{junk: junk, sides: 8}.flood(t.Context(), t, r, int64(n/2))
		if s.stored.Load() != int64(n/2) {
			t.Errorf("of %d from as many addresses %d were stored, %d limited, %d answered otherwise", n/2, s.stored.Load(), s.limited.Load(), s.other.Load())
			survived = 0
		}
	}
	callers.called(t, 20)
	lost := callers.check(t, h)
	left := 0
	for end := time.Now().Add(time.Minute); ; time.Sleep(200 * time.Millisecond) { // the oldest go beside what comes
		if left = len(h.kept(t, "-sig:valid")); left <= mostUnverified || time.Now().After(end) {
			break
		}
	}
	if left > mostUnverified {
		t.Errorf("%d callbacks that do not verify are kept", left)
		survived = 0
	}
	figures.Tell(t, figures.Attack{What: "flood of unsigned callbacks from many addresses", Tries: n, Survived: survived, Lost: lost})
}

// mostEach is how many bytes of the history one callback can take that does not verify: a body of 64 KiB, a head of
// 32 KiB, and what of both stands in columns and indexes beside them.
const mostEach = 200 << 10

// TestFloodOfTheLargest: the history has a size that a flood does not get beyond, however large what comes is.
func TestFloodOfTheLargest(t *testing.T) {
	t.Parallel()
	n := part(60, 12_000)
	h := newHouse(t)
	r := h.tunnelled(t)
	callers := r.honestly(t, outsideURL)
	before := h.onDisk(t)
	largest := unsigned{sides: 4, body: "&Status=" + strings.Repeat("s", 64<<10-200), path: "?" + strings.Repeat("q", 30<<10)}
	s := largest.flood(t.Context(), t, r, int64(n))
	callers.called(t, 20)
	lost := callers.check(t, h)
	took, survived := h.onDisk(t)-before, n
	each := took / int64(min(n, mostUnverified))
	t.Logf("%d callbacks, %d stored: the history takes %d MiB, %d KiB for each that is kept", n, s.stored.Load(), took>>20, each>>10)
	// Beside what is kept there is the write-ahead log.
	if most := int64(min(n, mostUnverified))*mostEach + 64<<20; took > most || s.stored.Load() != int64(n) {
		t.Errorf("%d bytes on the disk, want at most %d; %d of %d stored", took, most, s.stored.Load(), n)
		survived = 0
	}
	figures.Tell(t, figures.Attack{What: "flood of the largest unsigned callbacks: disk use", Tries: n, Survived: survived, Lost: lost})
}

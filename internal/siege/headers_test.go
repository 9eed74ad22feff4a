package siege

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// endless are requests that never end: what stands first, then what is sent for ever.
var endless = []struct{ name, first, more string }{
	{"a header line", "POST /e HTTP/1.1\r\nHost: h\r\nX-Endless: ", strings.Repeat("x", 1<<14)},
	{"header lines", "POST /e HTTP/1.1\r\nHost: h\r\n", strings.Repeat("X-Endless: x\r\n", 1000)},
	{"headers without values", "POST /e HTTP/1.1\r\nHost: h\r\n", strings.Repeat("X:\r\n", 4000)},
	{"a request line", "POST /", strings.Repeat("e", 1<<14)},
	{"a method", "", strings.Repeat("M", 1<<14)},
	{"empty lines", "", strings.Repeat("\r\n", 1<<13)},
	{"signatures", "POST /e HTTP/1.1\r\nHost: h\r\nX-Plivo-Signature-V3-Nonce: 1\r\nX-Plivo-Signature-V3: ", strings.Repeat("A,", 1<<13)},
	{"a chunk's extension", "POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;x=", strings.Repeat("x", 1<<14)},
	{"a chunk's size", "POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", strings.Repeat("0", 1<<14)},
	{"trailers", "POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", strings.Repeat("X-Endless: x\r\n", 1000)},
	{"chunks of a byte", "POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", strings.Repeat("1\r\nx\r\n", 1<<11)},
	{"a body in chunks", "POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", "4000\r\n" + strings.Repeat("x", 1<<14) + "\r\n"},
	{"a body with a length", "POST /e HTTP/1.1\r\nHost: h\r\nContent-Length: 9223372036854775807\r\n\r\n", strings.Repeat("x", 1<<14)},
}

// mostTaken is what of an endless request may go away: 16 MiB of a body are read only to be thrown away, which are six
// times as much in chunks of a byte, and what the kernel holds for both sides.
const mostTaken = 128 << 20

// TestEndlessRequests: heads, bodies and chunks that never end are cut off after a bounded number of bytes.
func TestEndlessRequests(t *testing.T) {
	t.Parallel()
	rounds := part(1, 20)
	h := newHouse(t)
	r := h.listen(t)
	callers := r.honestly(t, r.base)
	tries, survived := 0, 0
	for range rounds {
		for _, e := range endless {
			if e.name == "chunks of a byte" && !figures.Collecting() {
				continue // a hundred MiB
			}
			tries++
			taken, err := pour(t, r, e.first, e.more)
			if err != nil {
				t.Errorf("%s: %v", e.name, err)
				continue
			}
			t.Logf("%s: cut off after %d KiB", e.name, taken>>10)
			survived++
		}
	}
	callers.called(t, 20)
	lost := callers.check(t, h)
	for _, c := range h.kept(t, "path:/e") {
		if len(c.body()) > 64<<10 || !c.Truncated {
			t.Errorf("of an endless body %d bytes are kept, cut: %t", len(c.body()), c.Truncated)
		}
	}
	figures.Tell(t, figures.Attack{What: "endless heads, bodies and chunks", Tries: tries, Survived: survived, Lost: lost})
}

// pour sends for ever, and gives how much went away before the server ended it.
func pour(t *testing.T, r *running, first, more string) (taken int, err error) {
	t.Helper()
	conn, err := net.Dial("tcp", r.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	go func() { _, _ = io.Copy(io.Discard, conn) }()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	for text := first; ; text = more {
		n, err := io.WriteString(conn, text)
		taken += n
		var timeout net.Error
		switch {
		case errors.As(err, &timeout) && timeout.Timeout():
			return taken, fmt.Errorf("it was not cut off in 30 s, after %d bytes", taken)
		case err != nil:
			return taken, nil
		case taken > mostTaken:
			return taken, fmt.Errorf("%d bytes were taken", taken)
		}
	}
}

package webhook_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

type discard struct{}

func (discard) Record(context.Context, *webhook.Callback) error { return nil }

// BenchmarkAgainstBareHandler sends the same signed callbacks, in turns, to the callback server with a
// recorder that keeps nothing and to a net/http handler that reads and forgets. The metric "ratio" is
// the throughput of the first over that of the second.
func BenchmarkAgainstBareHandler(b *testing.B) {
	const connections, turn = 8, 2000
	server, err := webhook.New(webhook.Config{
		PublicURLs: []string{"https://public.example"}, Tokens: []signature.Token{account}, Recorder: discard{},
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	listen := func() net.Listener {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		return ln
	}
	full, plain := listen(), listen()
	var done sync.WaitGroup
	defer done.Wait()
	done.Go(func() { _ = server.Serve(ctx, full) })
	bare := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Length", "0")
	})}
	defer bare.Close()
	done.Go(func() { _ = bare.Serve(plain) })
	defer cancel()

	params := report("5b40a428-bfc7-4daf-9d06-726c558bf3b8", "delivered")
	signed, err := http.NewRequest(http.MethodPost, "https://public.example/sms/delivery-report", bytes.NewBufferString(form(params...)))
	if err != nil {
		b.Fatal(err)
	}
	signed.Header.Set("Content-Type", formType)
	const nonce = "12345678901234567890"
	for _, scheme := range []signature.Scheme{signature.V2, signature.MaV2, signature.V3, signature.MaV3} {
		value, err := signature.Sign(account, scheme, signed.Method, signed.URL.String(), nonce, params)
		if err != nil {
			b.Fatal(err)
		}
		signed.Header.Set(scheme.Header(), value)
		signed.Header.Set(scheme.NonceHeader(), nonce)
	}
	var request bytes.Buffer
	if err := signed.Write(&request); err != nil {
		b.Fatal(err)
	}

	toFull, toPlain := dialAll(b, full, connections), dialAll(b, plain, connections)
	var fullTime, plainTime time.Duration
	b.ResetTimer()
	for left := b.N; left > 0; left -= turn {
		n := min(left, turn)
		fullTime += exchange(b, toFull, request.Bytes(), n)
		plainTime += exchange(b, toPlain, request.Bytes(), n)
	}
	b.StopTimer()
	if got := server.Stats(); got.Valid != int64(b.N) || got.Stored != int64(b.N) {
		b.Fatalf("stats %+v after %d callbacks", got, b.N)
	}
	b.ReportMetric(plainTime.Seconds()/fullTime.Seconds(), "ratio")
	b.ReportMetric(float64(b.N)/fullTime.Seconds(), "callbacks/s")
	b.ReportMetric(float64(b.N)/plainTime.Seconds(), "bare/s")
	b.ReportMetric(0, "ns/op") // of both together: no number to compare
}

type line struct {
	net.Conn
	answers *bufio.Reader
}

func dialAll(b *testing.B, ln net.Listener, n int) []line {
	lines := make([]line, n)
	for i := range lines {
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { conn.Close() })
		lines[i] = line{conn, bufio.NewReader(conn)}
	}
	return lines
}

// exchange sends request n times over lines and reads the heads of the answers, whose bodies are empty.
func exchange(b *testing.B, lines []line, request []byte, n int) time.Duration {
	began := time.Now()
	var all sync.WaitGroup
	for i, l := range lines {
		all.Go(func() {
			for k := i; k < n; k += len(lines) {
				if _, err := l.Write(request); err != nil {
					b.Error(err)
					return
				}
				for first := true; ; first = false {
					text, err := l.answers.ReadSlice('\n')
					if err != nil || first && !bytes.HasPrefix(text, []byte("HTTP/1.1 200")) {
						b.Errorf("answer %q, %v", text, err)
						return
					}
					if len(text) == 2 {
						break
					}
				}
			}
		})
	}
	all.Wait()
	return time.Since(began)
}

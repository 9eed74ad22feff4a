//go:build unix

package simulator_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// benchClients is how many connections ask at once.
const benchClients = 16

// wire is a connection that sends the same request again and again, and costs as little as it can: what is measured
// is the server.
type wire struct {
	conn    net.Conn
	in      *bufio.Reader
	request []byte
	status  string // that the answers must have
	body    []byte // of the last answer
}

func dial(tb testing.TB, address, status string, request []byte) *wire {
	tb.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = conn.Close() })
	return &wire{conn: conn, in: bufio.NewReader(conn), request: request, status: status}
}

// ask makes the request once and reads the whole answer.
func (w *wire) ask() error {
	if _, err := w.conn.Write(w.request); err != nil {
		return err
	}
	line, err := w.in.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !strings.Contains(string(line), w.status) {
		return fmt.Errorf("answered %q, want %s", line, w.status)
	}
	length := -1
	for {
		line, err := w.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return fmt.Errorf("the answer has no length: %w", textproto.ProtocolError("no Content-Length"))
	}
	if cap(w.body) < length {
		w.body = make([]byte, length)
	}
	w.body = w.body[:length]
	_, err = io.ReadFull(w.in, w.body)
	return err
}

// flood has the requests of a benchmark made by benchClients connections, and reports what one costs. It gives how many
// were answered a second.
func flood(b *testing.B, address, status string, request []byte, after func()) (perSecond float64) {
	b.Helper()
	wires := make([]*wire, benchClients)
	for i := range wires {
		wires[i] = dial(b, address, status, request)
		if err := wires[i].ask(); err != nil { // the connection stands before the clock runs
			b.Fatal(err)
		}
	}
	var left atomic.Int64
	left.Store(int64(b.N))
	runtime.GC()
	before := cpuTime(b)
	b.ResetTimer()
	var wg sync.WaitGroup
	for _, w := range wires {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := w.ask(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	after()
	b.StopTimer()
	perSecond = float64(b.N) / b.Elapsed().Seconds()
	b.ReportMetric(perSecond, "requests/s")
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/request")
	return perSecond
}

// tell tells a row of rates by the names of their benchmarks; where one of the two was not asked for, none.
func tell(b *testing.B, what string, rates map[string]float64, of, baseline string) {
	b.Helper()
	if rates[of] == 0 || rates[baseline] == 0 {
		return
	}
	figures.Tell(b, figures.Measure{
		What: what, Measured: fmt.Sprintf("%.0f/s", rates[of]), Baseline: fmt.Sprintf("%.0f/s", rates[baseline]),
		Ratio: fmt.Sprintf("%.2f", rates[of]/rates[baseline]),
	})
}

// cpuTime is what this process, and with it clients, server and receiver, has used.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// benchAPI is a simulator that is served, and what a send to it looks like on the wire.
type benchAPI struct {
	*simulator.Simulator
	address string
}

func newBenchAPI(b *testing.B, o simulator.Options) *benchAPI {
	b.Helper()
	sim, err := simulator.New(o)
	if err != nil {
		b.Fatal(err)
	}
	server := httptest.NewServer(sim.Handler())
	b.Cleanup(sim.Close)
	b.Cleanup(server.Close)
	return &benchAPI{Simulator: sim, address: server.Listener.Addr().String()}
}

// request is a request of the account on the wire.
func (a *benchAPI) request(method, path, body string) []byte {
	auth := base64.StdEncoding.EncodeToString([]byte(a.AuthID() + ":" + a.AuthToken()))
	return fmt.Appendf(nil, "%s /v1/Account/%s/%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Basic %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		method, a.AuthID(), path, a.address, auth, len(body), body)
}

func (a *benchAPI) send(url string) []byte {
	return a.request("POST", "Message/", `{"src":"+14155550100","dst":"+14155550123","text":"Your code is 482913.","url":"`+url+`","method":"POST"}`)
}

// BenchmarkAPI compares the simulator's API with a server that answers the same bytes and does nothing else.
func BenchmarkAPI(b *testing.B) {
	rates := map[string]float64{}
	b.Run("baseline", func(b *testing.B) {
		a := newBenchAPI(b, simulator.Options{Seed: 1})
		w := dial(b, a.address, " 202 ", a.send(""))
		if err := w.ask(); err != nil {
			b.Fatal(err)
		}
		answer := bytes.Clone(w.body)
		bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusAccepted)
			_, _ = w.Write(answer)
		}))
		b.Cleanup(bare.Close)
		rates["baseline"] = flood(b, bare.Listener.Addr().String(), " 202 ", a.send(""), func() {})
	})
	b.Run("send", func(b *testing.B) {
		a := newBenchAPI(b, simulator.Options{Seed: 1})
		rates["send"] = flood(b, a.address, " 202 ", a.send(""), func() {})
	})
	b.Run("get", func(b *testing.B) {
		a := newBenchAPI(b, simulator.Options{Seed: 1})
		w := dial(b, a.address, " 202 ", a.send(""))
		if err := w.ask(); err != nil {
			b.Fatal(err)
		}
		_, uuid, _ := strings.Cut(string(w.body), `"message_uuid":["`)
		flood(b, a.address, " 200 ", a.request("GET", "Message/"+uuid[:36]+"/", ""), func() {})
	})
	tell(b, "simulator, sends / a bare handler", rates, "send", "baseline")
}

// BenchmarkMessages sends messages and waits for their three callbacks each, beside a server and a client that
// exchange as many requests of the same size and do nothing else.
func BenchmarkMessages(b *testing.B) {
	const callbacks = 3
	rates := map[string]float64{}
	b.Run("baseline", func(b *testing.B) {
		receiver := newCounter(b)
		_, port, _ := net.SplitHostPort(receiver.address)
		post := fmt.Appendf(nil, "POST /sms HTTP/1.1\r\nHost: 127.0.0.1:%s\r\nContent-Length: 700\r\n\r\n%s", port, strings.Repeat("x", 700))
		wires := make([]*wire, benchClients)
		for i := range wires {
			wires[i] = dial(b, receiver.address, " 200 ", post)
		}
		rates["baseline"] = flood(b, receiver.address, " 200 ", post, func() {
			var wg sync.WaitGroup
			for i, w := range wires {
				wg.Go(func() {
					for n := i; n < callbacks*b.N; n += benchClients {
						if err := w.ask(); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
		})
	})
	b.Run("simulator", func(b *testing.B) {
		receiver := newCounter(b)
		a := newBenchAPI(b, simulator.Options{Seed: 1, Speed: 1000})
		rates["simulator"] = flood(b, a.address, " 202 ", a.send("http://"+receiver.address+"/sms"), func() {
			if err := a.Idle(b.Context()); err != nil {
				b.Error(err)
			}
		})
		if got, want := receiver.got.Load(), int64(callbacks*(b.N+benchClients)); got != want {
			b.Errorf("%d callbacks came, want %d", got, want)
		}
	})
	tell(b, "simulator, messages with 3 callbacks / as many bare exchanges", rates, "simulator", "baseline")
}

// counter is a callback server that counts.
type counter struct {
	address string
	got     atomic.Int64
}

func newCounter(b *testing.B) *counter {
	b.Helper()
	c := &counter{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		c.got.Add(1)
		w.Header().Set("Content-Length", "0")
	}))
	b.Cleanup(server.Close)
	c.address = server.Listener.Addr().String()
	return c
}

// BenchmarkMemory measures what messages cost that are remembered, each with three callbacks that were posted.
func BenchmarkMemory(b *testing.B) {
	const kept, each = 100_000, 1000
	to := strings.Join(numbers(each), "<")
	for b.Loop() {
		receiver := newCounter(b)
		a := newBenchAPI(b, simulator.Options{Seed: 1, Speed: 1e6, Keep: kept})
		w := dial(b, a.address, " 202 ", a.request("POST", "Message/",
			`{"src":"+14155550100","dst":"`+to+`","text":"Your code is 482913.","url":"http://`+receiver.address+`/sms"}`))
		before := live()
		for range kept / each {
			if err := w.ask(); err != nil {
				b.Fatal(err)
			}
			if err := a.Idle(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		if got := receiver.got.Load(); got != 3*kept {
			b.Fatalf("%d callbacks came, want %d", got, 3*kept)
		}
		bytes := float64(live() - before)
		b.ReportMetric(bytes/kept, "B/message")
		b.ReportMetric(bytes/(1<<20), "MiB/100000")
		runtime.KeepAlive(a)
	}
}

// live is the size of what the heap holds after a collection.
func live() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

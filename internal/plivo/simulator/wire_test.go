package simulator_test

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestMishaps: what does not arrive whole has no answer, and is tried again as Plivo does; the receiver has none of it
// whole.
func TestMishaps(t *testing.T) {
	t.Parallel()
	for chaos, problem := range map[string]string{
		"truncated=1": "truncated by chaos: the connection ended within the body", "cut=1": "cut by chaos: the connection ended before the body",
	} {
		for _, method := range []string{"POST", "GET"} {
			for _, secure := range []bool{false, true} {
				var mu sync.Mutex
				whole, broken := 0, 0
				server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					_, err := io.ReadAll(r.Body)
					mu.Lock()
					defer mu.Unlock()
					if err != nil {
						broken++
					} else {
						whole++
					}
				}))
				server.Config.ErrorLog = log.New(io.Discard, "", 0)
				if secure {
					server.StartTLS()
				} else {
					server.Start()
				}
				b := newBench(t, simulator.Options{Seed: 1, Start: start, Stopped: true, Speed: 1, Fate: "sent", Chaos: chaosOf(t, chaos)})
				d := b.draft("+14155550123")
				d.CallbackURL, d.Method = server.URL+"/sms", method
				uuid := b.send(d, "")[0]
				b.advance(time.Hour)
				server.Close()
				callbacks, _ := b.CallbacksOf(uuid)
				var got []string
				for _, c := range callbacks {
					for _, a := range c.Attempts {
						says := a.Problem
						if secure { // whose certificate nobody knows
							says = map[bool]string{true: "certificate", false: says}[strings.Contains(says, "certificate")]
						}
						got = append(got, fmt.Sprint(c.Sequence, " ", a.Number, " ", a.Answered, " ", says))
					}
				}
				want := problem
				if secure {
					want = "certificate"
				}
				var wanted []string
				for sequence := 1; sequence < 3; sequence++ {
					for n := 1; n < 5; n++ {
						wanted = append(wanted, fmt.Sprint(sequence, " ", n, " 0 ", want))
					}
				}
				if diff := cmp.Diff(wanted, got); diff != "" {
					t.Errorf("%s by %s: attempts (-want +got):\n%s", chaos, method, diff)
				}
				if whole != 0 || !secure && method == "POST" && broken == 0 {
					t.Errorf("%s by %s: %d came whole, %d broken", chaos, method, whole, broken)
				}
			}
		}
	}
}

// raw is a callback server that answers as it likes.
func raw(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				if r, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					_, _ = io.Copy(io.Discard, r.Body)
					answer(conn)
				}
			}()
		}
	}()
	return "http://" + ln.Addr().String() + "/sms"
}

// TestBadTargets posts to servers that do not answer as they should. Each attempt ends, at the latest after the 5 s
// that Plivo waits, and says what came of it.
func TestBadTargets(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	t.Cleanup(func() { close(ended) })
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	t.Cleanup(elsewhere.Close)
	for _, test := range []struct {
		name, url string
		answered  int
		problem   string
	}{
		{"redirects", raw(t, func(c net.Conn) {
			_, _ = fmt.Fprintf(c, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", elsewhere.URL)
		}), 302, ""},
		{"hangs", raw(t, func(net.Conn) { <-ended }), 0, "no answer within 5 s"},
		{"answers a byte at a time", raw(t, func(c net.Conn) {
			for _, b := range []byte("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\nX-Slow: " + strings.Repeat("x", 10_000)) {
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
		}), 0, "no answer within 5 s"},
		{"has a body that comes a byte at a time", raw(t, func(c net.Conn) {
			for _, b := range []byte("HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat("x", 10_000)) {
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
		}), 200, ""},
		{"has an endless body", raw(t, func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
			for block := make([]byte, 64<<10); ; {
				if _, err := c.Write(block); err != nil {
					return
				}
			}
		}), 200, ""},
		{"has a body that ends early", raw(t, func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 500 Oh\r\nContent-Length: 10\r\n\r\nno") }), 500, ""},
		{"has an endless header", raw(t, func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX: ")
			for block := []byte(strings.Repeat("x", 64<<10)); ; {
				if _, err := c.Write(block); err != nil {
					return
				}
			}
		}), 0, "header"},
		{"speaks no HTTP", raw(t, func(c net.Conn) { _, _ = io.WriteString(c, "220 mail ESMTP\r\n") }), 0, "malformed HTTP"},
		{"says nothing", raw(t, func(net.Conn) {}), 0, "EOF"},
		{"answers with an informal status", raw(t, func(c net.Conn) { _, _ = io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n") }), 204, ""},
		{"refuses", refusing(t), 0, "refused"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1, Fate: "sent", Pace: simulator.Pace{Sent: time.Hour, Final: time.Hour}})
			d := b.draft("+14155550123")
			d.CallbackURL = test.url
			uuid := b.send(d, "")[0]
			b.advance(0)
			callbacks, _ := b.CallbacksOf(uuid)
			if len(callbacks) == 0 || len(callbacks[0].Attempts) != 1 {
				t.Fatalf("the callbacks are %+v", callbacks)
			}
			a := callbacks[0].Attempts[0]
			if a.Answered != test.answered || !strings.Contains(a.Problem, test.problem) || (test.problem == "") != (a.Problem == "") || len(a.Answer) > 512 {
				t.Errorf("the attempt is %+v", a)
			}
			if again := callbacks[0].Next; again.IsZero() == (test.answered != 200) {
				t.Errorf("it goes again at %v", again)
			}
		})
	}
}

// TestMishapsOfAServerThatHangs are told as what they are, though the connection is ended by nobody else for 5 s.
func TestMishapsOfAServerThatHangs(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	t.Cleanup(func() { close(ended) })
	events := make(chan simulator.Event, 10)
	b := newBench(t, simulator.Options{
		Start: start, Stopped: true, Speed: 1, Fate: "sent", Pace: simulator.Pace{Sent: time.Hour, Final: time.Hour}, Chaos: chaosOf(t, "truncated=1"),
		OnEvent: func(e simulator.Event) { events <- e },
	})
	d := b.draft("+14155550123")
	d.CallbackURL = raw(t, func(net.Conn) { <-ended })
	uuid := b.send(d, "")[0]
	b.advance(0)
	callbacks, _ := b.CallbacksOf(uuid)
	if len(callbacks) == 0 || len(callbacks[0].Attempts) != 1 || !strings.HasPrefix(callbacks[0].Attempts[0].Problem, "truncated by chaos") {
		t.Errorf("the callbacks are %+v", callbacks)
	}
	<-events // that it was taken
	if e := <-events; e.Cause != "chaos" || !strings.HasPrefix(e.Problem, "truncated by chaos") {
		t.Errorf("it is told as %+v", e)
	}
}

// refusing is the URL of a port on which nobody listens.
func refusing(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(nil)
	server.Close()
	return server.URL + "/sms"
}

// TestURLsThatCannotBePosted are refused with the send, and with what to do.
func TestURLsThatCannotBePosted(t *testing.T) {
	t.Parallel()
	b := newBench(t, simulator.Options{})
	for url, says := range map[string]string{
		"http://[::1/sms": "absolute http or https URL", "localhost:3000": "absolute http or https URL", "ftp://localhost/": "absolute http or https URL",
		"http://": "absolute http or https URL", "http://localhost/%zz": "absolute http or https URL", "https://example.com/sms": "--allow-remote",
		"http://127.0.0.1.example.com/": "--allow-remote",
	} {
		d := fmt.Sprintf(`{"src":"14155550100","dst":"14155550123","text":"hi","url":%q}`, url)
		if status, _, body := b.call("POST", "Message/", d, nil); status != 400 || !strings.Contains(body, says) {
			t.Errorf("%s is answered %d %s", url, status, body)
		}
	}
}

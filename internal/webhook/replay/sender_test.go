package replay_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// speaks runs a server that reads one request of each connection and then does as it likes.
func speaks(t *testing.T, answer func(c net.Conn, request []byte)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				var read bytes.Buffer
				r := bufio.NewReader(io.TeeReader(c, &read))
				if req, err := http.ReadRequest(r); err == nil {
					_, _ = io.Copy(io.Discard, req.Body)
				}
				answer(c, read.Bytes())
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

func sendTo(t *testing.T, o replay.SenderOptions, edit func(*replay.Options)) webhook.Attempt {
	t.Helper()
	s := replay.NewSender(o)
	defer s.Close()
	return s.Do(t.Context(), build(t, capturedReport(t), edit))
}

// TestSendsTheBytesThatItTells compares what arrives with Request.Bytes, in every mode and fault.
func TestSendsTheBytesThatItTells(t *testing.T) {
	arrived := make(chan []byte, 1)
	at := speaks(t, func(c net.Conn, request []byte) {
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		arrived <- request
	})
	s := replay.NewSender(replay.SenderOptions{})
	defer s.Close()
	edits := []func(*replay.Options){
		nil,
		func(o *replay.Options) { o.Mode = webhook.AsCaptured },
		func(o *replay.Options) { o.Edits.Method = "GET" },
		func(o *replay.Options) { o.Edits.Path = "/a%zz\"é?b=|" },
		func(o *replay.Options) { o.Edits.Header = []replay.Edit{{Name: "User-Agent", Remove: true}} },
		func(o *replay.Options) { o.Edits.Body = []byte{} },
	}
	for _, f := range replay.Faults() {
		edits = append(edits, func(o *replay.Options) { o.Mode, o.Fault = webhook.Faulty, f.Name })
	}
	for i, edit := range edits {
		r := build(t, capturedReport(t), func(o *replay.Options) {
			if edit != nil {
				edit(o)
			}
			o.To = at
		})
		if a := s.Do(t.Context(), r); a.Err != "" || a.Answer.Status != 200 {
			t.Fatalf("%d: %d %s", i, a.Answer.Status, a.Err)
		}
		if got, want := <-arrived, wire(t, r); !bytes.Equal(got, want) {
			t.Errorf("%d: it sends\n%.400q\nand tells\n%.400q", i, got, want)
		}
	}
}

// TestWhatComesOfAnAttempt goes through targets that misbehave.
func TestWhatComesOfAnAttempt(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	quiet := func(s *httptest.Server) string {
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		t.Cleanup(s.Close)
		return s.URL
	}
	held := make(chan struct{})
	ok := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	plain := quiet(httptest.NewServer(ok))
	secure := quiet(httptest.NewTLSServer(ok))
	slow := quiet(httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-held })))
	slowBody := quiet(httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "some")
		_ = http.NewResponseController(w).Flush()
		<-held
	})))
	t.Cleanup(func() { close(held) }) // before the servers close
	for _, c := range []struct {
		name, to string
		failure  webhook.Failure
		status   int
		want     string
	}{
		{"nothing listens", "http://" + closed.Addr().String(), webhook.Refused, 0, "start your app"},
		{"no such host", "http://no..such..host", webhook.UnknownHost, 0, "mistake in its name"},
		{"too slow", slow, webhook.TimedOut, 0, "did not answer within 300ms"},
		{"too slow half way", slowBody, webhook.TimedOut, 200, "4 bytes"},
		{"TLS where none is", strings.Replace(plain, "http:", "https:", 1), webhook.BadTLS, 0, "write http://"},
		{"a certificate of nobody's", secure, webhook.BadTLS, 0, "skip the check"},
		{"a certificate of another name", strings.Replace(secure, "127.0.0.1", "localhost", 1), webhook.BadTLS, 0, "certificate"},
		{"no HTTP", speaks(t, func(c net.Conn, _ []byte) { _, _ = io.WriteString(c, "220 mail\r\n") }), webhook.NotHTTP, 0, "port of your app"},
		{"closes", speaks(t, func(net.Conn, []byte) {}), webhook.ClosedEarly, 0, "without an answer"},
		{"closes half way", speaks(t, func(c net.Conn, _ []byte) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
		}), webhook.ClosedEarly, 200, "after 4 bytes"},
		{"closes a chunk half way", speaks(t, func(c net.Conn, _ []byte) {
			_, _ = io.WriteString(c, "HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf")
		}), webhook.ClosedEarly, 500, "after 4 bytes"},
		{"headers without end", speaks(t, func(c net.Conn, _ []byte) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for range 20_000 {
				if _, err := io.WriteString(c, "X-Long: "+strings.Repeat("x", 1000)+"\r\n"); err != nil {
					return
				}
			}
		}), webhook.NotHTTP, 0, "does not answer as HTTP"},
	} {
		t.Run(c.name, func(t *testing.T) {
			timeout := 10 * time.Second
			if c.failure == webhook.TimedOut {
				timeout = 300 * time.Millisecond
			}
			a := sendTo(t, replay.SenderOptions{Timeout: timeout}, func(o *replay.Options) { o.To = c.to })
			if a.Failure != c.failure || a.Answer.Status != c.status || !strings.Contains(a.Err, c.want) {
				t.Errorf("%s, %d: %q, want %s, %d and %q", a.Failure, a.Answer.Status, a.Err, c.failure, c.status, c.want)
			}
			if a.URL == "" || a.Host == "" || len(a.Body) == 0 || a.At.IsZero() || a.Timings.Total == 0 {
				t.Errorf("the attempt does not tell all: %+v", a)
			}
		})
	}
}

// TestAnswer keeps what came, follows nothing and takes the times.
func TestAnswer(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("X-Two", "a")
		w.Header().Add("X-Two", "b")
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusFound)
		_, _ = io.WriteString(w, r.Header.Get("Accept-Encoding"))
	}))
	defer server.Close()
	s := replay.NewSender(replay.SenderOptions{})
	defer s.Close()
	r := build(t, capturedReport(t), func(o *replay.Options) {
		o.To = server.URL
		o.Edits.Header = []replay.Edit{{Name: "Accept-Encoding", Remove: true}}
	})
	a := s.Do(t.Context(), r)
	if a.Err != "" || a.Answer.Status != 302 || a.Answer.Protocol != "HTTP/1.1" || len(a.Answer.Header["X-Two"]) != 2 || string(a.Answer.Body) != "" {
		t.Fatalf("%+v %s", a.Answer, a.Err)
	}
	if tm := a.Timings; tm.Reused || tm.Connect == 0 || tm.FirstByte < tm.Connect || tm.Total < tm.FirstByte || tm.TLS != 0 {
		t.Errorf("of a new connection: %+v", tm)
	}
	again := s.Do(t.Context(), r)
	if tm := again.Timings; !tm.Reused || tm.Connect != 0 || tm.FirstByte == 0 {
		t.Errorf("of one that was open: %+v", tm)
	}
	if again.CallbackID != 17 || again.Mode != webhook.Resigned || again.SignedURL != r.SignedURL {
		t.Errorf("%+v", again)
	}
}

// TestEndlessAnswer reads 64 KiB and gives the connection up.
func TestEndlessAnswer(t *testing.T) {
	const offered = 100 << 20
	wrote := make(chan int, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n, chunk := 0, make([]byte, 64<<10)
		defer func() { wrote <- n }()
		for n < offered {
			m, err := w.Write(chunk)
			if n += m; err != nil {
				return
			}
		}
	}))
	defer server.Close()
	a := sendTo(t, replay.SenderOptions{}, func(o *replay.Options) { o.To = server.URL })
	if a.Err != "" || !a.Answer.Truncated || len(a.Answer.Body) != 64<<10 {
		t.Errorf("%s: %d bytes, truncated %t", a.Err, len(a.Answer.Body), a.Answer.Truncated)
	}
	if n := <-wrote; n >= offered/2 {
		t.Errorf("the target wrote %d bytes", n)
	}
}

// TestWholeAnswerAtTheLimit is not said to be cut.
func TestWholeAnswerAtTheLimit(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 64<<10)) }))
	defer server.Close()
	if a := sendTo(t, replay.SenderOptions{}, func(o *replay.Options) { o.To = server.URL }); a.Answer.Truncated || len(a.Answer.Body) != 64<<10 {
		t.Errorf("%d bytes, truncated %t", len(a.Answer.Body), a.Answer.Truncated)
	}
}

// TestOverTLS speaks HTTP/2 where the target does, with a certificate that only this machine may have.
func TestOverTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(app{v3: true})
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	a := sendTo(t, replay.SenderOptions{InsecureSkipVerify: true}, func(o *replay.Options) {
		o.To = server.URL
		o.SignURL = strings.Replace(server.URL, "https:", "http:", 1) // the handler knows no other
	})
	if a.Err != "" || a.Answer.Status != 200 || a.Answer.Protocol != "HTTP/2.0" || a.Timings.TLS == 0 {
		t.Errorf("%d over %s, %+v: %s", a.Answer.Status, a.Answer.Protocol, a.Timings, a.Err)
	}
}

// TestStopped ends with its context.
func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a server looks for a client that left only after the body
		cancel()
		<-r.Context().Done()
	}))
	defer server.Close()
	s := replay.NewSender(replay.SenderOptions{})
	defer s.Close()
	a := s.Do(ctx, build(t, capturedReport(t), func(o *replay.Options) { o.To = server.URL }))
	if a.Failure != webhook.Cancelled || !strings.Contains(a.Err, "stopped") {
		t.Errorf("%s: %s", a.Failure, a.Err)
	}
}

// TestCheckTarget gives what was left out.
func TestCheckTarget(t *testing.T) {
	for raw, want := range map[string]string{
		":3000":                   "http://localhost:3000/",
		"localhost:3000/hooks?a":  "http://localhost:3000/hooks?a",
		"127.0.0.1":               "http://127.0.0.1/",
		"[::1]:3000":              "http://[::1]:3000/",
		" HTTPS://App.test:443/x": "https://App.test:443/x",
	} {
		if got, err := replay.CheckTarget(raw); err != nil || got != want {
			t.Errorf("%q gives %q, %v, want %q", raw, got, err, want)
		}
	}
	if got, err := replay.CheckTarget("::"); err == nil {
		t.Errorf("a colon too many gives %q", got)
	}
	if _, err := replay.CheckTarget("ftp://h"); err == nil || !strings.Contains(fmt.Sprint(err), "http") {
		t.Errorf("ftp gives %v", err)
	}
}

// TestProxyOfTheEnvironment is asked for targets elsewhere alone. net/http reads the environment once, so
// the test runs itself again.
func TestProxyOfTheEnvironment(t *testing.T) {
	direct := os.Getenv("REPLAY_TEST_DIRECT")
	if direct != "" {
		s := replay.NewSender(replay.SenderOptions{})
		defer s.Close()
		for _, to := range []string{direct, "http://app.test", "http://app.test/a%zz?b"} {
			a := s.Do(t.Context(), build(t, capturedReport(t), func(o *replay.Options) { o.To = to }))
			fmt.Printf("%s: %s\n", to, a.Answer.Body)
		}
		return
	}
	echo := func(who string) *httptest.Server {
		return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "%s %s", who, r.RequestURI) }))
	}
	app := echo("app")
	defer app.Close()
	var mu sync.Mutex
	var asked []string
	proxy := speaks(t, func(c net.Conn, request []byte) {
		line, _, _ := strings.Cut(string(request), "\r\n")
		mu.Lock()
		asked = append(asked, line)
		mu.Unlock()
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nproxy")
	})
	cmd := exec.Command(os.Args[0], "-test.run=^TestProxyOfTheEnvironment$", "-test.v")
	cmd.Env = append(os.Environ(), "REPLAY_TEST_DIRECT="+app.URL, "HTTP_PROXY="+proxy, "http_proxy="+proxy, "NO_PROXY=", "no_proxy=")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), app.URL+": app /sms/delivery-report\n") || !strings.Contains(string(out), "http://app.test: proxy\n") {
		t.Errorf("%v\n%s", err, out)
	}
	want := []string{"POST http://app.test/sms/delivery-report HTTP/1.1", "POST http://app.test/a%zz?b HTTP/1.1"}
	if mu.Lock(); !slices.Equal(asked, want) {
		t.Errorf("the proxy was asked %q", asked)
	}
	mu.Unlock()
}

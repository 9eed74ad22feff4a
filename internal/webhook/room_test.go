package webhook_test

import (
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/webhook"
)

// Where as many connections are open as may be, the one whose caller is awaited longest makes room: neither silence nor
// a slow head or body nor a connection kept for later keeps anybody out.
func TestTheLongestWaitingMakesRoom(t *testing.T) {
	for name, sent := range map[string]string{
		"silence": "", "half a head": "POST /x HTTP/1.1\r\nHost:", "half a body": "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\na=1",
		"kept for later": "GET /health HTTP/1.1\r\nHost: h\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			told := make(chan string, 10)
			s := start(t, webhook.Config{Agent: true, Limits: webhook.Limits{Connections: 3}, OnProblem: func(_ slog.Level, text string) { told <- text }})
			var held []net.Conn
			for range 3 {
				conn := dial(t, s.addr)
				held = append(held, conn)
				if _, err := io.WriteString(conn, sent); err != nil {
					t.Fatal(err)
				}
				if name == "kept for later" {
					if _, err := io.ReadAtLeast(conn, make([]byte, 4096), 20); err != nil {
						t.Fatal(err)
					}
				}
			}
			eventually(t, "three connections are open", func() bool { return s.Stats().Connections == 3 })
			for i := range 5 { // each in place of one of them, then of one before it that has ended
				if status, _, _ := do(t, post(t, s.url+"/x", formType, "a=1")); status != 200 {
					t.Fatalf("caller %d is answered %d", i, status)
				}
			}
			if !closed(held[0]) {
				t.Error("the first connection is still there")
			}
			if text := <-told; !strings.Contains(text, "was closed: it waited longest, and 3 are open") {
				t.Errorf("told %q", text)
			}
		})
	}
}

// A request that has arrived is answered, however many come after it.
func TestNobodyTakesTheRoomOfAWholeRequest(t *testing.T) {
	recorder := &memory{gate: make(chan struct{}), came: make(chan struct{}, 2)}
	s := start(t, webhook.Config{Recorder: recorder, Agent: true, Limits: webhook.Limits{Connections: 2}})
	answers := make(chan int, 2)
	for range 2 {
		go func() {
			status, _, _ := do(t, post(t, s.url+"/x", formType, "a=1"))
			answers <- status
		}()
		<-recorder.came
	}
	if !closed(dial(t, s.addr)) {
		t.Error("a third connection was taken")
	}
	close(recorder.gate)
	for range 2 {
		if status := <-answers; status != 200 {
			t.Errorf("answered %d", status)
		}
	}
}

package simulator_test

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestWaitForAStatusOfOnesOwn waits for, and finds messages by, whatever status a scenario gives them.
func TestWaitForAStatusOfOnesOwn(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1})
	if status, v := b.control("PUT", "rules", `{"rules":[{"to":"+31*","fate":{"steps":[{"status":"queued"},{"status":"weighed","after":"2s"}]}}]}`); status != 200 {
		t.Fatalf("the rules give %d %v", status, v)
	}
	uuid := b.send(b.draft("+31612345678"), "")[0]
	status, v := b.control("GET", "wait?status=weighed&timeout=20ms", "")
	if words, _ := v["error"].(string); status != 408 || !strings.Contains(words, "is queued") || !strings.Contains(words, "move it on") {
		t.Errorf("before its time the wait gives %d %v", status, v)
	}
	b.control("POST", "clock", `{"advance":"2s"}`)
	for _, given := range []string{"weighed", "Weighed", "queued"} {
		if status, v := b.control("GET", "wait?callbacks=2&status="+given, ""); status != 200 || at(v, "message", "message_uuid") != uuid {
			t.Errorf("the wait for %s gives %d %v", given, status, v)
		}
	}
	if status, v := b.control("GET", "messages?status=WEIGHED", ""); status != 200 || v["total"] != 1.0 {
		t.Errorf("the list of the weighed is %d %v", status, v)
	}
	// All has happened: moving the clock on helps no more, and the word may be a slip.
	status, v = b.control("GET", "wait?status=wieghed&timeout=20ms", "")
	if words, _ := v["error"].(string); status != 408 || strings.Contains(words, "move it on") || !strings.Contains(words, `"wieghed" is none of Plivo's statuses`) {
		t.Errorf("the wait for what never comes gives %d %v", status, v)
	}
	if status, v := b.control("GET", "messages?status=wieghed", ""); status != 200 || v["total"] != 0.0 {
		t.Errorf("the list of none is %d %v", status, v)
	}
}

// TestWaitEndsWithAReset answers 409, for the message that is waited for is gone.
func TestWaitEndsWithAReset(t *testing.T) {
	for name, body := range map[string]string{"of a message": `{"to":"+14155550123","status":"delivered"}`, "until idle": `{"idle":true}`} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1})
			b.send(b.draft("+14155550123"), "")
			begun := make(chan struct{})
			r := httptest.NewRequestWithContext(t.Context(), "POST", "http://127.0.0.1/_simulator/wait", &heard{Reader: strings.NewReader(body), at: begun})
			r.RemoteAddr = "127.0.0.1:1"
			r.Header.Set("Content-Type", "application/json")
			w := httptest.NewRecorder()
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				b.Handler().ServeHTTP(w, r)
			}()
			<-begun
			if err := b.Reset(t.Context()); err != nil {
				t.Fatal(err)
			}
			<-ended
			if w.Code != 409 || !strings.Contains(w.Body.String(), "was reset meanwhile") {
				t.Errorf("the wait gives %d %s", w.Code, w.Body)
			}
		})
	}
}

// heard is a body that says when its end was read.
type heard struct {
	io.Reader
	at chan struct{}
}

func (h *heard) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if err == io.EOF {
		close(h.at)
	}
	return n, err
}

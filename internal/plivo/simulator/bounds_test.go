package simulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestLongFields: nothing that is kept of a request is longer than what it is for.
func TestLongFields(t *testing.T) {
	t.Parallel()
	b := newBench(t, simulator.Options{AnyPowerpack: true})
	long := strings.Repeat("x", 20_000)
	whatsApp := goodSend + `,"type":"whatsapp",`
	for field, body := range map[string]string{
		"url":             goodSend + `,"url":"` + b.receiver.url + `/` + long + `"`,
		"media_urls":      goodSend + `,"type":"mms","media_urls":["https://x/` + long + `"]`,
		"dlt_entity_id":   goodSend + `,"dlt_entity_id":"` + long + `"`,
		"dlt_template_id": goodSend + `,"dlt_template_id":"` + long + `"`,
		"powerpack_uuid":  `"powerpack_uuid":"` + long + `","dst":"14155550123","text":"x"`,
		"template":        whatsApp + `"template":{"name":"` + long + `","language":"en"}`,
		"interactive":     whatsApp + `"interactive":{"type":"list","action":"` + long + `"}`,
		"location":        whatsApp + `"location":{"latitude":"1","longitude":"` + long + `"}`,
		"callback_url":    goodSend + `,"callback_url":"` + b.receiver.url + `/` + long + `"`,
	} {
		status, _, answer := b.call("POST", "Message/", "{"+body+"}", nil)
		if status != http.StatusBadRequest || !strings.Contains(answer, field) || !strings.Contains(answer, "long") {
			t.Errorf("a long %s is answered %d %.200s", field, status, answer)
		}
	}
	for field, body := range map[string]string{
		"app_name": `"app_name":"` + long + `"`, "message_url": `"app_name":"a","message_url":"https://x/` + long + `"`,
		"answer_url": `"app_name":"a","answer_url":"` + long + `"`, "hangup_method": `"app_name":"a","hangup_method":"` + long + `"`,
	} {
		status, _, answer := b.call("POST", "Application/", "{"+body+"}", nil)
		if status != http.StatusBadRequest || !strings.Contains(answer, field) || !strings.Contains(answer, "long") {
			t.Errorf("a long %s is answered %d %.200s", field, status, answer)
		}
	}
	if status, _, answer := b.call("POST", "Number/14155550100/", `{"alias":"`+long+`"}`, nil); status != http.StatusBadRequest || !strings.Contains(answer, "alias") {
		t.Errorf("a long alias is answered %d %.200s", status, answer)
	}
}

func TestTooManyApplications(t *testing.T) {
	t.Parallel()
	b := newBench(t, simulator.Options{})
	for i := 1; ; i++ {
		status, _, body := b.inProcess("POST", "Application/", `{"app_name":"a"}`)
		if status == http.StatusBadRequest && strings.Contains(body, "applications") && i == 1000 {
			break // with the one that it began with
		}
		if status != http.StatusCreated || i == 1000 {
			t.Fatalf("application %d is answered %d %s", i, status, body)
		}
	}
}

// TestHeavyFates: what callbacks hold that wait is bounded, however few messages they are of, and free again after them.
func TestHeavyFates(t *testing.T) {
	t.Parallel()
	const file = `rules:
  - to: +49*
    fate:
      steps:
        - {status: queued}
        - {status: sent, after: 1s, repeat: 1000}
        - {status: delivered, after: 2s, repeat: 999}
`
	b := newBench(t, simulator.Options{Speed: 1, Stopped: true, Rules: rulesOf(t, file)})
	b.LimitWeight(20 << 20)
	to := make([]string, 50)
	for i := range to {
		to[i] = fmt.Sprintf("49151234567%02d", i)
	}
	send := func(dst ...string) (int, string) {
		status, _, body := b.call("POST", "Message/", `{"src":"14155550100","dst":"`+strings.Join(dst, "<")+`","text":"x","url":"`+b.receiver.url+`"}`, nil)
		return status, body
	}
	if status, body := send(to...); status != http.StatusTooManyRequests || !strings.Contains(body, "callbacks") {
		t.Errorf("50 messages of 2,000 callbacks are answered %d %s", status, body)
	}
	for range 3 { // nothing of what was refused or is over weighs
		if status, body := send(to[:5]...); status != http.StatusAccepted {
			t.Fatalf("five of them are answered %d %s", status, body)
		}
		if status, body := send(to[:10]...); status != http.StatusTooManyRequests {
			t.Fatalf("ten more are answered %d %s", status, body)
		}
		if err := b.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if status, body := send(to[:1]...); status != http.StatusAccepted {
		t.Fatalf("one is answered %d %s", status, body)
	}
	b.advance(3 * time.Second)
	b.settle()
	if got := b.Weight(); got != 0 {
		t.Errorf("in the end %d bytes are held", got)
	}
	b.LimitWeight(-1)
	if _, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", Text: "x", URL: b.receiver.url}); err == nil || !strings.Contains(err.Error(), "as it can hold") {
		t.Errorf("an inbound message that there is no room for: error is %v", err)
	}
}

package webhook_test

import (
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// However many callbacks without a valid signature wait to be stored, one that verifies waits for none of them.
func TestACrowdWithoutSignaturesIsNotWaitedFor(t *testing.T) {
	recorder := &memory{gate: make(chan struct{}), came: make(chan struct{}, 10)}
	s := start(t, webhook.Config{Tokens: []signature.Token{account}, Recorder: recorder, Limits: webhook.Limits{Unverified: 2, RateLimitOff: true}})
	const crowd = 5
	answers := make(chan int, crowd+1)
	send := func(token signature.Token) {
		r := signedPost(t, s.url+"/sms/inbound", s.url+"/sms/inbound", token)
		go func() {
			status, _, _ := do(t, r)
			answers <- status
		}()
	}
	for range crowd {
		send(another)
	}
	<-recorder.came
	<-recorder.came
	eventually(t, "the whole crowd was judged", func() bool { return s.Stats().Invalid == crowd })
	send(account)
	<-recorder.came // the valid one: no other is let through while the recorder answers nobody
	eventually(t, "it was judged", func() bool { return s.Stats().Valid == 1 })
	if n := len(recorder.came); n != 0 {
		t.Errorf("%d more are being stored", n)
	}
	close(recorder.gate)
	for range crowd + 1 {
		if status := <-answers; status != 200 {
			t.Errorf("answered %d", status)
		}
	}
}

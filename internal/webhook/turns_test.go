package webhook_test

import (
	"sync"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// TestOneAtOnceWaitsForNoStore holds that with a bound of one callback at once all of many reach the recorder
// while none of them is stored yet: what waits for the disk or the network holds nobody up.
func TestOneAtOnceWaitsForNoStore(t *testing.T) {
	const many = 20
	recorder := &memory{gate: make(chan struct{}), came: make(chan struct{}, many)}
	s := start(t, webhook.Config{Tokens: []signature.Token{account}, Recorder: recorder, Limits: webhook.Limits{AtOnce: 1}})
	var all sync.WaitGroup
	statuses := make([]int, many)
	for i := range many {
		request := signedPost(t, s.url+"/sms/delivery-report", s.url+"/sms/delivery-report", account)
		all.Go(func() { statuses[i], _, _ = do(t, request) })
	}
	for range many {
		<-recorder.came
	}
	close(recorder.gate)
	all.Wait()
	for i, status := range statuses {
		if status != 200 {
			t.Errorf("request %d was answered %d, not 200", i, status)
		}
	}
	if n := len(recorder.callbacks()); n != many {
		t.Errorf("%d of %d callbacks were stored", n, many)
	}
}

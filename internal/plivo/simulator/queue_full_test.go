package simulator_test

import (
	"fmt"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestUnpaidMessagesHoldNobodyUp: one that there is no money for takes no place in the queue, and one that expires
// there costs nothing.
func TestUnpaidMessagesHoldNobodyUp(t *testing.T) {
	t.Parallel()
	b := newBench(t, simulator.Options{Stopped: true, Speed: 1, MPS: 0.1, Balance: "0.01100"}) // two messages
	d := b.draft("+14155550121")
	first := b.send(d, "none")[0]
	d.Expiry = 5
	expired := b.send(d, "none")[0]
	d.Expiry = 0
	d.To = []string{"+14155550121", "+4915123456789", "+4915123456780", "+14155550122"} // the second and third cost more than there is
	rest := b.send(d, "none")
	b.advance(12 * time.Second)
	want := []string{"delivered 000", "failed 420", "delivered 000", "failed 900", "failed 900", "failed 900"}
	for i, uuid := range append([]string{first, expired}, rest...) {
		if got := b.end(uuid); got != want[i] {
			t.Errorf("message %d is %s, want %s", i+1, got, want[i])
		}
	}
	// After the money came back the next is behind the two that went, and behind nobody else.
	free := newBench(t, simulator.Options{Stopped: true, Speed: 1, MPS: 0.1, Balance: "0.05000"})
	d = free.draft("+4915123456789", "+14155550121") // the first costs more than there is
	d.Text = "x"
	uuids := free.send(d, "none")
	free.advance(2 * time.Second)
	if got := free.end(uuids[0]) + ", " + free.end(uuids[1]); got != "failed 900, delivered 000" {
		t.Errorf("after 2 s they are %s", got)
	}
}

func TestManySourcesInTheQueue(t *testing.T) {
	t.Parallel()
	b := newBench(t, simulator.Options{Stopped: true, Speed: 1, MPS: 0.1})
	for i := range 10_050 {
		status, _, body := b.inProcess("POST", "Message/", fmt.Sprintf(`{"src":"1415%07d","dst":"14155550123","text":"x"}`, i))
		if status != 202 {
			t.Fatalf("it is answered %d %s", status, body)
		}
	}
	if got := b.Gates(); got > 10_000 {
		t.Errorf("%d sources are remembered", got)
	}
}

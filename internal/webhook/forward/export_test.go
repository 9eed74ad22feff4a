package forward

import (
	"time"

	"dev.internal/plivoscope/internal/webhook/replay"
)

// HeldMost is how many callbacks a lane holds.
const HeldMost = heldMost

// Hurry lets a Forwarder wait for little, and for an answer only so long.
func Hurry(f *Forwarder, answer time.Duration) {
	f.pace = pace{
		look: time.Millisecond, save: 5 * time.Millisecond, beat: 100 * time.Millisecond, retry: 20 * time.Millisecond,
		grace: 300 * time.Millisecond, first: 5 * time.Millisecond, most: 40 * time.Millisecond, probe: 20 * time.Millisecond,
	}
	f.sender = replay.NewSender(replay.SenderOptions{Timeout: answer})
	f.quick = replay.NewSender(replay.SenderOptions{Timeout: answer})
}

// Guard is the value by which a callback is told that comes back.
func Guard(f *Forwarder) string { return f.guard }

// Held is how many callbacks a lane holds; it is only to be asked after Run.
func Held(f *Forwarder) int { return len(f.lanes[0].q.open) }

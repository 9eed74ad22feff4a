package simulator

import "dev.internal/plivoscope/internal/plivo/scenario"

// maxWeight bounds what the callbacks hold that are still to be posted, in bytes: a scenario makes many, and large
// ones, of one message. Further sends are answered 429.
const maxWeight = 256 << 20

// What a callback and a parameter hold beside their texts, about, in bytes.
const (
	stepWeight  = 256
	paramWeight = 48
)

// weigh gives the bytes that the callbacks of a message hold, about. A message's are let go together, behind the last.
func weigh(steps []scenario.Step) (bytes int64) {
	for i := range steps {
		bytes += stepWeight
		for _, p := range steps[i].Params {
			bytes += int64(paramWeight + len(p.Name) + len(p.Value))
		}
	}
	return bytes
}

// load takes room for the callbacks of a message of an order, which launch gives over to the schedule, and unload gives
// back. Where there is none it takes none.
func (s *Simulator) load(steps []scenario.Step) bool {
	bytes := weigh(steps)
	if bytes == 0 {
		return true
	}
	if s.clock.weight.Add(bytes) > s.heaviest {
		s.clock.weight.Add(-bytes)
		return false
	}
	return true
}

func (s *Simulator) unload(posts [][]scenario.Step) {
	for _, steps := range posts {
		s.clock.weight.Add(-weigh(steps))
	}
}

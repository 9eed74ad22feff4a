package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// warned are the callbacks that a warning is about, in the order in which they were met. The first is warned of before
// it goes; that there are more is known only at the end.
type warned struct {
	ids  []int64
	seen map[int64]bool
}

// first notes a callback and tells whether it is the first.
func (w *warned) first(id int64) bool {
	if w.seen[id] {
		return false
	}
	if w.seen == nil {
		w.seen = map[int64]bool{}
	}
	w.seen[id] = true
	w.ids = append(w.ids, id)
	return len(w.ids) == 1
}

// namedMost is how many of them are named at the end.
const namedMost = 20

// all names them, the first ones where there are many; empty where the first was all.
func (w *warned) all() string {
	if len(w.ids) < 2 {
		return ""
	}
	slices.Sort(w.ids)
	var names []string
	for _, id := range w.ids[:min(len(w.ids), namedMost)] {
		names = append(names, strconv.FormatInt(id, 10))
	}
	last := names[len(names)-1]
	if more := len(w.ids) - namedMost; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + last
}

// warnOfAll names at the end what was warned of by its first callback.
func (j *replayJob) warnOfAll() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if all := j.forged.all(); all != "" {
		j.s.say("warning: of %d callbacks in all no signature matched when they came, and they were signed all the same: %s", len(j.forged.ids), all)
	}
	if all := j.altered.all(); all != "" {
		j.s.say("warning: the signatures of %d callbacks in all cannot match any more: %s", len(j.altered.ids), all)
	}
}

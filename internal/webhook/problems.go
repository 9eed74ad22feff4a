package webhook

import (
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// problemEvery keeps trouble that comes with every request from flooding the screen.
const problemEvery = 10 * time.Second

// problems passes trouble on, each kind at most once in problemEvery.
type problems struct {
	now  func() time.Time
	hook func(slog.Level, string)

	mu    sync.Mutex
	kinds map[string]*toldProblem
}

type toldProblem struct {
	at      time.Time
	skipped int
}

func newProblems(now func() time.Time, hook func(slog.Level, string)) *problems {
	return &problems{now: now, hook: hook, kinds: make(map[string]*toldProblem)}
}

func (p *problems) tell(level slog.Level, kind, text string) {
	if p.hook == nil {
		return
	}
	now := p.now()
	p.mu.Lock()
	told, known := p.kinds[kind]
	if known && now.Sub(told.at) < problemEvery {
		told.skipped++
		p.mu.Unlock()
		return
	}
	if known && told.skipped > 0 {
		text += fmt.Sprintf(" (%d more of these since the last notice.)", told.skipped)
	}
	p.kinds[kind] = &toldProblem{at: now}
	p.mu.Unlock()
	p.hook(level, text)
}

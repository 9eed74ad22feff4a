package app

import (
	"slices"
	"sync"
)

// keptNotices bounds what a long-running screen has to hold.
const keptNotices = 100

// notices is the list of sentences shown to the user, newest last.
type notices struct {
	mu   sync.Mutex
	list []Notice
}

func (n *notices) add(notice Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.list = append(n.list, notice)
	if extra := len(n.list) - keptNotices; extra > 0 {
		n.list = slices.Delete(n.list, 0, extra)
	}
}

func (n *notices) snapshot() []Notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.list)
}

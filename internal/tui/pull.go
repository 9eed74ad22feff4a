package tui

import (
	"context"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook"
)

const (
	// countUpTo bounds counting the rows of a filter.
	countUpTo = 1000
	// searchShown is how long a search runs before its progress is shown.
	searchShown = 300 * time.Millisecond
	// callbacksShown bounds the callbacks that the detail lists.
	callbacksShown = 200
)

type (
	// wakeMsg says that something changed in the core.
	wakeMsg struct{}
	// tickMsg comes each second: ages and notices change by themselves.
	tickMsg struct{}
	// callbacksMsg answers the detail's question.
	callbacksMsg struct {
		of        detailKey
		callbacks []webhook.Callback
		err       error
	}
)

// waitWake waits for a change, at the earliest after a pause: this is what bounds the redraws.
func waitWake(ctx context.Context, wake <-chan struct{}, pause time.Duration) tea.Cmd {
	return func() tea.Msg {
		t := time.NewTimer(pause)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return nil
		}
		select {
		case _, open := <-wake:
			if open {
				return wakeMsg{}
			}
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

func tick() tea.Cmd {
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return tickMsg{} })
}

// fetchPage reads the rows that q asks for, of all.
func fetchPage[T any](read func(store.Window) ([]T, error), q grid.Query) (grid.Page[T], error) {
	type page = grid.Page[T]
	if q.Anchor == 0 {
		rows, err := read(store.Window{Oldest: q.Oldest, Limit: q.Below})
		all := len(rows) < q.Below
		if q.Oldest {
			rows = slices.Clone(rows)
			slices.Reverse(rows)
		}
		return page{Rows: rows, AtTop: all || !q.Oldest, AtEnd: all || q.Oldest}, err
	}
	above, err := read(store.Window{After: q.Anchor, Limit: q.Above})
	if err != nil {
		return page{}, err
	}
	below, err := read(store.Window{Before: q.Anchor + 1, Limit: q.Below})
	if err != nil {
		return page{}, err
	}
	rows := make([]T, 0, len(above)+len(below))
	rows = append(rows, above...)
	slices.Reverse(rows)
	rows = append(rows, below...)
	return page{Rows: rows, AtTop: len(above) < q.Above, AtEnd: len(below) < q.Below}, nil
}

package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
)

// editFilter opens the filter with what is applied.
func (l *listing[T]) editFilter() { l.filter.edit(l.applied.String()) }

// filterKey handles a key while the filter is edited.
func (l *listing[T]) filterKey(k tea.KeyMsg) tea.Cmd {
	f := l.filter
	switch km := l.env.keys; {
	case key.Matches(k, km.leaveFilter):
		f.leave()
	case key.Matches(k, km.apply):
		if f.wrong != nil {
			f.insist()
			return nil
		}
		if _, err := l.env.mask.Real(f.input.Value()); err != nil {
			l.env.notify(app.Warning, "Not applied: "+err.Error()+".")
			return nil
		}
		f.leave()
		if doubt := l.env.doubt(f.filter); doubt != "" {
			l.env.notify(app.Warning, doubt+".")
		}
		keep := l.env.filters.add(f.filter)
		if f.filter.String() == l.applied.String() {
			return keep
		}
		return tea.Batch(keep, l.setFilter(f.filter))
	case key.Matches(k, km.complete):
		f.complete(1)
	case key.Matches(k, km.completeBack):
		f.complete(-1)
	case key.Matches(k, km.olderFilter):
		f.browse(1)
	case key.Matches(k, km.newerFilter):
		f.browse(-1)
	case key.Matches(k, km.takeRest) && f.takeRest():
	default:
		return f.update(k)
	}
	return nil
}

// filterFooter and filterHelp are the keys of the filter line.
func (l *listing[T]) filterFooter() []key.Binding {
	km := l.env.keys
	return []key.Binding{km.apply, km.complete, km.leaveFilter, km.olderFilter, km.helpTyped}
}

func (l *listing[T]) filterHelp() []section {
	km := l.env.keys
	return []section{{"The filter", []key.Binding{km.apply, km.complete, km.completeBack, km.takeRest, km.olderFilter, km.newerFilter, km.leaveFilter}}}
}

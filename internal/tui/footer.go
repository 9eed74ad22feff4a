package tui

import (
	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/tui/grid"
)

// placedKey is a key of the footer, or a hint, and its columns.
type placedKey struct {
	binding  key.Binding
	from, to int
}

// keysGap is the space between two keys of the footer.
const keysGap = 3

// placeKeys places at most seven keys on a line of w cells. Those that do not fit are left out, the
// last one never.
func placeKeys(w int, keys []key.Binding) []placedKey {
	const most = 7
	if len(keys) > most {
		keys = append(keys[:most-1:most-1], keys[len(keys)-1])
	}
	for {
		out := make([]placedKey, 0, len(keys))
		x := 1
		for _, b := range keys {
			n := grid.Width(b.Help().Key + " " + b.Help().Desc)
			out = append(out, placedKey{b, x, x + n})
			x += n + keysGap
		}
		if x-keysGap < w || len(keys) < 2 {
			return out
		}
		keys = append(keys[:len(keys)-2:len(keys)-2], keys[len(keys)-1])
	}
}

func keysLine(th *theme, w int, keys []key.Binding) string {
	var spans []span
	x := 0
	for _, p := range placeKeys(w, keys) {
		h := p.binding.Help()
		spans = append(spans, span{th.text, blank(p.from - x)}, span{th.key, h.Key}, span{th.muted, " " + h.Desc})
		x = p.to
	}
	return line(w, spans...)
}

// hints are the keys that the line of the screens names at its right end: none while something else
// has the keys.
func (m *Model) hints() []placedKey {
	if m.env.sheet != nil || m.screen().typing() {
		return nil
	}
	km := m.env.keys
	out := []placedKey{{binding: km.filter}, {binding: km.helpHint}}
	switch {
	case m.at == onCallbacks && m.requests.pager() != nil:
		out[0].binding = km.search
	case m.at != onMessages && m.at != onCallbacks:
		return nil
	}
	x := m.w - 1
	for i := len(out) - 1; i >= 0; i-- {
		h := out[i].binding.Help()
		out[i].to = x
		out[i].from = x - grid.Width(h.Key+" "+h.Desc)
		x = out[i].from - keysGap
	}
	all := m.placedTabs()
	for len(out) > 0 && out[0].from <= all[len(all)-1].to {
		out = out[1:]
	}
	return out
}

// clickedKey finds the key under the pointer.
func (m *Model) clickedKey(x, y int) (tea.KeyMsg, bool) {
	var keys []placedKey
	switch y {
	case m.frame.footer.y:
		keys = placeKeys(m.w, m.footerKeys())
	case m.frame.tabs.y:
		keys = m.hints()
	}
	for _, p := range keys {
		if x >= p.from && x < p.to {
			return pressKey(p.binding), true
		}
	}
	return tea.KeyMsg{}, false
}

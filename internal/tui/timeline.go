package tui

import (
	"fmt"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/tui/grid"
)

// hop is a point of a message's life.
type hop struct {
	words string // safe to show
	paint grid.Paint
	at    time.Time
	times int // how often the status was reported
}

// hopsShown bounds the hops: nobody but a stranger reports that many statuses on one message.
const hopsShown = 12

// findHops reads the message's life off its callbacks.
func (d *detail) findHops() []hop {
	th, m := d.env.th, d.message
	var hops []hop
	if m.Direction == plivo.Outbound && (len(d.callbacks) == 0 || m.CreatedAt.Before(d.callbacks[0].ReceivedAt)) && m.CallbackURL+m.Text != "" {
		hops = append(hops, hop{"sending", th.text, m.CreatedAt, 1})
	}
	at, more := map[plivo.Status]int{}, 0
	for _, c := range d.callbacks {
		st := c.Report.Status()
		if st == "" {
			continue
		}
		if i, known := at[st]; known {
			hops[i].times++
			continue
		}
		if len(hops) == hopsShown {
			more++
			continue
		}
		at[st] = len(hops)
		hops = append(hops, hop{hopWords(st), th.status(st), c.ReceivedAt, 1})
	}
	if more > 0 {
		last := d.callbacks[len(d.callbacks)-1]
		hops = append(hops, hop{fmt.Sprintf("… %d more", more), th.warn, last.ReceivedAt, 1})
	}
	switch known := m.Callbacks == 0 || d.loaded.id == m.ID; {
	case len(hops) == 0:
		hops = append(hops, hop{hopWords(m.Status), th.status(m.Status), m.CreatedAt, 1})
	case len(d.callbacks) == 0 && known && m.Status != plivo.Sending && m.Refusal == "":
		// Only the answer of the API is known, or the callbacks are kept no more.
		at := m.UpdatedAt
		if !m.FinalAt.IsZero() {
			at = m.FinalAt
		}
		hops = append(hops, hop{hopWords(m.Status), th.status(m.Status), at, 1})
	}
	return hops
}

func hopWords(st plivo.Status) string {
	name := brief(string(st))
	if s := statusSign(st); s != "…" {
		name = s + " " + name
	}
	return name
}

// timeline writes the hops with the time between them. Alone of the detail it changes with time: a
// message without a final report waits.
func (d *detail) timeline(w int) [][]span {
	th, m, now, hops := d.env.th, d.message, d.env.at, d.hops
	var units [][]span
	for i, h := range hops {
		var u []span
		if i > 0 {
			u = append(u, span{th.muted, " ─" + between(h.at.Sub(hops[i-1].at)) + "→ "})
		}
		name := h.words
		if h.times > 1 {
			name += fmt.Sprintf(" ×%d", h.times)
		}
		units = append(units, append(u, span{h.paint, name + " "}, span{th.muted, moment(h.at, now)}))
	}
	last := hops[len(hops)-1]
	switch {
	case m.Unclear:
		units = append(units, []span{{th.muted, " ─→ "}, {th.warn, "? unclear whether Plivo took it"}})
	case m.Refusal != "":
		units = append(units, []span{{th.muted, " ─→ "}, {th.bad, "✗ " + refusedBy(m)}})
	case m.Direction == plivo.Outbound && !m.Status.Terminal():
		words, paint := d.silenceEnd()
		units = append(units, []span{{th.muted, " ─…→ "}, {paint, words + " (" + waited(now.Sub(last.at)) + ")"}})
	case m.Direction == plivo.Outbound && !m.FinalAt.IsZero() && len(hops) > 1:
		units = append(units, []span{{th.muted, " · "}, {th.muted, "took " + short(m.FinalAt.Sub(m.CreatedAt))}})
	}
	return flow(units, w)
}

// between writes the time between two hops: milliseconds tell a fast one from a simultaneous one.
func between(d time.Duration) string {
	if d >= 0 && d < 100*time.Millisecond {
		return fmt.Sprintf("%dms", d.Milliseconds())
	}
	return short(d)
}

// waited writes a wait in whole seconds and up.
func waited(d time.Duration) string {
	if d < 100*time.Second {
		return fmt.Sprintf("%d s", int(max(d, 0).Seconds()))
	}
	s := short(d)
	return s[:len(s)-1] + " " + s[len(s)-1:]
}

// flow puts units one after the other and begins a line where one does not fit.
func flow(units [][]span, w int) [][]span {
	var out [][]span
	used := 0
	for _, u := range units {
		n := spansWidth(u)
		if len(out) == 0 || used+n > w {
			if len(out) > 0 {
				u = append([]span{{u[0].paint, "  "}}, u...)
				n += 2
			}
			out = append(out, nil)
			used = 0
		}
		out[len(out)-1] = append(out[len(out)-1], u...)
		used += n
	}
	return out
}

package tui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/tui/grid"
)

// oddity is something about a message's callbacks that should not be: its sign in the list, and the words
// for it in the help and in the detail. What has no words for the detail is told there at more length.
type oddity struct {
	sign  string // one cell
	short string
	says  string
	todo  string
	seen  func(plivo.Message) bool
}

func hasAnomaly(a plivo.Anomaly) func(plivo.Message) bool {
	return func(m plivo.Message) bool { return slices.Contains(m.Anomalies, a) }
}

const wrongSignature = "✗"

// oddities are all of them, the gravest first.
var oddities = []oddity{
	{
		"≠", "final statuses differ", "Two callbacks give different final statuses; the one that Plivo made first, by its Sequence, counts.",
		"Let the app keep the first final status and not be moved by others.", hasAnomaly(plivo.Contradiction),
	},
	{
		wrongSignature, "a signature is wrong", "A callback came with a signature that does not verify.",
		"Do not act on such a callback: anybody may have sent it.", hasAnomaly(plivo.InvalidSigned),
	},
	{
		"?", "a status is unknown", "A callback gives a status that Plivo does not document.",
		"Let the app keep a status that it does not know, and not fail on it.", hasAnomaly(plivo.UnknownStatus),
	},
	{sign: lostSign, short: "callback lost, end known", seen: plivo.Message.CallbackLost},
	{sign: silentSign, short: "a callback is missed", seen: silent},
	{
		"–", "a callback is unsigned", "A callback came without a signature: anybody may have sent it.",
		"Do not act on it; if Plivo did send it, something on the way took its X-Plivo-Signature headers off.", hasAnomaly(plivo.Unsigned),
	},
	{
		"»", "one after the final", "A callback came after the final status, and is none that may follow it.",
		"Let the app stay with a final status; only read may follow delivered.", func(m plivo.Message) bool { return m.Arrival.AfterTerminal },
	},
	{
		"~", "not in their order", "A callback came after one that Plivo made later.",
		"Let the app order callbacks by their Sequence, not by when they come.", func(m plivo.Message) bool { return m.Arrival.OutOfOrder },
	},
	{
		"=", "one came twice", "A callback came twice: Plivo sends one again that was not answered with 200.",
		"Answer 200 before the work is done, and take what came before as done.", func(m plivo.Message) bool { return m.Arrival.Duplicate },
	},
}

func odditiesOf(m plivo.Message) []oddity {
	var out []oddity
	for _, o := range oddities {
		if o.seen(m) {
			out = append(out, o)
		}
	}
	return out
}

// oddCell is the signs of a message in two cells: of more than two the gravest, and that there are others.
func (t *theme) oddCell(m plivo.Message) grid.Cell {
	all := odditiesOf(m)
	paint := t.muted // only the arrival was odd, which an app has to bear
	if len(m.Anomalies) > 0 || alarmingSilence(m) {
		paint = t.warn
	}
	switch len(all) {
	case 0:
		return grid.Cell{Paint: t.muted}
	case 1:
		return grid.Cell{Text: all[0].sign, Paint: paint}
	case 2:
		return grid.Cell{Text: all[0].sign + all[1].sign, Paint: paint}
	}
	return grid.Cell{Text: all[0].sign + "+", Paint: paint}
}

// writeOddities says in sentences what the signs stand for. examined is whether it is said elsewhere why a
// signature is wrong.
func (p *page) writeOddities(m plivo.Message, examined bool) {
	label := "beware"
	for _, o := range odditiesOf(m) {
		if o.says == "" || examined && o.sign == wrongSignature {
			continue
		}
		p.field(label, p.th.warn, o.sign+" "+o.says)
		p.field("", p.th.text, "→ "+o.todo)
		label = ""
	}
}

// legend explains the signs of the list, as a part of the help: they are no keys.
func legend() section {
	sign := func(sign, words string) key.Binding { return key.NewBinding(key.WithHelp(sign, words)) }
	out := section{title: "Signs in the list"}
	out.keys = append(out.keys, sign("•", "new, or changed since"), sign("↑ ↓", "sent, received"), sign("┌ │ └", "one send"),
		sign("delivered?", "no valid signature yet"), sign("? unclear", "Plivo's answer was lost"),
		sign("≠2 in SEG", "billed, not as counted"))
	for _, o := range oddities {
		out.keys = append(out.keys, sign(o.sign, o.short))
	}
	out.keys = append(out.keys, sign("+", "and more of these"))
	return out
}

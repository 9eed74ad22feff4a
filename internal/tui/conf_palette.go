package tui

import "github.com/charmbracelet/lipgloss"

// role is a colour of the theme that the user can choose another for.
type role struct {
	name  string
	words string
	color lipgloss.CompleteAdaptiveColor
}

// palette is every colour of the UI. The full ones come first in a line, then what 256 and 16 colours make
// of them, for light and dark.
var palette = []role{
	{"accent", "titles, keys, marks and the present tab", color("#0f6f8c", "24", "6", "#6cc3d5", "80", "14")},
	{"good", "what went well", color("#2f7d32", "28", "2", "#7fc98b", "114", "10")},
	{"warn", "what may be wrong", color("#9a6700", "94", "3", "#e0b060", "179", "11")},
	{"bad", "what failed, and the sign of a live account", color("#b3261e", "124", "1", "#ef8a80", "210", "9")},
	{"muted", "words that matter less", color("#6a737d", "242", "8", "#8b949e", "246", "7")},
	{"faint", "the rules between parts", color("#c3c9d0", "251", "7", "#414954", "238", "8")},
	{"selected", "the background of the selected row", color("#dcebf1", "254", "7", "#243640", "236", "4")},
	{"selected-text", "the text of the selected row", color("#1f2328", "235", "0", "#e6edf3", "255", "15")},
	{"badge-text", "the text on a coloured ground", color("#ffffff", "231", "15", "#10181c", "233", "0")},
}

// colors are the theme's colours by name, the user's own before those of the palette.
func colors(own map[string]lipgloss.TerminalColor) map[string]lipgloss.TerminalColor {
	out := map[string]lipgloss.TerminalColor{}
	for _, r := range palette {
		out[r.name] = r.color
		if c, ok := own[r.name]; ok {
			out[r.name] = c
		}
	}
	return out
}

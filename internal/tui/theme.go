package tui

import (
	"github.com/charmbracelet/bubbles/cursor"
	"github.com/charmbracelet/bubbles/textarea"
	"github.com/charmbracelet/bubbles/textinput"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"dev.internal/plivoscope/internal/tui/grid"
)

// theme is every colour of the UI as ready escape sequences: one accent, three colours for states,
// two greys, all else in the terminal's own foreground on its own background.
type theme struct {
	text, strong     grid.Paint // the terminal's foreground
	muted, faint     grid.Paint // the two greys: words, and rules
	accent, title    grid.Paint
	good, warn, bad  grid.Paint
	badge, badgeLive grid.Paint
	key              grid.Paint // a key's name in footer and help
	tab              grid.Paint // the tab of the present screen
	given, signed    grid.Paint // what differs between what was given and what was signed

	bare bool // the terminal shows no attributes: marks need a sign

	plain, grey, cursor lipgloss.Style // for the inputs of bubbles, which take styles
}

func color(light, light256, light16, dark, dark256, dark16 string) lipgloss.CompleteAdaptiveColor {
	return lipgloss.CompleteAdaptiveColor{
		Light: lipgloss.CompleteColor{TrueColor: light, ANSI256: light256, ANSI: light16},
		Dark:  lipgloss.CompleteColor{TrueColor: dark, ANSI256: dark256, ANSI: dark16},
	}
}

// newTheme makes the theme for a renderer. Without colour (mono) the selection is told by its sign and
// bold, and the cursor of an input by reverse video, which is all that is left. Colours of the user's own
// stand for those of the palette, on light and dark.
func newTheme(r *lipgloss.Renderer, mono bool, own map[string]lipgloss.TerminalColor) *theme {
	if mono {
		return monoTheme(r)
	}
	c := colors(own)
	accent, good, warn, bad, muted, faint := c["accent"], c["good"], c["warn"], c["bad"], c["muted"], c["faint"]
	inverse := c["badge-text"]
	base := r.NewStyle()
	// With a foreground of its own: the terminal's would be lost where its background was misjudged.
	on := base.Background(c["selected"]).Foreground(c["selected-text"])
	paint := func(s lipgloss.Style) grid.Paint { return grid.NewPaint(s, s.Inherit(on)) }
	fg := func(c lipgloss.TerminalColor) grid.Paint {
		s := base.Foreground(c)
		if r.ColorProfile() == termenv.ANSI {
			// Of sixteen colours no grey stays readable on the selection's own.
			return grid.NewPaint(s, on)
		}
		return paint(s)
	}
	return &theme{
		text: paint(base), strong: paint(base.Bold(true)),
		muted: fg(muted), faint: fg(faint), accent: fg(accent),
		title: paint(base.Foreground(accent).Bold(true)),
		good:  fg(good), warn: fg(warn), bad: fg(bad),
		badge:     paint(base.Foreground(inverse).Background(accent).Bold(true)),
		badgeLive: paint(base.Foreground(inverse).Background(bad).Bold(true)),
		key:       paint(base.Foreground(accent)),
		tab:       paint(base.Foreground(accent).Bold(true).Underline(true)),
		given:     paint(base.Foreground(bad).Bold(true).Underline(true)),
		signed:    paint(base.Foreground(good).Bold(true).Underline(true)),
		bare:      r.ColorProfile() == termenv.Ascii,
		plain:     base, grey: base.Foreground(muted), cursor: base.Foreground(accent),
	}
}

func monoTheme(r *lipgloss.Renderer) *theme {
	base := r.NewStyle()
	bold := base.Bold(true)
	plain, strong := grid.NewPaint(base, bold), grid.NewPaint(bold, bold)
	return &theme{
		text: plain, strong: strong, muted: plain, faint: plain, accent: plain, title: strong,
		good: plain, warn: plain, bad: plain, badge: strong, badgeLive: strong, key: strong,
		tab:   grid.NewPaint(bold.Underline(true), bold),
		given: grid.NewPaint(bold.Underline(true), bold), signed: grid.NewPaint(bold.Underline(true), bold),
		plain: base, grey: base, cursor: base,
	}
}

// input makes a one-line input in the theme's colours. Its cursor does not blink: a still screen
// costs nothing.
func (t *theme) input(placeholder string) textinput.Model {
	in := textinput.New()
	in.Prompt, in.Placeholder, in.CharLimit = "", placeholder, inputMost
	in.TextStyle, in.PromptStyle = t.plain, t.plain
	in.PlaceholderStyle, in.CompletionStyle = t.grey, t.grey
	in.Cursor.Style, in.Cursor.TextStyle = t.cursor, t.plain
	_ = in.Cursor.SetMode(cursor.CursorStatic)
	return in
}

// area makes a text area in the theme's colours.
func (t *theme) area(placeholder string) textarea.Model {
	a := textarea.New()
	a.Prompt, a.Placeholder, a.ShowLineNumbers = "", placeholder, false
	// This bounds what the area remembers of its lines as well.
	a.CharLimit, a.MaxHeight = 0, linesMost
	st := textarea.Style{
		Base: t.plain, CursorLine: t.plain, CursorLineNumber: t.grey, EndOfBuffer: t.grey,
		LineNumber: t.grey, Placeholder: t.grey, Prompt: t.plain, Text: t.plain,
	}
	a.FocusedStyle, a.BlurredStyle = st, st
	a.Cursor.Style, a.Cursor.TextStyle = t.cursor, t.plain
	_ = a.Cursor.SetMode(cursor.CursorStatic)
	return a
}

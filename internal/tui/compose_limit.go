package tui

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
)

// Most that a field holds. An area wraps and draws all that it holds at each key, which must not be felt:
// the text has room for three times what a message takes, and the destinations for far more than a request.
const (
	textMost  = 5000     // characters of the text
	linesMost = 400      // lines of any area
	inputMost = 64 << 10 // characters of an input of one line
)

// fitting is what there is room for of what is put into the text or the destinations. What is left out is
// told after the key.
func (c *compose) fitting(runes []rune) []rune {
	fits := len(runes)
	switch c.focus {
	case fieldText:
		fits = roomFor(runes, textMost-utf8.RuneCountInString(c.text.Value()), linesMost-c.text.LineCount())
		if fits < len(runes) {
			c.excess = fmt.Sprintf("Not all of it was taken: the text has room for %s characters in %d lines, and a message takes %s at the most.",
				count(textMost), linesMost, count(plivo.MaxGSM7))
		}
	case fieldTo:
		fits = roomFor(runes, inputMost-utf8.RuneCountInString(c.inputs[fieldTo].Value()), 0)
		if fits < len(runes) {
			// A number that was cut could be another one.
			fits = max(strings.LastIndexByte(string(runes[:fits]), ','), 0)
			c.excess = fmt.Sprintf("Not all of it was taken: the destinations have room for %s characters, and a request takes %s numbers.",
				count(inputMost), count(plivo.MaxDestinations))
		}
	}
	return runes[:fits]
}

// roomFor is how many of some characters fit into so many, and into so many more lines.
func roomFor(runes []rune, room, lines int) int {
	for i, r := range runes {
		if r == '\n' || r == '\r' {
			lines--
		}
		if i >= room || lines < 0 {
			return i
		}
	}
	return len(runes)
}

// tellExcess tells what was left out.
func (c *compose) tellExcess() {
	if c.excess != "" {
		c.env.notifyAbout(aboutDraft, app.Warning, c.excess)
		c.excess = ""
	}
}

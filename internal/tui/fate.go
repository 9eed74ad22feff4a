package tui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// fates are what the arrows choose from; the empty one leaves it to the number. A code can be typed.
var fates = []string{"", "delivered", "sent", "undelivered:30", "undelivered:20", "failed:50", "failed:200", "none"}

// chooseFate puts the next or the previous of the common fates into the field.
func (c *compose) chooseFate(k tea.KeyMsg) {
	in := c.inputs[fieldFate]
	at := 0
	for i, f := range fates {
		if f == strings.TrimSpace(in.Value()) {
			at = i
		}
	}
	step := 1
	if k.Type == tea.KeyUp {
		step = len(fates) - 1
	}
	in.SetValue(fates[(at+step)%len(fates)])
	in.CursorEnd()
	c.check()
}

// fateProblem says what is wrong with a fate, empty where nothing is.
func fateProblem(s string) string {
	word, code, coded := strings.Cut(s, ":")
	switch word {
	case "":
		if !coded {
			return ""
		}
	case "delivered", "sent", "none":
		if !coded {
			return ""
		}
		return "The fate " + word + " takes no code; only undelivered and failed do."
	case "undelivered", "failed":
		if !coded {
			return ""
		}
		c, ok := plivo.LookupCode(code)
		switch {
		case !ok || (c.Status != plivo.Undelivered && c.Status != plivo.Failed):
			return "No outbound message ends with that code; undelivered:30 is a spam block, failed:50 a bad number."
		case c.Status != plivo.Status(word):
			return "Error code " + c.Code + " goes with " + string(c.Status) + "; write " + string(c.Status) + ":" + c.Code + "."
		}
		return ""
	}
	if sc, _, err := scenario.Named(s); err == nil && sc.Outbound() == nil {
		return ""
	}
	return "That is no fate; write delivered, sent, undelivered:CODE, failed:CODE, none, a scenario, or nothing."
}

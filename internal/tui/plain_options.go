package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// offered are the options that the draft's type of message takes, and those that are set all the same.
func (c *compose) offered() []option {
	kind, f := c.draft.Kind(), c.optionForm()
	var out []option
	for _, o := range options {
		if o.kinds == nil || slices.Contains(o.kinds, kind) || *f.at(o.field) != "" || o.field == c.focus {
			out = append(out, o)
		}
	}
	return out
}

// optionState says what an option is, masked.
func (c *compose) optionState(o option) string {
	if o.values != nil {
		return c.chosenWords(o)
	}
	if v := strings.TrimSpace(c.value(o.field)); v != "" {
		return brief(c.hiddenField(o.field, v))
	}
	return "not set"
}

// listOptions says the options of the draft, and asks for one to set.
func (p *plainUI) listOptions() {
	for i, o := range p.m.compose.offered() {
		p.out.say(fmt.Sprintf("%d: %s, %s.", i+1, o.name, p.m.compose.optionState(o)))
	}
	p.askOption()
}

// askOption asks for an option by its number, and for what it shall be, until the user leaves.
func (p *plainUI) askOption() {
	c, km := p.m.compose, p.m.env.keys
	p.put(&question{label: "Number of an option", accept: km.fill, leave: km.keep, done: func(text string) tea.Cmd {
		all := c.offered()
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > len(all) {
			p.out.say(fmt.Sprintf("There is no option of that number; the last one is %d.", len(all)))
			p.askOption()
			return nil
		}
		if o := all[n-1]; o.values != nil {
			p.askChoice(o)
		} else {
			p.askValue(o)
		}
		return nil
	}, left: func() tea.Cmd {
		p.sayDraft()
		return nil
	}})
}

// askChoice asks for one of the things that an option can be.
func (p *plainUI) askChoice(o option) {
	c, km := p.m.compose, p.m.env.keys
	for i, v := range o.values {
		p.out.say(fmt.Sprintf("%d: %s", i+1, v.words))
	}
	p.put(&question{label: o.name + ", a number", accept: km.fill, leave: km.keep, done: func(text string) tea.Cmd {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > len(o.values) {
			p.out.say("There is no choice of that number.")
			p.askOption()
			return nil
		}
		c.chosen[o.field] = o.values[n-1].value
		p.optionSet(o)
		return nil
	}})
}

// askValue asks for the value of an option; an empty one takes it away.
func (p *plainUI) askValue(o option) {
	c, km := p.m.compose, p.m.env.keys
	text := c.value(o.field)
	label := o.name
	if o.about != "" {
		label += " (" + o.about + ")"
	}
	p.put(&question{
		label: label, text: []rune(text), offer: text != "", lines: o.lines, hide: func(text string) string { return c.hiddenField(o.field, text) },
		accept: km.newline, leave: km.keep, done: func(text string) tea.Cmd {
			c.setValue(o.field, text)
			p.optionSet(o)
			return nil
		},
	})
}

// optionSet says what an option is by now, and what is wrong with it; a type changes which others there are.
func (p *plainUI) optionSet(o option) {
	c := p.m.compose
	c.changed()
	p.out.say(o.name + ": " + c.optionState(o) + ".")
	for _, problem := range c.problems {
		if o.problem != "" && problem.Field == o.problem {
			p.out.say(p.m.env.problemWords(problem))
		}
	}
	if o.field == fieldKind {
		p.listOptions()
		return
	}
	p.askOption()
}

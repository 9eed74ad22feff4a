package tui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
)

// destinations splits numbers at commas, semicolons, the API's own separator and line ends, and where one
// begins with a plus.
func destinations(s string) []string {
	s = strings.NewReplacer(";", ",", "<", ",", "\n", ",", " +", ",+", "\t", " ").Replace(s)
	var out []string
	for _, n := range strings.Split(s, ",") {
		if n = strings.TrimSpace(n); n != "" {
			out = append(out, n)
		}
	}
	return out
}

// recipients is what can be said of the destinations in a few words.
type recipients struct {
	good, wrong, again int
	countries          []string // each once, in order of first appearance
	in                 map[string]int
	nowhere            int // good ones of no country
}

// countRecipients looks at the destinations of a draft. known keeps the countries of the numbers that
// were looked at: each takes a while.
func countRecipients(typed string, good []string, problems []plivo.Problem, known map[string]string) recipients {
	r := recipients{good: len(good), in: map[string]int{}}
	for _, p := range problems {
		if p.Field == "to" && p.Value != "" && !p.Warning {
			r.wrong++
		}
	}
	r.again = max(len(destinations(typed))-r.good-r.wrong, 0)
	if len(known) > 8*plivo.MaxDestinations {
		clear(known)
	}
	for _, n := range good {
		country, ok := known[n]
		if !ok {
			country = plivo.Country(n)
			known[n] = country
		}
		if country == "" {
			r.nowhere++
			continue
		}
		if r.in[country]++; r.in[country] == 1 {
			r.countries = append(r.countries, country)
		}
	}
	return r
}

// words say how many destinations there are, where, and what was left out.
func (r recipients) words() string {
	var parts []string
	if r.good > 1 || r.good == 1 && r.wrong+r.again > 0 {
		parts = append(parts, plural(r.good, "destination"))
	}
	const most = 4
	var where []string
	for _, c := range r.countries[:min(len(r.countries), most)] {
		if n := r.in[c]; r.good > 1 && (len(r.countries) > 1 || n < r.good) {
			c += " " + count(int64(n))
		}
		where = append(where, c)
	}
	if len(where) > 0 {
		words := strings.Join(where, ", ")
		if n := len(r.countries) - most; n > 0 {
			words += fmt.Sprintf(" and %d more countries", n)
		}
		parts = append(parts, words)
		if r.nowhere > 0 {
			parts = append(parts, "no country "+count(int64(r.nowhere)))
		}
	}
	if r.wrong > 0 {
		parts = append(parts, count(int64(r.wrong))+" invalid")
	}
	if r.again > 0 {
		parts = append(parts, count(int64(r.again))+" repeated")
	}
	return strings.Join(parts, " · ")
}

// costWords say what a draft comes to: messages, their segments, and the units that are billed.
func (c *compose) costWords() string {
	n, s := len(c.draft.To), c.gauge.Segments
	switch c.gauge.kind {
	case plivo.MMS:
		return count(int64(n)) + " MMS"
	case plivo.WhatsApp:
		return plural(n, "WhatsApp message")
	}
	words := plural(n, "message") + " × " + plural(s, "segment")
	if n > 1 && s > 1 {
		words += " = " + plural(n*s, "unit")
	}
	return words
}

// pastedMsg is what the clipboard held, for a field.
type pastedMsg struct {
	into field
	text string
}

// pasteClipboard reads the clipboard for the text or the destinations: the inputs' own reading takes line
// ends for blanks, and so two numbers for one, and takes all there is.
func (c *compose) pasteClipboard() tea.Cmd {
	read := c.env.o.ReadClipboard
	if read == nil {
		c.env.notifyAbout(aboutDraft, app.Warning, "No clipboard can be read here: "+pasteByTerminal)
		return nil
	}
	into := c.focus
	return func() tea.Msg {
		text, err := read()
		if err != nil {
			return noticeMsg{app.Warning, fmt.Sprintf("Read the clipboard: %v; paste with the key of the terminal instead.", err)}
		}
		return pastedMsg{into, text}
	}
}

// oneLine sets pasted numbers apart with commas where there is one on a line: an input has one line.
func oneLine(text string) string {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	for i, p := range parts {
		if i < len(parts)-1 {
			p = strings.TrimRight(p, ",; ")
		}
		parts[i] = strings.TrimSpace(p)
	}
	return strings.Join(parts, ", ")
}

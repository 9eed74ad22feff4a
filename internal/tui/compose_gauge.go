package tui

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/runenames"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
)

// gauge is what is known of the text of a draft.
type gauge struct {
	plivo.Segmentation
	chars plivo.Characters
	plain string // what ctrl+g would make of it
	kind  string // of the message; empty for an SMS

	points int // code points
}

// segmented reports whether the text goes in segments that are billed each.
func (g gauge) segmented() bool { return g.kind == "" || g.kind == plivo.SMS }

func measure(text string) gauge {
	g := gauge{Segmentation: plivo.Segment(text), chars: plivo.CharactersOf(text), plain: text, points: utf8.RuneCountInString(text)}
	if g.Encoding == plivo.UCS2 {
		g.plain = plivo.Plain(text)
	}
	return g
}

// over is by how many units the text is too long.
func (g gauge) over() int { return max(g.Length-g.Limit(), 0) }

// barFrom is the height of the form from which the segments have a line of their own.
const barFrom = 16

// drawGauge writes below the text how it is going to be sent, and what makes it UCS-2.
func (c *compose) drawGauge() {
	th, g := c.env.th, c.gauge
	if !g.segmented() {
		words, over := g.unsegmented()
		paint := th.muted
		if over {
			paint = th.bad
		}
		c.say(span{paint, words})
		return
	}
	words := span{th.muted, g.words(c.w - fieldIndent - 1)}
	switch {
	case g.over() > 0:
		words.paint = th.bad
	case g.Segments > 1:
		words.paint = th.text
	}
	if c.h >= barFrom {
		c.say(words)
		c.lines = append(c.lines, line(c.w, append([]span{{th.text, blank(fieldIndent)}}, c.bar(c.w-fieldIndent-1)...)...))
	} else {
		all := []span{{th.text, blank(fieldIndent)}, words}
		if bar := c.bar(c.w - 3 - spansWidth(all)); bar != nil {
			all = append(append(all, span{th.text, "  "}), bar...)
		}
		c.lines = append(c.lines, line(c.w, all...))
	}
	if len(g.chars.Forcing) > 0 {
		c.say(span{th.warn, "! " + g.forcedWords()})
		if s := g.plainWords(c.env.keys.plain.Help().Key); s != "" {
			c.say(span{th.muted, s})
		}
	} else if s := g.doubleWords(); s != "" {
		c.say(span{th.muted, s})
	}
}

// words say how long the text is, in the longest form that has room.
func (g gauge) words(room int) string {
	if g.Segments == 0 {
		return fmt.Sprintf("empty · %d characters fit one segment", g.Capacity())
	}
	if n := g.over(); n > 0 {
		return longest(room,
			fmt.Sprintf("%s · %s · %s · %s over the limit of %s", g.Encoding, plural(g.Length, lengthUnit(g.Encoding)), plural(g.Segments, "segment"), count(int64(n)), count(int64(g.Limit()))),
			fmt.Sprintf("%s · %s long · %s over the limit of %s", g.Encoding, count(int64(g.Length)), count(int64(n)), count(int64(g.Limit()))),
			fmt.Sprintf("%s · %s long · %s over %s", g.Encoding, count(int64(g.Length)), count(int64(n)), count(int64(g.Limit()))))
	}
	left := count(int64(g.Left)) + " left"
	form := func(long string) string {
		return fmt.Sprintf("%s · %s · %s · %s", g.Encoding, long, plural(g.Segments, "segment"), left)
	}
	chars := plural(g.chars.Count, "character")
	short := form(count(int64(g.Length)) + " long")
	if g.Length == g.chars.Count {
		return longest(room, form(chars), short)
	}
	return longest(room, form(chars+" in "+plural(g.Length, lengthUnit(g.Encoding))), form(plural(g.Length, "unit")), short)
}

// unsegmented says how long the text of another message than an SMS is, and whether that is too long.
func (g gauge) unsegmented() (words string, over bool) {
	n, most := g.Length, g.Limit()
	if g.kind == plivo.WhatsApp {
		n, most = g.points, plivo.MaxWhatsApp
	}
	return fmt.Sprintf("%s · %s of %s characters", brief(g.kind), count(int64(n)), count(int64(most))), n > most
}

func lengthUnit(e plivo.Encoding) string {
	if e == plivo.UCS2 {
		return "UTF-16 unit"
	}
	return "septet"
}

// bar draws the segments side by side, the last one as full as it is, in at most room cells.
func (c *compose) bar(room int) []span {
	const widest = 12
	th, g := c.env.th, c.gauge
	n := max(g.Segments, 1)
	size := min((room+1)/n-1, widest)
	hidden := 0
	if size < 1 {
		const more = 6 // cells for how many are not drawn
		size = 1
		hidden = n - max((room-more+1)/2, 0)
		n -= hidden
	}
	if n < 1 {
		return nil
	}
	full := th.accent
	if g.over() > 0 {
		full = th.bad
	}
	var out []span
	for i := range n {
		filled := size
		if i == g.Segments-1 && size > 1 && g.Left > 0 {
			filled = min(max((g.Capacity()-g.Left)*size/g.Capacity(), 1), size-1)
		} else if g.Segments == 0 {
			filled = 0
		}
		if i > 0 {
			out = append(out, span{th.text, " "})
		}
		out = append(out, span{full, strings.Repeat("━", filled)}, span{th.faint, strings.Repeat("─", size-filled)})
	}
	if hidden > 0 {
		out = append(out, span{th.muted, " +" + count(int64(hidden))})
	}
	return out
}

// namedMost is how many characters of a kind are named.
const namedMost = 3

// forcedWords name the characters that made the text UCS-2, and where they stand.
func (g gauge) forcedWords() string {
	all := g.chars.Forcing
	s := placed(all)
	if len(all) == 1 && all[0].Count == 1 {
		return s + " is not in GSM-7"
	}
	return s + " are not in GSM-7"
}

// doubleWords name the characters that cost two septets.
func (g gauge) doubleWords() string {
	all := g.chars.Double
	switch {
	case len(all) == 0:
		return ""
	case len(all) == 1 && all[0].Count == 1:
		return placed(all) + " takes two septets"
	default:
		return placed(all) + " take two septets each"
	}
}

// placed lists the first of some characters with their places.
func placed(all []plivo.Character) string {
	var parts []string
	for _, ch := range all[:min(len(all), namedMost)] {
		w := charWords(ch.Text) + " at " + count(int64(ch.At))
		if ch.Count > 1 {
			w += fmt.Sprintf(" (%s times)", count(int64(ch.Count)))
		}
		parts = append(parts, w)
	}
	return listed(parts, len(all))
}

// listed joins the first of so many things.
func listed(parts []string, all int) string {
	if n := all - len(parts); n > 0 {
		return fmt.Sprintf("%s and %s more", strings.Join(parts, ", "), count(int64(n)))
	}
	if last := len(parts) - 1; last > 0 {
		return strings.Join(parts[:last], ", ") + " and " + parts[last]
	}
	return parts[0]
}

// charWords show a character; one that cannot be seen, or not told from a blank, by its name.
func charWords(char string) string {
	sign := charSign(char)
	if !strings.HasPrefix(sign, "U+") {
		return sign
	}
	r, _ := utf8.DecodeRuneInString(char)
	if name := strings.ToLower(runenames.Name(r)); name != "" && !strings.HasPrefix(name, "<") {
		return name + " (" + sign + ")"
	}
	return sign
}

// charSign is the character itself, or its code point.
func charSign(char string) string {
	visible := strings.ContainsFunc(char, func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.Is(unicode.M, r)
	})
	if visible && len(char) <= briefBytes && escape.Line(char) == char {
		return char
	}
	r, _ := utf8.DecodeRuneInString(char)
	return fmt.Sprintf("%U", r)
}

// plainWords say what a key would write instead, and what that is good for; empty where it would do
// nothing.
func (g gauge) plainWords(key string) string {
	var write, stay []string
	known, stuck := 0, 0
	for _, ch := range g.chars.Forcing {
		if !ch.Known || ch.Instead == "" && plivo.Segment(g.plain).Encoding == plivo.UCS2 {
			if stuck++; stuck == 1 {
				stay = append(stay, charSign(ch.Text))
			}
			continue
		}
		if known++; known > namedMost {
			continue
		}
		if ch.Instead == "" {
			write = append(write, "nothing for "+charSign(ch.Text))
		} else {
			write = append(write, shownChar(ch.Instead)+" for "+charSign(ch.Text))
		}
	}
	if known == 0 {
		return ""
	}
	s := key + " writes " + listed(write, known)
	after := plivo.Segment(g.plain)
	switch {
	case after.Encoding == plivo.UCS2:
		return s + "; " + listed(stay, stuck) + map[bool]string{true: " stays", false: " stay"}[stuck == 1] + ", and UCS-2 with it"
	case after.Segments < g.Segments:
		return fmt.Sprintf("%s: GSM-7, %s instead of %s", s, plural(after.Segments, "segment"), count(int64(g.Segments)))
	default:
		return s + ", and it is GSM-7"
	}
}

// shownChar shows what is written instead of a character.
func shownChar(s string) string {
	switch strings.TrimSpace(s) {
	case "":
		return map[bool]string{true: "a new line", false: "a space"}[strings.Contains(s, "\n")]
	default:
		return s
	}
}

// writePlain puts the text into GSM-7 as far as that goes.
func (c *compose) writePlain() {
	was, plain := c.text.Value(), c.gauge.plain
	if was == plain {
		c.env.notifyAbout(aboutDraft, app.Info, "Nothing in this text needs another spelling.")
		return
	}
	before, _ := c.around()
	at := plivo.Plain(before)
	if !strings.HasPrefix(plain, at) {
		at = plain
	}
	c.putText(at, plain[len(at):])
	c.check()
	c.replaced = replaced{was: was, now: c.text.Value()}
	c.env.notifyAbout(aboutDraft, app.Info, "Written in GSM-7 where that goes; "+c.env.keys.undo.Help().Key+" brings back the text as it was.")
}

// replaced is the text before and after it was written in GSM-7.
type replaced struct{ was, now string }

// undoable reports whether the text is still what was made of it.
func (c *compose) undoable() bool { return c.replaced.was != "" && c.text.Value() == c.replaced.now }

// undo brings back the text that was written in GSM-7.
func (c *compose) undo() {
	if !c.undoable() {
		return
	}
	c.putText(c.replaced.was, "")
	c.replaced = replaced{}
}

package tui

import (
	"strings"
	"unicode"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// question is a line that the plain UI asks for. Its text is shown as it is typed; what is taken back makes
// a line of its own, because nothing on the screen changes.
type question struct {
	label  string
	text   []rune
	lines  bool                // may have several lines
	flat   func(string) string // how several pasted lines become one; nil for blanks between them
	secret bool                // nothing of it is shown
	hide   func(string) string // how its text is shown that nobody has typed; nil for as a sentence
	offer  bool                // the text is offered: what is typed first replaces it
	again  bool                // it is asked again, and nothing was typed since
	accept key.Binding
	leave  key.Binding
	done   func(text string) tea.Cmd // may ask the next one
	left   func() tea.Cmd            // may be nil
}

// clearKey takes back all that is typed.
const clearKey = "ctrl+u"

// longestAnswer bounds what is typed, in characters.
const longestAnswer = 16 << 10

// put asks a question, with an answer that stands there already. Where it was answered just now, and is asked again, it
// tells how to get on.
func (p *plainUI) put(q *question) {
	p.ask = q
	q.again = q.label == p.answered && !q.offer
	p.prompt()
}

// prompt says the question and what was typed so far.
func (p *plainUI) prompt() {
	p.out.close()
	words := p.ask.label + ": "
	switch q := p.ask; {
	case q.offer:
		words = q.label + ", " + firstKey(q.accept) + " keeps " + p.hidden(q) + ", " + firstKey(q.leave) + " leaves: "
	case q.again:
		words = q.label + ", "
		if len(q.text) > 0 && !q.secret {
			words += clearKey + " clears the line, "
		}
		words += firstKey(q.leave) + " leaves: "
	}
	if q := p.ask; !q.offer && !q.secret {
		words += string(q.text)
	}
	p.out.put(words)
}

// hidden is an answer that stands there, which nobody has typed: masked, where numbers and texts are.
func (p *plainUI) hidden(q *question) string {
	if q.hide != nil {
		return readable(q.hide(string(q.text)))
	}
	return p.m.env.mask.Sentence(string(q.text))
}

// askKey handles a key while a question is open.
func (p *plainUI) askKey(k tea.KeyMsg) tea.Cmd {
	q, km := p.ask, p.m.env.keys
	switch {
	case key.Matches(k, q.leave) && !k.Paste:
		p.ask = nil
		p.out.say("Left.")
		if q.left != nil {
			return q.left()
		}
	case key.Matches(k, q.accept) && !k.Paste:
		p.ask = nil
		p.out.close()
		p.answered = q.label
		cmd := q.done(string(q.text))
		p.answered = ""
		return cmd
	case key.Matches(k, km.helpTyped):
		p.out.say(keySentence(q.accept) + " " + keySentence(q.leave) + " Backspace takes a character back, ctrl+w a word, " + clearKey + " all.")
		p.prompt()
	case key.Matches(k, km.redraw):
		p.prompt()
	case k.Type == tea.KeyBackspace || k.Type == tea.KeyDelete || k.Type == tea.KeyCtrlH:
		p.cut(len(q.text) - 1)
	case k.Type == tea.KeyCtrlW:
		text := strings.TrimRightFunc(string(q.text), unicode.IsSpace)
		p.cut(len([]rune(text[:strings.LastIndexFunc(text, unicode.IsSpace)+1])))
	case k.Type == tea.KeyCtrlU:
		p.cut(0)
	case k.Type == tea.KeyEnter && k.Alt && q.lines:
		p.take("\n")
	case k.Type == tea.KeyRunes && !k.Alt, k.Type == tea.KeySpace:
		p.take(string(k.Runes))
	}
	return nil
}

// take adds typed or pasted text to the answer.
func (p *plainUI) take(text string) {
	q := p.ask
	text = lineEnds(text)
	switch {
	case q.lines:
	case q.flat != nil:
		text = q.flat(text)
	default:
		text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), " ")
	}
	text = head(text, 4*longestAnswer)
	if len(q.text)+len([]rune(text)) > longestAnswer {
		p.out.say("That is too long for an answer; it was not taken.")
		p.prompt()
		return
	}
	if q.offer {
		q.text, q.offer = nil, false
	}
	q.again = false
	q.text = append(q.text, []rune(text)...)
	if !q.secret {
		p.out.put(text)
	}
}

// cut keeps the first n characters of the answer.
func (p *plainUI) cut(n int) {
	q := p.ask
	if n < 0 || len(q.text) == n {
		return
	}
	q.text, q.offer, q.again = q.text[:n], false, false
	p.prompt()
}

// keySentence says what a key does.
func keySentence(b key.Binding) string {
	h := b.Help()
	return spokenKeys(h.Key) + ": " + h.Desc + "."
}

// spokenKeys are the keys of a binding by their names.
func spokenKeys(keys string) string {
	words := strings.Fields(strings.NewReplacer("↑", "up", "↓", "down", "←", "left", "→", "right", "⇧", "shift+").Replace(keys))
	for i, w := range words {
		if name, ok := keyNames[w]; ok {
			words[i] = name
		}
	}
	return strings.Join(words, " or ")
}

// keyNames are those of signs that a screen reader may pass over.
var keyNames = map[string]string{
	"?": "question mark", ":": "colon", "/": "slash", "=": "equals sign", "[": "left bracket", "]": "right bracket", "|": "bar",
	"+": "plus", "<": "less-than sign", ">": "greater-than sign", ".": "full stop",
}

package tui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/webhook/capture"
)

// mostPasted is the longest text that is taken, in bytes: it is read at once, and larger captures are
// better read from a file.
const mostPasted = 4 << 20

// filling is a text and what a field shows of it: inputs drop what they cannot show.
type filling struct{ exact, shown string }

// clipboardMsg is what the clipboard of the desktop holds.
type clipboardMsg struct {
	text string
	err  error
}

// copiedMsg tells how a copy went, while this screen is shown.
type copiedMsg noticeMsg

// lineEnds reads the line ends of a paste. Terminals send carriage returns for them, and tmux two for
// each CR LF; of a capture that was put together from both, the head is read by itself.
func lineEnds(text string) string {
	if !strings.Contains(text, "\r") || strings.Contains(text, "\n") {
		return text
	}
	const end = "\r\r\r\r" // of the head, where its line ends are doubled
	head, rest, ok := strings.Cut(text, end)
	if !ok || !doubled(head) {
		if doubled(text) {
			text = strings.ReplaceAll(text, "\r\r", "\n")
		}
		return strings.ReplaceAll(text, "\r", "\n")
	}
	if doubled(rest) {
		rest = strings.ReplaceAll(rest, "\r\r", "\n")
	}
	return strings.ReplaceAll(head, "\r\r", "\n") + "\n\n" + strings.ReplaceAll(rest, "\r", "\n")
}

// doubled reports whether carriage returns come in pairs alone.
func doubled(text string) bool {
	return !strings.Contains(strings.ReplaceAll(text, "\r\r", ""), "\r")
}

// paste fills the fields with a captured request. Any other text goes into the field with the focus.
func (s *sigScreen) paste(text string) tea.Cmd {
	if len(text) > mostPasted {
		s.env.notifyAbout(aboutSignature, app.Warning, fmt.Sprintf(
			"Not pasted: the text has %s bytes, and at most %d MiB are taken; save it and give it to plivoscope verify --request.", count(int64(len(text))), mostPasted>>20))
		return nil
	}
	text = lineEnds(text)
	all, err := capture.Parse([]byte(text))
	switch {
	case err == nil && len(all) > 0:
		return s.take(all)
	case s.reading():
		s.env.notifyAbout(aboutSignature, app.Warning, "Not filled in: "+escape.Line(err.Error())+".")
		return nil
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if !s.ofLines() {
		text = strings.Trim(text, "\n")
	}
	return s.insert(text)
}

// insert puts a text into the field with the focus. Where the field cannot show it as it is, the text
// stands behind what is shown until that is edited.
func (s *sigScreen) insert(text string) tea.Cmd {
	f := s.focus
	before, after := s.cut(f)
	if p, ok := s.pasted[f]; ok && p.shown == s.value(f) && after == "" {
		before = p.exact
	}
	all := before + text + after
	var cmd tea.Cmd
	if part := shownPart(all); part != all {
		s.setValue(f, part)
		if a := s.areas[f]; a != nil {
			press(a, tea.KeyCtrlEnd)
		}
	} else {
		cmd = s.input(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
	}
	delete(s.pasted, f)
	if shown := s.value(f); shown != all {
		s.pasted[f] = filling{all, shown}
	}
	s.dirty = true
	s.show()
	return tea.Batch(cmd, s.follow())
}

// take fills the fields with the first request of a capture.
func (s *sigScreen) take(all []capture.Request) tea.Cmd {
	r := all[0]
	s.fillCapture(r)
	s.callback, s.siblings, s.whole = 0, nil, app.Examination{}
	s.dirty, s.top = true, 0
	s.setFocus(noField)
	words := "Filled in the pasted request."
	if len(all) > 1 {
		words = fmt.Sprintf("Filled in the first of %d pasted requests.", len(all))
	}
	if r.Problem != "" {
		s.env.notifyAbout(aboutSignature, app.Warning, words+" "+r.Problem)
	} else {
		s.env.notifyAbout(aboutSignature, app.Info, words)
	}
	s.rest() // what was known is about another request
	s.explain()
	return s.follow()
}

const pasteByTerminal = "paste with the terminal's own key instead, often ctrl+shift+v."

// readClipboard reads the clipboard of the desktop: the inputs' own way would go round paste.
func (s *sigScreen) readClipboard() tea.Cmd {
	read := s.env.o.ReadClipboard
	if read == nil {
		s.env.notifyAbout(aboutSignature, app.Warning, "No clipboard can be read here: "+pasteByTerminal)
		return nil
	}
	return func() tea.Msg {
		text, err := read()
		return clipboardMsg{text, err}
	}
}

func (s *sigScreen) takeClipboard(msg clipboardMsg) tea.Cmd {
	switch {
	case msg.err != nil:
		s.env.notifyAbout(aboutSignature, app.Failure, fmt.Sprintf("Read the clipboard: %v; ", msg.err)+pasteByTerminal)
		return nil
	case msg.text == "":
		s.env.notifyAbout(aboutSignature, app.Warning, "The clipboard is empty.")
		return nil
	}
	return s.paste(msg.text)
}

// restore fills the fields anew with what they were filled with. Where nothing of that was edited it
// empties them. A typed token stays.
func (s *sigScreen) restore() tea.Cmd {
	switch {
	case s.opened != 0:
		return s.load(s.opened)
	case s.edited():
		other := s.source.other
		s.fill(s.source.name, s.source.exact)
		s.source.other = other
	default:
		s.empty()
	}
	s.entry, s.dirty, s.top = s.entries(), false, 0
	s.edit++
	var cmd tea.Cmd
	switch {
	case s.nothing():
		s.rest()
		s.explain()
	case s.value(fieldToken) == "" && len(s.whole.Verdict.Outcome) > 0:
		s.rest()
		s.learn(s.whole, nil)
	default:
		cmd = s.examine()
	}
	s.refresh()
	s.reveal()
	return cmd
}

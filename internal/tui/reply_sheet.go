package tui

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textarea"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
)

// replySheet sets the text that each inbound message is answered with, and shows the XML that Plivo then gets.
type replySheet struct {
	env     *env
	text    textarea.Model
	before  string // the reply as the sheet was opened
	covered bool   // the text is masked: nobody has typed it
	failure string // why the text was refused as it is
	left    string // what a paste held that the text has not; empty for nothing

	answer plivo.Answer // of the text
	wrong  error        // what Plivo would not take in it
	xml    []string     // the answer, in lines that fit
	top    int          // of those

	w, h  int
	drawn []string
}

// openReply shows the reply as it is, or what was typed and not set before.
func (e *env) openReply() {
	s := &replySheet{env: e, text: e.th.area("what each inbound message is answered with"), before: e.status.InboundReply}
	text := s.before
	s.covered = e.mask != nil && text != "" && e.mask.Text(text) != text
	if e.replyDraft != "" {
		text, s.covered = e.replyDraft, false
	}
	s.text.SetValue(text)
	s.text.Focus()
	press(&s.text, tea.KeyCtrlEnd)
	s.changed()
	e.sheet = s
}

// replyKey is the key of the reply where it is not named beside the other way to answer a message.
func (m *Model) replyKey() key.Binding {
	return when(m.at != onMessages || !m.messages.answers(), m.env.keys.reply)
}

func (s *replySheet) heading() string { return "Reply to each inbound message" }

// setSize gives the sheet its room in the body.
func (s *replySheet) setSize(w, h int) {
	s.w, s.h = w, h
	s.draw()
}

func (s *replySheet) key(k tea.KeyMsg) (tea.Cmd, bool) {
	defer s.draw()
	switch km := s.env.keys; {
	case k.Paste:
	case key.Matches(k, km.cancel):
		s.keep()
		return nil, true
	case key.Matches(k, km.setReply) && s.text.Value() == "":
		s.failure = "Nothing is written. " + km.noReply.Help().Key + " answers without a reply."
		return nil, false
	case key.Matches(k, km.setReply):
		return nil, s.set(s.text.Value())
	case key.Matches(k, km.noReply):
		return nil, s.set("")
	case key.Matches(k, km.replyUp):
		s.top--
		return nil, false
	case key.Matches(k, km.replyDown):
		s.top++
		return nil, false
	case k.Type == tea.KeyCtrlV:
		return s.paste(), false
	}
	return s.other(k), false
}

// keep remembers what was typed and not set, for the next time.
func (s *replySheet) keep() {
	s.env.replyDraft = s.text.Value()
	if s.env.replyDraft == s.env.status.InboundReply {
		s.env.replyDraft = ""
	}
}

// set answers inbound messages with a text from now on, empty for no reply, and reports whether that is done.
func (s *replySheet) set(text string) bool {
	e := s.env
	switch {
	case text != "" && s.wrong != nil:
		s.failure = "Not set: " + s.wrong.Error() + "."
		return false
	case text == "" && e.status.InboundAnswer == "" && !e.status.Joined:
		s.failure = "Inbound messages get no reply already."
		return false
	}
	if err := e.core.SetInboundReply(text); err != nil {
		s.failure = "Not set: " + escape.Line(e.mask.Sentence(err.Error())) + "."
		return false
	}
	e.status = e.core.Status()
	if e.replyDraft = ""; text == "" {
		if s.text.Value() != s.before {
			s.keep()
		}
		e.notify(app.Info, "Inbound messages get no reply from now on.")
		return true
	}
	e.notify(app.Info, "Each inbound message is answered with this reply from now on, until this run ends.")
	return true
}

// paste reads the clipboard: the area's own reading takes all there is.
func (s *replySheet) paste() tea.Cmd {
	read := s.env.o.ReadClipboard
	if read == nil {
		s.failure = "No clipboard can be read here: " + pasteByTerminal
		return nil
	}
	return func() tea.Msg {
		text, err := read()
		if err != nil {
			return noticeMsg{app.Warning, fmt.Sprintf("Read the clipboard: %v; paste with the key of the terminal instead.", err)}
		}
		return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true}
	}
}

// other gives the text what is typed or pasted into it.
func (s *replySheet) other(msg tea.Msg) (cmd tea.Cmd) {
	was := s.text.Value()
	left := ""
	if k, ok := msg.(tea.KeyMsg); ok {
		k.Runes, left = s.taken(k.Runes)
		msg = k
	}
	s.text, cmd = s.text.Update(msg)
	if s.text.Value() != was || left != "" {
		s.covered, s.left, s.failure = false, left, ""
		s.changed()
	}
	s.draw()
	return cmd
}

// taken is what of some characters the text takes, and says what it does not.
func (s *replySheet) taken(runes []rune) (kept []rune, left string) {
	text := strings.ReplaceAll(string(runes), "\r\n", "\n")
	shown := strings.Map(func(r rune) rune {
		if r == '\r' {
			return '\n'
		}
		if unicode.IsControl(r) && r != '\n' && r != '\t' || r == utf8.RuneError {
			return -1
		}
		return r
	}, text)
	if n := utf8.RuneCountInString(text) - utf8.RuneCountInString(shown); n > 0 {
		left = plural(n, "character") + " that XML cannot hold, or that nobody sees, " + map[bool]string{true: "was", false: "were"}[n == 1] + " left out"
	}
	kept = []rune(shown)
	if fits := roomFor(kept, textMost-utf8.RuneCountInString(s.text.Value()), linesMost-s.text.LineCount()); fits < len(kept) {
		kept = kept[:fits]
		left = fmt.Sprintf("not all of it was taken: there is room for %s characters in %d lines", count(textMost), linesMost)
	}
	return kept, left
}

// changed looks at the text.
func (s *replySheet) changed() {
	s.top = 0
	if s.answer, s.wrong = (plivo.Answer{}), nil; s.text.Value() != "" {
		s.answer, s.wrong = plivo.ReplyWith(s.text.Value())
	}
}

func (s *replySheet) footer() []key.Binding {
	km := s.env.keys
	return []key.Binding{km.setReply, when(s.env.status.InboundAnswer != "", km.noReply), when(s.top > 0, km.replyUp), when(s.top+s.room() < len(s.xml), km.replyDown), km.leaveKept}
}

func (s *replySheet) lines(_, h int) []string { return s.drawn[:min(h, len(s.drawn))] }

// nowWords say how inbound messages are answered at present.
func (e *env) nowWords() string {
	switch st := &e.status; {
	case st.Joined:
		return fmt.Sprintf("process %d serves this history and answers; what it replies with is set there", st.ServerPID)
	case st.InboundAnswer == "":
		return "with " + plivo.NoReply + ", which sends nothing back"
	case st.InboundReply == "":
		return "with the XML of --inbound-answer"
	default:
		return "with the reply “" + brief(e.mask.Text(st.InboundReply)) + "”"
	}
}

// maskedAnswer is the XML of an answer as it may be shown.
func (e *env) maskedAnswer(xml, text string) string {
	if e.mask == nil {
		return xml
	}
	if text == "" {
		return fmt.Sprintf("%s of XML, which is masked as a whole", plural(len(xml), "byte"))
	}
	hidden, err := plivo.ReplyWith(e.mask.Text(text))
	if err != nil {
		return "masked"
	}
	return hidden.String()
}

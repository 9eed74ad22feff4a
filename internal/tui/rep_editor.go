package tui

import (
	"errors"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
)

// editedMsg brings the text of a request from the editor.
type editedMsg struct {
	edit int
	text string
	err  error
}

// editRequest opens the request in the user's editor, as a text that is read back. One that could not be
// read is opened again as it was left.
func (s *replayScreen) editRequest() tea.Cmd {
	if !s.source.single() {
		s.env.notifyAbout(aboutReplay, app.Warning, "Not opened: the editor takes the request of one callback; for several, the fields of "+s.env.keys.moreFields.Help().Key+" change each alike.")
		return nil
	}
	program, role, ok := s.env.editor()
	if !ok {
		return nil
	}
	text := s.draft
	if text == "" {
		now := s.now()
		if now.method == "" {
			now.method = s.base.method
		}
		if now.target == "" {
			now.target = s.base.target
		}
		text = now.text(
			"The request of callback "+fmt.Sprint(s.source.ids[0])+": save and leave the editor to take it over.",
			"Signatures are made anew when it is sent re-signed. What is in quotes is read as in Go: \"\\n\" is a line end.",
		)
	} else {
		text = remark + " " + errorRemark + ": " + s.wrong + "\n" + withoutError(text)
	}
	return s.openEditor(text, program, role)
}

// errorRemark begins the line that says why a text could not be read.
const errorRemark = "Not read"

func withoutError(text string) string {
	if first, rest, found := strings.Cut(text, "\n"); found && strings.HasPrefix(first, remark+" "+errorRemark+":") {
		return rest
	}
	return text
}

// openEditor runs the editor on the text.
func (s *replayScreen) openEditor(text, program, role string) tea.Cmd {
	edit := s.edit
	return s.env.editText(text, "request.txt", program, func(text string, err error) tea.Msg {
		if err != nil {
			err = fmt.Errorf("open the request in %s: %w", role, err)
		}
		return editedMsg{edit, text, err}
	})
}

// learnEdited takes the request from the editor. A text that cannot be read is kept, with why not.
func (s *replayScreen) learnEdited(msg editedMsg) tea.Cmd {
	switch {
	case msg.err != nil:
		s.env.notifyAbout(aboutReplay, app.Failure, capital(msg.err.Error())+".")
		return nil
	case !s.source.single():
		return nil
	case strings.TrimSpace(withoutError(msg.text)) == "":
		s.env.notifyAbout(aboutReplay, app.Info, "The text came back empty: the request stays as it was.")
		return nil
	}
	text := withoutError(msg.text)
	e, err := parseEditable(text, s.base.whole || s.bodyEdit != nil)
	if err == nil {
		_, _, err = s.base.edits(e)
	}
	if err != nil {
		var at *lineError
		if errors.As(err, &at) && len(text) != len(msg.text) {
			err = &lineError{at.line, at.text} // the line that said why is gone
		}
		s.draft, s.wrong = text, err.Error()
		s.tell()
		s.env.notifyAbout(aboutReplay, app.Failure, "The edited request cannot be read: "+s.wrong+". "+s.env.keys.editRequest.Help().Key+" opens it again; nothing is lost.")
		return nil
	}
	s.draft, s.wrong = "", ""
	s.takeEdited(e)
	s.env.forget(aboutReplay)
	cmd := s.follow()
	s.tell()
	return cmd
}

// takeEdited puts a request into the fields; what is as it was says nothing.
func (s *replayScreen) takeEdited(e editable) {
	unless := func(now, was string) string {
		if now == was {
			return ""
		}
		return now
	}
	s.put(fieldMethod, unless(e.method, s.base.method))
	s.put(fieldPath, unless(e.target, s.base.target))
	s.put(fieldHeaders, e.headers)
	if !e.whole {
		s.bodyEdit = nil
		s.put(fieldParams, e.params)
		return
	}
	if s.bodyEdit = &e.body; s.base.whole && e.body == s.base.body {
		s.bodyEdit = nil
	}
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

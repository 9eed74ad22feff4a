package tui

import (
	"fmt"
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/webhook"
)

// openedAttempt is an attempt that is read: what was answered, and below it what was sent.
type openedAttempt struct {
	pager
	area  rect
	a     webhook.Attempt
	view  bodyView
	asked int64 // the attempt that is to be opened next, 0 for none
}

// readAttemptsMsg brings the last attempts of the history, readAttemptMsg a whole one.
type (
	readAttemptsMsg struct {
		all []webhook.Attempt
		err error
	}
	readAttemptMsg struct {
		a     webhook.Attempt
		found bool
		err   error
	}
)

// recentAttempts is how many attempts of the history are listed.
const recentAttempts = 20

// pullAttempts asks for the last attempts of the history.
func (s *replayScreen) pullAttempts() tea.Cmd {
	ctx, core := s.env.ctx, s.env.core
	return func() tea.Msg {
		all, err := core.Attempts(ctx, 0, recentAttempts)
		return readAttemptsMsg{all, err}
	}
}

func (s *replayScreen) learnAttempts(msg readAttemptsMsg) {
	if msg.err != nil {
		s.env.readingFailed("Read the attempts of the history", msg.err)
		return
	}
	s.recent = msg.all
	s.tell()
}

// openSelected opens the selected attempt over the screen. One of the history is read whole.
func (s *replayScreen) openSelected() tea.Cmd {
	a, ok := s.selectedAttempt()
	if !ok {
		s.env.notifyAbout(aboutReplay, app.Info, "There is no attempt to open yet; "+s.env.keys.sendReplay.Help().Key+" sends.")
		return nil
	}
	if s.run != nil {
		s.showAttempt(a)
		return nil
	}
	ctx, core, id := s.env.ctx, s.env.core, a.ID
	return func() tea.Msg {
		a, found, err := core.Attempt(ctx, id)
		return readAttemptMsg{a, found, err}
	}
}

// showAttempt opens an attempt.
func (s *replayScreen) showAttempt(a webhook.Attempt) {
	s.setFocus(noField)
	s.open = &openedAttempt{pager: newPager(s.env), a: a}
}

// learnAttempt opens the attempt that was asked for, unless the user went elsewhere.
func (s *replayScreen) learnAttempt(msg readAttemptMsg) {
	switch {
	case msg.err != nil:
		s.env.notifyAbout(aboutReplay, app.Failure, fmt.Sprintf("Read the attempt: %v; open it again to retry.", msg.err))
	case !msg.found:
		s.env.notifyAbout(aboutReplay, app.Warning, "The history keeps this attempt no more.")
	case s.shown && (s.open == nil || s.open.asked == msg.a.ID):
		s.showAttempt(msg.a)
	}
}

func (o *openedAttempt) resize(body rect) {
	if body == o.area {
		return
	}
	other := body.w != o.area.w
	o.area = body
	o.pager.resize(body.w, max(body.h-1, 0))
	if other {
		o.write(true)
	}
}

func (o *openedAttempt) write(keep bool) {
	d := newDoc(o.env.th, o.textWidth())
	writeAttempt(d, nil, o.env.mask.Attempt(o.a), o.view, o.env.at, true)
	o.set(d, keep)
}

// answer is what was answered, for what shows callbacks.
func (o *openedAttempt) answer() webhook.Callback {
	return webhook.Callback{Header: o.a.Answer.Header, Body: o.a.Answer.Body}
}

// title names the attempt.
func (o *openedAttempt) title() string {
	_, words := answerOf(o.env.th, o.a)
	return "Attempt · " + attemptSource(o.a) + " · " + howWords(o.a) + " · " + words
}

func (o *openedAttempt) body(rule ruler) []string {
	return append([]string{rule(o.w, true, o.title(), o.place())}, o.lines()...)
}

// openKey handles a key while an attempt is open.
func (s *replayScreen) openKey(k tea.KeyMsg) (tea.Cmd, bool) {
	o := s.open
	switch km := s.env.keys; {
	case o.searching:
		return o.searchKey(k), true
	case k.Paste:
	case key.Matches(k, km.closeText):
		if o.query != "" {
			o.endSearch()
			return nil, true
		}
		s.open = nil
		s.tell()
	case key.Matches(k, km.older):
		return s.another(1), true
	case key.Matches(k, km.newer):
		return s.another(-1), true
	case o.searchesOn(k):
	case key.Matches(k, km.bodyView):
		o.view = nextView(o.answer(), o.view)
		o.write(true)
	default:
		return nil, o.move(k)
	}
	return nil, true
}

// another opens the next attempt, older where n is positive.
func (s *replayScreen) another(n int) tea.Cmd {
	all := s.attempts()
	now := slices.IndexFunc(all, func(a webhook.Attempt) bool { return a.ID == s.open.a.ID })
	if now < 0 {
		now = len(all) // so many came that it is listed no more
	}
	if i := now + n; i >= 0 && i < len(all) {
		s.cursor = i
		s.open.asked = all[i].ID
		return s.openSelected()
	}
	words := "This is the newest attempt."
	if n > 0 {
		words = "This is the oldest attempt that is kept here."
	}
	s.env.notifyAbout(aboutReplay, app.Info, words)
	return nil
}

// copies are what can be copied: of an open attempt, or else of the request that would be sent.
func (s *replayScreen) copies() []copyItem {
	var out []copyItem
	add := func(name, text string) {
		if text != "" && !slices.ContainsFunc(out, func(c copyItem) bool { return c.name == name }) {
			out = append(out, copyItem{name, text})
		}
	}
	a, ok := s.selectedAttempt()
	if s.run == nil && s.known {
		ok = false // an earlier attempt is copied once it is open
	}
	if s.open != nil {
		a, ok = s.open.a, true
		if it, found := s.open.item(); found {
			add(it.name, it.text)
		}
	}
	r := s.shownRequest()
	switch {
	case ok:
		a = s.env.mask.Attempt(a)
		r = sentRequest(a)
	case !s.known:
		return nil
	}
	add("curl command", curlOfRequest(r))
	if raw, err := r.Bytes(); err == nil {
		add("raw HTTP", string(raw))
	}
	add("URL", r.URL)
	add("body", string(r.Body))
	if ok {
		add(answerBody, string(a.Answer.Body))
		add("answer headers", headerLines(a.Answer.Header))
		add("failure", a.Err)
	}
	return out
}

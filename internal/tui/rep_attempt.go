package tui

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/webhook"
)

// openAttempt is an attempt that is read: what was answered, and below it what was sent.
type openAttempt struct {
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
	s.open = &openAttempt{pager: newPager(s.env), a: a}
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

func (o *openAttempt) resize(body rect) {
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

func (o *openAttempt) write(keep bool) {
	d := newDoc(o.env.th, o.textWidth())
	writeAttempt(d, o.env.maskedAttempt(o.a), o.env, o.view, true)
	o.set(d, keep)
}

// writeAttempt says all of an attempt: its answer, its times, and the request. Where it is open, its body can
// be shown in other ways.
func writeAttempt(d *doc, a webhook.Attempt, e *env, view bodyView, open bool) {
	th := d.th
	paint, words := answerOf(th, a)
	d.field("answer", paint, words)
	if a.Err != "" {
		d.field("", th.text, readable(a.Err))
	}
	if f, ok := faultOf(a.Fault); ok && a.Mode == webhook.Faulty {
		d.field("fault", th.text, f.Name+": "+f.About)
		writeExpected(&d.page, f)
	}
	d.field("took", th.text, timingWords(a.Timings))
	if a.Timings.Total > plivoWaits {
		d.field("", th.warn, "! longer than the 5 s that Plivo waits")
	}
	d.field("sent", th.text, moment(a.At, e.at))
	if a.Answer.Status != 0 {
		answer := webhook.Callback{Method: http.MethodPost, Header: a.Answer.Header, Body: a.Answer.Body, Truncated: a.Answer.Truncated}
		d.heading("Headers of the answer", "  "+brief(a.Answer.Protocol))
		names := slices.Sorted(keysOf(answer.Header))
		if len(names) == 0 {
			d.say(th.muted, "There are none.")
		}
		listHeaders(d, answer, names, func(string) []span { return nil })
		d.heading("Body of the answer", "")
		switch {
		case len(answer.Body) == 0:
			d.say(th.muted, "It is empty.")
		case open:
			writeBody(d, answer, view)
		default:
			writeBodyAs(d, answer, currentView(answer, view))
		}
	}
	d.heading("The request", "  "+modeWords(a.Mode, a.Fault))
	d.about("URL", a.URL, func() { d.field("asked", th.text, readable(a.Method+" "+a.URL)) })
	if a.SignedURL != "" && a.SignedURL != a.URL {
		d.about("signed URL", a.SignedURL, func() { d.field("signed for", th.text, readable(a.SignedURL)) })
	}
	d.field("Host", th.text, readable(a.Host))
	request := webhook.Callback{Method: a.Method, URL: a.URL, Header: a.Header, Body: a.Body}
	d.heading("Its headers", "")
	listHeaders(d, request, slices.Sorted(keysOf(a.Header)), func(string) []span { return nil })
	d.heading("Its body", "")
	if len(request.Body) == 0 {
		d.say(th.muted, "It is empty.")
	} else {
		writeBodyAs(d, request, currentView(request, viewAuto))
	}
}

func keysOf(h http.Header) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range h {
			if !yield(name) {
				return
			}
		}
	}
}

// timingWords say how long the parts of an attempt took.
func timingWords(t webhook.Timings) string {
	words := []string{latency(t.Total) + " in all"}
	if t.FirstByte > 0 {
		words = append(words, "first byte after "+latency(t.FirstByte))
	}
	if t.DNS > 0 {
		words = append(words, "name "+latency(t.DNS))
	}
	if t.Connect > 0 {
		words = append(words, "connection "+latency(t.Connect))
	}
	if t.TLS > 0 {
		words = append(words, "TLS "+latency(t.TLS))
	}
	if t.Reused {
		words = append(words, "on an open connection")
	}
	return strings.Join(words, ", ")
}

// answer is what was answered, for what shows callbacks.
func (o *openAttempt) answer() webhook.Callback {
	return webhook.Callback{Header: o.a.Answer.Header, Body: o.a.Answer.Body}
}

// title names the attempt.
func (o *openAttempt) title() string {
	_, words := answerOf(o.env.th, o.a)
	return "Attempt · " + attemptOf(o.a) + " · " + modeWords(o.a.Mode, o.a.Fault) + " · " + words
}

func (o *openAttempt) body(rule ruler) []string {
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
	if i := now + n; now >= 0 && i >= 0 && i < len(all) {
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
	if s.open != nil {
		a, ok = s.open.a, true
		if it, found := s.open.item(); found {
			add(it.name, it.text)
		}
	}
	r := s.shownRequest()
	switch {
	case ok:
		a = s.env.maskedAttempt(a)
		r = requestOfAttempt(a)
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
		add("answer body", string(a.Answer.Body))
		add("answer headers", headerLines(a.Answer.Header))
		add("failure", a.Err)
	}
	return out
}

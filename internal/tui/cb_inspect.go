package tui

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/webhook"
)

// part is one of the tabs of an open callback.
type part int

const (
	partOverview part = iota
	partParams
	partHeaders
	partBody
	partSignature
	partAnswer
	partAttempts
	parts
)

// inspector is an open callback: one of its parts in a pager.
type inspector struct {
	pager
	area rect // of the whole, its rule and tabs among it
	cb   webhook.Callback
	at   part
	tops [parts][2]int // where each part was left: top and cursor
	view bodyView      // the chosen one

	tries attempts

	exam    app.Examination
	known   bool
	failure error
	stop    context.CancelFunc // ends the question about the signature
}

// inspectedMsg answers what can be said of the signature of the open callback.
type inspectedMsg struct {
	id   int64
	exam app.Examination
	err  error
}

func newInspector(e *env) *inspector {
	return &inspector{pager: newPager(e), stop: func() {}}
}

// show opens a callback at the part that is shown, and asks what can be said of its signature, and whether it
// was sent again.
func (s *inspector) show(cb webhook.Callback) tea.Cmd {
	s.stop()
	s.cb, s.known, s.failure, s.exam = cb, false, nil, app.Examination{}
	s.tops, s.tries = [parts][2]int{}, attempts{}
	s.write(true)
	asked := s.pullAttempts()
	ctx, stop := context.WithCancel(s.env.ctx)
	s.stop = stop
	core := s.env.core
	return tea.Batch(asked, func() tea.Msg {
		e, err := core.ExamineCallback(ctx, cb.ID)
		return inspectedMsg{cb.ID, e, err}
	})
}

// refreshed takes the callback as it is by now: somebody may have found the cause.
func (s *inspector) refreshed(cb webhook.Callback) {
	if cb.Cause != s.cb.Cause {
		s.cb.Cause = cb.Cause
		s.write(true)
	}
}

// answer takes what can be said of the signature, unless another callback is open by now.
func (s *inspector) answer(msg inspectedMsg) {
	if msg.id != s.cb.ID || errors.Is(msg.err, context.Canceled) {
		return
	}
	s.exam, s.known, s.failure = msg.exam, msg.err == nil, msg.err
	if s.at == partSignature || s.at == partOverview {
		s.write(true)
	}
}

func (s *inspector) resize(body rect) {
	if body == s.area {
		return
	}
	other := body.w != s.area.w
	s.area = body
	s.pager.resize(body.w, max(body.h-2, 0))
	if other {
		s.write(true)
	}
}

// write renders the part that is shown. keep is whether the cursor stays about where it is.
func (s *inspector) write(keep bool) {
	if s.w <= 0 {
		return
	}
	s.set(s.docOf(s.at), keep)
}

// docOf writes a part.
func (s *inspector) docOf(at part) *doc {
	d := newDoc(s.env.th, s.textWidth())
	switch at {
	case partOverview:
		writeOverview(d, s.cb, causeOf(s.cb, s.exam, s.known, s.failure), s.env.at)
	case partParams:
		writeParams(d, s.cb)
	case partHeaders:
		writeHeaders(d, s.cb)
	case partBody:
		writeBody(d, s.cb, s.view)
	case partSignature:
		s.writeSignature(d)
	case partAnswer:
		writeAnswer(d, s.cb)
	case partAttempts:
		if a := s.tries.opened; a.ID != 0 {
			writeAttempt(d, &s.cb, a, s.view, s.env.at, true)
		} else {
			s.tries.writeList(d, s.env.keys.again.Help().Key, s.env.at)
		}
	}
	return d
}

// elsewhere tells which other parts have what is searched for and not in the one that is shown, and
// reports whether one has.
func (s *inspector) elsewhere() bool {
	if s.query == "" || len(s.found.starts) > 0 {
		return false
	}
	names := partTitles
	var others []string
	for at := range parts {
		if at != s.at && len(search(s.docOf(at).rows, s.query).starts) > 0 {
			others = append(others, names[at])
		}
	}
	if len(others) == 0 {
		return false
	}
	s.env.notify(app.Info, fmt.Sprintf("Not found on %s; it is on %s.", names[s.at], listed(others, len(others))))
	return true
}

// writeSignature says all that the signature screen says of a callback.
func (s *inspector) writeSignature(d *doc) {
	switch {
	case s.failure != nil:
		d.hang(d.th.bad, "✗", escape.Line(head(s.failure.Error(), noticeBytes)))
	case !s.known:
		d.say(d.th.muted, "Looking at it …")
	default:
		writeVerdict(&d.page, s.exam)
		writeFindings(&d.page, s.exam.Diagnosis)
		writeBases(&d.page, s.exam)
		writeSDKs(&d.page, s.exam.SDKs)
		writeSettings(&d.page, s.exam.Diagnosis)
	}
}

// turn shows another part, where it was left.
func (s *inspector) turn(to part) {
	s.tops[s.at] = [2]int{s.top, s.cursor}
	s.at = (to + parts) % parts
	s.top, s.cursor = s.tops[s.at][0], s.tops[s.at][1]
	s.write(false)
	if t := &s.tries; s.at == partAttempts && t.opened.ID == 0 {
		s.onAttempt(t.selected(s.cursor))
	}
}

var partTitles = [parts]string{"Overview", "Parameters", "Headers", "Body", "Signature", "Answer", "Attempts"}

// partNames are the names of the tabs: where there is room, with what one would look for in them, and where
// there is little, shorter.
func (s *inspector) partNames(w int) [parts]string {
	n := 0
	for _, values := range s.cb.Header {
		n += len(values)
	}
	long := partTitles
	long[partParams] += " " + strconv.Itoa(len(s.cb.Report.Params))
	long[partHeaders] += " " + strconv.Itoa(n)
	long[partBody] += " " + sizeWords(bodySize(s.cb))
	_, words := s.env.th.signature(s.cb.Verdict, s.cb.Cause, 8)
	long[partSignature] += " " + words
	if s.cb.Answer.Status != 0 {
		long[partAnswer] += " " + strconv.Itoa(s.cb.Answer.Status)
	}
	if n := s.tries.tried.Count; n > 0 {
		long[partAttempts] += " " + count(int64(n))
	}
	short := partTitles
	short[partParams], short[partSignature] = "Params", "Sig"
	for _, all := range [][parts]string{long, partTitles} {
		if tabsWidth(all) <= w {
			return all
		}
	}
	return short
}

// tabsWidth is the room that tabs take.
func tabsWidth(names [parts]string) int {
	w := 0
	for _, name := range names {
		w += tabGap + ansi.StringWidth(name)
	}
	return w
}

// tabGap is the space between two tabs.
const tabGap = 2

// partAt finds the tab under a column.
func (s *inspector) partAt(x int) (part, bool) {
	from := tabGap
	for i, name := range s.partNames(s.w) {
		to := from + ansi.StringWidth(name)
		if x >= from && x < to {
			return part(i), true
		}
		from = to + tabGap
	}
	return 0, false
}

func (s *inspector) tabLine() string {
	th := s.env.th
	spans := make([]span, 0, 2*parts)
	for i, name := range s.partNames(s.w) {
		paint := th.muted
		if part(i) == s.at {
			paint = th.tab
		}
		if part(i) == s.at && th.bare {
			// Nothing but a sign can tell it from the others.
			spans = append(spans, span{th.text, blank(tabGap-1) + "›"}, span{paint, name})
			continue
		}
		spans = append(spans, span{th.text, blank(tabGap)}, span{paint, name})
	}
	return line(s.w, spans...)
}

// title names the callback.
func (s *inspector) title() string {
	if a := s.tries.opened; a.ID != 0 && s.at == partAttempts {
		_, words := answeredWords(s.env.th, a)
		return fmt.Sprintf("Attempt %d of callback %d · %s · %s · %s", a.ID, s.cb.ID, howWords(a), words, moment(a.At, s.env.at))
	}
	words := fmt.Sprintf("Callback %d · %s", s.cb.ID, kindWords(s.cb.Kind))
	if st := s.cb.Report.Status(); st != "" {
		words += " · " + statusSign(st) + " " + brief(string(st))
	}
	words += " · " + moment(s.cb.ReceivedAt, s.env.at)
	if uuid := s.cb.Report.MessageUUID(); uuid != "" {
		words += " · " + brief(uuid)
	}
	return words
}

func (s *inspector) body(rule ruler) []string {
	out := append(make([]string, 0, s.area.h), rule(s.w, true, s.title(), s.place()), s.tabLine())
	return append(out, s.lines()...)
}

// openKey handles a key while a callback is open.
func (s *callbacks) openKey(k tea.KeyMsg) (tea.Cmd, bool) {
	o := s.open
	switch km := s.env.keys; {
	case key.Matches(k, km.closeText):
		if o.query != "" {
			o.endSearch()
			return nil, true
		}
		if o.closeAttempt() {
			return nil, true
		}
		s.closeOpen()
	case key.Matches(k, km.nextPart):
		o.turn(o.at + 1)
	case key.Matches(k, km.prevPart):
		o.turn(o.at - 1)
	case o.at == partAttempts && o.attemptKey(k):
	case key.Matches(k, km.openAttempt) && o.at == partAttempts && o.tries.opened.ID == 0:
		return o.openAttempt(o.tries.selected(o.cursor)), true
	case key.Matches(k, km.older, km.newer):
		n := 1
		if key.Matches(k, km.newer) {
			n = -1
		}
		if o.at == partAttempts && o.tries.opened.ID != 0 {
			return o.stepAttempt(n), true
		}
		return s.step(n), true
	case key.Matches(k, km.nextMatch, km.prevMatch) && o.elsewhere():
	case o.searchesOn(k):
	case key.Matches(k, km.bodyView) && o.hasBody():
		o.view = nextView(o.bodyShown(), o.view)
		o.top, o.cursor = 0, 0
		o.write(false)
	case key.Matches(k, km.compare) && o.at == partAttempts:
		return s.compareAttempts(), true
	case key.Matches(k, km.compare):
		return s.compare(), true
	case key.Matches(k, km.signature):
		return s.openSignature(), true
	case key.Matches(k, km.again):
		return s.openReplay(), true
	default:
		return nil, o.move(k)
	}
	return nil, true
}

// searchesOn handles the keys of the search, and reports whether it was one.
func (p *pager) searchesOn(k tea.KeyMsg) bool {
	km := p.env.keys
	switch {
	case key.Matches(k, km.search):
		p.beginSearch()
	case key.Matches(k, km.nextMatch, km.prevMatch):
		step := 1
		if key.Matches(k, km.prevMatch) {
			step = -1
		}
		switch {
		case p.query == "":
			p.env.notify(app.Info, "Nothing is searched for: / searches this text.")
		case !p.next(step):
			p.env.notify(app.Info, "What is searched for is not in this text.")
		}
	default:
		return false
	}
	return true
}

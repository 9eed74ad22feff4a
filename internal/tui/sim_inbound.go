package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	"github.com/charmbracelet/bubbles/textinput"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// simInboundAt is the place of the part among the others.
const simInboundAt = 4

// simInbound writes a message from a phone, and shows what was answered.
type simInbound struct {
	panel   *simPanel
	inputs  [4]textinput.Model
	focus   int
	writing bool // an input has the focus
	waiting bool // for the answer
	got     simulator.Receipt
	err     error
	posted  bool // there is an answer to show
	top     int  // the first line of it that is seen
	hidden  int  // how many lines of it there are above or below those that are seen
	resting bool // no key was pressed since it was posted
}

var inboundFields = [4]string{"From", "To", "Text", "Media"}

// simReceiptMsg is what came of an inbound message.
type simReceiptMsg struct {
	got simulator.Receipt
	err error
}

func newSimInbound(s *simPanel) *simInbound {
	f := &simInbound{panel: s, focus: 2}
	for i, hint := range []string{phoneHint, "number of the account", proposedText, "URLs of files, apart by spaces, for an MMS"} {
		f.inputs[i] = s.env.th.input(hint)
	}
	f.inputs[0].SetValue(aPhone)
	f.inputs[1].SetValue(s.env.status.DefaultSender)
	return f
}

func (f *simInbound) name() string              { return "Inbound" }
func (f *simInbound) learn(*app.SimulatorState) {}

// move goes to another field, or scrolls the answer where there is one.
func (f *simInbound) move(n int) {
	if f.posted {
		f.top = max(min(f.top+n, f.hidden), 0)
		return
	}
	f.focus = max(min(f.focus+n, len(f.inputs)-1), 0)
}

func (f *simInbound) click(y int) {
	if y >= 0 && y < len(f.inputs) {
		f.focus = y
		f.write(true)
	}
}

func (f *simInbound) setWidth(w int) {
	for i := range f.inputs {
		f.inputs[i].Width = max(w-fieldIndent-3, 4)
		f.inputs[i].SetCursor(f.inputs[i].Position())
	}
}

// write begins or ends writing.
func (f *simInbound) write(on bool) {
	f.writing, f.resting = on, false
	for i := range f.inputs {
		if on && i == f.focus {
			f.inputs[i].Focus()
			f.inputs[i].CursorEnd()
		} else {
			f.inputs[i].Blur()
		}
	}
}

func (f *simInbound) key(k tea.KeyMsg) (tea.Cmd, bool) {
	km := f.panel.env.keys
	if !f.writing {
		if key.Matches(k, km.writeInbound) {
			f.write(true)
			return nil, true
		}
		if key.Matches(k, km.deliver) { // by the one of its keys that does not write
			return f.deliver(), true
		}
		return nil, false
	}
	n := len(f.inputs)
	f.resting = false
	switch {
	case k.Paste:
	case key.Matches(k, km.cancel):
		f.write(false)
		return nil, true
	case key.Matches(k, km.deliver):
		return f.deliver(), true
	case key.Matches(k, km.nextField), k.Type == tea.KeyDown:
		f.focus = (f.focus + 1) % n
		f.write(true)
		return nil, true
	case key.Matches(k, km.prevField), k.Type == tea.KeyUp:
		f.focus = (f.focus + n - 1) % n
		f.write(true)
		return nil, true
	}
	return f.other(k), true
}

func (f *simInbound) other(msg tea.Msg) (cmd tea.Cmd) {
	if f.writing {
		if _, typed := msg.(tea.KeyMsg); typed {
			f.resting = false
		}
		f.inputs[f.focus], cmd = f.inputs[f.focus].Update(msg)
		f.inputs[2].Placeholder = f.textHint()
	}
	return cmd
}

// files are the URLs of an MMS.
func (f *simInbound) files() []string {
	return strings.Fields(strings.ReplaceAll(f.inputs[3].Value(), ",", " "))
}

// textHint says what is sent where no text is typed: an MMS may be without one.
func (f *simInbound) textHint() string {
	if len(f.files()) > 0 {
		return "an MMS needs none"
	}
	return proposedText
}

func (f *simInbound) deliver() tea.Cmd {
	p := f.panel
	in := simulator.InboundMessage{
		From: strings.TrimSpace(f.inputs[0].Value()), To: strings.TrimSpace(f.inputs[1].Value()), Text: f.inputs[2].Value(),
		Media: f.files(),
	}
	if len(in.Media) == 0 {
		in.Text = cmp.Or(in.Text, inboundText)
	}
	switch {
	case f.waiting:
		return nil
	case in.From == "":
		p.wrong = "Not posted: an inbound message needs a number."
		return nil
	}
	p.wrong = ""
	f.waiting, f.posted, f.top, f.resting = true, false, 0, true
	p.env.delivering++
	ctx, core := p.env.ctx, p.env.core
	return func() tea.Msg {
		got, err := core.ReceiveInbound(ctx, in)
		return simReceiptMsg{got, err}
	}
}

// received takes what came of an inbound message. What was delivered is written no more, unless somebody writes on.
func (s *simPanel) received(msg simReceiptMsg) tea.Cmd {
	f := s.parts[simInboundAt].(*simInbound)
	s.env.delivering--
	f.waiting, f.posted, f.got, f.err = false, true, msg.got, msg.err
	if f.resting && msg.err == nil && msg.got.Problem == "" {
		f.write(false)
	}
	return s.pull()
}

func (f *simInbound) keys() []key.Binding {
	return []key.Binding{f.panel.env.keys.writeInbound, f.panel.env.deliverUnwritten()}
}

// deliverUnwritten are the keys that deliver where no field is written: those that do not begin to write.
func (e *env) deliverUnwritten() key.Binding {
	b := e.keys.deliver
	keys := slices.DeleteFunc(slices.Clone(b.Keys()), func(k string) bool { return slices.Contains(e.keys.writeInbound.Keys(), k) })
	if len(keys) == 0 {
		return when(false, b)
	}
	b.SetKeys(keys...)
	b.SetHelp(keyWords(keys), b.Help().Desc)
	return b
}

func (f *simInbound) lines(w, h int) []string {
	e := f.panel.env
	th := e.th
	var out []string
	for i, name := range inboundFields {
		mark, edge, sign := th.muted, th.faint, "   "
		if i == f.focus {
			mark, sign = th.accent, " › "
			if f.writing {
				edge = th.accent
			}
		}
		out = append(out, line(fieldIndent, span{mark, sign + fmt.Sprintf("%-10s", name)}, span{edge, "│"}, span{th.text, " "})+typed(f.view(i), max(w-fieldIndent, 0)))
	}
	if f.waiting {
		return append(out, line(w, span{th.muted, blank(fieldIndent) + "posted; waiting for the answer …"}))
	}
	if !f.posted {
		out = append(out, line(w))
		for _, l := range wrap("It is posted, signed, to the message_url of the number; the answer comes here.", w-4) {
			out = append(out, line(w, span{th.muted, "   " + l}))
		}
		return out[:min(h, len(out))]
	}
	var answer []string
	for _, s := range f.answer() {
		for _, l := range wrap(s.text, w-4) {
			answer = append(answer, line(w, span{s.paint, "   " + l}))
		}
	}
	room := max(h-len(out)-1, 1)
	if f.hidden = max(len(answer)-room, 0); f.hidden == 0 {
		f.top = 0
		return append(out, answer...)
	}
	f.top = min(f.top, f.hidden)
	out = append(out, answer[f.top:f.top+room]...)
	return append(out, line(w, span{th.muted, fmt.Sprintf("   ↑↓ lines %d–%d of %d", f.top+1, f.top+room, len(answer))}))
}

// answer says what was answered, and what Plivo makes of it.
func (f *simInbound) answer() []span {
	e := f.panel.env
	th, got := e.th, f.got
	var out []span
	switch {
	case got.UUID == "" && f.err != nil:
		return []span{{th.bad, "✗ " + f.panel.shownError(f.err)}}
	case got.Answered == 200:
		out = append(out, span{th.good, "✓ 200 of " + brief(got.Method) + " " + brief(e.mask.Sentence(got.URL))})
	case f.err != nil:
		out = append(out, span{th.bad, "✗ " + f.panel.shownError(f.err)})
	}
	if got.Problem != "" && got.Answered == 200 {
		out = append(out, span{th.bad, "✗ Plivo would not take it: " + escape.Line(head(e.mask.Sentence(got.Problem), noticeBytes))})
	}
	if got.RetryIn > 0 {
		out = append(out, span{th.warn, "! posted again in " + got.RetryIn.String()})
	}
	if got.Answer != "" {
		out = append(out, span{th.muted, strings.TrimRight(readableBlock(e.shownAnswer(got.Answer)), "\n")})
	} else if got.Answered > 0 {
		out = append(out, span{th.muted, "The answer was empty: no reply."})
	}
	if n := len(got.Replies); n > 0 {
		words := "a reply"
		if n > 1 {
			words = count(int64(n)) + " replies"
		}
		out = append(out, span{th.text, "↑ " + words + " sent: " + brief(strings.Join(got.Replies, ", "))})
	}
	return out
}

// shownAnswer is the body of an answer as it may be shown.
func (e *env) shownAnswer(body string) string {
	if e.mask == nil {
		return body
	}
	return plural(len(body), "byte") + " of answer, which are masked"
}

// view is an input, or what is shown of it masked while it does not have the focus.
func (f *simInbound) view(i int) string {
	e := f.panel.env
	value := f.inputs[i].Value()
	shown := []func(string) string{e.mask.Number, e.mask.Number, e.mask.Text, e.mask.Text}[i](value)
	if f.writing && i == f.focus || shown == value {
		return f.inputs[i].View()
	}
	return e.th.text.Wrap(brief(shown))
}
